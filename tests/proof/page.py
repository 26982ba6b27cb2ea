# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write ``docs/proof.md`` from the claims, the markers of the tests and the records: ``make docs/proof.md``."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import typing as t

import yaml

from .collect import ROOT, Found, collect
from .marks import Confirmed, confirmed
from .record import read_records

HERE = pathlib.Path(__file__).parent
PAGE = ROOT / "docs/proof.md"


@dataclasses.dataclass(frozen=True)
class Claim:
    """What is claimed. ``id``: what tests name. ``question``: what a reader asks. ``not_shown``: empty if nothing."""

    id: str
    question: str
    claim: str
    not_shown: str
    serves: str = ""


@dataclasses.dataclass(frozen=True)
class Material:
    """All that the page is made of. ``parts``: heading -> claims. ``texts``: the sections that a person wrote."""

    parts: t.Mapping[str, tuple[Claim, ...]]
    targets: tuple[t.Mapping[str, t.Any], ...]
    connections: tuple[t.Mapping[str, str], ...]
    records: t.Mapping[str, t.Mapping[str, t.Any]]
    confirmed: Confirmed
    texts: t.Mapping[str, str]

    @property
    def claims(self) -> dict[str, Claim]:
        """Claims by id."""
        return {one.id: one for claims in self.parts.values() for one in claims}


def _data(name: str) -> t.Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def read_material() -> Material:
    """The material as it lies here."""
    parts = {
        entry["part"]: tuple(Claim(**claim) for claim in entry["claims"]) for entry in _data("claims.yml")["parts"]
    }
    page = _data("page.yml")
    return Material(
        parts, tuple(_data("targets.yml")), tuple(page["connections"]), read_records(), confirmed(), page["texts"]
    )


def target_of(test: Found, targets: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """What a test runs on: the first line of the table that fits."""
    for line in targets:
        if (
            test.module.startswith(tuple(line.get("paths", [""])))
            and not ("markers" in line and set(line["markers"]).isdisjoint(test.markers))
            and not ("fixtures" in line and set(line["fixtures"]).isdisjoint(test.fixtures))
        ):
            return str(line["target"])
    raise LookupError(f"targets.yml has no line for {test.module}::{test.function}")


def render(material: Material, tests: t.Iterable[Found]) -> str:
    """The page. A test counts once for each thing it runs on, however many sets of parameters it has."""
    shown: dict[str, dict[str, dict[str, set[str]]]] = collections.defaultdict(
        lambda: collections.defaultdict(lambda: collections.defaultdict(set))
    )
    for test in tests:
        for claim in test.claims:
            shown[claim][test.module][target_of(test, material.targets)].add(test.function)
    texts = material.texts
    blocks = [texts["head"], texts["confirmed" if material.confirmed.tests else "never_on_windows"]]
    if material.confirmed.tests:
        blocks.append(_confirmed(material.confirmed))
    blocks += [texts["first"], texts["reading"]]
    for part, claims in material.parts.items():
        blocks.append(f"## {part}")
        blocks += [_claim(claim, shown.get(claim.id, {})) for claim in claims]
    blocks += [texts["records"], *(_record(name, record) for name, record in material.records.items())]
    blocks += [texts["connections"], _table(("Connection", "Authentication", "Shown by"), _connections(material))]
    blocks.append(texts["hosted"])
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def _confirmed(known: Confirmed) -> str:
    lines = [f"- `{test}`" for test in sorted(known.tests)]
    return "\n".join([f"On {known.date}, Windows {known.build}:", "", *lines])


def _claim(claim: Claim, modules: t.Mapping[str, t.Mapping[str, t.Collection[str]]]) -> str:
    rows = [
        (f"`{module}`", str(len(set().union(*on.values()))), _on(on)) for module, on in sorted(modules.items())
    ]  # fmt: skip
    lines = [f"### {claim.question}", "", claim.claim, "", _table(("Tests", "Number", "Run on"), rows)]
    if claim.not_shown:
        lines += ["", f"Not shown: {claim.not_shown}"]
    if claim.serves:
        lines += ["", f"After: {claim.serves}."]
    return "\n".join(lines)


def _on(on: t.Mapping[str, t.Collection[str]]) -> str:
    if len(on) == 1:
        return next(iter(on))
    return ", ".join(f"{target} ({len(functions)})" for target, functions in sorted(on.items()))


def _record(name: str, record: t.Mapping[str, t.Any]) -> str:
    on = ", ".join(f"{program} {version}" for program, version in record["on"].items())
    rows = [(_cell(key), _cell(value)) for key, value in record["figures"].items()]
    heading = name.replace("_", " ").capitalize()
    return f"### {heading}\n\n`{record['command']}`, {record['date']}, on {on}.\n\n{_table(('What', 'Result'), rows)}"


def _cell(value: t.Any) -> str:
    """A figure on one line; what is nested deeper stands in the record."""
    if isinstance(value, dict):
        return "; ".join(f"{_cell(key)}: {_cell(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        return "; ".join(_cell(entry) for entry in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).replace("|", "\\|").split())


def _connections(material: Material) -> list[tuple[str, ...]]:
    return [(one["connection"], one["authentication"], one["shown"]) for one in material.connections]


def _table(head: tuple[str, ...], rows: t.Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """The page is the only thing that is written."""
    PAGE.write_text(render(read_material(), collect()), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
