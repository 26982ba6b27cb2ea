# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""By when a certificate is to be replaced: ends, the article's rule for SHA-1, what public authorities may issue."""

from __future__ import annotations

import datetime
import typing as t

from .algorithms import BROKEN_HASHES
from .model import Certificate, Renewal
from .words import day, hash_name

#: As HealthChecker judges (S9), but never longer than a share of the lifetime: certificates of 90 or 47 days are
#: renewed in their last third, and nothing is wrong with that.
SOON, SOON_SHARE = datetime.timedelta(days=60), 3
VERY_SOON, VERY_SOON_SHARE = datetime.timedelta(days=30), 6

SMALLEST_RSA, SMALLEST_ECC = 2048, 256

#: From when on public authorities may issue for how many days at most (BR 6.3.2).
_PUBLIC_LIMITS: t.Sequence[tuple[datetime.date, int]] = (
    (datetime.date(2020, 9, 1), 398),
    (datetime.date(2026, 3, 15), 200),
    (datetime.date(2027, 3, 15), 100),
    (datetime.date(2029, 3, 15), 47),
)


def public_limit(issued: datetime.date) -> int | None:
    """Days that a public certificate issued on that day may be valid for; None before the first limit of the table."""
    return next((limit for first, limit in reversed(_PUBLIC_LIMITS) if issued >= first), None)


def year_later(today: datetime.date) -> datetime.date:
    """Twelve months on; the 29th of February becomes the 28th."""
    leap = today.month == 2 and today.day == 29
    return today.replace(year=min(today.year + 1, datetime.MAXYEAR), day=28 if leap else today.day)


def days_left(certificate: Certificate, today: datetime.date) -> int | None:
    """0 on its last day, negative after that."""
    return None if certificate.last_day is None else (certificate.last_day - today).days


def ends_within(certificate: Certificate, today: datetime.date, limit: datetime.timedelta, share: int) -> bool:
    """Whether it ends within ``limit``, or within that share of its lifetime where this is shorter."""
    left, lifetime = days_left(certificate, today), certificate.lifetime
    if left is None or left < 0:
        return False
    if lifetime is not None:
        limit = min(limit, lifetime / share)
    return datetime.timedelta(days=left) <= limit


def small_key(certificate: Certificate) -> bool:
    """RSA below 2048 bits (A11), curves below 256."""
    smallest = {"rsa": SMALLEST_RSA, "dsa": SMALLEST_RSA, "ecdsa": SMALLEST_ECC}.get(certificate.key or "")
    return smallest is not None and certificate.bits is not None and certificate.bits < smallest


def judged_hash(certificate: Certificate) -> str | None:
    """The hash that counts: a certificate that signed itself proves nothing by that, so its hash does not matter."""
    return None if certificate.self_signed else certificate.signature_hash


def replaced_by(path: t.Sequence[Certificate]) -> datetime.date | None:
    """When the first of these ends; SHA-1 in an intermediate goes when the certificate of the endpoint is renewed."""
    return min((one.last_day for one in path if one.last_day is not None), default=None)


def long_lived(end: datetime.date | None, today: datetime.date) -> bool:
    """A12: years away, so that one does not wait; not known counts as far away."""
    return end is None or end > year_later(today)


def renewal(path: t.Sequence[Certificate], today: datetime.date) -> Renewal | None:
    """When the certificate of the endpoint, the first of its chain, is to be replaced; None: nothing presses."""
    return min(_reasons(path, today), key=lambda one: one.by, default=None)


def _reasons(path: t.Sequence[Certificate], today: datetime.date) -> t.Iterator[Renewal]:
    leaf = path[0]
    left = days_left(leaf, today)
    if left is not None and left < 0 and leaf.last_day is not None:
        yield Renewal(today, f"It ended on {day(leaf.last_day)}.")
    for certificate in path:
        broken = judged_hash(certificate)
        if broken in BROKEN_HASHES:
            yield Renewal(today, f"Its chain is signed with {hash_name(str(broken))}.")
    if small_key(leaf):
        yield Renewal(today, f"Its key has {leaf.bits} bits only.")
    for number, certificate in enumerate(path):
        if judged_hash(certificate) == "sha1":
            end = replaced_by((leaf, certificate)) if number else leaf.last_day
            whose = "Its chain" if number else "It"
            if long_lived(end, today) or end is None:
                yield Renewal(today, f"{whose} is signed with SHA-1 and would last for more than twelve months.")
            else:
                yield Renewal(max(end, today), f"{whose} is signed with SHA-1; ask for SHA-256 at the renewal.")
    if leaf.last_day is not None and ends_within(leaf, today, SOON, SOON_SHARE):
        yield Renewal(leaf.last_day, f"It ends on {day(leaf.last_day)}.")
