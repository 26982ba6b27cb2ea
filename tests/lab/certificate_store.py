# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Windows keeps the machine's certificates and says which of them http.sys presents (guidance 9.2, 9.3)."""

from __future__ import annotations

import hashlib
import struct
import typing as t

from .persona import Endpoint

_MACHINE = "HKEY_LOCAL_MACHINE"
STORE = f"{_MACHINE}\\SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates"
BINDINGS = f"{_MACHINE}\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo"
_SHA1_HASH, _CERTIFICATE = 3, 32  #: properties of the blob ([MS-GPEF] 2.2.1.1.1.1)
_OF_HTTP_SYS = ("https", "https_backend")


def content(der: bytes, endpoints: t.Iterable[Endpoint]) -> dict[str, t.Any]:
    """Registry content, as personas write it, for a certificate that the host's HTTPS endpoints present."""
    thumbprint = hashlib.sha1(der, usedforsecurity=False).digest()
    blob = b"".join(
        struct.pack("<III", identity, 1, len(data)) + data
        for identity, data in ((_SHA1_HASH, thumbprint), (_CERTIFICATE, der))
    )
    found: dict[str, t.Any] = {f"{STORE}\\{thumbprint.hex().upper()}": {"Blob": {"kind": "binary", "hex": blob.hex()}}}
    for endpoint in endpoints:
        if endpoint.service in _OF_HTTP_SYS:
            found[f"{BINDINGS}\\0.0.0.0:{endpoint.port}"] = {
                "SslCertHash": {"kind": "binary", "hex": thumbprint.hex()},
                "SslCertStoreName": "MY",
                "DefaultFlags": 0,
            }
    return found
