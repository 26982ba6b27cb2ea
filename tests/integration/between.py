# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test does between two tasks of one play: Ansible says each task and waits (callback_plugins/announced.py)."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import tempfile
import threading
import typing as t

#: Called with the name of a task that is about to begin.
BeforeTask = t.Callable[[str], None]


@contextlib.contextmanager
def announced(act: BeforeTask | None) -> t.Iterator[dict[str, str]]:
    """Have ``act`` called before every task of an ansible-playbook with the environment that this gives. What it raises
    ends the run and is raised again here.
    """
    if act is None:
        yield {}
        return
    failures: list[BaseException] = []
    with tempfile.TemporaryDirectory(prefix="announced-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = pathlib.Path(folder) / "tasks"
        listener.bind(str(path))
        listener.listen()
        server = threading.Thread(target=_serve, args=(listener, act, failures))
        server.start()
        try:
            yield {"ANNOUNCED_TASKS": str(path)}
        finally:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as last:
                last.connect(str(path))  # A task without a name: there are no more.
            server.join()
            if failures:
                raise failures[0]


def _serve(listener: socket.socket, act: BeforeTask, failures: list[BaseException]) -> None:
    while not failures:
        channel, _address = listener.accept()
        with channel, channel.makefile("rb") as received:
            name = received.read().decode("utf-8")
            if not name:
                return
            try:
                act(name)
            except BaseException as error:  # noqa: BLE001  # raised again where the play was started
                failures.append(error)
            else:
                channel.sendall(b".")
