# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The smallest Windows program file that carries a version resource: ExSetup.exe for a host that has no Exchange.

Layout: DOS stub, PE32+ headers, one section ``.rsrc`` with RT_VERSION/1/neutral and a VS_VERSIONINFO ([PE format],
[VS_VERSIONINFO]).
"""

from __future__ import annotations

import struct

_SECTION_AT, _VIRTUAL = 0x200, 0x1000
_RT_VERSION = 16


def program(version: str) -> bytes:
    """A file whose file version is these four numbers."""
    resource = _resource(_version_info(version))
    size = (len(resource) + 0x1FF) // 0x200 * 0x200
    headers = _headers(len(resource), size)
    return headers.ljust(_SECTION_AT, b"\0") + resource.ljust(size, b"\0")


def _version_info(version: str) -> bytes:
    major, minor, build, revision = (int(number) for number in version.split("."))
    high, low = major << 16 | minor, build << 16 | revision
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x00010000, high, low, high, low, 0x3F, 0, 0x40004, 1, 0, 0, 0)
    text = f"{major}.{minor:02}.{build:04}.{revision:03}"
    strings = _block("StringFileInfo", b"", 1, _block("040904b0", b"", 1, _block("FileVersion", _utf16(text), 1)))
    return _block("VS_VERSION_INFO", fixed, 0, strings)


def _utf16(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


def _block(name: str, value: bytes, kind: int, *children: bytes) -> bytes:
    body = _aligned(6, _utf16(name)) + value
    length = len(value) // 2 if kind and value else len(value)
    for child in children:
        body = _aligned(6, body) + child
    return struct.pack("<3H", 6 + len(body), length, kind) + body


def _aligned(before: int, data: bytes) -> bytes:
    return data + b"\0" * (-(before + len(data)) % 4)


def _resource(data: bytes) -> bytes:
    """Three levels of directory with one entry each (type, name, language), then the data."""
    levels = b""
    for number, (identity, below) in enumerate(((_RT_VERSION, 0x18), (1, 0x30), (0, 0x48))):
        target = below if number == 2 else below | 0x80000000
        levels += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1) + struct.pack("<II", identity, target)
    entry = struct.pack("<4I", _VIRTUAL + len(levels) + 16, len(data), 0, 0)
    return levels + entry + data


def _headers(length: int, size: int) -> bytes:
    dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, 240, 0x22)
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0, size, 0, 0, 0)
    optional += struct.pack("<QII6H", 0x140000000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0)
    optional += struct.pack("<IIIIHH", 0, _VIRTUAL + 0x1000, _SECTION_AT, 0, 3, 0)
    optional += struct.pack("<4QII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    directories = struct.pack("<II", 0, 0) * 2 + struct.pack("<II", _VIRTUAL, length) + struct.pack("<II", 0, 0) * 13
    section = struct.pack("<8sIIIIIIHHI", b".rsrc", length, _VIRTUAL, size, _SECTION_AT, 0, 0, 0, 0, 0x40000040)
    return dos + coff + optional + directories + section
