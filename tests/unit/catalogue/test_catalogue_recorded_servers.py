# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that others recorded (test data of CSS-Exchange), read and judged by the core, value by value."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from tools import css_exchange
from tools.css_exchange import all_settings, local_list, policy_list, protocol_values, recording, registry_text

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import load_profile, resolve
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import bare_suite, load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import find, judge_rules
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin, State

pytestmark = [
    pytest.mark.proves("recorded_windows"),
    pytest.mark.skipif(not css_exchange.FOLDER.is_dir(), reason=css_exchange.MISSING),
]


def exchange_2016() -> State:
    """The recorded Exchange 2016 server: protocols, .NET and the suites in effect."""
    settings = all_settings()
    suites = [suite["Name"] for suite in settings["TlsCipherSuite"]]
    return css_exchange.state_of_recording(registry_text(settings) + local_list(suites), "ws2016", "15.1.2507.6")


def verdicts(state: State, profile: str) -> dict[str, str]:
    """Rule -> verdict."""
    baseline = resolve(
        load_profile(profile),
        [],
        state.identity,
        host="ex1",
        groups=("exchange",),
        today=datetime.date(2026, 11, 26),
        catalogue=load(),
    )
    return {str(entry.rule): entry.verdict.value for entry in judge_rules(state, baseline)}


def said(state: State) -> set[tuple[str, str]]:
    """(id, subject) of the findings, without those about what an export cannot hold."""
    return {(one.id, one.subject) for one in find(state) if not one.id.startswith("reading.")}


# -- an Exchange 2016 server ------------------------------------------------------------------------------------------

#: Setting -> Enabled, DisabledByDefault, how it was found, what counts and why.
PROTOCOLS: dict[str, tuple[int | None, int | None, Form, str, Origin]] = {
    "tls_1_0.client": (None, None, Form.ABSENT, "enabled", Origin.OS_DEFAULT),
    "tls_1_0.server": (1, None, Form.PARTIAL, "enabled", Origin.REGISTRY),
    "tls_1_1.client": (None, None, Form.ABSENT, "enabled", Origin.OS_DEFAULT),
    "tls_1_1.server": (1, 0, Form.SET, "enabled", Origin.REGISTRY),
    "tls_1_2.client": (None, None, Form.ABSENT, "enabled", Origin.OS_DEFAULT),
    "tls_1_2.server": (1, 0, Form.SET, "enabled", Origin.REGISTRY),
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_of_the_recorded_server_is_read_with_both_values_of_its_side(name: str) -> None:
    state = exchange_2016().settings[f"protocols.{name}"]
    enabled, by_default = (None if value is None else value.data for value in state.values)
    assert (enabled, by_default, state.form, state.effective, state.origin) == PROTOCOLS[name]


def test_what_healthchecker_said_about_each_protocol_is_what_the_core_says() -> None:
    settings, state = all_settings(), exchange_2016()
    for version, side in protocol_values(settings):
        entry = settings["Registry"]["TLS"][version]
        ours = state.settings[f"protocols.tls_{version.replace('.', '_')}.{side.lower()}"].effective
        assert (ours == "enabled") is (entry[f"{side}Enabled"] and not entry[f"{side}DisabledByDefault"])
        assert (ours == "disabled") is entry["TLSVersionDisabled"]


def test_none_of_the_eight_dotnet_values_was_set() -> None:
    entries = all_settings()["Registry"]["NET"].values()
    recorded = {
        name: value for entry in entries for name, value in entry.items() if name.endswith("Value") and "T" in name
    }
    assert set(recorded.values()) == {None}
    state = exchange_2016()
    for runtime in ("v2", "v4"):
        for view in ("native", "wow64"):
            versions = state.settings[f"dotnet.{runtime}.{view}.system_default_tls_versions"]
            crypto = state.settings[f"dotnet.{runtime}.{view}.strong_crypto"]
            assert (versions.form, versions.configured, versions.effective) == (Form.ABSENT, None, "disabled")
            assert (crypto.form, crypto.configured) == (Form.ABSENT, None)


def test_the_suites_of_the_recorded_server_are_in_force_in_the_recorded_order() -> None:
    recorded = [bare_suite(suite["Name"])[0] for suite in all_settings()["TlsCipherSuite"]]
    assert len(recorded) == 12
    assert exchange_2016().settings["cipher_suites.local"].effective == tuple(recorded)


def test_the_recorded_server_has_the_findings_that_it_deserves() -> None:
    assert said(exchange_2016()) == {
        ("protocols.half_configured", "protocols.tls_1_0.server"),
        ("protocols.one_side_only", "protocols.tls_1_0.client"),
        ("protocols.one_side_only", "protocols.tls_1_1.client"),
        ("protocols.one_side_only", "protocols.tls_1_2.client"),
        ("suites.curve_suffix", "cipher_suites.local"),
        ("platform.exchange_support", "exchange"),
    }


def test_by_the_article_of_2015_the_recorded_server_lacks_tls_1_2_for_its_client_and_the_suites() -> None:
    found = verdicts(exchange_2016(), "exchange_2015")
    assert {rule: verdict for rule, verdict in found.items() if verdict != "unknown"} == {
        **dict.fromkeys(("tls_1_0.client", "tls_1_0.server", "tls_1_1.client", "tls_1_1.server"), "pass"),
        "tls_1_2.client": "fail",
        "tls_1_2.server": "pass",
        "cipher_suites_2016": "fail",
    }


def test_by_the_present_page_the_recorded_server_passes_in_nothing_but_the_server_side_of_tls_1_2() -> None:
    found = verdicts(exchange_2016(), "exchange_current")
    assert [rule for rule, verdict in found.items() if verdict == "pass"] == ["tls_1_2.server"]
    failed = {rule for rule, verdict in found.items() if verdict == "fail"}
    dotnet = {
        f"dotnet_{runtime}.{view}.{name}"
        for runtime in (2, 4)
        for view in ("native", "wow64")
        for name in ("system_default_tls_versions", "strong_crypto")
    }
    old = {f"tls_1_{minor}.{side}" for minor in (0, 1) for side in ("client", "server")}
    assert failed == {"tls_1_2.client", *old, *dotnet, "cipher_suites_2016", "curve_order"}


def test_what_was_not_recorded_is_unknown_and_passes_in_no_profile() -> None:
    state = exchange_2016()
    read = {name.split(".")[0] for name, one in state.settings.items() if one.form is not Form.UNREAD}
    assert read == {"protocols", "dotnet", "cipher_suites", "curves"}
    for profile in ("exchange_2015", "exchange_current", "exchange_strict"):
        found = verdicts(state, profile)
        assert {found[rule] for rule in found if rule.startswith(("rc4", "ssl_", "triple", "md5"))} == {"unknown"}


# -- suites and their order -------------------------------------------------------------------------------------------


def test_the_recorded_exchange_2019_server_has_the_order_of_microsofts_page() -> None:
    (suites,) = recording("GetTlsCipherSuite.xml")
    state = css_exchange.state_of_recording(local_list([one["Name"] for one in suites]), "ws2019", "15.2.1544.4")
    in_force = t.cast("tuple[str, ...]", state.settings["cipher_suites.local"].effective)
    assert [load().suites[name].number for name in in_force] == [one["CipherSuite"] for one in suites]
    assert [one["CipherSuite"] for one in suites] == [49196, 49195, 49200, 49199, 49188, 49187, 49192, 49191]
    assert verdicts(state, "exchange_current")["cipher_suites_2016"] == "pass"


def test_the_recorded_local_list_of_2012_r2_is_in_force_name_by_name() -> None:
    names = recording("TlsCipherLocalPath.xml")
    state = css_exchange.state_of_recording(local_list(names), "ws2012r2", "15.0.1497.48")
    local = state.settings["cipher_suites.local"]
    assert (len(names), local.configured) == (40, tuple(names))
    assert local.effective == local.configured
    assert verdicts(state, "exchange_2015")["cipher_suites_before_2016"] == "fail"


def test_the_recorded_list_of_group_policy_wins_and_says_nothing_about_who_wrote_it() -> None:
    (text,) = recording("TlsCipherGPOPath.xml")
    state = css_exchange.state_of_recording(policy_list(text), "ws2012r2", "15.0.1497.48")
    policy = state.settings["cipher_suites.group_policy"]
    names = tuple(text.split(","))
    assert (len(names), policy.form, policy.origin) == (9, Form.SET, Origin.GROUP_POLICY)
    assert policy.configured == policy.effective == names
    assert ("changes.owner_unknown", "cipher_suites.group_policy") in said(state)
    assert verdicts(state, "exchange_current")["cipher_suites_before_2016"] == "fail"
