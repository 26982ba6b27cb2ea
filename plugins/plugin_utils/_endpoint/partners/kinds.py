# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about mail partners."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind, Severity

LOST = Kind(
    id="partner.lost_after_stage",
    severity=Severity.ERROR,
    title="A partner that the planned stage would cut off from TLS",
    what="A mail exchanger answers us today; what we would still offer after the stage, it refuses.",
    why="Mail to this partner then goes in clear text, or stays in the queue where TLS is required.",
    remedy="Ask the partner for TLS 1.2 with a suite of today before the stage, or plan an exception with an end date.",
    sources=("Seed", "S27"),
)
NOT_TODAY = Kind(
    id="partner.no_tls_today",
    severity=Severity.WARNING,
    title="A partner with whom there is no TLS today",
    what="A mail exchanger offers no STARTTLS, or refuses all that we offer.",
    why="Mail to this partner goes in clear text already; the planned stage changes nothing about it.",
    remedy="Ask the partner for STARTTLS with TLS 1.2.",
    sources=("Seed", "S27"),
)
OLD_ONLY = Kind(
    id="partner.old_versions_only",
    severity=Severity.WARNING,
    title="A partner without TLS 1.2",
    what="The newest version that a mail exchanger answers is TLS 1.1 or older.",
    why="Its software is likely to send with no better version, so mail from this partner will come in clear too.",
    remedy="Ask the partner which versions it sends with, and look for its addresses in the receive logs.",
    sources=("Seed", "S1"),
)
OLD_HASH = Kind(
    id="partner.old_hash",
    severity=Severity.WARNING,
    title="A partner's certificate is signed with SHA-1 or older",
    what="A certificate in the chain of a mail exchanger is signed with SHA-1, MD5, MD4 or MD2.",
    why="Servers that check certificates refuse it; Exchange Online refuses MD5 and MD2 anywhere in the chain.",
    remedy="Tell the partner before TLS to it is made mandatory.",
    sources=("Seed",),
)
UNKNOWN = Kind(
    id="partner.unknown",
    severity=Severity.NOTE,
    title="Nothing is known of a partner",
    what="Its mail exchangers could not be found, or did not answer in TLS from here.",
    why="Port 25 is often closed on the way out from a workstation; silence proves nothing.",
    remedy="Ask from a server that is allowed to send mail (delegate_to), or name the hosts.",
    sources=("Seed",),
)

KINDS: tuple[Kind, ...] = (LOST, NOT_TODAY, OLD_ONLY, OLD_HASH, UNKNOWN)
