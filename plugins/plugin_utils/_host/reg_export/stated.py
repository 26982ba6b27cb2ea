# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user says about the host of an export, put where the registry would say it: OS, Exchange build, role."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    REG_DWORD,
    REG_SZ,
    Catalogue,
    OperatingSystem,
    nearest,
)

from ..errors import ObservationError
from ..exchange import MSI_VALUES, Build, parse_build, version_of
from ..identity import WINDOWS
from ..names import fold, path_key, printable
from ..observation import RegistryKey
from ..registry_value import RegistryValue
from ..tree import PathKey

Keys = dict[PathKey, RegistryKey]

_EXCHANGE = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer"
NOT_INSTALLED = "none"
_ROLES = ("mailbox", "edge")


def stated_keys(
    keys: t.Mapping[PathKey, RegistryKey], *, os: str, exchange: str | None, role: str | None, catalogue: Catalogue
) -> Keys:
    """The keys of the export with what was stated about the host.

    :raises ObservationError: a statement that is not understood
    """
    stated = dict(keys)
    system = _system(os, catalogue)
    _put(stated, WINDOWS, "CurrentBuildNumber", REG_SZ, str(system.first_build), only_if_absent=True)
    _put(stated, WINDOWS, "InstallationType", REG_SZ, "Client" if system.client else "Server")
    _check_build(stated, system)
    if exchange is not None and exchange.strip().lower() == NOT_INSTALLED:
        for generation in ("v14", "v15"):
            _set_key(stated, rf"{_EXCHANGE}\{generation}\Setup", exists=False)
    elif exchange is not None:
        _put_exchange(stated, _build(exchange, catalogue), role)
    return stated


def _system(text: str, catalogue: Catalogue) -> OperatingSystem:
    by_name = {_bare(name): system for system in catalogue.systems.values() for name in (system.id, system.name)}
    found = by_name.get(_bare(text))
    if found is None:
        close = nearest(text, [*catalogue.systems, *(system.name for system in catalogue.systems.values())])
        raise ObservationError(
            f"The operating system '{printable(text, 60)}' is not known. "
            + (f"Did you mean '{close}'?" if close else f"Known are: {', '.join(catalogue.systems)}.")
        )
    return found


def _bare(text: str) -> str:
    """``Windows Server 2012 R2``, ``ws2012r2``, ``2012 R2`` -> ``2012r2``"""
    words = re.sub(r"windows|server", "", text.lower())
    return re.sub(r"^(ws|win)", "", re.sub(r"[^a-z0-9]", "", words))


def _check_build(keys: Keys, system: OperatingSystem) -> None:
    value = next(value for value in keys[path_key(WINDOWS)].values if fold(value.name) == "CURRENTBUILDNUMBER")
    found = value.data if isinstance(value.data, str) else ""
    if not found.isdigit() or not system.first_build <= int(found) <= system.last_build:
        raise ObservationError(
            f"The export is of another system than {system.name}: "
            f"its CurrentBuildNumber is '{printable(str(value.data), 20)}'."
        )


def _build(text: str, catalogue: Catalogue) -> Build:
    build = parse_build(text)
    if build is None or version_of(build, catalogue) is None:
        raise ObservationError(
            f"The Exchange build '{printable(text, 60)}' is not known; "
            "four numbers such as 15.1.2507.6 are expected, or 'none'."
        )
    return build


def _put_exchange(keys: Keys, build: Build, role: str | None) -> None:
    root = rf"{_EXCHANGE}\{'v14' if build[0] == 14 else 'v15'}"
    if build[0] == 14:
        _set_key(keys, rf"{_EXCHANGE}\v15\Setup", exists=False)
    for name, number in zip(MSI_VALUES, build):
        _put(keys, rf"{root}\Setup", name, REG_DWORD, number)
    if role is None:
        return
    if role not in _ROLES:
        raise ObservationError(f"The role '{printable(role, 60)}' is not known; it is mailbox or edge.")
    _set_key(keys, rf"{root}\EdgeTransportRole", exists=role == "edge")
    if role == "mailbox":
        _put(keys, rf"{root}\Setup", "Services", REG_SZ, "", only_if_absent=True)


def _set_key(keys: Keys, path: str, *, exists: bool) -> None:
    keys[path_key(path)] = RegistryKey(path, exists)


def _put(keys: Keys, path: str, name: str, kind: int, data: int | str, *, only_if_absent: bool = False) -> None:
    place = path_key(path)
    key = keys.get(place)
    values = key.values if key is not None and key.exists else ()
    if only_if_absent and any(fold(value.name) == fold(name) for value in values):
        return
    kept = tuple(value for value in values if fold(value.name) != fold(name))
    keys[place] = RegistryKey(path, True, values=(*kept, RegistryValue(name, kind, data)))
