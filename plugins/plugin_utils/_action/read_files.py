# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the controller that a task names, read without waiting for anybody. Internal to this collection."""

from __future__ import annotations

import errno
import os
import stat
import typing as t

#: More than any file that this collection reads: an export of a whole registry has some hundred MB.
LARGEST = 1024 * 1024 * 1024
_KINDS: tuple[tuple[t.Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_regular(path: str, most: int = LARGEST) -> bytes:
    """At most ``most`` bytes of a file.

    A pipe would keep the task waiting for ever, a device would give bytes for ever. Raises OSError with ``strerror``.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        require_regular(os.fstat(file.fileno()).st_mode)
        return file.read(most)


def require_regular(mode: int) -> None:
    """Raises OSError for what is there and no file. ``mode``: st_mode."""
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        raise OSError(errno.EINVAL, f"it is {kind} and no file")


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
