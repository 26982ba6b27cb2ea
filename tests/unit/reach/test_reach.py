# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is cut off by a plan: nobody is guessed about, and only certain harm to management or servers refuses it."""

from __future__ import annotations

import dataclasses
import ssl
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.registry import state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import load_clients
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import (
    Offer,
    offer_as_installed,
    offer_data,
    offer_of,
    read_offer,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._reach import (
    Neighbour,
    Reach,
    Surroundings,
    openssl_client,
    predict,
    reach_data,
    refusal,
)

GCM, CBC, RC4 = (
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_RC4_128_SHA",
)
GROUPS = ("secp384r1", "secp256r1")
WIDE = Offer(("tls_1_0", "tls_1_1", "tls_1_2"), ("tls_1_0", "tls_1_1", "tls_1_2"), (GCM, CBC), GROUPS)
MODERN = Offer(("tls_1_2",), ("tls_1_2",), (GCM, CBC), GROUPS)
OLD = Offer(("tls_1_0",), ("tls_1_0",), (CBC,), GROUPS)
CONTROLLER = openssl_client(ssl.create_default_context().get_ciphers(), "tls_1_2", "tls_1_3")
pytestmark = pytest.mark.proves("no_lockout")

PROTOCOLS = "SCHANNEL\\Protocols"
OFF = '"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'


def cut(before: Offer, after: Offer, **around: t.Any) -> list[tuple[str, str, str]]:
    return [(row.kind, row.peer, row.direction) for row in predict(before, after, Surroundings(**around)) if row.is_cut]


def test_a_neighbour_that_keeps_a_version_in_common_is_not_cut_off() -> None:
    assert cut(WIDE, MODERN, servers=(Neighbour("ex02", WIDE), Neighbour("ex03", MODERN))) == []


def test_a_neighbour_with_old_versions_only_is_cut_off_in_both_directions() -> None:
    assert cut(WIDE, MODERN, servers=(Neighbour("ex13", OLD),)) == [
        ("servers", "ex13", "in"),
        ("servers", "ex13", "out"),
    ]


def test_a_neighbour_that_was_not_read_is_unknown_and_refuses_nothing() -> None:
    rows = predict(WIDE, MODERN, Surroundings(servers=(Neighbour("hidden", None),)))
    assert {(row.direction, row.before, row.after, row.detail) for row in rows} == {
        ("in", "unknown", "unknown", "It was not read."),
        ("out", "unknown", "unknown", "It was not read."),
    }
    assert refusal(rows) == ()


def test_who_could_not_connect_before_is_not_cut_off_by_the_plan() -> None:
    assert cut(MODERN, MODERN, servers=(Neighbour("ex13", OLD),)) == []


def test_a_plan_that_leaves_the_controller_nothing_is_refused_with_the_reason() -> None:
    only_1_0 = dataclasses.replace(WIDE, server=("tls_1_0",))
    rows = predict(WIDE, only_1_0, Surroundings(management=CONTROLLER))
    (sentence,) = refusal(rows)
    assert sentence.startswith("This controller could no longer manage it: ")


def test_a_connection_that_is_not_by_tls_cannot_be_cut_off() -> None:
    assert refusal(predict(WIDE, dataclasses.replace(WIDE, server=()), Surroundings(management=None))) == ()


def test_suites_alone_can_cut_a_neighbour_off() -> None:
    assert cut(WIDE, dataclasses.replace(WIDE, suites=(GCM,)), servers=(Neighbour("ex13", OLD),)) == [
        ("servers", "ex13", "in"),
        ("servers", "ex13", "out"),
    ]


def test_old_clients_are_named_and_refuse_nothing() -> None:
    rows = predict(WIDE, MODERN, Surroundings(clients=load_clients()))
    lost = {row.peer for row in rows if row.is_cut}
    assert any("Outlook" in name and "Windows 7" in name for name in lost)
    assert refusal(rows) == ()


def test_old_mail_servers_of_partners_are_named_both_ways_and_refuse_nothing() -> None:
    suites = (GCM, CBC, "TLS_RSA_WITH_AES_256_CBC_SHA")
    before, after = (dataclasses.replace(offer, suites=suites) for offer in (WIDE, MODERN))
    rows = predict(before, after, Surroundings(clients=load_clients()))
    lost = {(row.peer, row.direction) for row in rows if row.is_cut and row.kind == "partner_servers"}
    for name in ("Exchange 2013 before CU8, sending by SMTP", "Postfix 2.3 to 2.8 with OpenSSL 0.9.8"):
        assert {(name, "in"), (name, "out")} <= lost
    assert not [name for name, _direction in lost if "2019" in name or "Postfix 3" in name]
    assert refusal(rows) == ()


def test_exchange_online_is_looked_at_both_ways() -> None:
    def cloud(after: Offer) -> set[tuple[str, str]]:
        rows = predict(WIDE, after, Surroundings(clients=load_clients()))
        return {(row.direction, row.after) for row in rows if row.kind == "exchange_online"}

    assert cloud(OLD) == {("in", "lost"), ("out", "lost")}
    assert cloud(MODERN) == {("in", "connects"), ("out", "connects")}


def test_a_domain_controller_that_ends_at_tls_1_0_is_lost_for_directory_queries() -> None:
    assert cut(WIDE, MODERN, directories={"Windows Server 2008 R2": OLD}) == [
        ("directory", "Windows Server 2008 R2", "out")
    ]


def test_the_offer_is_what_counts_now_and_what_will_count_after_the_boot() -> None:
    state = state_of(f"[{PROTOCOLS}\\TLS 1.0\\Server]\n{OFF}[{PROTOCOLS}\\TLS 1.0\\Client]\n{OFF}", "ws2016")
    now = offer_of(state, after_boot=True)
    assert now.server is not None
    assert now.client is not None
    assert "tls_1_0" not in now.server
    assert "tls_1_0" not in now.client
    assert "tls_1_2" in now.server
    assert now.groups == ("x25519", "secp256r1", "secp384r1")


@pytest.mark.parametrize(
    ("system", "versions"),
    [
        ("ws2008r2", ("ssl_3_0", "tls_1_0")),
        ("ws2016", ("tls_1_0", "tls_1_1", "tls_1_2")),
        ("ws2022", ("tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")),
    ],
)
def test_a_windows_as_installed_offers_the_defaults_of_microsofts_tables(
    system: str, versions: tuple[str, ...]
) -> None:
    offer = offer_as_installed(system, load())
    assert offer is not None
    assert offer.server is not None
    assert set(versions) <= set(offer.server) | {"ssl_3_0"}
    assert offer.suites


def test_a_cipher_that_is_off_takes_its_suites_out_of_the_offer() -> None:
    text = '[SCHANNEL\\Ciphers\\AES 256/256]\n"Enabled"=dword:0\n'
    offer = offer_of(state_of(text, "ws2016"), after_boot=True)
    assert offer.suites
    assert not [name for name in offer.suites if "AES_256" in name]


@pytest.mark.parametrize(
    "data", [None, [], {}, {"server": "tls_1_2"}, {"server": [1], "client": None, "suites": None, "groups": None}]
)
def test_an_offer_of_another_form_is_none(data: t.Any) -> None:
    assert read_offer(data) in (None, Offer(None, None, None, None))


@given(
    st.builds(
        Offer,
        *(
            st.none() | st.lists(st.sampled_from(words), unique=True).map(tuple)
            for words in (
                ("tls_1_0", "tls_1_2", "tls_1_3"),
                ("tls_1_0", "tls_1_2"),
                (GCM, CBC, RC4),
                GROUPS,
            )
        ),
    )
)
def test_an_offer_survives_a_result(offer: Offer) -> None:
    assert read_offer(offer_data(offer)) == offer


_OFFERS = st.builds(
    Offer,
    st.lists(st.sampled_from(("tls_1_0", "tls_1_1", "tls_1_2")), unique=True).map(tuple),
    st.lists(st.sampled_from(("tls_1_0", "tls_1_1", "tls_1_2")), unique=True).map(tuple),
    st.lists(st.sampled_from((GCM, CBC, RC4)), unique=True).map(tuple),
    st.just(GROUPS),
)


@given(_OFFERS, _OFFERS)
def test_a_plan_that_changes_nothing_cuts_nobody_off(offer: Offer, neighbour: Offer) -> None:
    around = Surroundings(management=CONTROLLER, servers=(Neighbour("ex02", neighbour),))
    assert not [row for row in predict(offer, offer, around) if row.is_cut]


@given(_OFFERS, _OFFERS, _OFFERS)
def test_only_management_and_servers_refuse(before: Offer, after: Offer, neighbour: Offer) -> None:
    rows: tuple[Reach, ...] = predict(
        before, after, Surroundings(servers=(Neighbour("ex02", neighbour),), directories={"dc": neighbour})
    )
    refused = [row for row in rows if row.is_cut and row.kind == "servers"]
    assert len(refusal(rows)) == len(refused)


def test_servers_to_whom_nothing_happens_share_a_row_and_each_that_is_cut_off_has_its_own() -> None:
    many = [Neighbour(f"ex{number:02}", MODERN) for number in range(1, 8)]
    old = [Neighbour("ex13a", OLD), Neighbour("ex13b", OLD)]
    rows = reach_data(predict(WIDE, MODERN, Surroundings(servers=(*many[:3], *old, *many[3:]))))
    servers = [(row["peer"], row["direction"], row["cut"]) for row in rows if row["kind"] == "servers"]
    together = "ex01, ex02, ex03, ex04, ex05 and 2 more"
    assert servers == [
        ("ex13a", "in", True),
        ("ex13a", "out", True),
        ("ex13b", "in", True),
        ("ex13b", "out", True),
        (together, "in", False),
        (together, "out", False),
    ]
