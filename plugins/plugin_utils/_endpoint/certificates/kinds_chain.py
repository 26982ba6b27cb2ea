# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings on chains and on the keys that are made for a connection; ids are stable, a new finding is a new row."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind, Severity

from .kinds_certificate import NEW

SELF_SIGNED_TO_CLIENTS = Kind(
    id="certificate.self_signed_to_clients",
    severity=Severity.WARNING,
    title="A self-signed certificate where clients connect",
    what="An endpoint for clients presents a certificate that signed itself.",
    why="Clients trust it only where somebody has given it to them; Microsoft wants one of an authority there.",
    remedy=f"{NEW}, or look which certificate the load balancer presents to them.",
    sources=("S10", "S29"),
)
SELF_SIGNED = Kind(
    id="certificate.self_signed",
    severity=Severity.NOTE,
    title="A self-signed certificate",
    what="An endpoint presents a certificate that signed itself; it is judged by its key and its end alone.",
    why="That is how Exchange sets up SMTP and the back end between servers, where it need not be replaced.",
    remedy="Between servers of Exchange nothing has to be done; partners that verify want one of an authority.",
    sources=("S10",),
)
MISSING_INTERMEDIATE = Kind(
    id="certificate.missing_intermediate",
    severity=Severity.WARNING,
    title="An intermediate certificate was not sent",
    what="The issuer of the certificate of an endpoint was not sent, and it cannot be a root.",
    why="Clients that have not seen the intermediate elsewhere cannot build the chain: phones, mail servers, Java.",
    remedy="Import the certificate of the issuing authority into the store Intermediate Certification Authorities.",
    sources=("RFC-5246", "BR"),
)
ISSUER_NOT_SENT = Kind(
    id="certificate.issuer_not_sent",
    severity=Severity.NOTE,
    title="The issuer of a certificate was not sent",
    what="An endpoint sent its own certificate alone, and that is not self-signed.",
    why="That is right if a root issued it, which clients have; from here a root and an intermediate look the same.",
    remedy="If it is an intermediate, import it into the store Intermediate Certification Authorities of the server.",
    sources=("RFC-5246",),
)
CHAIN_NOT_SEEN = Kind(
    id="certificate.chain_not_seen",
    severity=Severity.NOTE,
    title="Only the first certificate was seen",
    what="An endpoint speaks nothing but TLS 1.3, which encrypts the chain, and the handshake showed one certificate.",
    why="Python before 3.13 shows no more than that; intermediates that were sent were not judged.",
    remedy="Ask from a machine with Python 3.13 or later.",
    sources=("RFC-8446",),
)
WRONG_ORDER = Kind(
    id="certificate.wrong_order",
    severity=Severity.WARNING,
    title="The chain is not in order",
    what="The certificates of a chain do not follow each other from the endpoint's own to its issuers.",
    why="TLS 1.2 and older ask for that order, and strict clients give up.",
    remedy="Let what answers here send the endpoint's certificate first, then each issuer in turn.",
    sources=("RFC-5246", "RFC-8446"),
)
STRANGER = Kind(
    id="certificate.stranger",
    severity=Severity.WARNING,
    title="A certificate that does not belong to the chain",
    what="A certificate was sent that issued none of the others.",
    why="Strict clients give up on it, and often it stands in the place of the intermediate that is missing.",
    remedy="Take it out of the chain that the program or device sends, and put the right intermediate in.",
    sources=("RFC-5246", "RFC-8446"),
)
SENT_TWICE = Kind(
    id="certificate.sent_twice",
    severity=Severity.NOTE,
    title="A certificate was sent twice",
    what="The same certificate stands in a chain more than once.",
    why="It costs every client bytes and does not help; strict clients give up.",
    remedy="Take the repetition out of the chain file of the program or device that answers here.",
    sources=("RFC-5246",),
)
ISSUER_NOT_CA = Kind(
    id="certificate.issuer_not_ca",
    severity=Severity.ERROR,
    title="An issuer that is no certification authority",
    what="A certificate was issued by one whose basic constraints do not make it an authority.",
    why="Clients refuse such a chain; otherwise the owner of any certificate could issue more.",
    remedy=f"{NEW} from a real authority.",
    sources=("RFC-5280", "S29"),
)
WEAK_DH = Kind(
    id="endpoint.weak_dh",
    severity=Severity.WARNING,
    title="A Diffie-Hellman key of less than 2048 bits",
    what="An endpoint used a prime of less than 2048 bits for a suite with DHE.",
    why="Below 2048 bits the exchange can be broken, at 1024 for many connections at once; clients refuse it.",
    remedy=(
        r"Set SCHANNEL\KeyExchangeAlgorithms\Diffie-Hellman, ServerMinKeyBitLength to 2048, or take the DHE suites out "
        "of the list."
    ),
    sources=("S2", "RFC-7919"),
)
EXPORT_RSA = Kind(
    id="endpoint.export_rsa",
    severity=Severity.ERROR,
    title="An RSA key made for export",
    what="An endpoint made a short RSA key for a suite of the old export rules.",
    why="A key of 512 bits is broken in hours, and an attacker can move clients to it.",
    remedy="Take every EXPORT suite out of the list of the server.",
    sources=("S6", "RFC-5246"),
)

#: In the order of the documentation.
CHAIN_KINDS: tuple[Kind, ...] = (
    SELF_SIGNED_TO_CLIENTS,
    SELF_SIGNED,
    MISSING_INTERMEDIATE,
    ISSUER_NOT_SENT,
    CHAIN_NOT_SEEN,
    WRONG_ORDER,
    STRANGER,
    SENT_TWICE,
    ISSUER_NOT_CA,
)

#: In the order of the documentation.
KEY_EXCHANGE_KINDS: tuple[Kind, ...] = (
    WEAK_DH,
    EXPORT_RSA,
)
