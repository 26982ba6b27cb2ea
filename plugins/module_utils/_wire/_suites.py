# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cipher suite number means: key exchange, authentication, cipher, bits, MAC, first version, Schannel's name.

The registry's names are regular, so the tables of this file hold the words once and a suite is read from its name.
"""

from __future__ import annotations

import dataclasses
import functools

from ._codes import Version
from ._suites_certificate import CERTIFICATE_SUITES
from ._suites_shared_secret import SHARED_SECRET_SUITES

__all__ = ["EMPTY_RENEGOTIATION_INFO_SCSV", "FALLBACK_SCSV", "Suite", "offered", "suite", "suite_by_name"]

# Not suites but signals that travel in the list of suites: RFC 5746 3.3 and RFC 7507.
EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF
FALLBACK_SCSV = 0x5600

# How the part before _WITH_ is meant: key exchange, authentication.
_KEY_EXCHANGE = {
    "RSA": ("RSA", "RSA"),
    "RSA_FIPS": ("RSA", "RSA"),
    "RSA_EXPORT": ("RSA", "RSA"),
    "RSA_EXPORT1024": ("RSA", "RSA"),
    "DH_DSS": ("DH", "DSS"),
    "DH_RSA": ("DH", "RSA"),
    "DHE_DSS": ("DHE", "DSS"),
    "DHE_RSA": ("DHE", "RSA"),
    "DH_anon": ("DHE", "anon"),
    "ECDH_ECDSA": ("ECDH", "ECDSA"),
    "ECDH_RSA": ("ECDH", "RSA"),
    "ECDHE_ECDSA": ("ECDHE", "ECDSA"),
    "ECDHE_RSA": ("ECDHE", "RSA"),
    "ECDH_anon": ("ECDHE", "anon"),
    "GOSTR341094": ("GOST", "GOST"),
    "GOSTR341001": ("GOST", "GOST"),
    "GOSTR341112_256": ("GOST", "GOST"),
    "KRB5": ("KRB5", "KRB5"),
    "SRP_SHA": ("SRP", "SRP"),
    "SRP_SHA_RSA": ("SRP", "RSA"),
    "SRP_SHA_DSS": ("SRP", "DSS"),
    "ECCPWD": ("ECCPWD", "ECCPWD"),
    "PSK": ("PSK", "PSK"),
    "DHE_PSK": ("DHE", "PSK"),
    "PSK_DHE": ("DHE", "PSK"),
    "RSA_PSK": ("RSA", "PSK"),
    "ECDHE_PSK": ("ECDHE", "PSK"),
}

# Effective key bits. 3DES counts 112 (NIST SP 800-57: three keys, two of them effective).
_CIPHER_BITS = {
    "NULL": 0,
    "RC4_40": 40,
    "RC2_CBC_40": 40,
    "DES_CBC_40": 40,
    "DES40_CBC": 40,
    "RC4_56": 56,
    "RC2_CBC_56": 56,
    "DES_CBC": 56,
    "3DES_EDE_CBC": 112,
    "RC4_128": 128,
    "IDEA_CBC": 128,
    "SEED_CBC": 128,
    "AEGIS_128L": 128,
    "AEGIS_256": 256,
    "CHACHA20_POLY1305": 256,
    "28147_CNT": 256,
    "KUZNYECHIK_CTR": 256,
    "MAGMA_CTR": 256,
    "KUZNYECHIK_MGM": 256,
    "MAGMA_MGM": 256,
    "SM4_GCM": 128,
    "SM4_CCM": 128,
}
_AEAD_MARKS = ("_GCM", "_CCM", "POLY1305", "AEGIS", "_MGM")

# The suites that Microsoft's per-version lists name (tls-cipher-suites-in-windows-7 .. -server-2025), plus the four of
# SSL 2.0. Windows before 2016 appends a curve (_P256); that is an attribute of a setting, not of a suite.
# fmt: off
_SCHANNEL = frozenset((
    0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0009, 0x000A, 0x0012, 0x0013, 0x002F, 0x0032, 0x0033, 0x0035, 0x0038,
    0x0039, 0x003B, 0x003C, 0x003D, 0x0040, 0x0062, 0x0063, 0x0064, 0x006A, 0x009C, 0x009D, 0x009E, 0x009F, 0x00A8,
    0x00A9, 0x00AE, 0x00AF, 0x00B0, 0x00B1, 0x1301, 0x1302, 0x1303, 0xC009, 0xC00A, 0xC013, 0xC014, 0xC023, 0xC024,
    0xC027, 0xC028, 0xC02B, 0xC02C, 0xC02F, 0xC030, 0x010080, 0x020080, 0x060040, 0x0700C0,
))
# fmt: on

# SSL 2.0 cipher kinds: three bytes, so they cannot be mistaken for suites. (Hickman, "The SSL Protocol", 1995, and
# the 64-bit RC4 that OpenSSL added.)
_SSL_2_0_KINDS = (
    (0x010080, "SSL_CK_RC4_128_WITH_MD5", "RC4_128", 128),
    (0x020080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5", "RC4_40", 40),
    (0x030080, "SSL_CK_RC2_128_CBC_WITH_MD5", "RC2_CBC_128", 128),
    (0x040080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5", "RC2_CBC_40", 40),
    (0x050080, "SSL_CK_IDEA_128_CBC_WITH_MD5", "IDEA_CBC", 128),
    (0x060040, "SSL_CK_DES_64_CBC_WITH_MD5", "DES_CBC", 56),
    (0x0700C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "3DES_EDE_CBC", 112),
    (0x080080, "SSL_CK_RC4_64_WITH_MD5", "RC4_64", 64),
)


@dataclasses.dataclass(frozen=True)
class Suite:
    """One cipher suite.

    number: IANA number (SSL 2.0 kinds: 24 bits). name: IANA name. schannel_name: None where no Windows knows it.
    key_exchange, authentication: ``any`` for TLS 1.3, which negotiates both apart. bits: effective key length.
    mac: ``AEAD`` where the cipher protects integrity itself. first_version: the first that defines the suite.
    shared_secret: it needs PSK, SRP, Kerberos or a password.
    """

    number: int
    name: str
    key_exchange: str
    authentication: str
    cipher: str
    bits: int
    mac: str
    first_version: Version
    export: bool = False
    shared_secret: bool = False

    @property
    def schannel_name(self) -> str | None:
        return self.name if self.number in _SCHANNEL else None

    @property
    def forward_secret(self) -> bool:
        return self.key_exchange in ("DHE", "ECDHE", "any")


def _bits(cipher: str) -> int:
    if cipher in _CIPHER_BITS:
        return _CIPHER_BITS[cipher]
    return 256 if "_256" in cipher else 128


def _first_version(number: int, mac: str) -> Version:
    if mac == "AEAD" or mac in ("SHA256", "SHA384", "OMAC"):
        return Version.TLS_1_2
    old_era = number <= 0x001B or number >= 0xFE00 or 0x0060 <= number <= 0x0066
    return Version.SSL_3_0 if old_era else Version.TLS_1_0


def _read_name(number: int, name: str, shared_secret: bool) -> Suite:
    body = name.partition("_")[2]
    if body.endswith("_OLD"):
        body = body[: -len("_OLD")]
    exchange, separator, protection = body.partition("_WITH_")
    if not separator:
        return _read_tls_1_3_name(number, name, body)
    cipher, _unused, mac = protection.rpartition("_")
    if any(mark in protection for mark in _AEAD_MARKS):
        # "..._CCM" and "..._CCM_8" end without a hash, "..._MGM_L" with a key schedule.
        cipher, mac = (protection if "_CCM" in protection and mac in ("CCM", "8") else cipher), "AEAD"
    key_exchange, authentication = _KEY_EXCHANGE[exchange.replace("_EXPORT1024", "").replace("_EXPORT", "")]
    first = Version.TLS_1_3 if "_MGM" in protection else _first_version(number, mac)
    if first is Version.TLS_1_3:
        key_exchange = authentication = "any"
    export = "EXPORT" in exchange
    return Suite(number, name, key_exchange, authentication, cipher, _bits(cipher), mac, first, export, shared_secret)


def _read_tls_1_3_name(number: int, name: str, body: str) -> Suite:
    cipher = body.rpartition("_")[0]
    # RFC 9150: these two protect integrity only, their name is hash and HMAC.
    bare = cipher in ("SHA256", "SHA384")
    bits, mac = (0, cipher) if bare else (_bits(cipher), "AEAD")
    return Suite(number, name, "any", "any", "NULL" if bare else cipher, bits, mac, Version.TLS_1_3)


def _read_kind(number: int, name: str, cipher: str, bits: int) -> Suite:
    return Suite(number, name, "RSA", "RSA", cipher, bits, "MD5", Version.SSL_2_0, "EXPORT" in name)


_SUITES: dict[int, Suite] = {}
_SUITES.update((number, _read_name(number, name, False)) for number, name in CERTIFICATE_SUITES)
_SUITES.update((number, _read_name(number, name, True)) for number, name in SHARED_SECRET_SUITES)
_SUITES.update((row[0], _read_kind(*row)) for row in _SSL_2_0_KINDS)
_BY_NAME = {row.name: row for row in _SUITES.values()}


def suite(number: int) -> Suite:
    """The suite with this number; an unknown number gives a suite named ``UNKNOWN_xxxx`` of 0 bits."""
    if number in _SUITES:
        return _SUITES[number]
    return Suite(number, f"UNKNOWN_{number:04X}", "unknown", "unknown", "unknown", 0, "unknown", Version.SSL_3_0)


@functools.lru_cache(maxsize=4096)
def suite_by_name(name: str) -> Suite | None:
    """The suite with this IANA or Schannel name; a curve that old Windows appends (``_P256``) is ignored."""
    stem, _unused, tail = name.rpartition("_")
    return _BY_NAME.get(stem if tail in ("P256", "P384", "P521") else name)


def _strength(row: Suite) -> tuple[int | bool, ...]:
    anonymous = row.authentication == "anon"
    return (0 if anonymous else row.bits, row.forward_secret, row.mac == "AEAD", row.bits, row.number)


def _in_version(row: Suite, version: Version) -> bool:
    if row.shared_secret:
        return False
    if version in (Version.SSL_2_0, Version.TLS_1_3):
        return row.first_version is version
    if version is Version.TLS_1_2:
        return Version.SSL_3_0 <= row.first_version <= Version.TLS_1_2
    # SSL 3.0 too is asked for the suites of TLS 1.0: real servers mix them (AES in SSL 3.0), and asking only for the
    # suites of its time is how scanners miss most of them.
    return Version.SSL_3_0 <= row.first_version <= Version.TLS_1_1


def _offers() -> dict[Version, tuple[int, ...]]:
    weakest_first = sorted(_SUITES.values(), key=_strength)
    return {v: tuple(row.number for row in weakest_first if _in_version(row, v)) for v in Version}


_OFFERS = _offers()


def offered(version: Version) -> tuple[int, ...]:
    """Every suite worth offering in this version, weakest first.

    No sane server has that order: an answer that is not the first acceptable suite proves an order of the server's own.
    """
    return _OFFERS[version]
