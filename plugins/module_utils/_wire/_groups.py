# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key exchange groups and signature schemes that a hello names (IANA "TLS Supported Groups", "TLS SignatureScheme")."""

from __future__ import annotations

import dataclasses

__all__ = [
    "COMMON_GROUPS",
    "COMMON_SIGNATURE_SCHEMES",
    "LEGACY_GROUPS",
    "MODERN_GROUPS",
    "SCHEME_NAMES",
    "SIGNATURE_SCHEMES",
    "Group",
    "group",
    "group_by_name",
]


@dataclasses.dataclass(frozen=True)
class Group:
    """A named group. bits: of the field, the prime or the classical half. kind: ec, ffdhe, hybrid (post-quantum)."""

    number: int
    name: str
    bits: int
    kind: str


_GROUPS = (
    Group(0x001D, "x25519", 255, "ec"),
    Group(0x0017, "secp256r1", 256, "ec"),
    Group(0x0018, "secp384r1", 384, "ec"),
    Group(0x0019, "secp521r1", 521, "ec"),
    Group(0x001E, "x448", 448, "ec"),
    Group(0x001A, "brainpoolP256r1", 256, "ec"),
    Group(0x001B, "brainpoolP384r1", 384, "ec"),
    Group(0x001C, "brainpoolP512r1", 512, "ec"),
    Group(0x0016, "secp256k1", 256, "ec"),
    Group(0x0015, "secp224r1", 224, "ec"),
    Group(0x0014, "secp224k1", 224, "ec"),
    Group(0x0013, "secp192r1", 192, "ec"),
    Group(0x0012, "secp192k1", 192, "ec"),
    Group(0x0011, "secp160r2", 160, "ec"),
    Group(0x0010, "secp160r1", 160, "ec"),
    Group(0x000F, "secp160k1", 160, "ec"),
    Group(0x000E, "sect571r1", 571, "ec"),
    Group(0x000D, "sect571k1", 571, "ec"),
    Group(0x000C, "sect409r1", 409, "ec"),
    Group(0x000B, "sect409k1", 409, "ec"),
    Group(0x000A, "sect283r1", 283, "ec"),
    Group(0x0009, "sect283k1", 283, "ec"),
    Group(0x0008, "sect239k1", 239, "ec"),
    Group(0x0007, "sect233r1", 233, "ec"),
    Group(0x0006, "sect233k1", 233, "ec"),
    Group(0x0005, "sect193r2", 193, "ec"),
    Group(0x0004, "sect193r1", 193, "ec"),
    Group(0x0003, "sect163r2", 163, "ec"),
    Group(0x0002, "sect163r1", 163, "ec"),
    Group(0x0001, "sect163k1", 163, "ec"),
    Group(0x001F, "brainpoolP256r1tls13", 256, "ec"),
    Group(0x0020, "brainpoolP384r1tls13", 384, "ec"),
    Group(0x0021, "brainpoolP512r1tls13", 512, "ec"),
    Group(0x0029, "curveSM2", 256, "ec"),
    Group(0x0100, "ffdhe2048", 2048, "ffdhe"),
    Group(0x0101, "ffdhe3072", 3072, "ffdhe"),
    Group(0x0102, "ffdhe4096", 4096, "ffdhe"),
    Group(0x0103, "ffdhe6144", 6144, "ffdhe"),
    Group(0x0104, "ffdhe8192", 8192, "ffdhe"),
    Group(0x11EC, "X25519MLKEM768", 255, "hybrid"),
    Group(0x11EB, "SecP256r1MLKEM768", 256, "hybrid"),
    Group(0x11ED, "SecP384r1MLKEM1024", 384, "hybrid"),
    Group(0x11EE, "curveSM2MLKEM768", 256, "hybrid"),
    Group(0x0200, "MLKEM512", 512, "hybrid"),
    Group(0x0201, "MLKEM768", 768, "hybrid"),
    Group(0x0202, "MLKEM1024", 1024, "hybrid"),
    Group(0x6399, "X25519Kyber768Draft00", 255, "hybrid"),
    Group(0x639A, "SecP256r1Kyber768Draft00", 256, "hybrid"),
)
_BY_NUMBER = {row.number: row for row in _GROUPS}
_BY_NAME = {row.name.lower(): row for row in _GROUPS}

# Up to TLS 1.2 no finite field group may be named: a server that knows RFC 7919 and none of the named groups must then
# hide its DHE suites (section 4), and GnuTLS shows a good group instead of a weak prime of its own. The other way round
# it hides DHE suites for which it has no prime; docs/wire.md has the measurements.
LEGACY_GROUPS = tuple(row.number for row in _GROUPS if row.kind == "ec" and row.number < 0x1F)

# TLS 1.3 forbids the old curves (RFC 8446 4.2.7), and an answer may name any of these.
_TLS_1_3_CURVES = (0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x001F, 0x0020, 0x0021, 0x0029)
MODERN_GROUPS = _TLS_1_3_CURVES + tuple(row.number for row in _GROUPS if row.kind != "ec")

# What old Schannel pairs its suites with (P-384 for its AES-256 ECDSA suites), and X25519.
COMMON_GROUPS = (0x001D, 0x0017, 0x0018, 0x0019)

# fmt: off
COMMON_SIGNATURE_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202,
)
SIGNATURE_SCHEMES = (
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601,
    0x0303, 0x0301, 0x0201, 0x0203, 0x0402, 0x0502, 0x0602, 0x0302, 0x0202, 0x081A, 0x081B, 0x081C, 0x0101,
)
# fmt: on


def group(number: int) -> Group:
    """The group with this number; an unknown number gives a group named ``UNKNOWN_xxxx`` of 0 bits."""
    return _BY_NUMBER.get(number) or Group(number, f"UNKNOWN_{number:04X}", 0, "unknown")


def group_by_name(name: str) -> Group | None:
    """The group with this IANA name; case does not count."""
    return _BY_NAME.get(name.lower())


#: IANA names of signature schemes; what TLS 1.2 knew as a pair of hash and kind of key is named in the same way.
SCHEME_NAMES = {
    "rsa_pkcs1_md5": 0x0101,
    "rsa_pkcs1_sha1": 0x0201,
    "dsa_sha1": 0x0202,
    "ecdsa_sha1": 0x0203,
    "rsa_pkcs1_sha224": 0x0301,
    "dsa_sha224": 0x0302,
    "ecdsa_sha224": 0x0303,
    "rsa_pkcs1_sha256": 0x0401,
    "dsa_sha256": 0x0402,
    "ecdsa_secp256r1_sha256": 0x0403,
    "rsa_pkcs1_sha384": 0x0501,
    "dsa_sha384": 0x0502,
    "ecdsa_secp384r1_sha384": 0x0503,
    "rsa_pkcs1_sha512": 0x0601,
    "dsa_sha512": 0x0602,
    "ecdsa_secp521r1_sha512": 0x0603,
    "rsa_pss_rsae_sha256": 0x0804,
    "rsa_pss_rsae_sha384": 0x0805,
    "rsa_pss_rsae_sha512": 0x0806,
    "ed25519": 0x0807,
    "ed448": 0x0808,
    "rsa_pss_pss_sha256": 0x0809,
    "rsa_pss_pss_sha384": 0x080A,
    "rsa_pss_pss_sha512": 0x080B,
    "ecdsa_brainpoolP256r1tls13_sha256": 0x081A,
    "ecdsa_brainpoolP384r1tls13_sha384": 0x081B,
    "ecdsa_brainpoolP512r1tls13_sha512": 0x081C,
}
