# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which answers belong together, and where they differ."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import answered
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

from .aspects import ASPECTS

Answer = t.Mapping[str, t.Any]
#: group, service, port
Place = tuple[str, str, int]


@dataclasses.dataclass(frozen=True)
class Difference:
    """One aspect that is not the same everywhere; ``values``: value -> the members that have it, most of them first."""

    aspect: str
    values: tuple[tuple[str, tuple[str, ...]], ...]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One service of one group. ``silent``: members that gave no TLS to compare, which proves neither side."""

    group: str
    service: str
    port: int
    members: tuple[str, ...]
    silent: tuple[str, ...]
    differences: tuple[Difference, ...]


def compare_groups(answers: t.Iterable[Answer]) -> tuple[Comparison, ...]:
    """All groups, by name, service and port. An answer belongs to a group by its key ``group``."""
    places: dict[Place, list[Answer]] = {}
    for answer in answers:
        group, port = answer.get("group"), answer.get("port")
        if isinstance(group, str) and group and isinstance(port, int):
            places.setdefault((group, str(answer.get("service")), port), []).append(answer)
    return tuple(_compare(place, found) for place, found in sorted(places.items()))


def member_name(answer: Answer) -> str:
    """The inventory name if there is one, else the host, with the address that was asked."""
    name = one_line(answer.get("name") or answer.get("host") or "?", 200)
    address = answer.get("address")
    return f"{name} ({one_line(address, 50)})" if address and address != name else name


def _compare(place: Place, answers: t.Sequence[Answer]) -> Comparison:
    group, service, port = place
    spoke = answered(answers)
    silent = tuple(sorted(member_name(answer) for answer in answers if answer not in spoke))
    members = tuple(sorted(member_name(answer) for answer in spoke))
    found = (_difference(aspect, value, spoke) for aspect, value in ASPECTS.items())
    return Comparison(group, service, port, members, silent, tuple(one for one in found if one is not None))


def _difference(aspect: str, value: t.Callable[[Answer], str | None], answers: t.Sequence[Answer]) -> Difference | None:
    holders: dict[str, list[str]] = {}
    for answer in answers:
        found = value(answer)
        if found is not None:
            holders.setdefault(found, []).append(member_name(answer))
    if len(holders) < 2:
        return None
    ordered = sorted(holders.items(), key=lambda item: (-len(item[1]), item[0]))
    return Difference(aspect, tuple((found, tuple(sorted(names))) for found, names in ordered))


def comparison_data(comparison: Comparison) -> dict[str, t.Any]:
    """As plain data for a result."""
    return {
        "group": comparison.group,
        "service": comparison.service,
        "port": comparison.port,
        "members": list(comparison.members),
        "silent": list(comparison.silent),
        "differences": [
            {
                "aspect": difference.aspect,
                "values": [{"value": value, "members": list(names)} for value, names in difference.values],
            }
            for difference in comparison.differences
        ],
    }
