# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of one host, from JSON data that anybody may have written."""

from __future__ import annotations

import re

from ..._baseline import STAGES
from ..._host import RegistryValue
from ..._plan import Act, Entry, Gate, Operation, Plan, Reason, Verdict
from .canonical import digest
from .data import facts_data, prior_data
from .fields import Record, shown
from .model import Allowed, Fact, HostPlan, Prior
from .read_values import RAW, VALUE, read_meaning, read_value

HOST = (
    "name computer domain profile stage reached complete applyable reboot_required next_stage force baseline observed "
    "gates next_gates exceptions entries facts prior"
).split()
_GATE = "stage scope kind reason remedy".split()
_ENTRY = "setting rule stage act reason verdict before after detail operations".split()
_OPERATION = "op path name before after".split()
_PRIOR = "path name exists".split()

#: Some ten times of what a host has.
_MOST = 2000
#: A plan sets and deletes values; it never deletes a key, nor anything else that host_write can do.
_OPS = ("set", "delete_value")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_STAGE = ("", *STAGES)


def read_host_plan(value: object, place: str = "") -> HostPlan:
    """The record of one host, as ``host_data_of`` writes it. Raises PlanFileError with the place of what is wrong."""
    return read_host_record(Record(value, place, HOST))


def read_host_record(record: Record) -> HostPlan:
    """The same for a record whose members were looked at."""
    facts = _facts(record)
    prior = tuple(_prior(one) for one in record.records("prior", _PRIOR, (*VALUE, *RAW), most=_MOST))
    observed = _digest(record, "observed")
    if digest([facts_data(facts), prior_data(prior)]) != observed:
        raise record.error("observed", "the digest is not that of facts and prior")
    return HostPlan(
        name=_name(record, "name"),
        computer=record.text("computer"),
        domain=record.text("domain"),
        force=record.flag("force"),
        baseline=_digest(record, "baseline"),
        observed=observed,
        exceptions=tuple(_allowed(one) for one in record.records("exceptions", ("rule", "until"), most=_MOST)),
        plan=_plan(record),
        facts=facts,
        prior=prior,
    )


def _plan(record: Record) -> Plan:
    return Plan(
        profile=record.text("profile"),
        stage=record.one_of("stage", STAGES),
        reached=record.one_of("reached", _NO_STAGE),
        entries=tuple(_entry(one) for one in record.records("entries", _ENTRY, most=_MOST)),
        gates=tuple(_gate(one) for one in record.records("gates", _GATE, most=_MOST)),
        next_stage=record.one_of("next_stage", _NO_STAGE),
        next_gates=tuple(_gate(one) for one in record.records("next_gates", _GATE, most=_MOST)),
        reboot_required=record.flag("reboot_required"),
        applyable=record.flag("applyable"),
        complete=record.flag("complete"),
    )


def _entry(record: Record) -> Entry:
    return Entry(
        setting=record.text("setting"),
        rule=record.text("rule"),
        stage=record.one_of("stage", STAGES),
        act=record.word("act", Act),
        reason=record.word("reason", Reason),
        verdict=record.word("verdict", Verdict),
        before=read_meaning(record, "before"),
        after=read_meaning(record, "after"),
        detail=record.text("detail"),
        operations=tuple(_operation(one) for one in record.records("operations", _OPERATION, most=4)),
    )


def _operation(record: Record) -> Operation:
    op, name = record.one_of("op", _OPS), record.text("name")
    before, after = (_value_or_none(record, member, name) for member in ("before", "after"))
    if (after is None) is not (op == "delete_value"):
        raise record.error("after", f"this does not go with {op}")
    return Operation(op, record.text("path"), name, before, after)


def _value_or_none(record: Record, member: str, name: str) -> RegistryValue | None:
    if record.get(member) is None:
        return None
    return read_value(Record(record.get(member), f"{record.place}.{member}", VALUE, RAW), name)


def _gate(record: Record) -> Gate:
    return Gate(
        record.one_of("stage", STAGES),
        record.text("scope"),
        record.text("kind"),
        record.text("reason"),
        record.text("remedy"),
    )


def _prior(record: Record) -> Prior:
    path, name, exists = record.text("path"), record.text("name"), record.flag_or_none("exists")
    told = record.has("kind") or record.has("data") or record.has("raw")
    if bool(exists) is not told or (exists and not (record.has("kind") and record.has("data"))):
        raise record.error("exists", "this does not go with the value beside it")
    return Prior(path, name, exists, read_value(record, name) if exists else None)


def _facts(record: Record) -> tuple[Fact, ...]:
    value = record.get("facts")
    if not isinstance(value, dict) or len(value) > _MOST:
        raise record.error("facts", f"an object of at most {_MOST} texts is expected, found {shown(value)}")
    facts = Record(value, f"{record.place}.facts", list(value))
    return tuple(Fact(name, facts.text(name)) for name in value)


def _allowed(record: Record) -> Allowed:
    until = record.text("until")
    if not _DAY.fullmatch(until):
        raise record.error("until", f"a day like 2026-12-31 is expected, found {shown(until)}")
    return Allowed(record.text("rule"), until)


def _digest(record: Record, name: str) -> str:
    value = record.text(name)
    if not _DIGEST.fullmatch(value):
        raise record.error(name, f"64 hexadecimal digits are expected, found {shown(value)}")
    return value


def _name(record: Record, name: str) -> str:
    value = record.text(name)
    if not value:
        raise record.error(name, "the name of a host is expected, found nothing")
    return value
