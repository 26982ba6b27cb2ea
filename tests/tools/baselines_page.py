# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of rules in docs/baselines.md, made from the profiles; run as a program it writes the page."""

from __future__ import annotations

import pathlib
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / ".cache/collections"))

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (  # noqa: E402
    DEFAULT_PROFILE,
    STAGES,
    Profile,
    Rule,
    When,
    load_benchmarks,
    load_profile,
    profile_names,
    show,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load  # noqa: E402

PAGE = ROOT / "docs/baselines.md"
BEGIN, END = "<!-- rules: begin, made by tests/tools/baselines_page.py -->", "<!-- rules: end -->"


def page(text: str) -> str:
    """The page with its list of rules brought up to date."""
    head, dummy, rest = text.partition(BEGIN)
    dummy, dummy, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{rules_text()}\n{END}{tail}"


def rules_text() -> str:
    """Every profile, the default one first, with its rules in the order of the stages."""
    names = sorted(profile_names(), key=lambda name: (name != DEFAULT_PROFILE, name))
    return "\n".join(line for name in names for line in _profile(load_profile(name)))


def _profile(profile: Profile) -> t.Iterator[str]:
    yield f"### {profile.name}"
    yield ""
    yield f"{profile.title}. {profile.description}"
    yield ""
    if profile.extends:
        yield f"All rules of `{profile.extends}`, these in place of its own:"
        yield ""
    records: dict[str, list[Rule]] = {}
    for rule in profile.rules:
        if rule.profile == profile.name:
            records.setdefault(rule.record, []).append(rule)
    for stage in STAGES:
        for record, rules in records.items():
            if rules[0].stage == stage:
                yield from _record(record, rules)


def _record(record: str, rules: list[Rule]) -> t.Iterator[str]:
    first = rules[0]
    yield f"#### {record} ({first.stage})"
    yield ""
    yield first.reason
    yield ""
    wanted = "these suites in this order" if isinstance(first.want, tuple) and len(first.want) > 3 else show(first.want)
    yield f"- Wanted: {wanted}"
    yield f"- Where: {_where(first.when)}"
    yield f"- Severity: {first.severity}; sources: {', '.join(first.sources)}"
    benchmarks = [
        f"{one.authority} {one.id}{'' if one.confirmed else ' (number not confirmed)'}"
        for one in load_benchmarks()
        if {record, *(rule.id for rule in rules)} & set(one.rules)
    ]
    if benchmarks:
        yield f"- Benchmarks: {'; '.join(benchmarks)}"
    yield ""
    yield "| Rule | Setting |"
    yield "| --- | --- |"
    yield from (f"| `{rule.id}` | {rule.setting} |" for rule in rules)
    yield ""
    if isinstance(first.want, tuple) and len(first.want) > 3:
        yield "```text"
        yield from first.want
        yield "```"
        yield ""


def _where(when: When) -> str:
    systems = load().systems
    exchange = load().exchange
    parts = []
    if when.os:
        parts.append(", ".join(systems[name].name for name in when.os))
    if when.exchange:
        parts.append(
            " or ".join("without Exchange" if name == "none" else exchange[name].name for name in when.exchange)
        )
    if when.able:
        parts.append(f"builds that are able to: {', '.join(when.able)}")
    if when.unable:
        parts.append(f"builds that are not able to: {', '.join(when.unable)}")
    if when.exchange_build:
        parts.append(f"Exchange {when.exchange_build}")
    if when.role:
        parts.append(f"role {' or '.join(when.role)}")
    if when.group:
        parts.append(f"inventory group {' or '.join(when.group)}")
    return "; ".join(parts) if parts else "everywhere"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
