# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words that a file of clients may use, and the lists it may share."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import SCHEME_NAMES, group_by_name, suite_by_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, SuiteList, bare_suite

#: Microsoft's names of curves and the IANA's; case differs between Microsoft's pages.
_CURVES: t.Mapping[str, str] = {
    "curve25519": "x25519",
    "nistp256": "secp256r1",
    "nistp384": "secp384r1",
    "nistp521": "secp521r1",
}

Names = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Lists:
    """Lists by name. ``suites`` and ``groups`` hold those of Windows by the id of the system, ``shared`` all others."""

    shared: t.Mapping[str, Names]
    suites: t.Mapping[str, Names]
    groups: t.Mapping[str, Names]

    def named(self, field: str) -> t.Mapping[str, Names]:
        """What a record may name in this field."""
        windows = {"suites": self.suites, "groups": self.groups}.get(field, {})
        return {**windows, **self.shared}

    def with_shared(self, more: t.Mapping[str, Names]) -> Lists:
        """The same and these; a list of the same name is replaced."""
        return dataclasses.replace(self, shared={**self.shared, **more})


def windows_lists(catalogue: Catalogue) -> Lists:
    """The default lists of every Windows that the catalogue knows: its newest builds, without what is on request."""
    suites = {name: _suites(row) for name, row in catalogue.suite_lists.items()}
    groups = {name: _groups(row) for name, row in catalogue.suite_lists.items()}
    return Lists({}, suites, groups)


def _suites(row: SuiteList) -> Names:
    used = (name for name in row.default if name not in row.on_request)
    return tuple(dict.fromkeys(bare_suite(name)[0] for name in used))


def _groups(row: SuiteList) -> Names:
    # Before Windows 10 the curves are suffixes of the suites, and their order is that of the suites.
    suffixes = [curve for _name, curve in map(bare_suite, row.default) if curve is not None]
    curves = [curve.lower() for curve in (*row.curves, *suffixes)]
    found = (group_by_name(_CURVES.get(curve, curve)) for curve in curves)
    return tuple(dict.fromkeys(group.name for group in found if group is not None))


def canonical(field: str, name: str) -> str | None:
    """The suite, group or signature scheme of this name as the IANA spells it; None when there is none."""
    if field == "suites":
        suite = suite_by_name(name)
        return None if suite is None else suite.name
    if field == "groups":
        group = group_by_name(name)
        return None if group is None else group.name
    return name if name in SCHEME_NAMES else None
