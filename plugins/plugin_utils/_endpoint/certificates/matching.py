# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a certificate holds a name, by RFC 9525: subject alternative name only, a wildcard stands for one label."""

from __future__ import annotations

import ipaddress
import typing as t


def held(wanted: str, names: t.Iterable[str]) -> bool:
    """Whether one of ``names`` (of a certificate) is ``wanted``, a DNS name or an IP address."""
    address = _address(wanted)
    if address is not None:
        return any(_address(name) == address for name in names)
    reference = _reference(wanted)
    return reference is not None and any(_matches(reference, name) for name in names)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def _reference(name: str) -> str | None:
    """The name as certificates write it: A-labels, small, without the dot of the root."""
    name = name.strip().removesuffix(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return name if name and "*" not in name and all(name.split(".")) else None


def _matches(reference: str, presented: str) -> bool:
    if not presented.isascii():
        return False
    presented = presented.lower()
    if "*" not in presented:
        return presented == reference
    # RFC 9525 6.3: one wildcard, the whole of the first label. Like OpenSSL's, ours does not stand for a whole
    # top-level domain: two labels have to follow.
    first, dummy, parent = presented.partition(".")
    if first != "*" or "*" in parent or "." not in parent or not all(parent.split(".")):
        return False
    return reference.partition(".")[2] == parent
