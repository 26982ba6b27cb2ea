# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole way: a chain that openssl made and serves, fetched by the prober, judged; no connection more for it."""

from __future__ import annotations

import base64
import contextlib
import pathlib
import sys
import typing as t

import pytest
from wire_servers import certificates as made
from wire_servers.processes import free_port, program, running
from wire_servers.splice import splice

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, endpoint, probe_all
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import audit_certificates, certificates_to_data

pytestmark = [
    pytest.mark.proves("certificates"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

_SUITES = "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0"


@contextlib.contextmanager
def server(folder: pathlib.Path, chain: t.Sequence[made.Made | bytes], *more: object) -> t.Iterator[int]:
    """s_server with this chain, the first certificate with its key."""
    port, rest = free_port(), _pem(folder / "rest.pem", chain[1:])
    leaf = chain[0]
    assert isinstance(leaf, made.Made)
    command = [program("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-cipher", _SUITES]
    command += ["-cert", leaf.certificate, "-key", leaf.key]
    command += ["-cert_chain", rest] if len(chain) > 1 else []
    with running([*command, *more], port, folder / "openssl.log"):
        yield port


def _pem(path: pathlib.Path, certificates: t.Sequence[made.Made | bytes]) -> pathlib.Path:
    ders = [one.der if isinstance(one, made.Made) else one for one in certificates]
    frame = "-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n"
    path.write_text("".join(frame.format(base64.encodebytes(der).decode()) for der in ders))
    return path


def ask(port: int, mode: str = "versions") -> dict[str, t.Any]:
    where = [Question(endpoint("127.0.0.1", port, "https", "tls"))]
    return probe_all(where, mode, Limits(timeout=20))[0]


def judged(answer: dict[str, t.Any]) -> tuple[list[dict[str, t.Any]], set[str]]:
    audit = audit_certificates(answer, names=[made.NAME], today=made.today())
    return certificates_to_data(audit)["chains"], {finding.id for finding in audit.findings}


def _md2() -> list[made.Made | bytes]:
    above = made.intermediate(digest="md5")
    return [made.server(above), made.other_hash(above.der, 2)]


def _with_root(root: made.Made) -> list[made.Made | bytes]:
    between = made.intermediate(root)
    return [made.server(between), between, root]


def _below(between: made.Made) -> list[made.Made | bytes]:
    return [made.server(between), between]


#: Chain, findings, order, complete.
CHAINS: t.Mapping[str, tuple[t.Callable[[], list[made.Made | bytes]], set[str], str, bool | None]] = {
    "good": (lambda: _below(made.intermediate()), set(), "right", None),
    "with its root": (lambda: _with_root(made.root()), set(), "right", True),
    "sha1 leaf": (
        lambda: [made.server(digest="sha1", days=800), made.intermediate()],
        {"certificate.sha1_long"}, "right", None,
    ),
    "sha1 intermediate": (lambda: _below(made.intermediate(digest="sha1")), {"certificate.sha1"}, "right", None),
    "sha1 root": (lambda: _with_root(made.root(digest="sha1")), {"certificate.self_signature"}, "right", True),
    "md5 leaf": (
        lambda: [made.server(digest="md5"), made.intermediate()], {"certificate.broken_hash"}, "right", None,
    ),
    "md2 intermediate": (_md2, {"certificate.broken_hash"}, "right", None),
    "1024-bit leaf": (
        lambda: [made.server(algorithm="rsa1024"), made.intermediate()], {"certificate.small_key"}, "right", None,
    ),
    "1024-bit root": (
        lambda: _with_root(made.make("/CN=Old Root", *made.CA, algorithm="rsa1024", number=1)),
        {"certificate.small_key"}, "right", True,
    ),
    "pss": (lambda: [made.server(pss=True), made.intermediate()], set(), "right", None),
    "wrong order": (
        lambda: [made.server(), made.root(), made.intermediate()], {"certificate.wrong_order"}, "wrong", True,
    ),
    "without the intermediate": (
        lambda: [made.server(), made.root()], {"certificate.stranger", "certificate.missing_intermediate"}, "right",
        False,
    ),
    "sent twice": (
        lambda: [made.server(), made.intermediate(), made.intermediate()], {"certificate.sent_twice"}, "right", None,
    ),
    "another name": (
        lambda: [made.server(names="DNS:other.example.org,IP:192.0.2.1"), made.intermediate()],
        {"certificate.name_missing"}, "right", None,
    ),
    "wildcard": (lambda: [made.server(names="DNS:*.example.org"), made.intermediate()], set(), "right", None),
    "self-signed": (
        lambda: [made.make("/CN=EX01", "subjectAltName=DNS:EX01")], {"certificate.self_signed_to_clients"}, "right",
        True,
    ),
    "thousand names": (
        lambda: [made.server(names=",".join(f"DNS:h{n}.example.org" for n in range(1000))), made.intermediate()],
        {"certificate.name_missing"}, "right", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_that_openssl_sends_is_judged(name: str, tmp_path: pathlib.Path) -> None:
    chain, expected, order, complete = CHAINS[name]
    sent = chain()
    with server(tmp_path, sent, "-no_tls1_3") as port:
        chains, found = judged(ask(port))
    assert found == expected
    ders = [one.der if isinstance(one, made.Made) else one for one in sent]
    assert [row["sha256"] for row in chains[0]["certificates"]] == [made.fingerprint(der) for der in ders]
    assert (chains[0]["order"], chains[0]["complete"]) == (order, complete)


def test_rsa_and_ecdsa_chains_of_one_endpoint_come_with_the_inventory_and_cost_no_connection(
    tmp_path: pathlib.Path,
) -> None:
    above = made.intermediate()
    ecdsa = made.server(above, algorithm="p256")
    more = ("-dcert", ecdsa.certificate, "-dkey", ecdsa.key, "-dcert_chain", above.certificate, "-serverpref")
    with server(tmp_path, [made.server(digest="sha1"), above], "-no_tls1_3", *more) as port, splice(port) as between:
        answer = ask(between.port, "inventory")
        connections = between.connections
        chains, found = judged(answer)
        assert between.connections == connections == answer["connections"]
    assert {(row["authentication"], row["certificates"][0]["key"]) for row in chains} == {
        ("RSA", "rsa"),
        ("ECDSA", "ecdsa"),
    }
    assert [len(row["certificates"]) for row in chains] == [2, 2]
    assert found == {"certificate.sha1", "certificate.ecdsa"}


def test_nothing_is_claimed_of_a_chain_that_tls_1_3_encrypts(tmp_path: pathlib.Path) -> None:
    with server(tmp_path, [made.server(), made.intermediate()], "-tls1_3") as port:
        chains, found = judged(ask(port))
    assert (chains[0]["authentication"], chains[0]["complete"], chains[0]["names_match"]) == ("any", None, True)
    # Python 3.13 shows what was sent, older ones the first certificate only.
    seen = len(chains[0]["certificates"])
    assert (seen, found) == ((2, set()) if sys.version_info >= (3, 13) else (1, {"certificate.chain_not_seen"}))


def test_a_small_diffie_hellman_prime_of_a_server_is_found(tmp_path: pathlib.Path) -> None:
    prime = tmp_path / "dh.pem"
    made.run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:modp_1536", "-out", prime)
    dhe = ("-no_tls1_3", "-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0", "-dhparam", prime)
    with server(tmp_path, [made.server(), made.intermediate()], *dhe) as port:
        answer = ask(port)
    assert answer["facts"]["dh_bits"] == 1536
    assert judged(answer)[1] == {"endpoint.weak_dh"}
