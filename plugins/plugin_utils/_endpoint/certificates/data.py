# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as plain data for results and reports (key ``certificate_audit``)."""

from __future__ import annotations

import datetime
import typing as t

from .model import Certificate, CertificateAudit, Chain
from .words import shown

_LONGEST_NAME = 255


def to_data(audit: CertificateAudit) -> dict[str, t.Any]:
    """Plain types of JSON, always in the same order. Findings are not in it: they go with those of the host."""
    return {"chains": [_chain(chain) for chain in audit.chains]}


def _chain(chain: Chain) -> dict[str, t.Any]:
    renew = chain.renew
    return {
        "authentication": chain.authentication,
        "certificates": [_certificate(certificate) for certificate in chain.certificates],
        "order": chain.order.value,
        "complete": chain.complete,
        "names_match": chain.names_match,
        "renew": None if renew is None else {"by": renew.by.isoformat(), "why": renew.why},
    }


def _certificate(certificate: Certificate) -> dict[str, t.Any]:
    names = certificate.names
    return {
        "position": certificate.position,
        "subject": _text(certificate.subject),
        "issuer": _text(certificate.issuer),
        "serial": _text(certificate.serial),
        "not_before": _moment(certificate.not_before),
        "not_after": _moment(certificate.not_after),
        "key": certificate.key,
        "bits": certificate.bits,
        "curve": certificate.curve,
        "signature": certificate.signature,
        "signature_hash": certificate.signature_hash,
        "self_signed": certificate.self_signed,
        "ca": certificate.ca,
        "names": None if names is None else [shown(name, _LONGEST_NAME) for name in names],
        "sha256": certificate.sha256,
        "problems": list(certificate.problems),
    }


def _text(text: str | None) -> str | None:
    return None if text is None else shown(text, _LONGEST_NAME)


def _moment(moment: datetime.datetime | None) -> str | None:
    # isoformat() pads years before 1000, which strftime() does not do everywhere.
    return None if moment is None else moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
