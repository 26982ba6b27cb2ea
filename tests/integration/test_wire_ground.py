# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What few servers can still be made to do: EXPORT, SSL 3.0 behind STARTTLS, a key that cannot be read, IPv6."""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import typing as t

import pytest
from lab.lab import Lab
from lab.winrm import WinRm
from wire_servers import exim
from wire_servers.compare import ask, floor, found, let_others_in
from wire_servers.jsse import MIXED, Jsse, jsse
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.old_node import EXPORT_BITS, old_node
from wire_servers.preambles import PREAMBLES
from wire_servers.processes import free_port, program, running
from wire_servers.splice import splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, endpoint, probe_all
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan import main as scan

pytestmark = [
    pytest.mark.proves("wire_exact"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

needs_java = pytest.mark.skipif(program("java") is None, reason="needs the program java (a JDK)")
EVERY_VERSION = ("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")
OLD = ("ssl_3_0", "tls_1_0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    made = tmp_path_factory.mktemp("ground")
    let_others_in(made)
    return made


@pytest.fixture(scope="module")
def identities(folder: pathlib.Path) -> tuple[Identity, Identity]:
    return rsa(folder), ecdsa(folder)


@pytest.fixture(scope="module")
def java(folder: pathlib.Path, identities: tuple[Identity, Identity]) -> t.Iterator[Jsse]:
    with jsse(folder, *identities) as running_jsse:
        yield running_jsse


def names(observation: dict[str, t.Any], version: str) -> list[str]:
    return [suite["name"] for suite in observation["versions"][version]["suites"]]


@needs_java
@pytest.mark.parametrize("transport", sorted(PREAMBLES))
def test_ssl_3_0_rc4_and_export_behind_starttls_are_found_whole_and_in_their_order(java: Jsse, transport: str) -> None:
    with splice(java.serve(OLD, MIXED), PREAMBLES[transport]) as between:
        observation = ask(between.port, transport)
    for version in OLD:
        assert names(observation, version) == list(MIXED)
        assert observation["versions"][version]["order"] == "server"
    assert between.connections == observation["connections"] <= floor(observation) + 2


@needs_java
def test_every_suite_of_jsse_in_every_version_is_found_at_the_floor_of_connections(java: Jsse) -> None:
    with splice(java.serve(EVERY_VERSION, ["*"])) as between:
        observation = ask(between.port, "tls")
    accepted = {name for name, record in observation["versions"].items() if record["state"] == "accepted"}
    assert accepted == set(EVERY_VERSION)
    assert sum(len(suites) for suites in found(observation).values()) > 130
    assert all(observation["versions"][version]["complete"] for version in EVERY_VERSION)
    assert between.connections == observation["connections"] <= floor(observation) + 2


@pytest.mark.wire_matrix
def test_export_suites_of_openssl_1_0_1_are_found(tmp_path: pathlib.Path) -> None:
    node = program("node-0.12.9")
    if node is None:
        pytest.skip("MSEXCHANGE_TLS_OLD_NODE_EXPORT does not name the program node 0.12.9")
    with old_node(node, tmp_path, EXPORT_BITS, dh=True) as port:
        observation = ask(port, "tls")
    for version in ("ssl_3_0", "tls_1_0", "tls_1_1"):
        assert {"TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"} <= set(
            names(observation, version)
        )
    assert observation["versions"]["ssl_2_0"]["state"] == "accepted"
    assert any("EXPORT" in name for name in names(observation, "ssl_2_0"))


@pytest.mark.wire_matrix
@pytest.mark.proves("wire_conclusions")
def test_a_key_that_exim_cannot_read_is_said_to_be_that_and_no_version_is_refused(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    if program("exim4") is None or exim.missing_user():
        pytest.skip(exim.missing_user() or "MSEXCHANGE_TLS_EXIM does not name the program exim4")
    let_others_in(tmp_path)
    with exim.without_key(tmp_path, *identities) as port:
        observation = ask(port, "smtp")
    assert observation["status"] == "starttls_unavailable"
    assert "454" in observation["detail"]
    assert {record["state"] for record in observation["versions"].values()} == {"unknown"}


@contextlib.contextmanager
def openssl_on_ipv6(folder: pathlib.Path, identity: Identity) -> t.Iterator[int]:
    port = free_port()
    command = [program("openssl"), "s_server", "-accept", f"[::1]:{port}", "-quiet", "-cert", identity.certificate]
    with running([*command, "-key", identity.key, "-tls1_2"], port, folder / "ipv6.log", host="::1"):
        yield port


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


@pytest.mark.skipif(not has_ipv6(), reason="there is no ::1 here")
def test_an_address_of_ipv6_is_asked_like_any_other(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity], capsys: pytest.CaptureFixture[str]
) -> None:
    with openssl_on_ipv6(tmp_path, identities[0]) as port:
        (observation,) = probe_all([Question(endpoint("::1", port, "https"))], "versions", Limits(timeout=20))
        scan([f"https://[::1]:{port}", "--mode", "versions", "--json", "-"])
    assert (observation["address"], observation["versions"]["tls_1_2"]["state"]) == ("::1", "accepted")
    (scanned,) = json.loads(capsys.readouterr().out)["endpoints"]
    assert {name: scanned[name] for name in observation} == observation


def test_the_listener_of_winrm_is_asked_like_any_other() -> None:
    with Lab.start(ex1={"persona": "ws2022_plain", "scheme": "https"}) as lab:
        host = lab.host("ex1")
        port = next(listener.port for listener in host.listeners if isinstance(listener, WinRm))
        (observation,) = probe_all([Question(endpoint("127.0.0.1", port, "winrm"))], "versions", Limits(timeout=20))
        assert sum(host.counters.executions.values()) == 0
    assert (observation["status"], observation["transport"]) == ("answered", "tls")
    assert observation["versions"]["tls_1_2"]["state"] == "accepted"
    assert observation["certificates"]
