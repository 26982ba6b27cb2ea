# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations and plan: what would be done to a host."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryValue


class Verdict(str, enum.Enum):
    """Judgement of one rule; the zero value is unknown: what was not read is never a pass."""

    UNKNOWN = "unknown"
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    EXEMPT = "exempt"


class Act(str, enum.Enum):
    """What the plan does about one setting."""

    NONE = "none"
    SET = "set"
    DELETE = "delete"
    REFUSED = "refused"


class Reason(str, enum.Enum):
    """Why; a closed list, for people: nothing steers by it."""

    AS_WANTED = "as_wanted"
    EQUAL_MEANING = "equal_meaning"
    OS_DEFAULT_SUFFICES = "os_default_suffices"
    DIFFERS = "differs"
    ABSENT = "absent"
    MALFORMED = "malformed"
    LATER_STAGE = "later_stage"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"
    UNREAD = "unread"
    UNSUPPORTED = "unsupported"
    UNKNOWN_NAME = "unknown_name"
    UNDECIDED = "undecided"
    OWNED_BY_GROUP_POLICY = "owned_by_group_policy"
    OWNER_UNKNOWN = "owner_unknown"
    STAGE_BLOCKED = "stage_blocked"
    WOULD_LOCK_OUT = "would_lock_out"


@dataclasses.dataclass(frozen=True)
class Operation:
    """One typed write with the before-value it expects (contract W2).

    ``before``: None = absent. ``after``: None = delete.
    """

    op: str  #: set | delete_value | delete_key
    path: str
    name: str
    before: RegistryValue | None
    after: RegistryValue | None


@dataclasses.dataclass(frozen=True)
class Entry:
    """One setting considered, no-ops included. before/after are meanings as JSON data (None = absent)."""

    setting: str
    rule: str
    stage: str
    act: Act
    reason: Reason
    verdict: Verdict
    before: t.Any
    after: t.Any
    detail: str
    operations: tuple[Operation, ...]


@dataclasses.dataclass(frozen=True)
class Gate:
    """A stage that may not be applied, and what to do about it."""

    stage: str
    scope: str  #: host | organisation
    kind: str  #: boot | proof | ability | unknown | organisation | ownership | lockout
    reason: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class StageState:
    """How far one stage is on a host.

    ``state``: effective (counts since the boot, and no connection contradicts it), pending (written, waits for a
    boot), open (something is not as wanted), not_applicable, unknown. ``detail``: one sentence; empty when effective.
    """

    stage: str
    state: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Member:
    """One server of the organisation and whether stage ``prepare`` is effective there; None = not known."""

    name: str
    prepared: bool | None
    detail: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """One host, one stage. ``stage``: the one that was asked for; ``reached``: up to where the plan goes.

    ``gates``: why it stops there; ``next_stage`` and ``next_gates``: the first stage after the wanted one that has
    something to do, and what would block it. ``applyable``: something would change. ``complete``: after it (and the
    boot it needs) the wanted stage is fulfilled. ``reboot_required``: a value that counts only after a boot is written.
    """

    profile: str
    stage: str
    reached: str
    entries: tuple[Entry, ...]
    gates: tuple[Gate, ...]
    next_stage: str
    next_gates: tuple[Gate, ...]
    reboot_required: bool
    applyable: bool
    complete: bool

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All writes in the order of the entries."""
        return tuple(operation for entry in self.entries for operation in entry.operations)
