# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""endpoint_info as a whole: what OpenSSL answers, and what the controller makes of it."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest
from integration.controller import Controller, task
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.preambles import PREAMBLES
from wire_servers.processes import program
from wire_servers.programs import openssl
from wire_servers.splice import splice

pytestmark = [
    pytest.mark.proves("wire_conclusions"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
TLS_1_0_ONLY = ("-tls1", "-cipher", "ALL:@SECLEVEL=0")
TLS_1_2_ONLY = ("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-SHA384")
OUTLOOK_7 = "outlook_windows_7"


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return rsa(folder), ecdsa(folder)


@pytest.fixture
def controller(tmp_path: pathlib.Path) -> Controller:
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"ex1": HERE}}}))
    return Controller(tmp_path, inventory)


def at(port: int, name: str, **more: t.Any) -> dict[str, t.Any]:
    return {"host": "localhost", "address": "127.0.0.1", "port": port, "service": "https", "name": name, **more}


@pytest.fixture
def judged(
    tmp_path: pathlib.Path, controller: Controller, identities: tuple[Identity, Identity]
) -> t.Iterator[dict[str, dict[str, t.Any]]]:
    """Two members of one VIP, one of them old, asked in one task; a client of the site's own; by task name."""
    (tmp_path / "own.yml").write_text(
        "clients:\n"
        "  - id: scanner_room_7\n    name: Scanner in room 7\n    services: [https]\n"
        "    lowest: tls_1_0\n    highest: tls_1_0\n    suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n"
    )
    with openssl(tmp_path, *identities, *TLS_1_0_ONLY) as old, openssl(tmp_path, *identities, *TLS_1_2_ONLY) as new:
        members = [at(old, "old", group="mail.example.org"), at(new, "new", group="mail.example.org", exchange="none")]
        own = {"clients": str(tmp_path / "own.yml")}
        run = controller.play(
            task("judged", "endpoint_info", {"endpoints": [{**one, "port": one["port"]} for one in members], **own}),
            task("verified", "endpoint_info", {"endpoints": members, "verify": True, **own}),
            task("raw", "endpoint_info", {"endpoints": members, "judge": False}),
        )
        yield {name: run.result(name) for name in ("judged", "verified", "raw")}


def test_ports_are_judged_and_compared_on_the_controller(judged: dict[str, dict[str, t.Any]]) -> None:
    old, new = judged["judged"]["endpoints"]
    assert {"endpoint.old_version", "endpoint.no_tls_1_2"} <= {finding["id"] for finding in old["findings"]}
    assert not {"endpoint.old_version", "endpoint.no_tls_1_2"} & {finding["id"] for finding in new["findings"]}
    assert old["score"]["points"] < new["score"]["points"]
    by_id = {client["id"]: client["outcome"] for client in new["clients"]}
    assert by_id[OUTLOOK_7] == by_id["scanner_room_7"] == "no_common_version"
    assert {client["id"]: client["outcome"] for client in old["clients"]}["scanner_room_7"] == "connects"
    certificate = new["certificate_audit"]["chains"][0]["certificates"][0]
    assert (certificate["key"], certificate["signature_hash"]) == ("rsa", "sha256")
    # Same service, other ports: each member is a group of its own until a balancer listens on one.
    assert {group["group"] for group in judged["judged"]["groups"]} == {"mail.example.org"}

    # A replay says the same as the prediction, for everybody.
    for endpoint in judged["verified"]["endpoints"]:
        assert {client["verified"] for client in endpoint["clients"]} <= {True, None}
        assert sum(client["verified"] is True for client in endpoint["clients"]) > 30

    # Judging costs no connection.
    raw = judged["raw"]["endpoints"]
    assert [one["connections"] for one in raw] == [old["connections"], new["connections"]]
    assert "findings" not in raw[0]


def test_what_a_stage_would_end_between_a_partner_and_us_is_proven_by_hellos(
    tmp_path: pathlib.Path, controller: Controller, identities: tuple[Identity, Identity]
) -> None:
    with (
        openssl(tmp_path, *identities, *TLS_1_0_ONLY) as old,
        openssl(tmp_path, *identities, *TLS_1_2_ONLY) as new,
        splice(old, PREAMBLES["smtp"]) as old_mail,
        splice(new, PREAMBLES["smtp"]) as new_mail,
    ):
        partners = [
            {"domain": "old.example", "hosts": ["127.0.0.1"], "port": old_mail.port},
            {"domain": "new.example", "hosts": ["127.0.0.1"], "port": new_mail.port},
            {"domain": "closed.example", "hosts": ["127.0.0.1"], "port": 1},
        ]
        arguments = {
            "partners": partners,
            "senders": ["exchange_2016_on_2016_smtp", "exchange_2019_smtp"],
            "stage": "retire",
        }
        result = controller.play(task("partners", "endpoint_info", arguments)).result("partners")
    found = {one["domain"]: [finding["id"] for finding in one["findings"]] for one in result["partners"]}
    assert found["old.example"] == [
        "partner.lost_after_stage",
        "partner.no_tls_today",
        "partner.old_versions_only",
    ]
    assert found["new.example"] == []
    assert found["closed.example"] == ["partner.unknown"]
    exchange_2016, exchange_2019 = result["partners"][0]["endpoints"][0]["mail"]
    assert (exchange_2016["today"], exchange_2016["version_today"], exchange_2016["after"]) == (
        "chosen",
        "tls_1_0",
        "refused",
    )
    # It speaks TLS 1.2 only, as installed; OpenSSL answers it with TLS 1.0, and then it breaks off.
    assert (exchange_2019["today"], exchange_2019["after"]) == ("refused", "refused")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"endpoints": [{"host": "ex01", "exchange": "CU15"}]}, "no build of Exchange"),
        ({"endpoints": [{"host": "ex01"}], "clients": "missing.yml"}, "missing.yml"),
        ({"partners": [{"domain": "a.example"}], "senders": ["outlook"]}, "no client that sends mail"),
        ({}, "endpoints, partners"),
    ],
)
def test_what_cannot_be_judged_is_said_before_any_connection(
    controller: Controller, arguments: dict[str, t.Any], words: str
) -> None:
    assert words in controller.play(task("wrong", "endpoint_info", arguments)).sentence("wrong")
