# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller as a client: what its OpenSSL offers to the management listener of a host."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version, suite
from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import Client, ClientKind

#: Suites in the list of OpenSSL are numbered 0x0300xxxx.
_NUMBER = 0xFFFF
_GROUPS = ("x25519", "secp256r1", "x448", "secp521r1", "secp384r1")


def openssl_client(ciphers: t.Iterable[t.Mapping[str, t.Any]], lowest: str, highest: str) -> Client | None:
    """``ciphers``: what ``ssl.SSLContext.get_ciphers()`` says. ``lowest``, ``highest``: ids of versions."""
    by_id = {version.id: version for version in Version}
    names = tuple(suite(int(one["id"]) & _NUMBER).name for one in ciphers if "id" in one)
    if not names or lowest not in by_id or highest not in by_id:
        return None
    return Client(
        id="controller",
        name="This controller",
        family="openssl",
        kind=ClientKind.CAPTURED,
        services=(),
        lowest=by_id[lowest],
        highest=by_id[highest],
        suites=names,
        groups=_GROUPS,
        renegotiation="scsv",
    )
