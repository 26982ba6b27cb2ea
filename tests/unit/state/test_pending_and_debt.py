# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between a write and the boot nothing is certain; only our own journal makes a reboot necessary."""

from __future__ import annotations

import pytest
from tools.registry import AFTER, BEFORE, BOOT, HOUR, change, long_path, state_of, written

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeOperation, Revert
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

pytestmark = pytest.mark.proves("state_meaning")

SERVER = "SCHANNEL\\Protocols\\TLS 1.0\\Server"
OFF = f'[{SERVER}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n'
SETTING = "protocols.tls_1_0.server"


def test_a_key_written_before_the_boot_is_in_effect() -> None:
    found = state_of(OFF, written={SERVER: BEFORE}).settings[SETTING]
    assert (found.effective, found.future, found.pending) == ("disabled", "disabled", False)


def test_a_key_written_after_the_boot_is_mixed_until_the_next_one() -> None:
    found = state_of(OFF, written={SERVER: AFTER}).settings[SETTING]
    assert (found.configured, found.effective, found.future, found.pending) == ("disabled", "mixed", "disabled", True)


def test_a_key_written_in_the_moment_of_the_boot_counts_as_before_it() -> None:
    assert not state_of(OFF, written={SERVER: BOOT}).settings[SETTING].pending


def test_a_value_that_was_deleted_after_the_boot_leaves_the_default_pending() -> None:
    found = state_of(f"[{SERVER}]\n", written={SERVER: AFTER}).settings[SETTING]
    assert (found.effective, found.future, found.pending) == ("mixed", "enabled", True)


def test_a_key_of_ours_that_is_gone_by_now_is_still_pending() -> None:
    journal = [change(values=[(SERVER, "Enabled")])]
    found = state_of("[SCHANNEL]\n", journal=journal).settings[SETTING]
    assert (found.effective, found.future, found.pending) == ("mixed", "enabled", True)


def test_a_change_that_was_put_back_leaves_nothing_pending() -> None:
    journal = [change(state="put_back", values=[(SERVER, "Enabled")])]
    assert not state_of("[SCHANNEL]\n", journal=journal).settings[SETTING].pending


def test_without_key_times_a_written_value_is_not_known_to_be_in_effect() -> None:
    found = state_of(OFF, written={SERVER: None}).settings[SETTING]
    assert (found.effective, found.future, found.pending) == ("unknown", "disabled", False)


def test_without_boot_time_a_written_value_is_not_known_to_be_in_effect() -> None:
    state = state_of(OFF, boot=None)
    assert state.settings[SETTING].effective == "unknown"
    assert state.settings["protocols.tls_1_2.server"].effective == "enabled"


def test_a_suite_list_written_after_the_boot_makes_the_list_in_force_unknown_and_the_future_known() -> None:
    state = state_of('[POLICY_SSL]\n"Functions"="TLS_RSA_WITH_AES_256_GCM_SHA384"\n', written={"POLICY_SSL": AFTER})
    assert state.suites is None
    assert state.future_suites == ("TLS_RSA_WITH_AES_256_GCM_SHA384",)


def owed(*changes: object) -> tuple[str, ...]:
    state: State = state_of("[SCHANNEL]\n", journal=changes)
    return state.debt.changes


def test_a_closed_change_since_the_boot_is_a_debt() -> None:
    assert owed(change("one")) == ("one",)


@pytest.mark.parametrize("state", ["open", "put_back", "put_back_failed", "torn"])
def test_a_change_of_which_nothing_is_there_is_no_debt(state: str) -> None:
    assert owed(change("one", state=state, operations=[written(SERVER, "Enabled", None, 0)])) == ()


ZERO_OVER_ONE = ("Enabled", 1, 0)


@pytest.mark.parametrize("state", ["open", "put_back_failed"])
@pytest.mark.parametrize("second", [("DisabledByDefault", None, 1), ("Absent", None, 1), ("Absent", 1, None)])
def test_a_change_that_did_not_end_is_a_debt_as_soon_as_one_of_its_values_is_there(
    state: str, second: tuple[str, int | None, int | None]
) -> None:
    operations = [written(SERVER, "Other", 1, 7), written(SERVER, *second), written(SERVER, *ZERO_OVER_ONE)]
    found = state_of(OFF, journal=[change("one", state=state, operations=operations)]).debt
    assert (found.changes, found.unfinished) == (("one",), ("one",))


def test_a_change_that_did_not_end_is_no_debt_where_its_values_were_there_before_it() -> None:
    same = [written(SERVER, "Enabled", 0, 0), written(SERVER, "Absent", None, None)]
    assert state_of(OFF, journal=[change("one", state="open", operations=same)]).debt.changes == ()


def test_a_value_that_was_not_asked_for_is_not_taken_for_deleted() -> None:
    lsa = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
    text = f'[{lsa}]\n"FIPSAlgorithmPolicy"=dword:0\n'
    for name in ("Bounds", "FIPSAlgorithmPolicy"):
        stopped = change("one", state="open", operations=[written(lsa, name, 1, None)])
        assert state_of(text, journal=[stopped]).debt.changes == ()
    stopped = change("one", state="open", operations=[written(lsa, "FIPSAlgorithmPolicy", 1, None)])
    assert state_of(f"[{lsa}]\n", journal=[stopped]).debt.changes == ("one",)


def test_a_change_that_did_not_end_is_no_debt_after_a_boot_and_where_none_is_needed() -> None:
    one = written(SERVER, *ZERO_OVER_ONE)
    for more in ({"boot": BOOT - HOUR}, {"reboot_required": False}):
        assert state_of(OFF, journal=[change("one", state="open", operations=[one], **more)]).debt.changes == ()


def test_a_key_that_a_change_deleted_before_it_was_stopped_is_a_debt() -> None:
    gone = ChangeOperation("delete_key", f"{long_path(SERVER)}\\Empty", "", None, None)
    assert state_of(OFF, journal=[change("one", state="open", operations=[gone])]).debt.changes == ("one",)
    kept = ChangeOperation("delete_key", long_path(SERVER), "", None, None)
    assert state_of(OFF, journal=[change("one", state="open", operations=[kept])]).debt.changes == ()


def test_a_value_of_another_kind_with_the_same_number_is_not_what_the_change_wrote() -> None:
    as_text = "[" + SERVER + ']\n"Enabled"="0"\n'
    stopped = change("one", state="open", operations=[written(SERVER, *ZERO_OVER_ONE)])
    assert state_of(as_text, journal=[stopped]).debt.changes == ()


def test_a_change_that_its_timer_took_back_since_the_boot_is_a_debt() -> None:
    # Services may have read its values in between.
    assert owed(change("one", state="reverted")) == ("one",)


def test_a_timer_that_fired_after_the_boot_makes_the_debt_begin_again() -> None:
    fired = Revert("reverted", "task", None, BOOT)
    assert owed(change("one", state="reverted", boot=BOOT - HOUR, revert=fired)) == ("one",)
    assert owed(change("one", state="reverted", boot=BOOT - HOUR)) == ()


def test_a_change_that_needs_no_boot_is_no_debt() -> None:
    assert owed(change("one", reboot_required=False)) == ()


def test_a_debt_ends_with_a_later_boot() -> None:
    assert owed(change("one", started=BOOT - HOUR, closed=BOOT - HOUR, boot=BOOT - 2 * HOUR)) == ()


def test_a_boot_time_that_moved_by_a_moment_is_the_same_boot() -> None:
    assert owed(change("one", boot=BOOT + 5_000_000)) == ("one",)
    assert owed(change("one", boot=BOOT - 5_000_000, closed=None)) == ("one",)


@pytest.mark.parametrize(("seconds", "debts"), [(10, ("one",)), (-10, ("one",)), (11, ()), (-11, ())])
def test_boots_that_are_more_than_ten_seconds_apart_are_two(seconds: int, debts: tuple[str, ...]) -> None:
    assert owed(change("one", boot=BOOT + seconds * 10_000_000, closed=None)) == debts


def test_without_a_stamp_of_the_boot_the_clock_tells_and_the_moment_of_the_boot_counts_as_before_it() -> None:
    assert owed(change("one", boot=None, closed=BOOT)) == ()
    assert owed(change("one", boot=None, closed=BOOT + 1)) == ("one",)
    assert owed(change("one", boot=None, closed=None)) == ()


def test_a_clock_that_was_set_back_does_not_make_a_debt_outlive_its_boot() -> None:
    assert owed(change("one", boot=BOOT - HOUR, closed=BOOT + HOUR)) == ()


def test_a_clock_that_was_set_back_after_the_change_does_not_lose_the_debt() -> None:
    assert owed(change("one", boot=BOOT, started=BOOT - HOUR, closed=BOOT - HOUR)) == ("one",)


def test_debts_come_oldest_first() -> None:
    assert owed(change("a-late", started=AFTER + 2), change("b-early", started=AFTER + 1)) == ("b-early", "a-late")


def test_debts_of_the_same_or_an_unknown_moment_come_by_name() -> None:
    changes = [change("c", started=None), change("b", started=AFTER), change("a", started=AFTER)]
    assert owed(*changes) == ("c", "a", "b")


@pytest.mark.parametrize(
    "path", [SERVER.upper(), r"HKLM\SYSTEM\ControlSet001\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server"]
)
def test_a_change_of_ours_is_found_by_any_name_of_its_key(path: str) -> None:
    journal = [change(values=[(path, "ENABLED")])]
    select = '[SCHANNEL]\n[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
    assert state_of(select, journal=journal).settings[SETTING].pending


def test_a_change_of_ours_to_another_value_leaves_a_setting_alone() -> None:
    journal = [change(values=[(SERVER, "Other"), (SERVER + "\\Below", "Enabled")])]
    assert not state_of("[SCHANNEL]\n", journal=journal).settings[SETTING].pending


def test_a_key_that_somebody_else_wrote_is_pending_but_no_debt() -> None:
    state = state_of(OFF, written={SERVER: AFTER})
    assert state.settings[SETTING].pending
    assert state.debt.changes == ()


def test_on_a_host_that_does_not_tell_its_boot_nothing_is_owed() -> None:
    assert state_of("[SCHANNEL]\n", boot=None, journal=[change("one")]).debt.changes == ()
