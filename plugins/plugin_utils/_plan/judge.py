# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule and one setting: the verdict, and what would have to be written. No stage, no gate, no other setting."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Absent, Bits, Explicit, Rule
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    UNSUPPORTED,
    OperatingSystem,
    Setting,
    bare_suite,
    nearest,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, SettingState, State

from .fitting import configured_fits, effective_fits
from .model import Operation, Reason, Verdict
from .values import bits_fit, default_mask, deletions, with_bits, writes


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What is to be said about one rule on one host.

    ``configured``: the registry says what is wanted. ``effective``: so does what counts since the boot (None: not
    known). ``pending``: it will after the next boot. ``operations``: what would make it so, empty when nothing has to
    be written, or nothing may be (``refusal`` says why, with a reason of the closed list in ``reason``).
    """

    rule: Rule
    verdict: Verdict
    reason: Reason
    configured: bool
    effective: bool | None
    pending: bool
    before: t.Any
    after: t.Any
    operations: tuple[Operation, ...]
    detail: str
    refusal: str = ""


#: What "before" says of values that are no value of their kind.
MALFORMED = "malformed"


def judge(rule: Rule, state: State, *, force: bool = False) -> Judgement:
    """Judge one rule. ``force`` writes over values that are not known to be ours in Group Policy places."""
    setting = state.catalogue.settings[rule.setting]
    found = state.settings.get(rule.setting)
    if found is None or found.form is Form.UNREAD:
        return _unread(rule, state)
    if configured_fits(rule, setting, found, state):
        return _as_wanted(rule, setting, found, state)
    reason = {Form.ABSENT: Reason.ABSENT, Form.MALFORMED: Reason.MALFORMED}.get(found.form, Reason.DIFFERS)
    before = meaning_data(found)
    refusal, why = _refusal(rule, setting, found, state, force=force)
    operations, after = ((), before) if refusal else _operations(rule, setting, found, state)
    if not refusal and not operations:
        refusal, why = f"What Windows does without '{setting.id}' is not known.", Reason.UNDECIDED
    return Judgement(
        rule=rule,
        verdict=Verdict.UNKNOWN if refusal and why is Reason.UNDECIDED else Verdict.FAIL,
        reason=why if refusal else reason,
        configured=False,
        effective=effective_fits(rule, setting, found, state),
        pending=found.pending,
        before=before,
        after=before if refusal else after,
        operations=operations,
        detail=refusal or f"{rule.reason}{_taken_away(setting, operations, state)}",
        refusal=refusal,
    )


def _unread(rule: Rule, state: State) -> Judgement:
    detail = "The registry key could not be read."
    if state.observation.exported:
        detail = "The registry key is not in the export."
    return Judgement(rule, Verdict.UNKNOWN, Reason.UNREAD, False, None, False, None, None, (), detail, refusal=detail)


def _as_wanted(rule: Rule, setting: Setting, found: SettingState, state: State) -> Judgement:
    """Nothing has to be written; whether it counts already is another question."""
    effective = effective_fits(rule, setting, found, state)
    return Judgement(
        rule=rule,
        verdict={True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[effective],
        reason=_reason_for_nothing(setting, found, rule),
        configured=True,
        effective=effective,
        pending=found.pending,
        before=meaning_data(found),
        after=meaning_data(found),
        operations=(),
        detail="" if effective else _why_not_effective(found.pending),
    )


def meaning_data(found: SettingState) -> t.Any:
    """What the registry says now, as JSON data: None = absent."""
    if found.form is Form.MALFORMED:
        return MALFORMED
    if found.configured is None:
        return None
    return list(found.configured) if isinstance(found.configured, tuple) else found.configured


def _reason_for_nothing(setting: Setting, found: SettingState, rule: Rule) -> Reason:
    if found.form is Form.ABSENT:
        return Reason.OS_DEFAULT_SUFFICES
    want = rule.want.meaning if isinstance(rule.want, Explicit) else rule.want
    if isinstance(want, (Absent, Bits)):
        return Reason.AS_WANTED
    ours = tuple(operation.after for operation in writes(setting, (None,) * len(found.values), want))
    return Reason.AS_WANTED if ours == found.values else Reason.EQUAL_MEANING


def _taken_away(setting: Setting, operations: tuple[Operation, ...], state: State) -> str:
    """What a switch takes away on this very Windows although its stage takes nothing away (design 15.13)."""
    os = state.identity.os
    if os is None or not setting.id.endswith(".strong_crypto") or not any(one.after for one in operations):
        return ""
    return f" On {os.name} outgoing .NET connections lose suites with {', '.join(sorted(os.strong_crypto_drops))}."


def _why_not_effective(pending: bool) -> str:
    if pending:
        return "Configured as wanted; counts everywhere after a restart."
    return "Configured as wanted; whether it counts since the last restart is not known."


def _refusal(rule: Rule, setting: Setting, found: SettingState, state: State, *, force: bool) -> tuple[str, Reason]:
    """Why nothing may be written, as one sentence; empty when something may."""
    os = state.identity.os
    if os is None:
        return "Which Windows this is could not be told; nothing is written.", Reason.UNDECIDED
    want = rule.want.meaning if isinstance(rule.want, Explicit) else rule.want
    if found.future == UNSUPPORTED and not isinstance(want, (Absent, Bits)) and want != "disabled":
        return f"{os.name} does not have it; a value would be without effect or unsafe.", Reason.UNSUPPORTED
    owner = state.owners.get(setting.id)
    if owner is not None and owner != "us" and not force:
        return _owned(owner)
    if isinstance(want, tuple):
        return (_suite_names if setting.group == "cipher_suites" else _curve_names)(want, os, state)
    return "", Reason.DIFFERS


def _owned(owner: str) -> tuple[str, Reason]:
    if owner == "group_policy":
        words = "A Group Policy of the domain sets this value and would set it again; change the Group Policy."
        return words, Reason.OWNED_BY_GROUP_POLICY
    words = (
        "The value stands in a Group Policy place and nothing on the host tells who wrote it; find out, then change it "
        "there, or use force."
    )
    return words, Reason.OWNER_UNKNOWN


def _suite_names(want: tuple[str, ...], os: OperatingSystem, state: State) -> tuple[str, Reason]:
    known = state.catalogue.suites_of(os.id, state.identity.build)
    if known is None:
        return "The suites of this Windows are not in the catalogue; no list is written.", Reason.UNDECIDED
    bare = {name: name if os.suites_carry_curve else bare_suite(name)[0] for name in want}
    unknown = next((name for name in want if bare[name] not in known.known), None)
    return ("", Reason.DIFFERS) if unknown is None else _no_such_name(os, "suite", unknown, known.known)


def _curve_names(want: tuple[str, ...], os: OperatingSystem, state: State) -> tuple[str, Reason]:
    """Schannel passes over names that it does not know: without any it knows, every ECDHE suite would be lost."""
    known = state.catalogue.suites_of(os.id, state.identity.build)
    if known is None:
        return "The curves of this Windows are not in the catalogue; no list is written.", Reason.UNDECIDED
    curves = (*known.curves, *known.curves_off)
    folded = {curve.casefold() for curve in curves}
    unknown = next((name for name in want if name.casefold() not in folded), None)
    return ("", Reason.DIFFERS) if unknown is None else _no_such_name(os, "curve", unknown, curves)


def _no_such_name(os: OperatingSystem, what: str, name: str, known: t.Iterable[str]) -> tuple[str, Reason]:
    near = nearest(name, known)
    hint = f" Did you mean '{near}'?" if near else ""
    return f"{os.name} has no {what} '{name}'.{hint}", Reason.UNKNOWN_NAME


def _operations(rule: Rule, setting: Setting, found: SettingState, state: State) -> tuple[tuple[Operation, ...], t.Any]:
    want = rule.want.meaning if isinstance(rule.want, Explicit) else rule.want
    if isinstance(want, Absent):
        return deletions(setting, found.values), None
    if isinstance(want, Bits):
        return _mask_operations(want, setting, found, state)
    return writes(setting, found.values, want), list(want) if isinstance(want, tuple) else want


def _mask_operations(
    want: Bits, setting: Setting, found: SettingState, state: State
) -> tuple[tuple[Operation, ...], t.Any]:
    """Design 15.13: the bits on top of what is there; absent where the default of this Windows fits."""
    default = default_mask(setting, state.identity.os)
    # A mask without any bit would leave a program without a version; then the default of Windows is the better start.
    mask = with_bits(found.configured, want) if isinstance(found.configured, int) else 0
    if not mask and default is None:
        return (), None
    if not mask and default is not None:
        if bits_fit(default, want):
            return deletions(setting, found.values), None
        mask = with_bits(default, want)
    return writes(setting, found.values, mask), mask
