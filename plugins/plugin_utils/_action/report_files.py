# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on the controller, written as a whole or not at all, for their owner only. Internal to this collection."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shutil
import stat
import tempfile
import typing as t

from .read_files import require_regular


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
        try:
            os.rename(draft, path)
        except OSError as error:
            # Another report took the name at the same moment.
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                continue
            raise
        return path
    raise OSError(f"no free name for {target}")


def write_files(files: t.Mapping[str, bytes]) -> None:
    """Write files (path -> data) that belong together: the old contents stay until all of the new ones are on the disk.

    Files are written over, and links to any; a folder, a pipe or a device is not. Only the owner may read them. Raises
    OSError.
    """
    drafts: dict[str, str] = {}
    try:
        for path, data in files.items():
            with contextlib.suppress(FileNotFoundError):
                mode = os.lstat(path).st_mode
                if not stat.S_ISLNK(mode):
                    require_regular(mode)
            drafts[path] = _draft(path, data)
        for path, draft in drafts.items():
            os.replace(draft, path)
    except BaseException:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                os.unlink(draft)
        raise


def _draft(path: str, data: bytes) -> str:
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
    return draft
