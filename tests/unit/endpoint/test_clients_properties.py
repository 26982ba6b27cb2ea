# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of every simulation, whatever the endpoint and the client."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import typing as t

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from wire_servers.model import Model, Wire

from ansible_collections.msexchange.tls.plugins.module_utils._wire import (
    DETAILS,
    Question,
    Version,
    endpoint,
    probe,
    replay,
    suite_by_name,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.clients import (
    Client,
    Kind,
    Outcome,
    Result,
    hello_of,
    load_clients,
    simulate,
)

Answer = dict[str, t.Any]

VERSIONS = tuple(version for version in Version if version is not Version.SSL_2_0)
#: All kinds of key exchange and authentication that a choice depends on.
OLD = (
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_DH_anon_WITH_AES_128_CBC_SHA",
)
NEW = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
GROUPS = ("x25519", "secp256r1", "secp384r1")
DEFINITE = frozenset(Result) - {Result.UNKNOWN}


def some(names: t.Sequence[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of these in any order."""
    return st.lists(st.sampled_from(names), min_size=least, unique=True).map(tuple)


@st.composite
def clients(draw: st.DrawFn) -> Client:
    lowest, highest = sorted(draw(st.tuples(st.sampled_from(VERSIONS), st.sampled_from(VERSIONS))))
    suites = draw(some(OLD, 1)) + (draw(some(NEW, 1)) if highest is Version.TLS_1_3 else ())
    return Client(
        id="one",
        name="One",
        family="site",
        kind=Kind.SITE,
        services=("https",),
        lowest=lowest,
        highest=highest,
        suites=suites,
        framing=draw(st.sampled_from(("tls", "tls", "ssl2"))) if highest < Version.TLS_1_3 else "tls",
        groups=draw(some(GROUPS)),
        renegotiation=draw(st.sampled_from(("scsv", "extension", "none"))),
        needs_secure_renegotiation=draw(st.booleans()),
        refuses_sha1_handshakes=draw(st.booleans()),
        dh_max_bits=draw(st.sampled_from((None, 1024))),
        rsa_min_bits=draw(st.sampled_from((None, 2048))),
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Endpoints of which everything is known."""
    versions: Answer = {"ssl_2_0": {"state": "refused", "suites": [], "order": "unknown", "complete": False}}
    for version in VERSIONS:
        names = draw(some(NEW if version is Version.TLS_1_3 else OLD))
        state = "accepted" if names else draw(st.sampled_from(("refused", "refused_by_close")))
        order = draw(st.sampled_from(("server", "client")))
        versions[version.id] = {"state": state, "suites": rows(names), "order": order, "complete": bool(names)}
    facts = {
        "groups": {name: list(draw(some(GROUPS, 1))) for name in ("tls_1_2", "tls_1_3")},
        "groups_complete": ["tls_1_2", "tls_1_3"],
        "unified_hello": draw(st.booleans()),
        "secure_renegotiation": draw(st.booleans()),
        "dh_bits": draw(st.sampled_from((1024, 2048))),
    }
    return {"status": "answered", "versions": versions, "facts": facts, "certificates": [], "chains": []}


def rows(names: t.Iterable[str]) -> list[Answer]:
    return [{"id": suite.number, "name": suite.name} for suite in map(suite_by_name, names) if suite]


def names_in(answer: Answer, version: Version) -> list[str]:
    return [row["name"] for row in answer["versions"][version.id]["suites"]]


def outcome(answer: Answer, client: Client) -> Outcome:
    return simulate(answer, [client])[0]


def agrees(less: Outcome, more: Outcome) -> bool:
    """What is said with less knowledge holds with more."""
    same = less.result is more.result and less.version is more.version and less.suite in (None, more.suite)
    return less.result is Result.UNKNOWN or same


@given(answers(), clients())
def test_nothing_is_used_that_one_side_lacks(answer: Answer, client: Client) -> None:
    found = outcome(answer, client)
    if found.version is not None:
        assert client.lowest <= found.version <= client.highest
        assert answer["versions"][found.version.id]["state"] == "accepted"
    if found.suite is not None:
        assert found.version is not None
        assert found.suite in client.suites
        assert found.suite in names_in(answer, found.version)
    if found.result is Result.CONNECTS:
        assert found.version is not None


@given(answers(), clients())
def test_the_version_is_the_highest_that_both_have(answer: Answer, client: Client) -> None:
    found = outcome(answer, client)
    common = [v for v in client.versions if answer["versions"][v.id]["state"] == "accepted"]
    if found.version is not None:
        assert found.version is common[0]
    if found.result is Result.NO_COMMON_VERSION and client.framing == "tls":
        assert common == []


def forget_groups(answer: Answer) -> None:
    answer["facts"]["groups_complete"] = []


def forget_some_groups(answer: Answer) -> None:
    answer["facts"]["groups_complete"] = []
    answer["facts"]["groups"] = {v: groups[:1] for v, groups in answer["facts"].get("groups", {}).items()}


def forget_facts(answer: Answer) -> None:
    answer["facts"] = {}


def forget_order(answer: Answer) -> None:
    for row in answer["versions"].values():
        row["order"] = "unknown"


def forget_suites(answer: Answer) -> None:
    for row in answer["versions"].values():
        row.update(suites=row["suites"][:1], complete=False, order="unknown")


def forget_a_version(answer: Answer) -> None:
    answer["versions"]["tls_1_1"] = {"state": "unknown", "suites": [], "complete": False}


FORGETTING = (forget_groups, forget_some_groups, forget_facts, forget_order, forget_suites, forget_a_version)


@given(answers(), clients(), st.lists(st.sampled_from(FORGETTING), min_size=1, unique=True))
def test_who_knows_less_says_less_and_never_anything_else(
    answer: Answer, client: Client, forgetting: list[t.Callable[[Answer], None]]
) -> None:
    less = copy.deepcopy(answer)
    for forget in forgetting:
        forget(less)
    assert agrees(outcome(less, client), outcome(answer, client))


@given(answers(), clients(), some(OLD, 1), some(NEW, 1))
def test_versions_beyond_a_client_change_nothing_for_it(
    answer: Answer, client: Client, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    more = copy.deepcopy(answer)
    for version in VERSIONS:
        if version > client.highest:
            names = new if version is Version.TLS_1_3 else old
            row = {"state": "accepted", "suites": rows(names), "order": "server", "complete": True}
            more["versions"][version.id] = row
    before, after = outcome(answer, client), outcome(more, client)
    assert (before.result, before.version, before.suite) == (after.result, after.version, after.suite)


@given(answers(), clients(), some(OLD, 1))
def test_suites_behind_all_others_break_no_client_of_a_server_with_an_order(
    answer: Answer, client: Client, names: tuple[str, ...]
) -> None:
    more = copy.deepcopy(answer)
    for version in VERSIONS[:-1]:
        row = more["versions"][version.id]
        if row["state"] == "accepted" and row["order"] == "server":
            row["suites"] += rows(name for name in names if name not in names_in(answer, version))
    before, after = outcome(answer, client), outcome(more, client)
    if before.result is Result.CONNECTS:
        assert after.result is Result.CONNECTS
        assert after.suite in (before.suite, None) or before.suite is None


@given(answers(), clients(), st.sampled_from(OLD))
def test_a_suite_more_at_the_end_of_a_client_changes_nothing_where_the_server_follows_it(
    answer: Answer, client: Client, name: str
) -> None:
    assume(name not in client.suites)
    for row in answer["versions"].values():
        row["order"] = "client"
    before = outcome(answer, client)
    after = outcome(answer, dataclasses.replace(client, suites=(*client.suites, name)))
    if before.result is Result.CONNECTS:
        assert (after.result, after.suite) == (before.result, before.suite)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(("accepted", "answered", *OLD)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6)
            | st.sampled_from(
                (
                    "status",
                    "versions",
                    "tls_1_2",
                    "suites",
                    "name",
                    "facts",
                    "groups",
                    "replays",
                    "chains",
                    "state",
                    "id",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(("status", "versions", "facts", "chains", "certificates", "replays")), JSON))
def test_whatever_an_answer_holds_every_client_has_an_outcome(answer: Answer) -> None:
    found = simulate(answer, load_clients())
    assert [one.id for one in found] == [client.id for client in load_clients()]
    assert all("\n" not in one.detail for one in found)


#: Suites whose choice the model needs no group for.
PLAIN = tuple(name for name in OLD if "ECDH" not in name)


@st.composite
def models(draw: st.DrawFn) -> Model:
    lists = {}
    for version in VERSIONS:
        names = draw(some(NEW if version is Version.TLS_1_3 else PLAIN))
        if names:
            lists[int(version)] = tuple(row["id"] for row in rows(names))
    return Model(lists, server_order=draw(st.booleans()))


@settings(max_examples=40, deadline=None)
@given(models(), st.lists(clients(), min_size=1, max_size=6))
def test_a_server_of_independent_making_answers_every_hello_as_predicted(
    model: Model, given_clients: list[Client]
) -> None:
    assume(model.lists)
    many = [
        dataclasses.replace(one, id=f"c{at}", framing="tls", renegotiation="scsv", groups=GROUPS, rsa_min_bits=None)
        for at, one in enumerate(given_clients)
    ]
    question = Question(
        endpoint("127.0.0.1", 443), details=DETAILS, replays=tuple(replay(hello_of(one)) for one in many)
    )
    (answer,) = asyncio.run(probe([question], converse=Wire(model).converse))
    for client, found in zip(many, simulate(answer, many)):
        assert found.verified is not False, (client, found.detail)
    # How long the parameters of DHE are, the model does not say: who sets them a limit may well not be predicted.
    unlimited = [dataclasses.replace(one, dh_min_bits=None, dh_max_bits=None) for one in many]
    alone = simulate({**answer, "replays": []}, unlimited)
    assert any(one.result in DEFINITE for one in alone)
