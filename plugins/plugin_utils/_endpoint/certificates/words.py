# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates in words. Everything that a certificate says goes through here before a person reads it."""

from __future__ import annotations

import datetime
import typing as t

from .algorithms import HASH_NAMES
from .model import Certificate

_LONGEST = 120


def shown(text: str, limit: int = _LONGEST) -> str:
    """Control and invisible characters as escapes, so that no name looks like another; cut at ``limit``."""
    escaped = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode("ascii")
        for letter in text[:limit]
    )
    return escaped + "..." if len(text) > limit else escaped


def title(certificate: Certificate) -> str:
    """Its subject, or what else tells it from others: names, fingerprint."""
    if certificate.subject:
        return shown(certificate.subject)
    if certificate.names:
        return shown(certificate.names[0])
    return f"SHA-256 {certificate.sha256[:16]}..." if certificate.sha256 else "no certificate"


def place(certificate: Certificate, chain: t.Sequence[Certificate], authentication: str) -> str:
    """``the certificate of the endpoint (CN=mail, RSA chain)``, ``certificate 2 of 3 (CN=Issuing CA, RSA chain)``."""
    kind = "" if authentication == "any" else f", {authentication} chain"
    number = chain.index(certificate)
    which = f"certificate {number + 1} of {len(chain)}" if number else "the certificate of the endpoint"
    return f"{which} ({title(certificate)}{kind})"


def hash_name(name: str) -> str:
    """``SHA-1`` for sha1; names without an entry as they are."""
    return HASH_NAMES.get(name, name.upper())


def day(moment: datetime.datetime | datetime.date) -> str:
    """``2026-03-15``"""
    return moment.isoformat()[:10]


def days(count: int) -> str:
    """``1 day``, ``30 days``"""
    return f"{count} day" if count == 1 else f"{count} days"


def listing(names: t.Sequence[str], limit: int = 5) -> str:
    """Names in a row; the rest is counted."""
    row = ", ".join(shown(name, 80) for name in names[:limit])
    return f"{row} and {len(names) - limit} more" if len(names) > limit else row
