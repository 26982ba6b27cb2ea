# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a meaning fit what a rule wants? Yes, no, or not to be told: what is unknown never fits and never fails."""

from __future__ import annotations

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import Absent, Bits, Explicit, Rule, Want
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    MIXED,
    UNKNOWN,
    UNSUPPORTED,
    Meaning,
    Setting,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, SettingState, State, usable_suites

from .values import bits_fit, data_for, same_meaning


def configured_fits(rule: Rule, setting: Setting, found: SettingState, state: State) -> bool:
    """Whether the registry says what the rule wants, so that nothing has to be written."""
    if isinstance(rule.want, Absent):
        return found.form is Form.ABSENT
    if isinstance(rule.want, Explicit):
        return spelled_out(setting, found, rule.want.meaning)
    return fits(rule.want, setting, found.future, state) is True


def effective_fits(rule: Rule, setting: Setting, found: SettingState, state: State) -> bool | None:
    """Whether what counts since the boot is what the rule wants; None when that is not known."""
    if found.effective in (MIXED, UNKNOWN):
        return None
    if isinstance(rule.want, Absent):
        return found.form is Form.ABSENT
    return fits(rule.want, setting, found.effective, state)


def spelled_out(setting: Setting, found: SettingState, meaning: Meaning) -> bool:
    """Whether every value of the setting is there and says ``meaning``."""
    return all(
        same_meaning(setting, place, value, data)
        for place, value, data in zip(setting.places, found.values, data_for(setting, meaning))
    )


def fits(want: Want, setting: Setting, meaning: Meaning, state: State) -> bool | None:
    """Compare a meaning with what is wanted. What this Windows does not have is off, and cannot be on."""
    if isinstance(want, Explicit):
        want = want.meaning
    if meaning == UNSUPPORTED:
        return want == DISABLED
    if isinstance(want, Bits):
        return isinstance(meaning, int) and bits_fit(meaning, want)
    if isinstance(want, tuple):
        return isinstance(meaning, tuple) and same_list(setting, want, meaning, state)
    return want == meaning


def same_list(setting: Setting, want: tuple[str, ...], meaning: tuple[str, ...], state: State) -> bool | None:
    """Whether two lists come to the same for this Windows: names that it does not know count for nothing; None when it
    is not known which it knows.
    """
    if setting.group == "cipher_suites":
        usable = usable_suites(want, state.identity, state.catalogue)
        return None if usable is None else usable == usable_suites(meaning, state.identity, state.catalogue)
    # Curve names differ in case between Microsoft's own pages (guidance 4.3).
    return [name.casefold() for name in want] == [name.casefold() for name in meaning]
