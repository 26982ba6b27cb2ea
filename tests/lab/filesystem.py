# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The few files of a simulated Windows host that anybody asks for: versions of programs, Group Policy's records, our
journals.
"""

from __future__ import annotations

import dataclasses
import typing as t

FILE_NOT_FOUND, PATH_NOT_FOUND, ACCESS_DENIED, DISK_FULL = 2, 3, 5, 112
ADMINISTRATORS, SYSTEM = "S-1-5-32-544", "S-1-5-18"


class FileError(Exception):
    """A file call that Windows would have refused, with its Win32 error code."""

    def __init__(self, code: int, path: str, text: str = "") -> None:
        self.code = code
        self.path = path
        self.text = text or _TEXT.get(code, f"Win32 error {code}")
        super().__init__(f"{path}: {self.text}")


_TEXT = {
    FILE_NOT_FOUND: "The system cannot find the file specified.",
    PATH_NOT_FOUND: "The system cannot find the path specified.",
    ACCESS_DENIED: "Access is denied.",
    DISK_FULL: "There is not enough space on the disk.",
}


@dataclasses.dataclass
class File:
    """A file: ``version`` is its file version resource, None if it has none. ``size`` counts when the content is not
    kept.
    """

    path: str
    content: bytes = b""
    version: str | None = None
    size: int | None = None
    denied: bool = False
    written: int = 0  #: order of writing, larger is newer


@dataclasses.dataclass
class Folder:
    """A folder: owner (SID), whom its access list lets in (for C:\\ and ProgramData: lets replace what is in it),
    whether it is a reparse point.
    """

    path: str
    owner: str = SYSTEM
    open_to: frozenset[str] = frozenset({SYSTEM, ADMINISTRATORS})
    inherits: bool = False
    reparse: bool = False


def _allow(path: str) -> None:
    """Nothing stands against writing."""


class FileSystem:
    """Files and folders by path, case ignored. ``before_write`` is called with every path that is written and may
    raise (faults).
    """

    def __init__(self, environment: t.Mapping[str, str]) -> None:
        self.environment = {name.lower(): value for name, value in environment.items()}
        self.before_write: t.Callable[[str], None] = _allow
        self._writes = 0
        self._files: dict[str, File] = {}
        self._folders: dict[str, Folder] = {}

    def expand(self, path: str) -> str:
        """Replaces %NAME% as Windows does: unknown names stay as they are."""
        parts = path.split("%")
        result, index = parts[0], 1
        while index < len(parts):
            value = self.environment.get(parts[index].lower()) if index + 1 < len(parts) else None
            if value is None:
                result += "%" + parts[index]
                index += 1
            else:
                result += value + parts[index + 1]
                index += 2
        return result

    def add(
        self, path: str, content: bytes = b"", version: str | None = None, size: int | None = None, denied: bool = False
    ) -> None:
        """Puts a file there, with its folders."""
        self._writes += 1
        self._files[path.lower()] = File(path, content, version, size, denied, self._writes)

    def get(self, path: str) -> File | None:
        """The file, None if absent."""
        return self._files.get(path.lower())

    def read(self, path: str) -> bytes:
        """Content. Raises FileError."""
        found = self.get(path)
        if found is None:
            raise FileError(FILE_NOT_FOUND, path)
        if found.denied:
            raise FileError(ACCESS_DENIED, path)
        return found.content

    def write(self, path: str, content: bytes) -> None:
        """Writes through a temporary name and renames, as the host script does. Raises FileError (112 when full)."""
        temporary = path + ".new"
        self.before_write(temporary)
        self.add(temporary, content)
        del self._files[temporary.lower()]
        self.add(path, content)

    def delete(self, path: str) -> None:
        """Removes a file; nothing if absent."""
        self._files.pop(path.lower(), None)

    def all(self) -> list[File]:
        """All files, by path."""
        return sorted(self._files.values(), key=lambda file: file.path.lower())

    def files_in(self, folder: str) -> list[File]:
        """Files directly in the folder, by name."""
        start = folder.lower().rstrip("\\") + "\\"
        found = [
            file for path, file in self._files.items() if path.startswith(start) and "\\" not in path[len(start) :]
        ]
        return sorted(found, key=lambda file: file.path.lower())

    def folder(self, path: str) -> Folder | None:
        """The folder, None if absent."""
        return self._folders.get(path.lower().rstrip("\\"))

    def make_folder(self, folder: Folder) -> None:
        """Creates or replaces a folder."""
        self._folders[folder.path.lower().rstrip("\\")] = folder
