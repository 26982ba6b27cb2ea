# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on the controller, written as a whole or not at all, for their owner only. Internal to this collection."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import typing as t


def write_folder(parent: str, name: str, files: t.Mapping[str, str]) -> dict[str, str]:
    """Write ``files`` (name -> text) into a new folder ``name`` below ``parent`` and return name -> path.

    The folder appears complete under its final name; an older one of that name is kept, the new one gets a number
    behind its name. Only the owner may read it: a report tells an attacker what a server still accepts. Raises OSError.
    """
    os.makedirs(parent, exist_ok=True)
    draft = tempfile.mkdtemp(prefix=f".{name}-", dir=parent)
    try:
        for file_name, text in files.items():
            with open(
                os.path.join(draft, file_name), "w", encoding="utf-8", errors="backslashreplace", newline="\n"
            ) as file:
                file.write(text)
        target = _publish(draft, os.path.join(parent, name))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return {file_name: os.path.join(target, file_name) for file_name in files}


def _publish(draft: str, target: str) -> str:
    for number in itertools.count(1):
        path = target if number == 1 else f"{target}-{number}"
        if os.path.lexists(path):
            continue
        os.rename(draft, path)
        return path
    raise OSError(f"no free name for {target}")


def write_file(path: str, data: bytes) -> None:
    """Write ``data`` under this name: the old content stays until all of the new one is on the disk.

    Only the owner may read it. Raises OSError.
    """
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f".{os.path.basename(path)}-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
