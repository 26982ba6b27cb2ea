# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prober against programs of other people, compared with brute force: every suite alone, every version.

OpenSSL always (it is wherever these tests run), the others behind ``pytest -m wire_matrix``, each where installed.
"""

from __future__ import annotations

import base64
import pathlib
import subprocess
import typing as t

import pytest
from wire_servers import brute
from wire_servers.compare import Compared, ask, compare, floor, found, let_others_in
from wire_servers.keys import Identity, ecdsa, rsa, run
from wire_servers.old_node import old_node
from wire_servers.processes import program
from wire_servers.programs import RECIPES, openssl
from wire_servers.recipe import Recipe
from wire_servers.splice import splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import observe, with_defaults
from ansible_collections.msexchange.tls.plugins.module_utils._wire._codes import Version
from ansible_collections.msexchange.tls.plugins.module_utils._wire._suites import offered

pytestmark = [
    pytest.mark.proves("wire_exact"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    let_others_in(folder)
    return rsa(folder), ecdsa(folder)


def test_openssl_is_seen_as_brute_force_sees_it_at_the_floor_of_connections(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities) as port:
        with splice(port) as between:
            observation = ask(between.port, "tls")
        assert found(observation) == brute.accepted(port, "tls")
        assert brute.out_of_order(port, "tls", observation) == []
        # And it would have seen a wrong one.
        suites = observation["versions"]["tls_1_2"]["suites"]
        suites[0], suites[-1] = suites[-1], suites[0]
        assert brute.out_of_order(port, "tls", observation) != []
    assert between.connections == observation["connections"] == floor(observation) + 2
    ders = {base64.b64decode(item) for item in observation["certificates"]}
    assert ders == {identity.der for identity in identities}


def openssl_order(cipher_list: str, *more: str) -> list[str]:
    """OpenSSL's own order of a list, by the names of the standard."""
    said = run("openssl", "ciphers", "-s", "-stdname", *more, cipher_list).decode()
    return [line.split()[0] for line in said.splitlines()]


def test_the_order_of_openssl_is_the_one_that_openssl_tells_itself(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    cipher_list = (
        "AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-SHA256:AES256-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"
    )
    with openssl(tmp_path, *identities, "-cipher", cipher_list, "-serverpref") as port:
        observation = ask(port, "tls")
    own = openssl_order(cipher_list, "-tls1_2")
    assert [row["name"] for row in observation["versions"]["tls_1_2"]["suites"]] == own
    own = openssl_order(cipher_list, "-tls1")
    assert [row["name"] for row in observation["versions"]["tls_1_0"]["suites"]] == own


def test_a_client_of_openssl_agrees_suite_by_suite(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    names = {
        "AES128-SHA": "TLS_RSA_WITH_AES_128_CBC_SHA",
        "AES256-SHA256": "TLS_RSA_WITH_AES_256_CBC_SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES256-SHA": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        "AECDH-AES128-SHA": "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
        "NULL-SHA": "TLS_RSA_WITH_NULL_SHA",
    }
    allowed = "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:AECDH-AES128-SHA:NULL-SHA:@SECLEVEL=0"
    with openssl(tmp_path, *identities, "-cipher", allowed) as port:
        observation = ask(port, "tls")
        for version, word in (("tls_1_0", "-tls1"), ("tls_1_1", "-tls1_1"), ("tls_1_2", "-tls1_2")):
            ours = {row["name"] for row in observation["versions"][version]["suites"]}
            for own, name in names.items():
                assert openssl_connects(port, word, own) == (name in ours), (version, name)


def openssl_connects(port: int, version: str, cipher: str) -> bool:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, "-cipher", f"{cipher}:@SECLEVEL=0"]
    return (
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False).returncode == 0
    )


def test_the_certificate_of_a_server_of_nothing_but_tls_1_3_costs_one_connection(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities, "-tls1_3") as port, splice(port) as between:
        observation = ask(between.port, "tls")
    assert next(base64.b64decode(item) for item in observation["certificates"]) in {one.der for one in identities}
    assert between.connections == observation["connections"] == floor(observation) + 3


@pytest.mark.wire_matrix
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_program_is_seen_as_brute_force_sees_it(
    recipe: Recipe, tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    if recipe.missing():
        pytest.skip(recipe.missing())
    compared = compare(recipe, tmp_path, *identities)
    observation, truth = compared.observation, compared.truth
    assert observation["status"] == "answered"
    assert found(observation) == truth
    assert compared.out_of_order == []
    check_states(observation, truth)
    orders = {record["order"] for record in observation["versions"].values() if len(record["suites"]) > 1}
    assert orders - {"unknown"} == ({recipe.order} if recipe.order else orders - {"unknown"})
    check_count(recipe, compared)


WANTED = {
    "versions": ["tls_1_2", "tls_1_3"],
    "suites": [
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ],
}


@pytest.mark.wire_matrix
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_no_program_takes_more_than_six_connections_or_four_refusals_to_be_seen_as_deviating(
    recipe: Recipe, tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    if recipe.missing():
        pytest.skip(recipe.missing())
    let_others_in(tmp_path)
    with recipe.start(tmp_path, *identities) as port, splice(port) as between:
        where = {"host": "127.0.0.1", "port": between.port, "service": "x", "transport": recipe.transport, **WANTED}
        (answer,) = observe(with_defaults({"endpoints": [where], "mode": "conformance"}))["endpoints"]
    assert answer["conformance"]["verdict"] == "deviates"
    assert answer["connections"] == between.connections <= 6
    assert answer["refused_hellos"] <= 4


def check_states(observation: dict[str, t.Any], truth: dict[str, set[int]]) -> None:
    for name, accepted in truth.items():
        record = observation["versions"][name]
        if accepted:
            assert (record["state"], record["complete"]) == ("accepted", True), name
        else:
            assert record["state"] in ("refused", "refused_by_close"), name


def check_count(recipe: Recipe, compared: Compared) -> None:
    observation = compared.observation
    assert compared.connections == observation["connections"]
    over = observation["connections"] - floor(observation)
    if recipe.limited:
        assert over - 2 <= 0.05 * observation["connections"]
    else:
        # Programs that close instead of sending alerts cost a little more, see test_wire_jsse.
        assert over <= recipe.over_floor


@pytest.mark.wire_matrix
def test_real_ssl_2_0_and_what_else_openssl_1_0_1_can(tmp_path: pathlib.Path) -> None:
    node = program("node-0.10.42")
    if node is None:
        pytest.skip("MSEXCHANGE_TLS_OLD_NODE does not name the program node 0.10.42")
    with old_node(node, tmp_path, 1024, dh=False) as port:
        observation = ask(port, "tls")
        assert found(observation) == brute.accepted(port, "tls")
    ssl2 = observation["versions"]["ssl_2_0"]
    assert (ssl2["state"], len(ssl2["suites"])) == ("accepted", 7)
    assert observation["connections"] == floor(observation) + 2


def test_brute_force_asks_for_every_suite_that_is_offered() -> None:
    for version in Version:
        if version is not Version.SSL_2_0:
            assert set(offered(version)) <= set(brute.suites_to_try(version)), version.label
