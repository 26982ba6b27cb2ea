# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings that are wanted by name, without a profile: the baseline of the modules for single settings."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue, SettingKind
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Problem

from .checking import hint
from .lint_lists import CURVES, LONGEST_SUITE_LIST, SUITES
from .lint_rules import NEVER_WRITTEN
from .model import STAGES, Absent, Baseline, Rule, Want, When
from .problems import BaselineError
from .wants import misfit

#: The stage of single settings: there is no order among them, so nothing waits for anything.
DIRECT_STAGE = STAGES[0]


def direct(wants: t.Mapping[str, t.Any], catalogue: Catalogue) -> Baseline:
    """A baseline that wants exactly these settings: id -> a word of the setting, a number, a list of names, "absent".

    Raises BaselineError with every unknown setting and every value that a setting cannot have.
    """
    problems: list[Problem] = []
    rules: dict[str, Rule] = {}
    for name, value in wants.items():
        want = _want(value)
        problem = _problem(name, want, value, catalogue)
        if problem is not None or want is None:
            problems.append(problem or Problem(None, "want-form", f"'{name}' cannot be {value!r}."))
            continue
        setting = catalogue.settings[name]
        rules[name] = Rule(name, name, want, DIRECT_STAGE, "error", "Asked for by name.", setting.sources, When(), "")
    if problems:
        raise BaselineError(problems)
    return Baseline("", tuple(rules.values()), {}, {}, {}, rules)


def _want(value: t.Any) -> Want | None:
    if value == Absent.ABSENT.value:
        return Absent.ABSENT
    if isinstance(value, (list, tuple)):
        return tuple(value) if all(isinstance(item, str) for item in value) else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return value


def _problem(name: str, want: Want | None, value: t.Any, catalogue: Catalogue) -> Problem | None:
    setting = catalogue.settings.get(name)
    if setting is None:
        sentence = f"there is no setting '{name}'.{hint(name, catalogue.settings)}"
        return Problem(None, "setting-unknown", sentence)
    if name in NEVER_WRITTEN:
        return Problem(None, "setting-unwritable", f"'{name}' is never written: {NEVER_WRITTEN[name]}.")
    if setting.per_user:
        return Problem(None, "setting-unwritable", f"'{name}' belongs to single users and is only judged.")
    if want is None:
        return Problem(None, "want-form", f"'{name}' cannot be {value!r}.")
    sentence = misfit(want, setting)
    if sentence:
        return Problem(None, "want-unfit", sentence)
    if setting.kind is SettingKind.LIST and isinstance(want, tuple):
        return _list_problem(name, want)
    return None


def _list_problem(name: str, names: tuple[str, ...]) -> Problem | None:
    if not names:
        remedy = "take the value away with 'absent' if Windows' own list shall count"
        return Problem(None, "want-form", f"an empty list would leave Windows without any of '{name}'; {remedy}.")
    if name == SUITES and len(",".join(names)) > LONGEST_SUITE_LIST:
        length = len(",".join(names))
        return Problem(
            None, "suite-list-long", f"the list has {length} characters, Windows takes {LONGEST_SUITE_LIST}."
        )
    twice = sorted({item for item in names if [other.casefold() for other in names].count(item.casefold()) > 1})
    if twice and name in (SUITES, CURVES):
        return Problem(None, "list-duplicate", f"'{twice[0]}' stands in the list of '{name}' more than once.")
    return None
