# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random hosts in memory, for what must hold whatever stands in the registry."""

from __future__ import annotations

import typing as t

from hypothesis import strategies as st
from tools.planned_host import PlannedHost
from tools.sample_host import BUILDS, LONG_AGO, NOW, Registry

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import SettingKind, load

STAGE = st.sampled_from(["prepare", "obsolete", "retire", "renegotiation", "suites", "tls13"])
PROFILE = st.sampled_from(["exchange_2015", "exchange_current", "exchange_strict"])
EXCHANGE = st.sampled_from(
    [None, "15.0.847.32", "15.0.1497.2", "15.1.2507.6", "15.2.1544.4", "15.2.1748.10", "15.2.2562.17"]
)

#: The places that any rule is about, with what may stand there: right, equal, wrong, of another type, broken.
PLACES = [
    (place, setting.kind) for setting in load().settings.values() if not setting.per_user for place in setting.places
]
NUMBERS = st.sampled_from([0, 1, 2, 0x80, 0x800, 0xA80, 0xAA0, 0x2800, 0xFFFFFFFF])
SUITES = sorted({name for rows in load().suite_lists.values() for name in rows.known}) + ["TLS_NO_SUCH_SUITE"]
BROKEN = st.sampled_from(["1", "", (3, b"\1\0\0\0"), (4, b"\1"), (1, b"A"), (11, b"\1" * 8), ["1"]])


def data_for(kind: SettingKind) -> st.SearchStrategy[t.Any]:
    """What may stand in a value of this kind."""
    if kind is SettingKind.LIST:
        names = st.lists(st.sampled_from(SUITES), max_size=40)
        return names.map(",".join) | names | BROKEN
    return NUMBERS | BROKEN


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    """A few values in random places."""
    found: dict[str, dict[str, t.Any]] = {}
    for place, kind in draw(st.lists(st.sampled_from(PLACES), max_size=25)):
        found.setdefault(place.key, {})[place.name] = draw(data_for(kind))
    return found


@st.composite
def hosts(draw: st.DrawFn) -> PlannedHost:
    """A host with a random Windows, Exchange, registry, times and denied keys."""
    registry = draw(registries())
    keys = sorted({place.key for place, _kind in PLACES})
    return PlannedHost(
        draw(st.sampled_from(sorted(BUILDS))),
        draw(EXCHANGE),
        registry,
        profile=draw(PROFILE),
        written={key: draw(st.sampled_from([LONG_AGO, NOW - 1])) for key in registry},
        denied=draw(st.lists(st.sampled_from(keys), max_size=2, unique=True)),
        boot=draw(st.sampled_from([None, LONG_AGO + 1])),
    )
