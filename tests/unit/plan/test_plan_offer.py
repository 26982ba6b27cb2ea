# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host offers to its neighbours: versions, suites and groups, now and when everything configured counts."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from tools.sample_host import BUILDS, LOCAL_LISTS, LONG_AGO, NOW, POLICY_LISTS, SCHANNEL, protocol, sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Offer,
    offer_as_installed,
    offer_data,
    offer_of,
    read_offer,
)

pytestmark = pytest.mark.proves("no_lockout")

GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_CBC_SHA"
OLD = protocol("TLS 1.0", 0, 1, sides="Server")


def now_and_then(registry: t.Any = None, system: str = "ws2016", **more: t.Any) -> tuple[Offer, Offer]:
    state = sample_state(system, None, registry, **more)
    return offer_of(state, after_boot=False), offer_of(state, after_boot=True)


def test_a_new_windows_offers_what_it_has_on_by_default() -> None:
    now, then = now_and_then()
    assert now == then
    assert now.server == now.client == ("tls_1_0", "tls_1_1", "tls_1_2")
    assert now.groups == ("x25519", "secp256r1", "secp384r1")
    assert now.suites is not None
    assert GCM in now.suites
    assert not [name for name in now.suites if "NULL" in name or "PSK" in name]


def test_a_version_that_is_off_on_one_side_is_missing_there() -> None:
    now, _then = now_and_then(OLD)
    assert (now.server, now.client) == (("tls_1_1", "tls_1_2"), ("tls_1_0", "tls_1_1", "tls_1_2"))


def test_what_waits_for_a_boot_is_no_offer_now_and_one_then() -> None:
    now, then = now_and_then(OLD, written={rf"{SCHANNEL}\Protocols\TLS 1.0\Server": NOW})
    assert (now.server, then.server) == (("tls_1_1", "tls_1_2"), ("tls_1_1", "tls_1_2"))
    now, then = now_and_then(protocol("SSL 3.0", 1, 0), written={rf"{SCHANNEL}\Protocols\SSL 3.0\Server": NOW})
    assert (now.server, then.server) == (
        ("tls_1_0", "tls_1_1", "tls_1_2"),
        ("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"),
    )


def test_what_is_not_known_is_not_guessed() -> None:
    now, then = now_and_then(denied=[rf"{SCHANNEL}\Protocols\TLS 1.2\Server", LOCAL_LISTS])
    assert (now.server, then.server) == (None, None)
    assert now.client == ("tls_1_0", "tls_1_1", "tls_1_2")
    assert (now.suites, now.groups, then.suites, then.groups) == (None, None, None, None)


def test_a_catalogue_without_a_version_predicts_nothing() -> None:
    state = sample_state("ws2016")
    settings = {name: found for name, found in state.settings.items() if name != "protocols.tls_1_1.client"}
    offer = offer_of(dataclasses.replace(state, settings=settings), after_boot=True)
    assert (offer.client, offer.server) == (None, ("tls_1_0", "tls_1_1", "tls_1_2"))


def test_suites_come_in_their_order_each_once_and_without_those_that_nobody_can_use() -> None:
    names = [CBC, "TLS_RSA_WITH_NULL_SHA256", GCM, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_PSK_WITH_AES_128_GCM_SHA256"]
    off = {"SCHANNEL\\Ciphers\\Triple DES 168": {"Enabled": 0}}
    registry = {POLICY_LISTS: {"Functions": ",".join([*names, CBC]), "EccCurves": ["nistP384", "x", "NistP521"]}, **off}
    now, then = now_and_then(registry)
    assert now.suites == then.suites == (CBC, GCM)
    assert now.groups == then.groups == ("secp384r1", "secp521r1")


def test_a_cipher_and_a_list_that_were_written_after_the_boot_count_then() -> None:
    off = {"SCHANNEL\\Ciphers\\Triple DES 168": {"Enabled": 0}}
    now, then = now_and_then(off, written={rf"{SCHANNEL}\Ciphers\Triple DES 168": NOW})
    assert now.suites is not None
    assert then.suites is not None
    assert set(now.suites) - set(then.suites) == {
        "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    }
    written = {POLICY_LISTS: {"Functions": GCM, "EccCurves": ["NistP384"]}}
    now, then = now_and_then(written, written={POLICY_LISTS: NOW})
    assert (now.suites, now.groups) == (None, None)
    assert (then.suites, then.groups) == ((GCM,), ("secp384r1",))
    now, _then = now_and_then(written, written={POLICY_LISTS: LONG_AGO})
    assert (now.suites, now.groups) == ((GCM,), ("secp384r1",))


def test_a_suite_with_its_curve_is_called_by_its_iana_name_once() -> None:
    suite = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    now, _then = now_and_then({POLICY_LISTS: {"Functions": f"{suite}_P256,{suite}_P384"}}, "ws2012r2")
    assert now.suites == (suite,)


@pytest.mark.parametrize(
    ("suites", "groups"),
    [
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384", ("secp384r1",)),
        (
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P521,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA_P256",
            ("secp521r1", "secp256r1"),
        ),
        (CBC, ()),
    ],
)
def test_before_windows_10_the_groups_are_those_that_the_suites_name(suites: str, groups: tuple[str, ...]) -> None:
    now, then = now_and_then({POLICY_LISTS: {"Functions": suites}}, "ws2012r2")
    assert now.groups == then.groups == groups


def test_before_windows_10_a_list_that_waits_for_a_boot_names_the_groups_then() -> None:
    suite = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384"
    now, then = now_and_then({POLICY_LISTS: {"Functions": suite}}, "ws2012r2", written={POLICY_LISTS: NOW})
    assert (now.groups, then.groups) == (None, ("secp384r1",))


@pytest.mark.parametrize("system", BUILDS)
def test_no_windows_as_installed_offers_a_suite_without_encryption_or_certificate(system: str) -> None:
    installed = offer_as_installed(system, load())
    assert installed is not None
    assert installed.suites
    assert set(installed.suites) <= set(load().suites)
    assert not [name for name in installed.suites if load().suites[name].traits & {"null", "psk"}]


@pytest.mark.parametrize("system", ["ws2008r2", "ws2012", "ws2012r2"])
def test_an_old_windows_as_installed_has_the_curves_of_its_suites(system: str) -> None:
    installed = offer_as_installed(system, load())
    assert installed is not None
    assert set(installed.groups or ()) == {"secp256r1", "secp384r1"}


@pytest.mark.parametrize(
    ("system", "versions"),
    [
        ("ws2008r2", (("ssl_2_0", "ssl_3_0", "tls_1_0"), ("ssl_3_0", "tls_1_0"))),
        ("ws2012r2", (("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"),) * 2),
        ("ws2022", (("tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"),) * 2),
    ],
)
def test_a_windows_as_installed_offers_the_same_as_a_host_where_nothing_is_set(system: str, versions: t.Any) -> None:
    installed = offer_as_installed(system, load())
    assert installed is not None
    assert (installed.server, installed.client) == versions
    host = now_and_then(system=system)[0]
    assert (host.server, host.client, host.groups) == (installed.server, installed.client, installed.groups)
    assert host.suites is not None
    # The suites of SSL 2.0 are in old lists and used on request only.
    assert installed.suites == tuple(name for name in host.suites if not name.startswith("SSL_CK_"))


def test_a_windows_that_the_catalogue_does_not_have_offers_nothing_known() -> None:
    assert offer_as_installed("ws2000", load()) is None


def test_a_version_that_the_catalogue_lacks_is_not_offered() -> None:
    settings = {name: found for name, found in load().settings.items() if name != "protocols.tls_1_2.client"}
    offer = offer_as_installed("ws2016", dataclasses.replace(load(), settings=settings))
    assert offer is not None
    assert offer.client == ("tls_1_0", "tls_1_1")


@pytest.mark.parametrize("offer", [Offer(("tls_1_2",), (), (GCM, CBC), ("x25519",)), Offer(None, None, None, None)])
def test_an_offer_survives_its_way_through_a_result(offer: Offer) -> None:
    data = json.loads(json.dumps(offer_data(offer)))
    assert list(data) == ["server", "client", "suites", "groups"]
    assert read_offer(data) == offer


@pytest.mark.parametrize(
    "data", [None, [], "text", {"server": "tls_1_2"}, {"client": [1]}, {"suites": [GCM, None]}, {"groups": 5}]
)
def test_anything_else_is_no_offer(data: t.Any) -> None:
    assert read_offer(data) is None


def test_an_offer_of_which_parts_are_missing_is_not_known_there() -> None:
    assert read_offer({"server": ["tls_1_2"]}) == Offer(("tls_1_2",), None, None, None)
    assert read_offer({"groups": ("x25519",)}) == Offer(None, None, None, ("x25519",))
