# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look-ups in an observation work as the registry does and tell absent from not read."""

from __future__ import annotations

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    WHOLE_TREE,
    FileFact,
    KeyRequest,
    Machine,
    Observation,
    ReadError,
    RegistryKey,
    RegistryValue,
    fold,
    path_key,
    printable,
    split_path,
)

pytestmark = pytest.mark.proves("unknown_is_no_pass")

NOBODY = Machine(None, None, None, None, None, None)
LONG = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\X"


def observation(*keys: RegistryKey, asked: tuple[KeyRequest, ...] = (), **more: object) -> Observation:
    return Observation("host", NOBODY, keys, more.get("files", ()), (), more.get("errors", ()), asked)  # type: ignore[arg-type]


def dword(name: str, number: int) -> RegistryValue:
    return RegistryValue(name, 4, number)


def test_case_hive_names_and_stray_backslashes_do_not_matter() -> None:
    found = observation(RegistryKey(LONG, True, values=(dword("Enabled", 1),)))
    for path in (
        LONG,
        LONG.lower(),
        LONG.upper(),
        LONG.replace("HKEY_LOCAL_MACHINE", "HKLM"),
        LONG + "\\",
        LONG.replace("Control\\", "Control\\\\"),
    ):
        assert found.value(path, "eNaBlEd") == dword("Enabled", 1)


@pytest.mark.parametrize("name", ["RC4 128/128", "ß", "\u0130", "İstanbul", "\u2215", " blank "])
def test_folding_keeps_the_length_and_what_differs_apart(name: str) -> None:
    assert len(fold(name)) == len(name)
    assert fold(name) == fold(fold(name))
    assert fold("ß") != fold("ss")


def test_the_current_control_set_is_the_one_that_select_names() -> None:
    number_two = LONG.replace("CurrentControlSet", "ControlSet002")
    select = RegistryKey(r"HKEY_LOCAL_MACHINE\SYSTEM\Select", True, values=(dword("Current", 2),))
    found = observation(RegistryKey(number_two, True, values=(dword("Enabled", 1),)), select)
    assert found.current_control_set == 2
    assert found.value(LONG, "Enabled") == dword("Enabled", 1)
    assert found.value(LONG.replace("CurrentControlSet", "ControlSet001"), "Enabled") is None


def test_without_select_no_control_set_is_taken_for_the_current_one() -> None:
    found = observation(
        RegistryKey(LONG.replace("CurrentControlSet", "ControlSet001"), True, values=(dword("Enabled", 1),))
    )
    assert found.current_control_set is None
    assert found.value(LONG, "Enabled") is None


def tree(*, asked_depth: int) -> Observation:
    """A with B in it, asked for to a depth."""
    below = RegistryKey(r"HKEY_LOCAL_MACHINE\A\B", True)
    above = RegistryKey(r"HKEY_LOCAL_MACHINE\A", True, keys=(below,))
    return observation(above, asked=(KeyRequest(r"HKLM\A", asked_depth),))


@pytest.mark.parametrize(
    ("path", "depth", "known"),
    [
        (r"HKLM\A", 0, True),
        (r"HKLM\A\B", 1, True),
        (r"HKLM\A\Missing", 0, False),
        (r"HKLM\A\Missing", 1, True),
        (r"HKLM\A\Missing\Deeper\Still", 1, True),
        (r"HKLM\A\B\C", 1, False),
        (r"HKLM\A\B\C", 2, True),
        (r"HKLM\A\B\C", WHOLE_TREE, True),
        (r"HKLM\Other", WHOLE_TREE, False),
    ],
)
def test_what_was_looked_at_is_known_and_nothing_else(path: str, depth: int, known: bool) -> None:
    assert tree(asked_depth=depth).was_read(path) is known


def test_below_an_absent_key_everything_is_known_to_be_absent() -> None:
    found = observation(RegistryKey(r"HKLM\Gone", False))
    assert found.was_read(r"HKEY_LOCAL_MACHINE\Gone\Deep\Er")
    absent = found.key(r"HKLM\Gone\Deep")
    assert absent is not None
    assert absent.exists is False


def test_a_key_without_answer_is_not_read_even_if_it_was_asked_for() -> None:
    assert not observation(asked=(KeyRequest(r"HKLM\A", 4),)).was_read(r"HKLM\A")


def test_an_error_about_a_key_makes_it_and_what_is_below_unread() -> None:
    parent = RegistryKey(r"HKLM\A", True)
    asked = (KeyRequest(r"HKLM\A", 3),)
    found = observation(parent, asked=asked, errors=(ReadError(r"HKEY_LOCAL_MACHINE\A\B", 5, "denied"),))
    assert not found.was_read(r"HKLM\A\B")
    assert not found.was_read(r"HKLM\A\B\C")
    assert found.was_read(r"HKLM\A\C")
    assert found.key(r"HKLM\A\B") is None


def test_a_key_that_came_with_an_error_may_lack_values_and_subkeys_and_counts_as_not_read() -> None:
    child = RegistryKey(r"HKLM\A\B", True)
    parent = RegistryKey(r"HKLM\A", True, keys=(child,))
    asked = (KeyRequest(r"HKLM\A", 3),)
    found = observation(parent, asked=asked, errors=(ReadError(r"HKEY_LOCAL_MACHINE\A", 234, "more data"),))
    assert not found.was_read(r"HKLM\A")
    assert not found.was_read(r"HKLM\A\Missing")
    assert found.was_read(r"HKLM\A\B")


CHOSEN = (KeyRequest(r"HKLM\A", 1, ("Build", "")),)


@pytest.mark.parametrize(
    ("name", "known"), [("Build", True), ("build", True), ("", True), ("UBR", False), ("Secret", False)]
)
def test_a_value_that_was_not_asked_for_is_not_read(name: str, known: bool) -> None:
    found = observation(RegistryKey(r"HKLM\A", True), asked=CHOSEN)
    assert found.was_read(r"HKEY_LOCAL_MACHINE\a")
    assert found.was_read(r"HKEY_LOCAL_MACHINE\a", name) is known
    assert found.value(r"HKLM\A", name) is None


def test_a_value_that_came_is_read_whoever_asked_for_it() -> None:
    found = observation(RegistryKey(r"HKLM\A", True, values=(dword("UBR", 1),)), asked=CHOSEN)
    assert found.was_read(r"HKLM\A", "ubr")
    assert found.value(r"HKLM\A", "UBR") == dword("UBR", 1)


def test_of_a_key_that_does_not_exist_every_value_is_known_to_be_absent() -> None:
    assert observation(RegistryKey(r"HKLM\A", False), asked=CHOSEN).was_read(r"HKLM\A", "Secret")
    assert not observation(RegistryKey(r"HKLM\A", None), asked=CHOSEN).was_read(r"HKLM\A", "Build")
    assert not observation(asked=CHOSEN).was_read(r"HKLM\A", "Build")


def test_keys_below_a_key_with_a_choice_are_read_whole() -> None:
    below = RegistryKey(r"HKLM\A\B", True)
    found = observation(RegistryKey(r"HKLM\A", True, keys=(below,)), asked=CHOSEN)
    assert found.was_read(r"HKLM\A\B", "Secret")
    assert found.was_read(r"HKLM\A\Missing", "Secret")


def test_two_requests_for_a_key_know_together_what_each_knows() -> None:
    one = RegistryKey(r"HKLM\A", True, values=(dword("Build", 1), dword("x", 1)))
    two = RegistryKey(r"HKEY_LOCAL_MACHINE\a", True, values=(dword("a", 2),), keys=(RegistryKey(r"HKLM\A\B", True),))
    asked = (KeyRequest(r"HKLM\A", 0, ("Build", "x", "gone")), KeyRequest(r"HKLM\a", 1, ("a",)))
    for keys in ((one, two), (two, one)):
        found = observation(*keys, asked=asked)
        known = found.key(r"HKLM\A")
        assert known is not None
        assert [value.name for value in known.values] == ["a", "Build", "x"]
        assert found.was_read(r"HKLM\A", "gone")
        assert not found.was_read(r"HKLM\A", "other")
    whole = KeyRequest("HKLM", WHOLE_TREE)
    assert observation(one, asked=(*asked, whole)).was_read(r"HKLM\A", "other")


def test_the_choice_counts_for_the_current_control_set_under_both_its_names() -> None:
    select = RegistryKey(r"HKEY_LOCAL_MACHINE\SYSTEM\Select", True, values=(dword("Current", 2),))
    asked = (KeyRequest(LONG.replace("CurrentControlSet", "ControlSet002"), 0, ("Enabled",)),)
    found = observation(RegistryKey(LONG, True), select, asked=asked)
    assert found.was_read(LONG, "Enabled")
    assert not found.was_read(LONG, "Other")


def test_of_two_answers_about_a_key_the_one_that_was_allowed_to_look_counts() -> None:
    allowed = RegistryKey(r"HKLM\A", True, 7, (dword("x", 1),))
    for keys in ((RegistryKey(r"HKLM\A", None), allowed), (allowed, RegistryKey(r"HKLM\A", None))):
        assert observation(*keys).value(r"HKLM\A", "x") == dword("x", 1)
        assert observation(*keys).written(r"hklm\a") == 7


def test_a_file_is_found_by_the_end_of_its_path_in_whole_parts() -> None:
    found = observation(files=(FileFact(r"D:\Exchange\Bin\ExSetup.exe", True, "15.2.1748.10"),))
    assert found.file(r"bin/EXSETUP.exe") is not None
    assert found.file("Setup.exe") is None
    assert found.file("") is None


def test_paths_are_split_at_backslashes_only() -> None:
    assert split_path(r"HKLM\A\RC4 128/128\\") == ("HKEY_LOCAL_MACHINE", "A", "RC4 128/128")
    assert path_key("") == ()


def test_text_for_people_has_no_control_and_no_direction_characters() -> None:
    assert printable("a\x1b[31m\u202eb\ud800\n") == "a\\x1b[31m\\u202eb\\ud800\\n"
    assert printable("x" * 300, 10) == "x" * 10 + "..."
