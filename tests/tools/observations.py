# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strategies: any observation whatever, from right to hostile."""

from __future__ import annotations

import typing as t

from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    WHOLE_TREE,
    ChangeHeader,
    FileFact,
    KeyRequest,
    Machine,
    Observation,
    PathKey,
    ReadError,
    RegistryKey,
    RegistryValue,
    from_bytes,
    nest,
    path_key,
)

_PLACES = [place for setting in load().settings.values() for place in setting.places]
_KEYS = sorted({place.key for place in _PLACES})
_NAMES = sorted({place.name for place in _PLACES})
_IDENTITY = [
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\ServerComponentStates\ServerWideOffline",
    r"HKEY_LOCAL_MACHINE\SYSTEM\Select",
    r"HKEY_LOCAL_MACHINE\Cluster\Nodes\1",
    r"HKEY_USERS\S-1-5-21-1-2-3-500\Software\Microsoft\Windows\CurrentVersion\Internet Settings",
]
_STRANGE = st.sampled_from(
    ["TLS1.2", "TLS 1.2 ", "RC4 128\u2215128", "\x1b[31m", "\ud800", "128", "Server", "\u202etxt.exe", "a" * 300]
)
#: A zero ends every name in Windows, a backslash separates keys.
_ANY_NAME = st.text(st.characters(exclude_characters="\\\0"), min_size=1, max_size=12)


def registry_values(names: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[RegistryValue]:
    """Values of every kind, as the registry may hold them: well formed, cut, empty, of unknown kinds."""
    own = st.one_of(st.sampled_from(_NAMES), st.sampled_from(["CurrentBuildNumber", "Current", ""]), _ANY_NAME)
    name = own if names is None else names
    kind = st.one_of(st.sampled_from([0, 1, 2, 3, 4, 7, 11]), st.integers(0, 0xFFFFFFFF))
    texts = st.lists(
        st.sampled_from(["TLS_AES_256_GCM_SHA384", "NistP256", "14393", "Server", "", " ", "1:0:6"]), max_size=3
    )
    data = st.one_of(
        st.binary(max_size=12),
        st.integers(0, 0xFFFFFFFF).map(lambda number: number.to_bytes(4, "little")),
        st.sampled_from([b"\0\0\0\0", b"\1\0\0\0", b"\xff\xff\xff\xff"]),
        texts.map(lambda parts: ("".join(part + "\0" for part in parts)).encode("utf-16-le")),
        texts.map(lambda parts: (",".join(parts) + "\0").encode("utf-16-le")),
    )
    return st.builds(from_bytes, name, kind, data)


_TIME = st.one_of(st.none(), st.integers(0, 2**63 - 1), st.integers(90, 110))
_PATH = st.one_of(
    st.sampled_from(_KEYS + _IDENTITY),
    st.builds(lambda key, tail: f"{key}\\{tail}", st.sampled_from(_KEYS), st.one_of(_STRANGE, _ANY_NAME)),
    st.builds(
        lambda key, tail: key.rsplit("\\", 1)[0] + f"\\{tail}", st.sampled_from(_KEYS), st.one_of(_STRANGE, _ANY_NAME)
    ),
)
_KEY = st.builds(
    RegistryKey,
    path=_PATH,
    exists=st.sampled_from([True, True, True, False, None]),
    written=_TIME,
    values=st.lists(registry_values(), max_size=4).map(tuple),
)
_CHANGE = st.builds(
    ChangeHeader,
    id=st.text(max_size=8),
    state=st.sampled_from(["open", "closed", "put_back", "put_back_failed", "torn"]),
    started=_TIME,
    closed=_TIME,
    boot=_TIME,
    reboot_required=st.booleans(),
    meta=st.just({}),
    values=st.lists(st.tuples(_PATH, st.sampled_from(_NAMES)), max_size=3).map(tuple),
    error=st.text(max_size=8),
)


def _tree(keys: t.Sequence[RegistryKey]) -> tuple[RegistryKey, ...]:
    places: dict[PathKey, RegistryKey] = {path_key(key.path): key for key in keys if path_key(key.path)}
    return nest(places)


def observations() -> st.SearchStrategy[Observation]:
    """Any observation that the readers could build, and some that they could not."""
    return st.builds(
        Observation,
        origin=st.sampled_from(["host", "reg_export"]),
        machine=st.builds(
            Machine,
            computer=st.one_of(st.none(), st.text(max_size=6)),
            domain=st.none(),
            now=_TIME,
            boot=_TIME,
            powershell=st.none(),
            elevated=st.none(),
        ),
        keys=st.lists(_KEY, max_size=12).map(_tree),
        files=st.lists(
            st.builds(
                FileFact,
                path=st.sampled_from([r"C:\ProgramData\ntuser.pol", r"C:\x\Bin\ExSetup.exe", ""]),
                exists=st.sampled_from([True, False, None]),
                version=st.sampled_from([None, "15.2.1748.10", "x", "15.1.2507"]),
                content=st.one_of(st.none(), st.binary(max_size=30), st.just(b"PReg\1\0\0\0[\0a\0")),
            ),
            max_size=2,
        ).map(tuple),
        journal=st.lists(_CHANGE, max_size=3).map(tuple),
        errors=st.lists(
            st.builds(ReadError, path=_PATH, code=st.sampled_from([2, 5, 1009]), text=st.text(max_size=9)), max_size=2
        ).map(tuple),
        asked=st.lists(
            st.builds(
                KeyRequest,
                path=st.one_of(_PATH, st.just("HKEY_LOCAL_MACHINE")),
                depth=st.sampled_from([WHOLE_TREE, 0, 1, 4]),
                values=st.one_of(st.none(), st.lists(st.sampled_from(_NAMES), max_size=3).map(tuple)),
            ),
            max_size=4,
        ).map(tuple),
    )
