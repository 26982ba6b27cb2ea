# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who issued whom in a chain as it was sent, and what can be known of it without trusting anybody."""

from __future__ import annotations

import pytest
from wire_servers import certificates as made
from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import audit_certificates, certificates_to_data

pytestmark = [
    pytest.mark.proves("certificates"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

Seen = tuple[str, bool | None, set[str]]


def seen(*chain: made.Made | bytes, authentication: str = "RSA") -> Seen:
    """Order, completeness, findings."""
    audit = audit_certificates(made.answer(chain, authentication=authentication), names=[], today=made.today())
    row = certificates_to_data(audit)["chains"][0]
    return row["order"], row["complete"], {finding.id for finding in audit.findings}


def public_server() -> made.Made:
    extensions = (*made.SERVER, f"subjectAltName=DNS:{made.NAME}", "certificatePolicies=2.23.140.1.2.2")
    return made.make(f"/CN={made.NAME}", *extensions, issuer=made.intermediate(), days=40)


def test_a_chain_up_to_its_root_is_complete() -> None:
    assert seen(made.server(), made.intermediate(), made.root()) == ("right", True, set())


def test_whether_the_last_issuer_is_a_root_that_was_rightly_left_out_is_not_known() -> None:
    assert seen(made.server(), made.intermediate()) == ("right", None, set())


def test_a_private_root_may_have_issued_a_certificate_that_came_alone() -> None:
    assert seen(made.server()) == ("right", None, {"certificate.issuer_not_sent"})


def test_no_public_root_has_issued_the_certificate_of_a_server() -> None:
    assert seen(public_server()) == ("right", False, {"certificate.missing_intermediate"})
    assert seen(public_server(), made.intermediate()) == ("right", None, set())


def test_a_chain_in_the_wrong_order_is_found() -> None:
    assert seen(made.server(), made.root(), made.intermediate()) == ("wrong", True, {"certificate.wrong_order"})


def test_a_certificate_that_issued_no_other_is_a_stranger_and_the_issuer_is_missing() -> None:
    other = made.make("/O=Example/CN=Other CA", *made.CA, number=3)
    order, complete, found = seen(made.server(), other)
    assert (order, complete) == ("right", False)
    assert found == {"certificate.stranger", "certificate.missing_intermediate"}
    assert seen(made.server(), made.intermediate(), other)[2] == {"certificate.stranger"}


def test_an_issuer_of_the_right_name_with_another_key_did_not_issue() -> None:
    impostor = made.make("/O=Example/CN=Issuing CA", *made.CA, issuer=made.root(), number=3)
    assert seen(made.server(), impostor)[2] == {"certificate.stranger", "certificate.missing_intermediate"}


@pytest.mark.parametrize("last", [2, 3, 4])
def test_issuers_are_found_by_name_and_key_identifier_where_no_library_checks_the_signature(last: int) -> None:
    der = made.other_hash(made.server(digest="md5").der, last)
    assert seen(der, made.intermediate(), made.root())[:2] == ("right", True)
    impostor = made.make("/O=Example/CN=Issuing CA", *made.CA, issuer=made.root(), number=3)
    assert seen(der, impostor)[:2] == ("right", False)


def test_a_chain_ends_at_its_first_self_signed_certificate() -> None:
    again = made.root(digest="sha384")
    order, complete, found = seen(made.server(), made.intermediate(), made.root(), again)
    assert (order, complete, found) == ("right", True, {"certificate.stranger"})


def test_a_repeated_certificate_is_noted_and_does_no_harm() -> None:
    assert seen(made.server(), made.intermediate(), made.intermediate()) == ("right", None, {"certificate.sent_twice"})
    assert seen(made.server(), made.server(), made.intermediate())[2] == {"certificate.sent_twice"}


def test_an_issuer_that_is_no_authority_is_found() -> None:
    no_authority = made.make("/CN=No authority", *made.SERVER, issuer=made.intermediate(), number=3)
    below = made.server(no_authority)
    assert seen(below, no_authority, made.intermediate())[2] == {"certificate.issuer_not_ca"}


def test_where_tls_1_3_hid_the_chain_nothing_is_said_to_be_missing() -> None:
    assert seen(public_server(), authentication="any") == ("unknown", None, {"certificate.chain_not_seen"})
    assert seen(public_server(), made.intermediate(), authentication="any") == ("right", None, set())


def test_an_unreadable_certificate_leaves_order_and_completeness_open() -> None:
    assert seen(made.server(), b"no certificate") == ("unknown", None, {"certificate.unreadable"})
    assert seen(b"no certificate", made.intermediate())[:2] == ("unknown", None)


def test_chains_of_several_kinds_of_key_are_judged_apart_and_their_common_issuer_once() -> None:
    above = made.intermediate(digest="md5")
    rsa, ecdsa = [made.server(above), above], [made.server(above, algorithm="p256"), above]
    answer = made.answer(rsa, ecdsa)
    answer["chains"][1]["authentication"] = "ECDSA"
    audit = audit_certificates(answer, names=[made.NAME], today=made.today())
    assert [chain.authentication for chain in audit.chains] == ["RSA", "ECDSA"]
    assert [chain.certificates[0].key for chain in audit.chains] == ["rsa", "ecdsa"]
    assert [finding.id for finding in audit.findings] == ["certificate.broken_hash", "certificate.ecdsa"]
    assert all(chain.renew is not None for chain in audit.chains)


def test_an_answer_without_chains_is_one_chain() -> None:
    answer = made.answer([made.server(), made.intermediate()])
    del answer["chains"]
    assert audit_certificates(answer, names=[], today=made.today()).chains[0].complete is None
