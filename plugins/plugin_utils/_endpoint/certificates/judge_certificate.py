# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be said of one certificate: hash, key, first and last day, what it may be used for."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding

from . import kinds_certificate as kinds
from .algorithms import BROKEN_HASHES
from .model import Certificate
from .renewal import (
    SOON,
    SOON_SHARE,
    VERY_SOON,
    VERY_SOON_SHARE,
    days_left,
    ends_within,
    judged_hash,
    long_lived,
    public_limit,
    replaced_by,
    small_key,
)
from .scene import Scene
from .words import day, days, hash_name, listing, shown

_USUAL_EXPONENT = 65537


def judge_certificate(scene: Scene, certificate: Certificate, name: str, leaf: Certificate) -> t.Iterator[Finding]:
    """Findings on any certificate of a chain. ``name``: of it in sentences; ``leaf``: the endpoint's own."""
    if certificate.problems:
        reasons = "; ".join(certificate.problems)
        yield scene.finding(kinds.UNREADABLE, f"{name} was not judged in full: {reasons}.")
    yield from _hash(scene, certificate, name, leaf)
    yield from _key(scene, certificate, name)
    yield from _days(scene, certificate, name)


def judge_leaf(scene: Scene, leaf: Certificate, name: str) -> t.Iterator[Finding]:
    """Findings on the certificate of the endpoint alone."""
    if leaf.key not in (None, "rsa", "ecdsa"):
        yield scene.finding(kinds.OTHER_KEY, f"{name} has a key of the kind {shown(str(leaf.key), 60)}.")
    if leaf.key == "ecdsa" and not scene.of_windows:
        yield scene.finding(kinds.ECDSA, f"{name} has an ECDSA key on {shown(str(leaf.curve), 40)}.")
    if leaf.self_signed:
        return
    if leaf.server_auth is False:
        yield scene.finding(kinds.NOT_FOR_SERVERS, f"{name} may not be used to authenticate a server.")
    if leaf.key_usage is not None and "digital_signature" not in leaf.key_usage:
        yield scene.finding(kinds.KEY_USAGE, f"the key of {name} may not make signatures.")
    if leaf.names == ():
        common = f"; its common name is {shown(leaf.common_name)}" if leaf.common_name else ""
        yield scene.finding(kinds.NO_NAMES, f"{name} holds no name that clients look at{common}.")
    yield from _next_lifetime(scene, leaf, name)


def judge_names(scene: Scene, leaf: Certificate, name: str, missing: t.Sequence[str]) -> t.Iterator[Finding]:
    """``missing``: names that the certificate ought to hold. A self-signed one is judged by key and end only."""
    if missing and not leaf.self_signed:
        has = f"it has {listing(leaf.names)}" if leaf.names else "it has none"
        yield scene.finding(kinds.NAME_MISSING, f"{name} does not hold {listing(missing)}; {has}.")


def _hash(scene: Scene, certificate: Certificate, name: str, leaf: Certificate) -> t.Iterator[Finding]:
    if certificate.self_signed:
        own = certificate.signature_hash
        if own is not None and own in BROKEN_HASHES | {"sha1"}:
            yield scene.finding(kinds.ROOT_HASH, f"{name} signed itself with {hash_name(own)}, which does not matter.")
        return
    used = judged_hash(certificate)
    if used is not None and used in BROKEN_HASHES:
        yield scene.finding(kinds.BROKEN_HASH, f"{name} is signed with {hash_name(used)}.")
    elif used == "sha1":
        end = replaced_by((leaf, certificate))
        until = f" and will be replaced on {day(end)} only" if end is not None else ""
        kind = kinds.SHA1_LONG if long_lived(end, scene.today) else kinds.SHA1
        yield scene.finding(kind, f"{name} is signed with SHA-1{until if kind is kinds.SHA1_LONG else ''}.")
    elif used is None and certificate.readable and certificate.signature not in ("ed25519", "ed448"):
        identifier = shown(str(certificate.signature), 60)
        yield scene.finding(
            kinds.UNKNOWN_HASH, f"the signature of {name} ({identifier}) uses a hash that is not known."
        )


def _key(scene: Scene, certificate: Certificate, name: str) -> t.Iterator[Finding]:
    if small_key(certificate):
        kind = {"rsa": "RSA", "dsa": "DSA", "ecdsa": "ECDSA"}[str(certificate.key)]
        yield scene.finding(kinds.SMALL_KEY, f"{name} has an {kind} key of {certificate.bits} bits.")
    exponent = certificate.exponent
    if exponent is not None and (exponent < _USUAL_EXPONENT or exponent % 2 == 0):
        yield scene.finding(
            kinds.RSA_EXPONENT, f"the RSA key of {name} has the public exponent {shown(hex(exponent), 20)}."
        )


def _days(scene: Scene, certificate: Certificate, name: str) -> t.Iterator[Finding]:
    left, first, last = days_left(certificate, scene.today), certificate.not_before, certificate.last_day
    if left is not None and last is not None and left < 0:
        yield scene.finding(kinds.EXPIRED, f"{name} ended on {day(last)}, {days(-left)} ago.")
        return
    if first is not None and first.date() > scene.today:
        yield scene.finding(kinds.NOT_YET_VALID, f"{name} is valid from {day(first)} on.")
    if left is None or last is None:
        return
    ending = f"{name} ends on {day(last)}, in {days(left)}." if left else f"{name} ends today."
    if ends_within(certificate, scene.today, VERY_SOON, VERY_SOON_SHARE):
        yield scene.finding(kinds.EXPIRES_VERY_SOON, ending)
    elif ends_within(certificate, scene.today, SOON, SOON_SHARE):
        yield scene.finding(kinds.EXPIRES_SOON, ending)


def _next_lifetime(scene: Scene, leaf: Certificate, name: str) -> t.Iterator[Finding]:
    if not leaf.public or leaf.lifetime is None or leaf.last_day is None:
        return
    limit = public_limit(max(leaf.last_day, scene.today))
    if limit is not None and leaf.lifetime.days > limit:
        yield scene.finding(
            kinds.SHORTER_RENEWAL,
            f"{name} is valid for {days(leaf.lifetime.days)}; one that is issued when it ends may be valid for "
            f"{days(limit)} at most.",
        )
