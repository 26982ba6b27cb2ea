# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stage prepare takes nothing away: what a client or a server can do afterwards is at least what it could before."""

from __future__ import annotations

import pytest
from tools.planned_host import PlannedHost, entry
from tools.sample_host import BUILDS, WINHTTP, WINHTTP_32, Registry, protocol

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import SettingKind, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

pytestmark = pytest.mark.proves("prepare_takes_nothing")

#: What a host may have been set to before, beside the defaults of its Windows.
BEFORE: dict[str, Registry] = {
    "defaults": {},
    "old client masks": {key: {"DefaultSecureProtocols": 0xA80} for key in (WINHTTP, WINHTTP_32)},
    "ssl in client masks": {key: {"DefaultSecureProtocols": 0xAA8} for key in (WINHTTP, WINHTTP_32)},
    "everything on": {
        **protocol("SSL 2.0", 1, 0),
        **protocol("SSL 3.0", 1, 0),
        **protocol("TLS 1.0", 1, 0),
        **protocol("TLS 1.1", 1, 0),
    },
    "by name only": {**protocol("TLS 1.1", 1, 1), **protocol("TLS 1.2", 1, 1)},
}


def able(state: State) -> set[str]:
    """Every version, algorithm and WinHTTP bit that works after the next boot, and every suite."""
    found: set[str] = set(state.future_suites or ())
    for name, one in state.settings.items():
        kind = load().settings[name].kind
        if kind in (SettingKind.PROTOCOL, SettingKind.ALGORITHM) and one.future in ("enabled", "disabled_by_default"):
            found.add(name)
        if name.endswith("default_secure_protocols") and isinstance(one.future, int):
            found |= {f"{name}:{bit}" for bit in range(32) if one.future >> bit & 1}
    return found


@pytest.mark.parametrize("profile", ["exchange_2015", "exchange_current", "exchange_strict"])
@pytest.mark.parametrize("system", BUILDS)
@pytest.mark.parametrize("before", BEFORE)
def test_nothing_that_worked_stops_working(profile: str, system: str, before: str) -> None:
    host = PlannedHost(system, None, BEFORE[before], profile=profile)
    worked = able(host.state)
    host.harden("prepare")
    assert worked - able(host.state) == set()
    assert "protocols.tls_1_2.server" in able(host.state)
    assert "protocols.tls_1_2.client" in able(host.state)


@pytest.mark.parametrize(
    ("system", "lost"),
    [
        ("ws2008r2", "rc4"),
        ("ws2012r2", "rc4"),
        ("ws2016", "des, export, null, rc4"),
        ("ws2022", "3des, des, export, null, rc4"),
    ],
)
def test_what_strong_crypto_takes_from_dotnet_is_said_for_this_windows(system: str, lost: str) -> None:
    plan = PlannedHost(system, None).plan("prepare")
    assert f"outgoing .NET connections lose suites with {lost}." in entry(plan, "dotnet_4.native.strong_crypto").detail
    assert "lose suites" not in entry(plan, "dotnet_4.native.system_default_tls_versions").detail
