# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts for tests: the answer that host_read would give, from a few registry values.

Written against the contract of host_read only; nothing of the code under test is used to make the answer.
"""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation, from_host
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
POLICY_LISTS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
LOCAL_LISTS = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002"
WINHTTP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
WINHTTP_32 = r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
DOTNET_4 = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"

#: FILETIME: long ago, the boot, and now (100 ns since 1601).
LONG_AGO, BOOT, NOW = 132_000_000_000_000_000, 133_000_000_000_000_000, 133_000_100_000_000_000

BUILDS: t.Mapping[str, tuple[str, str]] = {
    "ws2008r2": ("7601", "Server"),
    "ws2012": ("9200", "Server"),
    "ws2012r2": ("9600", "Server"),
    "ws2016": ("14393", "Server"),
    "ws2019": ("17763", "Server"),
    "ws2022": ("20348", "Server"),
    "ws2025": ("26100", "Server"),
    "win7": ("7601", "Client"),
    "win8": ("9200", "Client"),
    "win8_1": ("9600", "Client"),
    "win10": ("19045", "Client"),
    "win11": ("26100", "Client"),
}

#: Name and data of values, by key; a number is a REG_DWORD, a text a REG_SZ, a list a REG_MULTI_SZ,
#: (kind, bytes) anything else.
Registry = t.Mapping[str, t.Mapping[str, t.Any]]


def sample_answer(
    os: str,
    exchange: str | None = None,
    registry: Registry | None = None,
    *,
    written: t.Mapping[str, int] | None = None,
    denied: t.Collection[str] = (),
    boot: int | None = BOOT,
    journal: t.Sequence[t.Mapping[str, t.Any]] = (),
    edge: bool = False,
    group_policy: bytes | None = None,
) -> dict[str, t.Any]:
    """The answer of a host. ``exchange``: build, None = not installed. ``written``: times of keys that differ from
    long ago. ``denied``: keys that may not be read. ``group_policy``: content of Group Policy's own record.
    """
    build, edition = BUILDS[os]
    values: dict[str, dict[str, t.Any]] = {
        WINDOWS: {"CurrentBuildNumber": build, "InstallationType": edition},
        SCHANNEL: {},
    }
    files: list[dict[str, t.Any]] = []
    if group_policy is not None:
        text = base64.b64encode(group_policy).decode("ascii")
        record = {"path": r"C:\ProgramData\ntuser.pol", "exists": True, "version": None, "size": len(group_policy)}
        files.append({**record, "content": text})
    if exchange is not None:
        root = "v14" if exchange.startswith("14.") else "v15"
        setup = rf"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\{root}\Setup"
        names = ("MsiProductMajor", "MsiProductMinor", "MsiBuildMajor", "MsiBuildMinor")
        values[setup] = dict(zip(names, (int(part) for part in exchange.split("."))))
        values[setup]["Services"] = r"C:\Program Files\Microsoft\Exchange Server\V15"
        if edge:
            values[rf"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\{root}\EdgeTransportRole"] = {}
    for path, found in (registry or {}).items():
        values.setdefault(full(path), {}).update(found)
    times = {full(path): time for path, time in (written or {}).items()}
    keys = [
        _chosen(request, _tree(request["path"], int(request["depth"]), values, times, {full(path) for path in denied}))
        for request in load().reading["keys"]
    ]
    return {
        "contract": 1,
        "changed": False,
        "identity": {
            "computer": "EX1",
            "domain": "example.test",
            "now": str(NOW),
            "boot": None if boot is None else str(boot),
            "powershell": "5.1.17763.1",
            "elevated": True,
        },
        "files": files,
        "keys": keys,
        "journal": list(journal),
        "errors": [{"path": full(path), "code": 5, "text": "Access is denied."} for path in denied],
    }


def sample_observation(
    os: str, exchange: str | None = None, registry: Registry | None = None, **more: t.Any
) -> Observation:
    """The observation of such a host."""
    return from_host(sample_answer(os, exchange, registry, **more))


def sample_state(os: str, exchange: str | None = None, registry: Registry | None = None, **more: t.Any) -> State:
    """The state of such a host."""
    catalogue: Catalogue = load()
    return read_state(sample_observation(os, exchange, registry, **more), catalogue)


def full(path: str) -> str:
    """``SCHANNEL\\...`` and ``HKLM\\...`` written out."""
    if path.startswith("SCHANNEL"):
        return SCHANNEL + path[len("SCHANNEL") :]
    return path.replace("HKLM\\", "HKEY_LOCAL_MACHINE\\", 1)


def protocol(
    version: str, enabled: int | None, by_default: int | None, sides: str = "Client Server"
) -> dict[str, t.Any]:
    """Both values of a version on some sides; None = absent."""
    pair = {"Enabled": enabled, "DisabledByDefault": by_default}
    found = {name: data for name, data in pair.items() if data is not None}
    return {rf"SCHANNEL\Protocols\{version}\{side}": found for side in sides.split()}


def _tree(
    path: str, depth: int, values: t.Mapping[str, t.Any], times: t.Mapping[str, int], denied: t.Collection[str]
) -> dict[str, t.Any]:
    folded = path.casefold()
    if any(folded == name.casefold() for name in denied):
        return {"path": path, "exists": None, "written": None, "values": [], "keys": []}
    below = sorted(name for name in values if name.casefold().startswith(folded + "\\"))
    own = next((found for name, found in values.items() if name.casefold() == folded), None)
    if own is None and not below:
        return {"path": path, "exists": False, "written": None, "values": [], "keys": []}
    children = dict.fromkeys(path + "\\" + name[len(path) + 1 :].split("\\")[0] for name in below)
    time = next((moment for name, moment in times.items() if name.casefold() == folded), LONG_AGO)
    return {
        "path": path,
        "exists": True,
        "written": str(time),
        "values": [_value(name, data) for name, data in sorted((own or {}).items())],
        "keys": [_tree(child, depth - 1, values, times, denied) for child in children] if depth > 0 else [],
    }


def _chosen(request: t.Mapping[str, t.Any], key: dict[str, t.Any]) -> dict[str, t.Any]:
    names = {name.casefold() for name in request.get("values", ())}
    chosen = [value for value in key["values"] if "values" not in request or value["name"].casefold() in names]
    return {**key, "values": chosen}


def _value(name: str, data: t.Any) -> dict[str, t.Any]:
    if isinstance(data, int):
        return {"name": name, "kind": 4, "data": data}
    if isinstance(data, str):
        return {"name": name, "kind": 1, "data": data}
    if isinstance(data, tuple):
        kind, raw = data
        return {"name": name, "kind": kind, "data": base64.b64encode(raw).decode("ascii"), "raw": True}
    return {"name": name, "kind": 7, "data": list(data)}
