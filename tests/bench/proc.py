# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Linux says about processes: highest memory of one, present memory of a family."""

from __future__ import annotations

import os
import pathlib
import re
import typing as t

_PROC = pathlib.Path("/proc")


def peak(pid: int | None = None) -> int:
    """The highest resident memory that a process ever had, in bytes."""
    text = (_PROC / str(pid or os.getpid()) / "status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def family_memory(pid: int) -> int:
    """The memory of a process and all that descends from it, in bytes; what they share counts once (PSS)."""
    return sum(_pss(member) for member in _family(pid))


def _family(pid: int) -> t.Iterator[int]:
    yield pid
    try:
        children = (_PROC / str(pid) / "task" / str(pid) / "children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _pss(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0  # it has ended meanwhile
    found = re.search(r"^Pss:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0
