# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of a file of clients: lists that records may share, and the records."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Field, Type

#: ``lists``: a name for a list of suites, groups or signature schemes each.
FILE = (
    Field("lists", Type.RECORD, required=False),
    Field("clients", Type.RECORDS, required=False),
)

CLIENT = (
    Field("id", Type.TEXT),
    Field("name", Type.TEXT),
    Field("family", Type.TEXT, required=False),
    Field("kind", Type.TEXT, required=False),
    Field("services", Type.TEXTS),
    Field("lowest", Type.TEXT),
    Field("highest", Type.TEXT),
    Field("framing", Type.TEXT, required=False),
    Field("suites", Type.TEXT_OR_TEXTS),
    Field("groups", Type.TEXT_OR_TEXTS, required=False),
    Field("signatures", Type.TEXT_OR_TEXTS, required=False),
    Field("extensions", Type.TEXTS, required=False),
    Field("renegotiation", Type.TEXT, required=False),
    Field("needs_secure_renegotiation", Type.TRUTH, required=False),
    Field("refuses_sha1_handshakes", Type.TRUTH, required=False),
    Field("hashes", Type.TEXTS, required=False),
    Field("rsa_min_bits", Type.NUMBER, required=False),
    Field("rsa_max_bits", Type.NUMBER, required=False),
    Field("dh_min_bits", Type.NUMBER, required=False),
    Field("dh_max_bits", Type.NUMBER, required=False),
    Field("sources", Type.TEXTS, required=False),
    Field("note", Type.TEXT, required=False),
)
