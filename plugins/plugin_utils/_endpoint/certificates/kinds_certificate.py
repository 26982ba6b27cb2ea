# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings on single certificates; ids are stable, a new finding is a new row."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind, Severity

#: What a person does on Exchange for a new certificate (S29).
NEW = (
    "Request a new certificate with New-ExchangeCertificate -GenerateRequest, import the answer with "
    "Import-ExchangeCertificate and assign it with Enable-ExchangeCertificate -Services"
)

BROKEN_HASH = Kind(
    id="certificate.broken_hash",
    severity=Severity.ERROR,
    title="A certificate is signed with MD2, MD4 or MD5",
    what="A certificate of the chain that is no root is signed with a hash for which forgeries can be made.",
    why=(
        "The signature proves nothing, and partners refuse it: Exchange Online sends no mail to an SMTP server with "
        "MD2 or MD5 in its chain."
    ),
    remedy=f"{NEW}; ask for SHA-256 in the whole chain.",
    sources=("Seed", "S9", "RFC-9155", "S29"),
)
SHA1_LONG = Kind(
    id="certificate.sha1_long",
    severity=Severity.ERROR,
    title="A certificate is signed with SHA-1 and lasts for more than twelve months",
    what="A certificate of the chain that is no root is signed with SHA-1, and its renewal is more than a year away.",
    why="Clients refuse SHA-1 in certificates; Microsoft's rule is not to wait for a renewal that is years away.",
    remedy=f"{NEW} now; ask for SHA-256 in the whole chain.",
    sources=("Seed", "S9", "RFC-9155", "S29"),
)
SHA1 = Kind(
    id="certificate.sha1",
    severity=Severity.WARNING,
    title="A certificate is signed with SHA-1",
    what="A certificate of the chain that is no root is signed with SHA-1, and its renewal is at most a year away.",
    why="Clients refuse SHA-1 in certificates; Microsoft's rule is to get rid of it at the latest with the renewal.",
    remedy="Ask the authority for SHA-256 in the whole chain when the certificate is renewed.",
    sources=("Seed", "S9", "RFC-9155"),
)
ROOT_HASH = Kind(
    id="certificate.self_signature",
    severity=Severity.NOTE,
    title="An old hash in a self-signed certificate does not matter",
    what="A root or another self-signed certificate is signed by itself with SHA-1 or older.",
    why="Nobody relies on a signature that a certificate made for itself; it is judged by its key and its end alone.",
    remedy="Nothing has to be done for that.",
    sources=("S10", "RFC-5280"),
)
UNKNOWN_HASH = Kind(
    id="certificate.unknown_signature",
    severity=Severity.WARNING,
    title="A certificate is signed in an unknown way",
    what="The algorithm of the signature of a certificate is not in the table.",
    why="Whether the hash is a good one was not judged, and clients may not know it either.",
    remedy="Look the identifier up, and ask the authority for RSA or ECDSA with SHA-256.",
    sources=("S9", "RFC-5280"),
)
SMALL_KEY = Kind(
    id="certificate.small_key",
    severity=Severity.ERROR,
    title="A key is too small",
    what="A certificate has an RSA key of less than 2048 bits or an elliptic curve of less than 256.",
    why="Such keys can be broken by those with means, and clients and partners refuse them.",
    remedy=f"{NEW}, with -KeySize 2048 or more.",
    sources=("Seed", "S9", "BR", "S29"),
)
RSA_EXPONENT = Kind(
    id="certificate.rsa_exponent",
    severity=Severity.WARNING,
    title="An RSA key with an unusual public exponent",
    what="The public exponent of an RSA key is even or smaller than 65537.",
    why="Small exponents turn small mistakes of padding into forgeries; even ones are no RSA keys at all.",
    remedy=f"{NEW}; Windows makes keys with the exponent 65537.",
    sources=("BR", "S29"),
)
OTHER_KEY = Kind(
    id="certificate.other_key",
    severity=Severity.WARNING,
    title="A key that is neither RSA nor ECDSA",
    what="The certificate of an endpoint has a key of another kind.",
    why="The cipher suites of Schannel authenticate with RSA or ECDSA; few clients can use anything else.",
    remedy=f"{NEW}, with an RSA key.",
    sources=("S3", "S29"),
)
ECDSA = Kind(
    id="certificate.ecdsa",
    severity=Severity.NOTE,
    title="An ECDSA certificate needs Exchange to be set up for it",
    what="The certificate of an Exchange endpoint has an ECDSA key.",
    why=(
        "Exchange supports these from the security update of November 2024 on, and only with the value "
        "EnableEccCertificateSupport; before, some services cannot use them."
    ),
    remedy=(
        r"Check the build of every server and HKLM\SOFTWARE\Microsoft\ExchangeServer\v15\Diagnostics, "
        "EnableEccCertificateSupport = 1 (REG_SZ)."
    ),
    sources=("S9",),
)
EXPIRED = Kind(
    id="certificate.expired",
    severity=Severity.ERROR,
    title="A certificate has expired",
    what="The last day of a certificate of the chain is past.",
    why="Clients refuse the connection; partners that require TLS send no mail.",
    remedy=f"{NEW}; one made by Exchange itself is renewed with Get-ExchangeCertificate | New-ExchangeCertificate.",
    sources=("S9", "S29", "S30"),
)
NOT_YET_VALID = Kind(
    id="certificate.not_yet_valid",
    severity=Severity.ERROR,
    title="A certificate is not valid yet",
    what="The first day of a certificate of the chain is in the future.",
    why="Clients refuse it until then.",
    remedy="Assign the former certificate again (Enable-ExchangeCertificate -Services), and compare the clocks.",
    sources=("RFC-5280", "S29"),
)
EXPIRES_VERY_SOON = Kind(
    id="certificate.expires_very_soon",
    severity=Severity.ERROR,
    title="A certificate expires within 30 days",
    what="A certificate of the chain ends within 30 days, or within a sixth of its lifetime where that is shorter.",
    why="Issuing, importing and assigning takes days, and then clients refuse the connection.",
    remedy=f"{NEW}; one made by Exchange itself is renewed with Get-ExchangeCertificate | New-ExchangeCertificate.",
    sources=("S9", "S29", "S30"),
)
EXPIRES_SOON = Kind(
    id="certificate.expires_soon",
    severity=Severity.WARNING,
    title="A certificate expires within 60 days",
    what="A certificate of the chain ends within 60 days, or within a third of its lifetime where that is shorter.",
    why="It is time to order the next one.",
    remedy=f"{NEW}; one made by Exchange itself is renewed with Get-ExchangeCertificate | New-ExchangeCertificate.",
    sources=("S9", "S29", "S30"),
)
SHORTER_RENEWAL = Kind(
    id="certificate.shorter_renewal",
    severity=Severity.NOTE,
    title="The next public certificate will be valid for a shorter time",
    what="A certificate of a public authority is valid for longer than its successor may be.",
    why=(
        "The limit for public certificates goes down: 398 days, 200 from 15 March 2026, 100 from 15 March 2027, 47 "
        "from 15 March 2029."
    ),
    remedy="Plan for renewals without hands, or use an authority of your own where no outsider connects.",
    sources=("BR",),
)
NAME_MISSING = Kind(
    id="certificate.name_missing",
    severity=Severity.ERROR,
    title="A certificate does not hold a name that clients use",
    what="The names of the certificate do not include one that the endpoint is reached by.",
    why="Clients compare the name that they connect to with the subject alternative name, and refuse others.",
    remedy=f"{NEW}, with every name in -DomainName.",
    sources=("RFC-9525", "S10", "S29"),
)
NO_NAMES = Kind(
    id="certificate.no_names",
    severity=Severity.WARNING,
    title="A certificate without subject alternative name",
    what="The certificate of an endpoint holds neither a DNS name nor an address; the common name is no substitute.",
    why="Clients have stopped to look at the common name, so they accept it under no name.",
    remedy=f"{NEW}, with every name in -DomainName.",
    sources=("RFC-9525", "S29"),
)
NOT_FOR_SERVERS = Kind(
    id="certificate.not_for_servers",
    severity=Severity.ERROR,
    title="A certificate that is not meant for servers",
    what="The extended key usage of the certificate of an endpoint leaves out server authentication.",
    why="Clients refuse a certificate that was issued for another purpose.",
    remedy=f"{NEW}; let the authority use a template for web servers.",
    sources=("RFC-5280", "S29"),
)
KEY_USAGE = Kind(
    id="certificate.key_usage",
    severity=Severity.WARNING,
    title="A certificate whose key may not sign",
    what="The key usage of the certificate of an endpoint leaves out digital signatures.",
    why="TLS 1.3 and every suite with forward secrecy (ECDHE, DHE) sign with this key; strict clients refuse that.",
    remedy=f"{NEW}; let the authority set digital signature and key encipherment.",
    sources=("RFC-5280", "RFC-8446", "S29"),
)
UNREADABLE = Kind(
    id="certificate.unreadable",
    severity=Severity.WARNING,
    title="A certificate cannot be read",
    what="What an endpoint sent as a certificate, or a part of it, cannot be read.",
    why="What cannot be read was not judged, and clients may refuse it.",
    remedy="Look at it on the server (certutil -dump), and replace it.",
    sources=("RFC-5280",),
)
NONE = Kind(
    id="certificate.none",
    severity=Severity.NOTE,
    title="No certificate was seen",
    what="An endpoint spoke TLS and no certificate was seen.",
    why="Nothing was judged there: only suites without one were accepted, or the question did not get that far.",
    remedy="Ask with mode inventory, and take anonymous suites out of the list of the server.",
    sources=("RFC-5246",),
)

#: In the order of the documentation.
CERTIFICATE_KINDS: tuple[Kind, ...] = (
    BROKEN_HASH,
    SHA1_LONG,
    SHA1,
    ROOT_HASH,
    UNKNOWN_HASH,
    SMALL_KEY,
    RSA_EXPONENT,
    OTHER_KEY,
    ECDSA,
    EXPIRED,
    NOT_YET_VALID,
    EXPIRES_VERY_SOON,
    EXPIRES_SOON,
    SHORTER_RENEWAL,
    NAME_MISSING,
    NO_NAMES,
    NOT_FOR_SERVERS,
    KEY_USAGE,
    UNREADABLE,
    NONE,
)
