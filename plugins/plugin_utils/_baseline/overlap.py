# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules that contradict each other: two that want different things of one setting and can both apply to one host."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue

from .matching import Facts, matches
from .model import ROLES, Bits, Rule, When


def contradictions(
    rules: t.Iterable[Rule], catalogue: Catalogue, only: t.Container[str] | None = None
) -> tuple[tuple[Rule, Rule], ...]:
    """Pairs of rules that cannot both be kept on some host, the later one second.

    ``only``: ids of which at least one must be in each pair (what an overlay touched); None compares all.
    """
    by_setting: dict[str, list[Rule]] = {}
    for rule in rules:
        by_setting.setdefault(rule.setting, []).append(rule)
    return tuple(
        (first, second)
        for group in by_setting.values()
        for first, second in itertools.combinations(group, 2)
        if (only is None or first.id in only or second.id in only)
        and not _agree(first, second)
        and meet(first.when, second.when, catalogue)
    )


def _agree(first: Rule, second: Rule) -> bool:
    if isinstance(first.want, Bits) and isinstance(second.want, Bits):
        # A mask may gain a bit in one stage and lose another one in a later stage.
        return not (first.want.add & second.want.without or first.want.without & second.want.add)
    return False


def meet(one: When, other: When, catalogue: Catalogue) -> bool:
    """True when some host exists to which both apply; inventory groups never keep two rules apart."""
    systems = _common(one.os, other.os, tuple(catalogue.systems))
    versions = _common(one.exchange, other.exchange, ())
    roles = _common(one.role, other.role, ROLES)
    if not systems or (not versions and one.exchange and other.exchange):
        return False
    groups = frozenset(one.group) | frozenset(other.group)
    for facts in _hosts(systems[0], roles, groups, catalogue):
        if matches(_without_os(one), facts).applies and matches(_without_os(other), facts).applies:
            return True
    return False


def _common(one: tuple[str, ...], other: tuple[str, ...], every: tuple[str, ...]) -> tuple[str, ...]:
    if not one or not other:
        return one or other or every
    return tuple(name for name in one if name in other)


def _without_os(when: When) -> When:
    return When((), when.exchange, when.exchange_build, when.role, when.group, when.able, when.unable)


def _hosts(os: str, roles: tuple[str, ...], groups: frozenset[str], catalogue: Catalogue) -> t.Iterator[Facts]:
    """Every Exchange release in every role, and Windows without Exchange. No field of ``when`` depends on another."""
    for role in roles or ROLES:
        yield Facts(os, "none", None, role, frozenset(), groups)
        gained: dict[str, frozenset[str]] = {}
        for release in catalogue.releases:
            able = gained.get(release.version, frozenset()) | release.can
            gained[release.version] = able
            yield Facts(os, release.version, release.build, role, able, groups)
