# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is predicted of the clients beside what other people's servers really answer to their hellos.

OpenSSL and JSSE always, the others behind ``pytest -m wire_matrix``, each where installed.
"""

from __future__ import annotations

import collections
import pathlib
import typing as t

import pytest
from wire_servers.compare import let_others_in
from wire_servers.jsse import Jsse, jsse
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.old_node import old_node
from wire_servers.processes import program
from wire_servers.programs import RECIPES, Recipe, openssl
from wire_servers.splice import splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import (
    DETAILS,
    Limits,
    Question,
    endpoint,
    probe_all,
    replay,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint.clients import (
    Outcome,
    Result,
    hello_of,
    load_clients,
    simulate,
)

pytestmark = [
    pytest.mark.proves("clients_predicted"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

Answer = dict[str, t.Any]

# Windows Server 2012 R2 as delivered, with an RSA certificate, in the order of its list.
EXCHANGE_2013 = (
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA "
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 "
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA TLS_DHE_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_AES_256_GCM_SHA384 "
    "TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_CBC_SHA256 TLS_RSA_WITH_AES_128_CBC_SHA256 "
    "TLS_RSA_WITH_AES_256_CBC_SHA TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_3DES_EDE_CBC_SHA "
    "TLS_RSA_WITH_RC4_128_SHA TLS_RSA_WITH_RC4_128_MD5"
).split()
HARDENED = (
    "TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 "
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"
).split()
OLD = ("unified", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("replay")


@pytest.fixture(scope="module")
def identities(folder: pathlib.Path) -> tuple[Identity, Identity]:
    let_others_in(folder)
    return rsa(folder), ecdsa(folder)


@pytest.fixture(scope="module")
def java(folder: pathlib.Path, identities: tuple[Identity, Identity]) -> t.Iterator[Jsse]:
    if program("java") is None:
        pytest.skip("needs the program java (a JDK)")
    with jsse(folder, identities[0]) as running:
        yield running


def ask(
    port: int, transport: str = "tls", details: t.Sequence[str] = DETAILS, patience: float = 20
) -> dict[str, t.Any]:
    hellos = tuple(replay(hello_of(client)) for client in load_clients())
    where = endpoint("127.0.0.1", port, "x", transport, server_name="wire.example")
    question = Question(where, details=tuple(details), replays=hellos)
    return probe_all([question], "inventory", Limits(timeout=patience, ehlo_name="probe.example"))[0]


def predicted_and_replayed(answer: Answer) -> list[tuple[Outcome, Outcome]]:
    """For each client the prediction from the inventory alone, and the same with the replays beside it."""
    inventory = {name: value for name, value in answer.items() if name != "replays"}
    clients = load_clients()
    return list(zip(simulate(inventory, clients), simulate(answer, clients)))


def check(answer: Answer, unknown: int) -> dict[Result, int]:
    """Every prediction is what the server answered; at most so many clients are not predicted."""
    pairs = predicted_and_replayed(answer)
    assert len(answer["replays"]) == len(load_clients()) == len(pairs)
    assert [after.detail for before, after in pairs if before.result is not Result.UNKNOWN and not after.verified] == []
    open_ones = [before.id for before, _after in pairs if before.result is Result.UNKNOWN]
    assert len(open_ones) <= unknown, [(before.id, before.detail) for before, _after in pairs if before.id in open_ones]
    return collections.Counter(before.result for before, _after in pairs)


def test_openssl_answers_every_client_as_predicted(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities) as port:
        results = check(ask(port), unknown=0)
    assert results[Result.CONNECTS] > 60


def test_openssl_that_follows_its_clients_answers_every_one_as_predicted(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities, "-cipher", "ALL:@SECLEVEL=0") as port:
        check(ask(port), unknown=0)


def test_a_server_of_one_group_is_left_by_those_who_lack_it(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    options = ("-cipher", "ECDHE+AESGCM:ECDHE+AES:@SECLEVEL=0", "-groups", "X25519", "-serverpref", "-no_tls1_3")
    with openssl(tmp_path, *identities, *options) as port:
        results = check(ask(port), unknown=0)
    assert results[Result.NO_COMMON_GROUP] > 10


def test_exchange_2013_on_2012_r2_answers_every_client_as_predicted(java: Jsse) -> None:
    results = check(ask(java.serve(OLD, EXCHANGE_2013)), unknown=0)
    assert results[Result.CONNECTS] > 70


def test_a_hardened_exchange_refuses_the_old_clients_as_predicted(java: Jsse) -> None:
    answer = ask(java.serve(("tls_1_2", "tls_1_3"), HARDENED))
    results = check(answer, unknown=0)
    assert results[Result.NO_COMMON_VERSION] > 20
    outcomes = {outcome.id: outcome for outcome in simulate(answer, load_clients())}
    assert outcomes["outlook_windows_7"].result is Result.NO_COMMON_VERSION
    assert outcomes["outlook_windows_7_kb3140245"].suite == "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    assert outcomes["exchange_2013_proxy"].result is Result.NO_COMMON_VERSION
    assert outcomes["printer_2016"].result is Result.NO_COMMON_SUITE


def test_a_server_with_a_hole_between_its_versions_is_predicted(java: Jsse) -> None:
    check(ask(java.serve(("tls_1_0", "tls_1_2"), EXCHANGE_2013)), unknown=0)


def test_without_details_nothing_is_predicted_that_the_server_does_not_do(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities) as port:
        check(ask(port, details=()), unknown=len(load_clients()) // 2)


def test_a_replay_costs_one_connection_per_client_and_leaves_the_inventory_as_it_is(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities, "-cipher", "AES128-SHA:@SECLEVEL=0") as port:
        plain = probe_all([Question(endpoint("127.0.0.1", port, "x", "tls", server_name="wire.example"))], "inventory")[
            0
        ]
        with splice(port) as between:
            answer = ask(between.port, details=())
    assert between.connections == answer["connections"] == plain["connections"] + len(load_clients())
    for name in ("versions", "chains", "facts"):
        assert answer[name] == plain[name]


#: Clients that cannot be predicted: dovecot without DH parameters chooses DHE and then fails with it.
UNKNOWN = {"dovecot_imap": 45, "dovecot_pop3": 45}


@pytest.mark.wire_matrix
@pytest.mark.parametrize("recipe", [recipe for recipe in RECIPES if not recipe.limited], ids=lambda recipe: recipe.name)
def test_every_program_answers_every_client_as_predicted(
    recipe: Recipe, folder: pathlib.Path, tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    if recipe.missing():
        pytest.skip(recipe.missing())
    let_others_in(tmp_path)
    with recipe.start(tmp_path, *identities) as port:
        check(ask(port, recipe.transport, patience=5), unknown=UNKNOWN.get(recipe.name, 0))


@pytest.mark.wire_matrix
def test_openssl_1_0_1_with_real_ssl_2_0_answers_every_client_as_predicted(tmp_path: pathlib.Path) -> None:
    node = program("node-0.10.42")
    if node is None:
        pytest.skip("MSEXCHANGE_TLS_OLD_NODE does not name the program node 0.10.42")
    with old_node(node, tmp_path, 1024, dh=False) as port:
        check(ask(port), unknown=0)
