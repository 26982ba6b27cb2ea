# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be said of a chain: who issued whom, what was sent too often, in the wrong place or not at all."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding

from . import kinds_chain as kinds
from .links import Path
from .model import Certificate, Order
from .scene import Scene
from .words import shown

Name = t.Callable[[Certificate], str]


def judge_chain(scene: Scene, path: Path, name: Name) -> t.Iterator[Finding]:
    """Findings on a chain that was sorted out. ``name``: gives the words for one certificate of it."""
    leaf = path.certified[0].certificate
    if leaf.self_signed:
        kind = kinds.SELF_SIGNED_TO_CLIENTS if scene.for_clients else kinds.SELF_SIGNED
        yield scene.finding(kind, f"{name(leaf)} is self-signed.")
    yield from _issuers(scene, path, name)
    if path.order is Order.WRONG:
        row = ", ".join(shown(one.certificate.subject or "", 60) for one in path.certified)
        yield scene.finding(kinds.WRONG_ORDER, f"the chain is not in order; right would be {row}.")
    for one in path.strangers:
        yield scene.finding(kinds.STRANGER, f"{name(one.certificate)} issued none of the certificates of the chain.")
    for one in path.repeated:
        yield scene.finding(kinds.SENT_TWICE, f"{name(one.certificate)} was sent more than once.")


def _issuers(scene: Scene, path: Path, name: Name) -> t.Iterator[Finding]:
    leaf, last = path.certified[0].certificate, path.certified[-1].certificate
    for one in path.certified[1:]:
        # A root of version 1 has no extensions that could call it an authority.
        if one.certificate.ca is False and not one.certificate.self_signed:
            yield scene.finding(kinds.ISSUER_NOT_CA, f"{name(one.certificate)} issued another and is no authority.")
    issuer = shown(last.issuer or "an issuer that cannot be read")
    if path.complete is False:
        yield scene.finding(kinds.MISSING_INTERMEDIATE, f"the issuer of {name(leaf)}, {issuer}, was not sent.")
    elif path.leaf_only:
        yield scene.finding(kinds.CHAIN_NOT_SEEN, f"of the chain, only {name(leaf)} was seen.")
    elif path.complete is None and path.order is Order.RIGHT and leaf is last:
        sentence = f"{name(leaf)} came alone; whether its issuer, {issuer}, is a root cannot be seen from here."
        yield scene.finding(kinds.ISSUER_NOT_SENT, sentence)
