# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a setting is not as our change left it: what the evidence bears out, and unknown where it does not."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given, settings
from lab.preg import encode
from tools.observations import observations
from tools.registry import AFTER, HOUR, change, on_host, written

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import Drift, drifts, find_drift
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeHeader, FileFact, RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state

pytestmark = pytest.mark.proves("drift_cause")

SERVER = r"SCHANNEL\Protocols\TLS 1.0\Server"
LONG = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server"
SETTING = "protocols.tls_1_0.server"
GPO = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
HISTORY = rf"C:\ProgramData\Microsoft\Group Policy\History\{GPO}\Machine\Preferences\Registry\Registry.xml"
NO_POLICY = FileFact(r"C:\ProgramData\ntuser.pol", False)
NO_PREFERENCES = FileFact(HISTORY.replace(GPO, "*"), False)
SETUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup"
OURS = change("ours-0001", operations=[written(SERVER, "Enabled", 1, 0), written(SERVER, "DisabledByDefault", 0, 1)])
ON_AGAIN = f'[{SERVER}]\n"Enabled"=dword:1\n"DisabledByDefault"=dword:1\n'
LATER = AFTER + HOUR


def found(
    text: str = ON_AGAIN,
    *journal: ChangeHeader,
    files: t.Sequence[FileFact] = (NO_POLICY, NO_PREFERENCES),
    key_time: int | None = LATER,
    **more: t.Any,
) -> list[Drift]:
    observation = on_host(text, journal=journal or (OURS,), files=files, written={SERVER: key_time}, **more)
    return list(drifts(read_state(observation, load())))


def kinds(*arguments: t.Any, **more: t.Any) -> list[str]:
    return [one.cause.kind.value for one in found(*arguments, **more)]


def policy(key: str = LONG, value: str = "Enabled") -> FileFact:
    content = encode([{"key": key, "value": value, "data": 1}])
    return FileFact(NO_POLICY.path, True, content=content)


def preferences(properties: str, *, outer: str = "", item: str = "", around: str = "") -> FileFact:
    begin, end = (f"<{around}>", f"</{around.split(maxsplit=1)[0]}>") if around else ("", "")
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<RegistrySettings clsid="{{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}}" {outer}>'
        f'{begin}<Registry clsid="{{9CD4B2F4-923D-47f5-A062-E897DD1DAD50}}" name="Enabled" image="12" {item}>'
        f"<Properties {properties}/></Registry>{end}</RegistrySettings>"
    )
    return FileFact(HISTORY, True, content=xml.encode())


def item(action: str = "U", key: str = LONG, name: str = "Enabled", more: str = "") -> str:
    place = f'hive="HKEY_LOCAL_MACHINE" key="{key}" name="{name}"'
    return f'action="{action}" {place} type="REG_DWORD" value="00000001" {more}'


def test_a_setting_that_is_as_the_change_left_it_has_not_moved() -> None:
    assert found(f'[{SERVER}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n') == []


def test_a_value_that_says_the_same_in_other_numbers_has_not_moved() -> None:
    assert found(f'[{SERVER}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:ffffffff\n') == []


def test_a_setting_that_was_never_ours_has_not_moved() -> None:
    other = change("ours-0001", operations=[written("SCHANNEL", "Other", 1, 0)])
    assert found(ON_AGAIN, other) == []


@pytest.mark.parametrize("state", ["open", "put_back", "put_back_failed", "torn"])
def test_a_change_that_was_not_carried_out_left_nothing(state: str) -> None:
    assert found(ON_AGAIN, dataclasses.replace(OURS, state=state)) == []


def test_a_value_that_somebody_wrote_after_us_and_nothing_explains_was_changed_by_hand() -> None:
    (drift,) = found()
    assert (drift.setting, drift.change, drift.name) == (SETTING, "ours-0001", "Enabled")
    assert (drift.left, drift.found) == (RegistryValue("Enabled", 4, 0), RegistryValue("Enabled", 4, 1))
    assert drift.cause.kind.value == "by_hand"
    assert "its key was written at 2025-12-01T13:00:00Z" in drift.cause.evidence


def test_a_value_that_was_deleted_has_moved_too() -> None:
    assert kinds(f'[{SERVER}]\n"DisabledByDefault"=dword:1\n') == ["by_hand"]
    assert kinds("[SCHANNEL]\n", key_time=None) == ["unknown", "unknown"]


def test_the_newest_change_counts() -> None:
    newer = change("ours-0002", started=AFTER + 1, operations=[written(SERVER, "Enabled", 0, 1)])
    assert found(ON_AGAIN, OURS, newer) == []
    assert [one.change for one in found(f'[{SERVER}]\n"Enabled"=dword:0\n', newer, OURS) if one.name == "Enabled"] == [
        "ours-0002"
    ]


def test_the_record_of_group_policy_is_believed_first() -> None:
    by_both = (policy(), preferences(item()))
    assert kinds(files=by_both) == ["group_policy"]
    assert kinds(files=(policy(value="Other"), NO_PREFERENCES)) == ["by_hand"]


@pytest.mark.parametrize("action", ["U", "R", "C", ""])
def test_an_item_of_preferences_that_names_the_value_explains_it(action: str) -> None:
    (drift,) = found(files=(NO_POLICY, preferences(item(action))))
    assert drift.cause.kind.value == "group_policy_preferences"
    assert GPO in drift.cause.evidence


@pytest.mark.parametrize("inner", [item("D"), item("D", name="")])
def test_an_item_that_deletes_explains_that_the_value_is_gone_and_nothing_else(inner: str) -> None:
    files = (NO_POLICY, preferences(inner))
    assert kinds(f'[{SERVER}]\n"DisabledByDefault"=dword:1\n', files=files) == ["group_policy_preferences"]
    assert kinds(files=files) == ["by_hand"]


@pytest.mark.parametrize(
    "file",
    [
        preferences(item(), outer='disabled="1"'),
        preferences(item(), item='disabled="1"'),
        preferences(item(), around='Collection disabled="1"'),
        preferences(item(name="Other")),
        preferences(item(key=LONG + "x")),
        preferences(item(more='default="1"')),
        preferences(item().replace("HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER")),
        preferences(item("X")),
        preferences("x='y'"),
    ],
)
def test_an_item_that_is_switched_off_or_names_another_value_explains_nothing(file: FileFact) -> None:
    assert kinds(files=(NO_POLICY, file)) == ["by_hand"]


def test_an_item_in_a_collection_counts_and_its_key_may_be_written_in_any_case() -> None:
    file = preferences(item(key=LONG.lower() + chr(92), name="ENABLED"), around="Collection name='x'")
    assert kinds(files=(NO_POLICY, file)) == ["group_policy_preferences"]


BOMB = b'<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;">]><RegistrySettings>&d;</RegistrySettings>'
UNREAD: dict[str, tuple[FileFact, ...]] = {
    "preferences denied": (NO_POLICY, FileFact(HISTORY, None)),
    "preferences too large": (NO_POLICY, FileFact(HISTORY, True)),
    "preferences no XML": (NO_POLICY, FileFact(HISTORY, True, content=b"\0\1")),
    "preferences with declarations": (NO_POLICY, FileFact(HISTORY, True, content=BOMB)),
    "preferences nested": (NO_POLICY, FileFact(HISTORY, True, content=b"<a>" * 5000)),
    "preferences not asked for": (NO_POLICY,),
    "record denied": (FileFact(NO_POLICY.path, None), NO_PREFERENCES),
    "record not asked for": (NO_PREFERENCES,),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_could_not_be_read_makes_the_cause_unknown_and_says_so(name: str) -> None:
    (drift,) = found(files=UNREAD[name])
    assert drift.cause.kind.value == "unknown"
    assert "by somebody else" in drift.cause.evidence
    assert any(words in drift.cause.evidence for words in ("could not be read", "was not read", "was not understood"))


def test_a_key_that_was_not_written_since_our_change_makes_the_cause_unknown() -> None:
    (drift,) = found(key_time=AFTER)
    assert drift.cause.kind.value == "unknown"
    assert "a backup was restored" in drift.cause.evidence


def of_build(build: str) -> ChangeHeader:
    return dataclasses.replace(OURS, meta={"exchange": build})


def on_exchange(was: str, *, setup: int | None = LATER + HOUR, key_time: int = LATER) -> list[str]:
    """Exchange 2016 with a build of its own, whose setup wrote its key at a moment."""
    text = (
        ON_AGAIN
        + f'[{SETUP}]\n"MsiProductMajor"=dword:f\n"MsiProductMinor"=dword:1\n'
        + '"MsiBuildMajor"=dword:9cb\n"MsiBuildMinor"=dword:6\n'
    )
    observation = on_host(
        text,
        exchange=None,
        journal=(of_build(was),),
        files=(NO_POLICY, NO_PREFERENCES),
        written={SERVER: key_time, SETUP: setup},
    )
    return [one.cause.kind.value for one in drifts(read_state(observation, load()))]


def test_a_value_written_while_another_build_was_set_up_is_laid_to_the_update() -> None:
    assert on_exchange("15.1.2375.7") == ["exchange_update"]


@pytest.mark.parametrize(
    ("was", "setup", "key_time"),
    [
        ("15.1.2507.6", LATER + HOUR, LATER),  # the build is the same
        ("", LATER + HOUR, LATER),  # an older journal does not tell it
        ("15.1.2375.7", AFTER - HOUR, LATER),  # setup ran before our change
        ("15.1.2375.7", LATER + 6 * HOUR, LATER),  # hours after
        ("15.1.2375.7", LATER - HOUR // 2, LATER),  # the value was written after setup had ended
        ("15.1.2375.7", None, LATER),
    ],
)
def test_an_update_is_not_blamed_for_what_it_cannot_have_done(was: str, setup: int | None, key_time: int) -> None:
    assert on_exchange(was, setup=setup, key_time=key_time) == ["by_hand"]


BACK = change(
    "back-0001",
    started=AFTER + 10,
    closed=AFTER + 10,
    meta={"module": "rollback", "of": "ours-0001 other-0001"},
    operations=[written(SERVER, "Enabled", 0, 1), written(SERVER, "DisabledByDefault", 1, 0)],
)
AS_BEFORE = f'[{SERVER}]\n"Enabled"=dword:1\n"DisabledByDefault"=dword:0\n'


def test_what_we_took_back_ourselves_is_said_to_be_ours() -> None:
    drift, _other = found(AS_BEFORE, OURS, BACK)
    assert (drift.change, drift.cause.kind.value) == ("ours-0001", "ours_undone")
    assert "taken back by our change back-0001 at 2025-12-01T12:00:00Z" in drift.cause.evidence


def test_a_way_back_that_was_taken_back_leaves_what_the_change_had_meant() -> None:
    forth = [written(SERVER, "Enabled", 1, 0), written(SERVER, "DisabledByDefault", 0, 1)]
    again = change("again-0001", started=AFTER + 20, meta={"module": "rollback", "of": "back-0001"}, operations=forth)
    assert found(f'[{SERVER}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:1\n', OURS, BACK, again) == []


def test_what_somebody_changed_after_we_took_it_back_is_not_ours() -> None:
    text = f'[{SERVER}]\n"Enabled"=dword:0\n"DisabledByDefault"=dword:0\n'
    assert kinds(text, OURS, BACK) == ["by_hand", "ours_undone"]
    files = (NO_POLICY, NO_PREFERENCES)
    state = read_state(on_host(text, journal=(OURS, BACK), files=files, written={SERVER: LATER}), load())
    assert [one.id for one in find_drift(state)] == ["changes.drift"]


def test_what_a_timer_took_back_is_said_to_be_ours() -> None:
    reverted = dataclasses.replace(OURS, state="reverted")
    assert kinds(AS_BEFORE, reverted) == ["ours_undone", "ours_undone"]
    assert "nobody confirmed it" in found(AS_BEFORE, reverted)[0].cause.evidence


def test_a_setting_is_one_finding_with_its_values_and_its_cause() -> None:
    state = read_state(
        on_host(AS_BEFORE, journal=(OURS,), files=(NO_POLICY, NO_PREFERENCES), written={SERVER: LATER}), load()
    )
    (finding,) = find_drift(state)
    assert (finding.id, finding.severity.value, finding.subject) == ("changes.drift", "warning", SETTING)
    assert "Enabled was left as REG_DWORD 0 and is REG_DWORD 1 now, DisabledByDefault was left as" in finding.message
    assert "Cause: by_hand; its key was written at" in finding.message
    undone = read_state(on_host(AS_BEFORE, journal=(OURS, BACK)), load())
    assert [(one.id, one.severity.value) for one in find_drift(undone)] == [("changes.undone", "note")]


@given(observations())
@settings(max_examples=200, deadline=None)
def test_any_host_gets_sentences_that_can_be_printed(observation: t.Any) -> None:
    for finding in find_drift(read_state(observation, load())):
        assert finding.message.isprintable()
        assert finding.message.endswith(".")
