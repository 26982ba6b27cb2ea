# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stage is not in effect while a connection contradicts one of its rules; each kind of rule by itself."""

from __future__ import annotations

import typing as t

import pytest
from tools.sample_host import POLICY_LISTS, protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import direct
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import StageState, stage_states

pytestmark = pytest.mark.proves("stages_and_gates")

CBC = "TLS_RSA_WITH_AES_128_CBC_SHA"
TRIPLE_DES = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"
GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
OFF = {
    "SCHANNEL\\Ciphers\\Triple DES 168": {"Enabled": 0},
    "SCHANNEL\\Hashes\\SHA256": {"Enabled": 0},
    "SCHANNEL\\KeyExchangeAlgorithms\\PKCS": {"Enabled": 0},
}


def answer(*suites: str, port: int = 443, **versions: str) -> dict[str, t.Any]:
    """An endpoint that accepts TLS 1.2 with these suites, and what else is said of versions."""
    rows: dict[str, t.Any] = {version: {"state": state, "suites": []} for version, state in versions.items()}
    if suites:
        rows["tls_1_2"] = {"state": "accepted", "suites": [{"id": 0, "name": name} for name in suites]}
    fields = {"host": "ex1", "port": port, "service": "https", "transport": "tls", "status": "answered"}
    return {**fields, "versions": rows}


def judged(wanted: dict[str, t.Any], registry: t.Any, *observed: t.Any) -> StageState:
    """The stage in which the settings are asked for."""
    return stage_states(sample_state("ws2016", None, registry), direct(wanted, load()), observed)[0]


def said(wanted: dict[str, t.Any], registry: t.Any, *observed: t.Any) -> str:
    """What contradicts; empty when nothing does."""
    found = judged(wanted, registry, *observed)
    assert (found.state == "effective") is (found.detail == "")
    return found.detail.removeprefix("The registry is as wanted, but ")


@pytest.mark.parametrize(
    ("setting", "suites", "named"),
    [
        ("ciphers.triple_des_168", [GCM, CBC, TRIPLE_DES], TRIPLE_DES),
        ("hashes.sha256", [GCM, CBC, "TLS_RSA_WITH_AES_128_CBC_SHA256"], "TLS_RSA_WITH_AES_128_CBC_SHA256"),
        ("key_exchange.pkcs", ["TLS_NO_SUCH", GCM, TRIPLE_DES, CBC], TRIPLE_DES),
    ],
)
def test_a_part_that_is_off_contradicts_a_suite_that_needs_it(setting: str, suites: list[str], named: str) -> None:
    assert said({setting: "disabled"}, OFF, answer(*suites)) == f"ex1:443 (https) still accepts {named}."
    assert said({setting: "disabled"}, OFF, answer(GCM)) == ""


def test_a_part_that_is_on_contradicts_nothing() -> None:
    assert said({"ciphers.triple_des_168": "enabled"}, {}, answer(TRIPLE_DES)) == ""


def test_a_list_contradicts_the_first_suite_that_is_not_in_it() -> None:
    wanted = {"cipher_suites.group_policy": [GCM]}
    registry = {POLICY_LISTS: {"Functions": GCM}}
    assert said(wanted, registry, answer(GCM, CBC, TRIPLE_DES)) == f"ex1:443 (https) still accepts {CBC}."
    assert said(wanted, registry, answer(GCM)) == ""


def test_a_list_of_names_with_curves_allows_the_suites_without() -> None:
    suite = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    state = sample_state("ws2012r2", None, {POLICY_LISTS: {"Functions": f"{suite}_P256"}})
    baseline = direct({"cipher_suites.group_policy": [f"{suite}_P256"]}, load())
    assert stage_states(state, baseline, [answer(suite)])[0].state == "effective"
    assert stage_states(state, baseline, [answer(CBC)])[0].state == "open"


def test_other_settings_are_not_contradicted_by_connections() -> None:
    wanted = {
        "protocols.tls_1_0.client": "disabled",
        "cipher_suites.group_policy": "absent",
        "schannel.event_logging": 1,
        "renegotiation.insecure_clients": "disabled",
    }
    registry = {
        **protocol("TLS 1.0", 0, 1, sides="Client"),
        "SCHANNEL": {"EventLogging": 1, "AllowInsecureRenegoClients": 0},
    }
    assert said(wanted, registry, answer(TRIPLE_DES, tls_1_0="accepted")) == ""


def test_every_endpoint_and_rule_that_contradicts_is_named_once() -> None:
    off = {f"protocols.{version}.server": "disabled" for version in ("tls_1_0", "tls_1_1")}
    registry = {**protocol("TLS 1.0", 0, 1), **protocol("TLS 1.1", 0, 1)}
    both = {"tls_1_0": "accepted", "tls_1_1": "accepted"}
    first, second = "ex1:443 (https) still answers TLS", "ex1:444 (https) still answers TLS"
    observed = [answer(**both), answer(**both), answer(port=444, tls_1_1="accepted")]
    assert said(off, registry, *observed) == f"{first} 1.0, {first} 1.1, {second} 1.1."


@pytest.mark.parametrize(
    ("want", "state", "contradiction"),
    [
        ("disabled", "accepted", "still answers TLS 1.1"),
        ("disabled", "refused", ""),
        ("disabled", "unknown", ""),
        ("enabled", "accepted", ""),
        ("enabled", "refused", "refuses TLS 1.1"),
        ("enabled", "refused_by_close", "refuses TLS 1.1"),
        ("enabled", "unknown", ""),
        ("disabled_by_default", "accepted", ""),
        ("disabled_by_default", "refused", ""),
    ],
)
def test_a_version_is_contradicted_by_the_opposite_answer(want: str, state: str, contradiction: str) -> None:
    values = {"disabled": (0, 1), "enabled": (1, 0), "disabled_by_default": (1, 1)}[want]
    found = said({"protocols.tls_1_1.server": want}, protocol("TLS 1.1", *values), answer(tls_1_1=state))
    assert found == (f"ex1:443 (https) {contradiction}." if contradiction else "")


def test_a_version_without_a_name_is_called_by_its_id() -> None:
    found = said({"protocols.pct_1_0.server": "disabled"}, protocol("PCT 1.0", 0, 1), answer(pct_1_0="accepted"))
    assert found == "ex1:443 (https) still answers pct_1_0."


def test_a_version_that_the_binding_of_the_port_forbids_contradicts_nothing() -> None:
    binding = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo\0.0.0.0:443"
    wanted, on = {"protocols.tls_1_2.server": "enabled"}, protocol("TLS 1.2", 1, 0)
    assert said(wanted, on, answer(tls_1_2="refused")) == "ex1:443 (https) refuses TLS 1.2."
    assert said(wanted, {**on, binding: {"DefaultFlags": 0x1000}}, answer(tls_1_2="refused")) == ""


def test_a_version_that_one_of_the_bindings_of_the_port_forbids_contradicts_nothing() -> None:
    bindings = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo"
    wanted, on = {"protocols.tls_1_2.server": "enabled"}, protocol("TLS 1.2", 1, 0)
    two = {rf"{bindings}\0.0.0.0:443": {"DefaultFlags": 0x1000}, rf"{bindings}\10.0.0.1:443": {"DefaultFlags": 0}}
    assert said(wanted, {**on, **two}, answer(tls_1_2="refused")) == ""
