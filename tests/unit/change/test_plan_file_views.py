# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person sees of saved plans: the page for the ticket, and what differs between two of them."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.examples import examples
from tools.planned_host import PREPARED, PlannedHost
from tools.random_hosts import STAGE, hosts
from tools.sample_host import SCHANNEL
from tools.saved_plans import of, record

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    HostPlan,
    PlanFile,
    diff_data,
    diff_files,
    diff_text,
    digest_of,
    render_markdown,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Gate, make_plan

pytestmark = pytest.mark.proves("saved_plan")

EX1 = PlannedHost("ws2016", "15.1.2507.6")
ONE = record(EX1, "prepare")


def lines(one: PlanFile, other: PlanFile) -> list[str]:
    """What differs, as text."""
    found = diff_files(one, other)
    assert len(diff_data(found)) == len(diff_text(found).splitlines())
    return diff_text(found).splitlines()


@examples(30)
@given(hosts(), STAGE)
def test_a_plan_does_not_differ_from_itself(host: PlannedHost, stage: str) -> None:
    plan = make_plan(host.state, host.baseline, stage, members=PREPARED, force=True)
    plans = of(record(host, stage, plan=plan))
    assert diff_files(plans, plans) == ()
    assert diff_text(()) == ""


def test_when_a_plan_was_made_is_no_difference() -> None:
    assert lines(of(ONE), dataclasses.replace(of(ONE), made_at="2026-12-24T18:00:00Z")) == []


def test_tickets_and_hosts_that_differ_are_named() -> None:
    two = dataclasses.replace(ONE, name="ex2")
    assert lines(of(ONE, ticket="CHG1"), of(ONE, two, ticket="CHG2")) == [
        "ticket: CHG1 -> CHG2",
        f"ex2: host: not there -> stage prepare, {len(ONE.plan.operations)} values to write",
    ]


def test_another_stage_differs_in_stage_gates_and_rules() -> None:
    found = lines(of(ONE), of(record(EX1, "obsolete")))
    assert "ex1: stage: prepare -> obsolete" in found
    gate = "ex1: gate obsolete boot: not there -> Stage 'prepare' is written now"
    assert any(line.startswith(gate) for line in found)
    assert any("rule " in line and "later_stage" in line for line in found)
    assert not [line for line in found if ": operation " in line or ": prior " in line]


def test_a_value_that_moved_between_two_plans_differs_in_prior_and_operation() -> None:
    dotnet = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
    moved = PlannedHost("ws2016", "15.1.2507.6", {dotnet: {"SchUseStrongCrypto": 1}})
    found = lines(of(ONE), of(record(moved, "prepare")))
    assert rf"ex1: operation {dotnet}\SchUseStrongCrypto: set REG_DWORD 1 -> not there" in found
    assert rf"ex1: prior {dotnet}\SchUseStrongCrypto: absent -> REG_DWORD 1" in found


def test_long_values_that_differ_at_their_end_differ() -> None:
    place = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
    one, other = (
        PlannedHost("ws2016", "15.1.2507.6", {place: {"Functions": "TLS_AES_128_GCM_SHA256," * 30 + last}})
        for last in ("TLS_A", "TLS_B")
    )
    found = lines(of(record(one, "prepare")), of(record(other, "prepare")))
    assert [line for line in found if "TLS_A" in line and "TLS_B" in line]


def with_gate(host: HostPlan, text: str) -> HostPlan:
    """A record in which everything that is free text says this."""
    gate = Gate("obsolete", "host", "boot", text, text)
    entries = tuple(dataclasses.replace(entry, detail=text, rule=text) for entry in host.plan.entries)
    plan = dataclasses.replace(host.plan, gates=(gate,), entries=entries, profile=text)
    return dataclasses.replace(host, name=text or "x", computer=text, domain=text, plan=plan)


#: A bracket that is not escaped, with a target behind it.
LINK = re.compile(r"(?<!\\)(?:\\\\)*\]\(")
HOSTILE = st.text("<>&|[]()`*_#!~\n\r\\$@:/ ahtpsw.\u202e\x1b", max_size=30)


@pytest.mark.proves("hostile_answers")
@examples(100)
@given(HOSTILE)
def test_nothing_that_a_host_said_becomes_markup(text: str) -> None:
    page = render_markdown(of(with_gate(ONE, text), ticket=text))
    harmless = render_markdown(of(with_gate(ONE, "x"), ticket="x"))
    assert "<" not in page
    assert not LINK.search(page)
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert all(line.isprintable() for line in page.splitlines())
    assert len(page.splitlines()) == len(harmless.splitlines())
    cells = [unescaped(line) for line in page.splitlines()]
    assert cells == [unescaped(line) for line in harmless.splitlines()]


def unescaped(line: str) -> int:
    """How many cells a line of a table has."""
    return line.replace("\\\\", "").replace("\\|", "").count("|")


def test_the_page_shows_each_value_with_before_and_after_and_the_digest() -> None:
    place = {rf"{SCHANNEL}\Protocols\TLS 1.2\Server": {"Enabled": 0}}
    plans = of(record(PlannedHost("ws2016", "15.1.2507.6", place), "prepare"))
    page = render_markdown(plans)
    assert digest_of(plans) in page
    assert "CHG0042" in page
    assert r"TLS 1.2\\Server\\Enabled | REG\_DWORD 0 | REG\_DWORD 1 |" in page
    assert page.count("REG\\_DWORD 1") >= 1


def test_the_page_says_what_each_plan_comes_to() -> None:
    done = record(EX1, "prepare", plan=dataclasses.replace(ONE.plan, applyable=False, entries=()))
    more = record(EX1, "obsolete")
    none = record(EX1, "prepare", plan=dataclasses.replace(ONE.plan, applyable=False, complete=False, entries=()))
    entries = [dataclasses.replace(one, stage="obsolete") for one in ONE.plan.entries]
    part = record(EX1, "obsolete", plan=dataclasses.replace(more.plan, reached="prepare", entries=tuple(entries)))
    nowhere = record(EX1, "prepare", plan=dataclasses.replace(ONE.plan, complete=False, reached=""))
    words: dict[str, HostPlan] = {
        "brings the stage about": ONE,
        "nothing to do, the stage is there": done,
        "reaches prepare of obsolete": more,
        "writes a part of obsolete, reaches prepare": part,
        "writes a part of prepare, reaches no stage": nowhere,
        "writes nothing, the stage is refused": none,
    }
    for sentence, host in words.items():
        assert f"{sentence}." in render_markdown(of(host)), sentence
    assert "**Forced:**" in render_markdown(of(dataclasses.replace(ONE, force=True)))


def test_a_whole_suite_list_can_be_reviewed() -> None:
    names = ",".join(f"TLS_SUITE_{number}" for number in range(60))
    value: t.Any = RegistryValue("Functions", 1, names)
    entry = next(one for one in ONE.plan.entries if one.operations)
    operation = dataclasses.replace(entry.operations[0], after=value)
    plan = dataclasses.replace(ONE.plan, entries=(dataclasses.replace(entry, operations=(operation,)),))
    assert "TLS\\_SUITE\\_59 |" in render_markdown(of(dataclasses.replace(ONE, plan=plan)))
