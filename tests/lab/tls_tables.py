# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Code points of TLS that the lab's servers need: versions, suites by Schannel name, OpenSSL's name where OpenSSL 3
can serve them.
"""

from __future__ import annotations

import dataclasses
import typing as t

VERSIONS: t.Mapping[str, int] = {
    "ssl_2_0": 0x0002,
    "ssl_3_0": 0x0300,
    "tls_1_0": 0x0301,
    "tls_1_1": 0x0302,
    "tls_1_2": 0x0303,
    "tls_1_3": 0x0304,
}
ORDER = tuple(VERSIONS)


@dataclasses.dataclass(frozen=True)
class Suite:
    """A cipher suite: what Schannel's registry keys can take away of it, and which certificate it needs."""

    name: str
    number: int
    openssl: str | None
    exchange: str  #: rsa, dhe, ecdhe, any (TLS 1.3)
    certificate: str  #: rsa, ecdsa, dss, any
    cipher: str  #: key name below SCHANNEL\\Ciphers
    mac: str  #: md5, sha, sha256, sha384: key name below SCHANNEL\\Hashes, lower case
    versions: tuple[str, ...]


_CIPHERS = {
    "AES_256": "AES 256/256",
    "AES_128": "AES 128/128",
    "3DES_EDE": "Triple DES 168",
    "RC4_128": "RC4 128/128",
    "RC4_56": "RC4 56/128",
    "RC4_40": "RC4 40/128",
    "DES_CBC": "DES 56/56",
    "NULL": "NULL",
}
_LEGACY = ("tls_1_0", "tls_1_1", "tls_1_2")

_ROWS: tuple[tuple[str, int, str | None], ...] = (
    ("TLS_AES_128_GCM_SHA256", 0x1301, "TLS_AES_128_GCM_SHA256"),
    ("TLS_AES_256_GCM_SHA384", 0x1302, "TLS_AES_256_GCM_SHA384"),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xC030, "ECDHE-RSA-AES256-GCM-SHA384"),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC02F, "ECDHE-RSA-AES128-GCM-SHA256"),
    ("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", 0x009F, "DHE-RSA-AES256-GCM-SHA384"),
    ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", 0x009E, "DHE-RSA-AES128-GCM-SHA256"),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", 0xC024, "ECDHE-ECDSA-AES256-SHA384"),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", 0xC023, "ECDHE-ECDSA-AES128-SHA256"),
    ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", 0xC028, "ECDHE-RSA-AES256-SHA384"),
    ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", 0xC027, "ECDHE-RSA-AES128-SHA256"),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xC00A, "ECDHE-ECDSA-AES256-SHA"),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xC009, "ECDHE-ECDSA-AES128-SHA"),
    ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xC014, "ECDHE-RSA-AES256-SHA"),
    ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xC013, "ECDHE-RSA-AES128-SHA"),
    ("TLS_RSA_WITH_AES_256_GCM_SHA384", 0x009D, "AES256-GCM-SHA384"),
    ("TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009C, "AES128-GCM-SHA256"),
    ("TLS_RSA_WITH_AES_256_CBC_SHA256", 0x003D, "AES256-SHA256"),
    ("TLS_RSA_WITH_AES_128_CBC_SHA256", 0x003C, "AES128-SHA256"),
    ("TLS_RSA_WITH_AES_256_CBC_SHA", 0x0035, "AES256-SHA"),
    ("TLS_RSA_WITH_AES_128_CBC_SHA", 0x002F, "AES128-SHA"),
    ("TLS_DHE_RSA_WITH_AES_256_CBC_SHA", 0x0039, "DHE-RSA-AES256-SHA"),
    ("TLS_DHE_RSA_WITH_AES_128_CBC_SHA", 0x0033, "DHE-RSA-AES128-SHA"),
    ("TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", 0x006A, None),
    ("TLS_DHE_DSS_WITH_AES_128_CBC_SHA256", 0x0040, None),
    ("TLS_DHE_DSS_WITH_AES_256_CBC_SHA", 0x0038, None),
    ("TLS_DHE_DSS_WITH_AES_128_CBC_SHA", 0x0032, None),
    ("TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA", 0x0013, None),
    ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", 0x000A, None),
    ("TLS_RSA_WITH_RC4_128_SHA", 0x0005, None),
    ("TLS_RSA_WITH_RC4_128_MD5", 0x0004, None),
    ("TLS_RSA_WITH_NULL_SHA256", 0x003B, None),
    ("TLS_RSA_WITH_NULL_SHA", 0x0002, None),
    ("TLS_RSA_WITH_NULL_MD5", 0x0001, None),
    ("TLS_RSA_WITH_DES_CBC_SHA", 0x0009, None),
    ("TLS_DHE_DSS_WITH_DES_CBC_SHA", 0x0012, None),
    ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", 0x0003, None),
    ("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", 0x0064, None),
    ("TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA", 0x0062, None),
    ("TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA", 0x0063, None),
)
#: Suites that Microsoft's tables list for SSL 3.0 too ("TLS Cipher Suites in Windows 8.1").
_SSL_3_0 = {
    "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_RC4_128_MD5",
    "TLS_RSA_WITH_NULL_SHA",
}


def _suite(name: str, number: int, openssl: str | None) -> Suite:
    if "_WITH_" not in name:  # TLS 1.3 names only cipher and hash
        exchange = certificate = "any"
        versions: tuple[str, ...] = ("tls_1_3",)
    else:
        first, second = (name.split("_")[1:3] + [""])[:2]
        exchange = first.lower()
        certificate = second.lower() if exchange != "rsa" else "rsa"
        modern = name.endswith(("_GCM_SHA384", "_GCM_SHA256", "_SHA256", "_SHA384"))
        versions = ("tls_1_2",) if modern else _LEGACY
        versions = ("ssl_3_0", *versions) if name in _SSL_3_0 else versions
    cipher = next(key for part, key in _CIPHERS.items() if f"_{part}_" in name)
    return Suite(name, number, openssl, exchange, certificate, cipher, name.rsplit("_", 1)[1].lower(), versions)


SUITES: t.Mapping[str, Suite] = {row[0]: _suite(*row) for row in _ROWS}
