# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journals of changes as host_write leaves them, written by hand, and as they travel."""

from __future__ import annotations

import base64
import gzip
import json
import typing as t

Json = dict[str, t.Any]
KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Ciphers\RC4 128/128"
ABSENT: Json = {"exists": False}


def state(kind: int, data: bytes) -> Json:
    """What stands in before or after of a value that exists."""
    return {"exists": True, "kind": kind, "data": base64.b64encode(data).decode("ascii")}


def dword(number: int) -> Json:
    """The same for a REG_DWORD."""
    return state(4, number.to_bytes(4, "little"))


def operation(**members: t.Any) -> Json:
    """A value that was not there and is 0 now; its key was made for it."""
    return {
        "op": "set",
        "path": KEY,
        "name": "Enabled",
        "before": ABSENT,
        "after": dword(0),
        "created_keys": [KEY],
        **members,
    }


def journal(change: str = "change-0001", **members: t.Any) -> Json:
    """A journal of one operation."""
    return {
        "contract": 1,
        "id": change,
        "state": "closed",
        "started": "134401600000000000",
        "closed": "134401600010000000",
        "boot": "134401500000000000",
        "computer": "SRV1",
        "meta": {"profile": "exchange_current"},
        "reboot_required": True,
        "operations": [operation()],
        **members,
    }


def encoded(content: Json | bytes) -> bytes:
    """Its file."""
    return content if isinstance(content, bytes) else json.dumps(content).encode("ascii")


def packed(content: Json | bytes) -> str:
    """The file as host_read sends it."""
    return base64.b64encode(gzip.compress(encoded(content))).decode("ascii")


def unpacked(answer: t.Mapping[str, t.Any]) -> bytes:
    """The file in an answer of host_read."""
    return gzip.decompress(base64.b64decode(answer["gzip"]))
