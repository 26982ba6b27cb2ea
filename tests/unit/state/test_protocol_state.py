# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Enabled and DisabledByDefault mean, by Microsoft's pages, on every Windows (guidance 2.2 and 2.3)."""

from __future__ import annotations

import itertools

import pytest
from tools.registry import AFTER, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Machine, Observation
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin, SettingState, read_state

pytestmark = pytest.mark.proves("state_meaning")

#: Server side of the table "Protocols in TLS/SSL (Schannel SSP)", 03/20/2025: E on, D off, x not there.
SERVER_DEFAULTS: dict[str, str] = {
    "ws2008r2": "EEEDDx",
    "ws2012": "DEEEEx",
    "ws2012r2": "DEEEEx",
    "ws2016": "xDEEEx",
    "ws2019": "xDEEEx",
    "ws2022": "xDEEEE",
    "ws2025": "xDEEEE",
}
CLIENT_DEFAULTS = {**SERVER_DEFAULTS, "ws2008r2": "DEEDDx"}
VERSIONS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
WORDS = {"E": "enabled", "D": "disabled", "x": "unsupported"}


def setting(version: str, side: str = "server") -> str:
    return f"protocols.{version.lower().replace(' ', '_').replace('.', '_')}.{side}"


def pair(version: str, enabled: str | None, by_default: str | None, side: str = "Server") -> str:
    lines = [f"[SCHANNEL\\Protocols\\{version}\\{side}]"]
    lines += [f'"Enabled"=dword:{enabled}'] if enabled is not None else []
    lines += [f'"DisabledByDefault"=dword:{by_default}'] if by_default is not None else []
    return "\n".join(lines) + "\n"


def server(text: str, version: str, os: str = "ws2016") -> SettingState:
    return state_of("[SCHANNEL]\n" + text, os).settings[setting(version)]


@pytest.mark.parametrize(("os", "letters"), SERVER_DEFAULTS.items())
def test_an_absent_key_means_the_default_of_that_very_windows(os: str, letters: str) -> None:
    state = state_of("[SCHANNEL]\n", os)
    for version, server_letter, client_letter in zip(VERSIONS, letters, CLIENT_DEFAULTS[os]):
        for side, letter in (("server", server_letter), ("client", client_letter)):
            found = state.settings[setting(version, side)]
            assert (found.form, found.configured) == (Form.ABSENT, None)
            assert found.effective == found.future == WORDS[letter], (version, side)
            assert found.origin is (Origin.UNSUPPORTED if letter == "x" else Origin.OS_DEFAULT)


NON_ZERO = ("1", "ffffffff", "2")


@pytest.mark.parametrize("by_default", [None, "0", "1", "ffffffff"])
@pytest.mark.parametrize("version", ["TLS 1.0", "TLS 1.2", "SSL 3.0"])
def test_enabled_zero_alone_decides_off(version: str, by_default: str | None) -> None:
    found = server(pair(version, "0", by_default), version)
    assert (found.configured, found.effective, found.origin) == ("disabled", "disabled", Origin.REGISTRY)


@pytest.mark.parametrize("number", NON_ZERO)
def test_any_other_number_is_enabled_when_it_is_not_disabled_by_default(number: str) -> None:
    assert server(pair("TLS 1.0", number, "0"), "TLS 1.0").effective == "enabled"


@pytest.mark.parametrize(("number", "by_default"), [*itertools.product(NON_ZERO, NON_ZERO)])
def test_enabled_and_disabled_by_default_is_a_state_of_its_own(number: str, by_default: str) -> None:
    assert server(pair("TLS 1.0", number, by_default), "TLS 1.0").effective == "disabled_by_default"


@pytest.mark.parametrize(
    ("version", "os", "effective"),
    [
        ("TLS 1.2", "ws2016", "enabled"),
        ("TLS 1.2", "ws2008r2", "disabled_by_default"),
        ("TLS 1.1", "ws2008r2", "disabled_by_default"),
        ("SSL 3.0", "ws2012r2", "enabled"),
        ("SSL 3.0", "ws2016", "disabled_by_default"),
        ("TLS 1.3", "ws2022", "enabled"),
    ],
)
def test_enabled_alone_leaves_the_rest_to_the_default_of_windows(version: str, os: str, effective: str) -> None:
    found = server(pair(version, "1", None), version, os)
    assert (found.form, found.effective) == (Form.PARTIAL, effective)


def test_disabled_by_default_zero_alone_switches_on_what_windows_has_off() -> None:
    assert server(pair("TLS 1.2", None, "0"), "TLS 1.2", "ws2008r2").effective == "enabled"


@pytest.mark.parametrize("os", ["ws2008r2", "ws2016"])
def test_disabled_by_default_alone_passes_neither_for_on_nor_for_off(os: str) -> None:
    assert server(pair("TLS 1.0", None, "1"), "TLS 1.0", os).effective == "disabled_by_default"


@pytest.mark.parametrize("enabled", [None, "0", "1"])
def test_what_a_windows_does_not_know_stays_unsupported_whatever_is_written(enabled: str | None) -> None:
    found = server(pair("TLS 1.3", enabled, "0"), "TLS 1.3", "ws2019")
    assert (found.effective, found.future, found.origin) == ("unsupported", "unsupported", Origin.UNSUPPORTED)


MALFORMED = (
    '"Enabled"="0"',
    '"Enabled"=hex(4):00,00',
    '"Enabled"=hex:00,00,00,00',
    '"Enabled"=hex(b):00,00,00,00,00,00,00,00',
)


@pytest.mark.parametrize("line", MALFORMED)
def test_a_value_of_another_kind_is_malformed_and_never_guessed(line: str) -> None:
    found = server(f'[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n{line}\n"DisabledByDefault"=dword:1\n', "TLS 1.0")
    assert (found.form, found.configured, found.effective) == (Form.MALFORMED, None, "unknown")


def test_a_malformed_second_value_spoils_the_pair_too() -> None:
    found = server('[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n"Enabled"=dword:0\n"DisabledByDefault"="1"\n', "TLS 1.0")
    assert (found.form, found.effective) == (Form.MALFORMED, "unknown")


def test_a_key_that_was_not_read_is_unread_and_unknown() -> None:
    nothing = Observation("host", Machine(None, None, None, None, None, None), (), (), (), ())
    for found in read_state(nothing, load()).settings.values():
        assert (found.form, found.configured, found.effective, found.future) == (
            Form.UNREAD,
            None,
            "unknown",
            "unknown",
        )


def test_on_an_unknown_windows_off_is_off_and_all_else_is_unknown() -> None:
    observation = on_host("[SCHANNEL]\n" + pair("TLS 1.0", "0", "1") + pair("TLS 1.3", "1", "0"))
    stranger = Observation(
        "host",
        observation.machine,
        tuple(key for key in observation.keys if "Windows NT" not in key.path),
        (),
        (),
        (),
        observation.asked,
    )
    state = read_state(stranger, load())
    assert state.identity.os is None
    assert state.settings[setting("TLS 1.0")].effective == "disabled"
    assert state.settings[setting("TLS 1.3")].effective == "unknown"
    assert state.settings[setting("TLS 1.2")].effective == "unknown"


def test_times_belong_to_the_key_of_the_side() -> None:
    state = state_of(
        "[SCHANNEL]\n" + pair("TLS 1.0", "0", "1") + pair("TLS 1.0", "0", "1", "Client"),
        written={"SCHANNEL\\Protocols\\TLS 1.0\\Server": AFTER},
    )
    assert state.settings[setting("TLS 1.0")].written == AFTER
    assert state.settings[setting("TLS 1.0")].pending
    assert not state.settings[setting("TLS 1.0", "client")].pending
