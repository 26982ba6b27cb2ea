# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit of what one endpoint presented."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import answered
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, in_order

from . import kinds_certificate, kinds_chain
from .judge_certificate import judge_certificate, judge_leaf, judge_names
from .judge_chain import judge_chain
from .links import Path, follow
from .matching import held
from .model import Certificate, CertificateAudit, Chain
from .read import Parsed, read_certificate
from .renewal import renewal
from .scene import Scene, scene_of
from .sent import SentChain, left_out, sent_certificates, sent_chains
from .words import place

_SMALLEST_DH = 2048
_LEFT_OUT = "it sent {} certificates more than were read; no chain in use is that long."


def audit_certificates(
    answer: t.Mapping[str, t.Any], *, names: t.Iterable[object], today: datetime.date
) -> CertificateAudit:
    """Judge the chains of one answer of ``endpoint_info``; without an answer in TLS there is nothing to say.

    ``names``: DNS names and IP addresses that the certificate has to hold, of the host and of what stands in front of
    it; may be empty. ``today``: the day (UTC) that ends are compared with. Never raises, whatever was sent.
    """
    if not answered([answer]):
        return CertificateAudit((), ())
    scene = scene_of(answer, today)
    wanted = tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))
    read = _read(sent_certificates(answer))
    chains: list[Chain] = []
    findings = list(_key_exchange(scene, answer))
    judged: set[Certificate] = set()
    for sent in sent_chains(answer, len(read)):
        path = follow([read[position] for position in sent.positions], sent.authentication)
        chain, missing = _chain(sent, read, path, wanted, today)
        findings += _findings(scene, chain, path, missing, judged)
        chains.append(chain)
        judged.update(chain.certificates)
    if left_out(answer):
        findings.append(scene.finding(kinds_certificate.UNREADABLE, _LEFT_OUT.format(left_out(answer))))
    if not chains:
        findings.append(scene.finding(kinds_certificate.NONE, "it spoke TLS and showed no certificate."))
    return CertificateAudit(tuple(chains), in_order(findings))


def _read(sent: t.Sequence[bytes | str]) -> list[Parsed]:
    """What was sent, by position; the same certificate at two positions is one."""
    first: dict[bytes, Parsed] = {}
    read: list[Parsed] = []
    for position, content in enumerate(sent):
        known = first.get(content) if isinstance(content, bytes) else None
        read.append(known or read_certificate(content, position))
        if isinstance(content, bytes):
            first.setdefault(content, read[-1])
    return read


def _chain(
    sent: SentChain, read: list[Parsed], path: Path, wanted: tuple[str, ...], today: datetime.date
) -> tuple[Chain, tuple[str, ...]]:
    leaf = path.certified[0].certificate
    known = leaf.names is not None
    missing = tuple(name for name in wanted if not held(name, leaf.names or ())) if known else ()
    chain = Chain(
        authentication=sent.authentication,
        certificates=tuple(read[position].certificate for position in sent.positions),
        order=path.order,
        complete=path.complete,
        names_match=not missing if wanted and known else None,
        renew=renewal([one.certificate for one in path.certified], today),
    )
    return chain, missing


def _findings(
    scene: Scene, chain: Chain, path: Path, missing: tuple[str, ...], judged: t.Container[Certificate]
) -> t.Iterator[Finding]:
    """``judged``: what was judged with an earlier chain: intermediates of several chains are complained of once."""

    def name(certificate: Certificate) -> str:
        return place(certificate, chain.certificates, chain.authentication)

    leaf = path.certified[0].certificate
    for certificate in dict.fromkeys(chain.certificates):
        if certificate in judged:
            continue
        yield from judge_certificate(scene, certificate, name(certificate), leaf)
    yield from judge_leaf(scene, leaf, name(leaf))
    yield from judge_names(scene, leaf, name(leaf), missing)
    yield from judge_chain(scene, path, name)


def _key_exchange(scene: Scene, answer: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    facts = answer.get("facts")
    if not isinstance(facts, t.Mapping):
        return
    bits, export = facts.get("dh_bits"), facts.get("export_rsa_bits")
    if isinstance(bits, int) and not isinstance(bits, bool) and 0 < bits < _SMALLEST_DH:
        yield scene.finding(kinds_chain.WEAK_DH, f"it uses a Diffie-Hellman prime of {bits} bits.")
    if isinstance(export, int) and not isinstance(export, bool) and export > 0:
        yield scene.finding(kinds_chain.EXPORT_RSA, f"it made an RSA key of {export} bits for an EXPORT suite.")
