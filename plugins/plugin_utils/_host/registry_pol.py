# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Group Policy's own record of the machine values that it wrote: a file in the form of Registry.pol ([MS-GPREG] 2.2.1).

Windows keeps all machine settings that it applied in ``%ALLUSERSPROFILE%\\ntuser.pol`` and takes back what is no
longer there at the next refresh. (The file: Microsoft Learn, "Microsoft Defender Antivirus exclusions on Windows
Server", Group Policy files, ``%allusersprofile%\\NTUser.pol``; what it is for: fleexlab.blogspot.com 2016-07-06 and
sdmsoftware.com, "Understanding the Registry Policy Archive File". Not seen in a Microsoft page: the use.)
"""

from __future__ import annotations

import dataclasses
import struct

from .errors import ObservationError
from .observation import Observation

ARCHIVE = "ntuser.pol"
_HEADER = struct.pack("<4sI", b"PReg", 1)
_OPEN, _CLOSE, _NEXT = "[".encode("utf-16-le"), "]".encode("utf-16-le"), ";".encode("utf-16-le")
#: [MS-GPREG] 2.2.1.1: a value name **del.NAME deletes NAME; the other names with two asterisks are orders about
#: whole keys.
_DELETE = "**del."
_ORDER = "**"
_MOST_RECORDS = 100_000


@dataclasses.dataclass(frozen=True)
class PolicyRecord:
    """One record: key relative to HKEY_LOCAL_MACHINE, value name, registry kind, bytes."""

    key: str
    name: str
    kind: int
    data: bytes


def parse_registry_pol(data: bytes) -> tuple[PolicyRecord, ...]:
    """All records of a Registry.pol file.

    :raises ObservationError: it is no such file, or it is cut off
    """
    if data[:8] != _HEADER:
        raise ObservationError("This is no Registry.pol file of version 1: it does not begin with PReg.")
    cursor = _Cursor(data, 8)
    records: list[PolicyRecord] = []
    while not cursor.at_end:
        if len(records) == _MOST_RECORDS:
            raise ObservationError(f"The Registry.pol file has more than {_MOST_RECORDS} records.")
        records.append(cursor.record())
    return tuple(records)


def group_policy_records(observation: Observation) -> tuple[tuple[str, str], ...]:
    """(key path, value name) of every machine value that Group Policy says it wrote.

    Empty when its record was not read or is broken.
    """
    archive = observation.file(ARCHIVE)
    if archive is None or archive.content is None:
        return ()
    try:
        records = parse_registry_pol(archive.content)
    except ObservationError:
        return ()
    found = []
    for record in records:
        name = record.name[len(_DELETE) :] if record.name.lower().startswith(_DELETE) else record.name
        if not name.startswith(_ORDER):
            found.append((f"HKEY_LOCAL_MACHINE\\{record.key}", name))
    return tuple(found)


class _Cursor:
    """A bounded reader; every step checks what is left."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    @property
    def at_end(self) -> bool:
        return self._position >= len(self._data)

    def record(self) -> PolicyRecord:
        self._expect(_OPEN)
        key = self._text()
        self._expect(_NEXT)
        name = self._text()
        self._expect(_NEXT)
        kind = self._number()
        self._expect(_NEXT)
        size = self._number()
        self._expect(_NEXT)
        data = self._take(size)
        self._expect(_CLOSE)
        return PolicyRecord(key, name, kind, data)

    def _take(self, size: int) -> bytes:
        end = self._position + size
        if end > len(self._data):
            raise ObservationError(f"The Registry.pol file is cut off at byte {len(self._data)}.")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def _expect(self, mark: bytes) -> None:
        at = self._position
        if self._take(len(mark)) != mark:
            raise ObservationError(
                f"The Registry.pol file is broken at byte {at}: '{mark.decode('utf-16-le')}' is expected."
            )

    def _number(self) -> int:
        return int.from_bytes(self._take(4), "little")

    def _text(self) -> str:
        start = self._position
        while self._take(2) != b"\0\0":
            pass
        return self._data[start : self._position - 2].decode("utf-16-le", "replace")
