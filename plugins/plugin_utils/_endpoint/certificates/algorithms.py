# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Object identifiers of signatures and keys.

By number, because ``cryptography`` gives no name to MD2 and MD4, and none at all to the older identifiers of NIST's
OIW, which Windows' makecert once wrote. The weak ones are those that HealthChecker lists (S9).
"""

from __future__ import annotations

import types
import typing as t

RSA_PSS = "1.2.840.113549.1.1.10"

#: Signature algorithm -> (algorithm without hash, hash); RFC 3279, 4055, 5758, 8410, OIW.
SIGNATURES: t.Mapping[str, tuple[str, str | None]] = types.MappingProxyType(
    {
        "1.2.840.113549.1.1.2": ("rsa", "md2"),
        "1.3.14.7.2.3.1": ("rsa", "md2"),
        "1.2.840.113549.1.1.3": ("rsa", "md4"),
        "1.3.14.3.2.2": ("rsa", "md4"),
        "1.3.14.3.2.4": ("rsa", "md4"),
        "1.2.840.113549.1.1.4": ("rsa", "md5"),
        "1.3.14.3.2.3": ("rsa", "md5"),
        "1.2.840.113549.1.1.5": ("rsa", "sha1"),
        "1.3.14.3.2.15": ("rsa", "sha1"),
        "1.3.14.3.2.29": ("rsa", "sha1"),
        "1.2.840.10040.4.3": ("dsa", "sha1"),
        "1.3.14.3.2.13": ("dsa", "sha1"),
        "1.3.14.3.2.27": ("dsa", "sha1"),
        "1.2.840.10045.4.1": ("ecdsa", "sha1"),
        "1.2.840.113549.1.1.14": ("rsa", "sha224"),
        "1.2.840.113549.1.1.11": ("rsa", "sha256"),
        "1.2.840.113549.1.1.12": ("rsa", "sha384"),
        "1.2.840.113549.1.1.13": ("rsa", "sha512"),
        "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
        "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
        "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
        "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
        "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
        "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
        "1.3.101.112": ("ed25519", None),
        "1.3.101.113": ("ed448", None),
    }
)

#: Not to be trusted by anybody, MD2 and MD5 by name in the article (A10).
BROKEN_HASHES = frozenset({"md2", "md4", "md5"})

#: Hash -> as people write it.
HASH_NAMES: t.Mapping[str, str] = types.MappingProxyType(
    {"md2": "MD2", "md4": "MD4", "md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256"}
)

#: Set by public certification authorities (BR 7.1.6.1: their reserved identifiers), which are bound to the BR.
PUBLIC_CERTIFICATE_TYPES = frozenset({"2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3"})
