# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of profiles, overlays and mappings: which fields their records have, in which order, of which type."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Field, Type

#: The order of the fields is the order in which they have to stand: records that look alike are compared by eye.
RULE = (
    Field("id", Type.TEXT),
    Field("setting", Type.TEXT, required=False),
    Field("settings", Type.NAMED_TEXTS, required=False),
    Field("want", Type.OTHER),
    Field("stage", Type.TEXT),
    Field("when", Type.RECORD, required=False),
    Field("severity", Type.TEXT),
    Field("reason", Type.TEXT),
    Field("sources", Type.TEXTS),
)
WHEN = (
    Field("os", Type.TEXTS, required=False),
    Field("exchange", Type.TEXTS, required=False),
    Field("exchange_build", Type.TEXT, required=False),
    Field("role", Type.TEXTS, required=False),
    Field("group", Type.TEXTS, required=False),
    Field("able", Type.TEXTS, required=False),
    Field("unable", Type.TEXTS, required=False),
)
PROFILE = (
    Field("profile", Type.TEXT),
    Field("title", Type.TEXT),
    Field("description", Type.TEXT),
    Field("extends", Type.TEXT, required=False),
    Field("remove", Type.TEXTS, required=False),
    Field("rules", Type.RECORDS),
)
OVERLAY = (
    Field("rules", Type.NAMED_RECORDS, required=False),
    Field("add", Type.RECORDS, required=False),
    Field("exceptions", Type.RECORDS, required=False),
)
CHANGE = (Field("want", Type.OTHER, required=False), Field("remove", Type.TRUE, required=False))
EXCEPTION = (
    Field("rule", Type.TEXT),
    Field("owner", Type.TEXT),
    Field("reason", Type.TEXT),
    Field("ticket", Type.TEXT),
    Field("until", Type.TEXT),
    Field("hosts", Type.TEXTS, required=False),
)

MAPPING = (Field("authority", Type.TEXT), Field("requirements", Type.RECORDS))
REQUIREMENT = (
    Field("id", Type.TEXT),
    Field("also", Type.TEXT, required=False),
    Field("title", Type.TEXT),
    Field("confirmed", Type.TRUTH),
    Field("rules", Type.TEXTS),
)
