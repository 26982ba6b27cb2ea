# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated registry behaves as Windows' own where the scripts can tell the difference."""

from __future__ import annotations

import itertools

import pytest
from lab.clock import Clock, filetime, unix_seconds
from lab.registry import Registry, RegistryError, sort_key

pytestmark = pytest.mark.proves("emulation_equal")

KEY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\T"
ONE, TWO = (4, b"\1\0\0\0"), (4, b"\2\0\0\0")


@pytest.fixture
def registry() -> Registry:
    ticks = itertools.count(1_700_000_000)
    found = Registry(Clock(source=lambda: float(next(ticks))))
    found.create(KEY)
    return found


def test_names_are_found_in_any_case_and_keep_the_first_spelling(registry: Registry) -> None:
    registry.create(f"{KEY}\\Ciphers\\RC4 128/128")
    registry.set_value(f"{KEY}\\CIPHERS\\rc4 128/128", "Enabled", *ONE)
    registry.set_value(f"{KEY}\\ciphers\\Rc4 128/128", "ENABLED", *TWO)
    (value,) = registry.values("hkey_local_machine\\software\\t\\Ciphers\\RC4 128/128")
    assert (value.name, value.kind, value.content) == ("Enabled", *TWO)
    assert registry.subkey_names(f"{KEY}\\Ciphers") == ["RC4 128/128"]


@pytest.mark.parametrize("pair", [("\u0131", "I"), ("\u017f", "S"), ("\u00df", "SS")])
def test_letters_that_python_would_fold_and_windows_does_not_stay_apart(
    registry: Registry, pair: tuple[str, str]
) -> None:
    for name in pair:
        registry.set_value(KEY, name, *ONE)
    assert len(registry.values(KEY)) == 2


def test_a_value_that_changes_moves_the_time_of_its_key_and_of_no_other(registry: Registry) -> None:
    registry.create(f"{KEY}\\Below")
    above, here = registry.written(KEY), registry.written(f"{KEY}\\Below")
    registry.set_value(f"{KEY}\\Below", "v", *ONE)
    assert registry.written(f"{KEY}\\Below") > here
    assert registry.written(KEY) == above


def test_a_value_set_to_what_it_is_moves_no_time(registry: Registry) -> None:
    registry.set_value(KEY, "v", *ONE)
    before = registry.written(KEY)
    registry.set_value(KEY, "V", *ONE)
    assert registry.written(KEY) == before


@pytest.mark.parametrize("action", ["create", "delete"])
def test_a_subkey_that_comes_or_goes_moves_the_time_of_its_parent(registry: Registry, action: str) -> None:
    registry.create(f"{KEY}\\Old")
    before = registry.written(KEY)
    if action == "create":
        registry.create(f"{KEY}\\New")
    else:
        registry.delete_key(f"{KEY}\\Old")
    assert registry.written(KEY) > before


def test_current_control_set_and_control_set_001_are_one(registry: Registry) -> None:
    registry.create("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\X")
    registry.set_value("HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\X", "v", *ONE)
    assert registry.value("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\X", "v") is not None
    assert registry.subkey_names("HKEY_LOCAL_MACHINE\\SYSTEM") == ["ControlSet001", "CurrentControlSet"]


def test_a_denied_key_is_denied_with_all_below_it_under_either_name_of_the_control_set(registry: Registry) -> None:
    registry.create("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\X\\Y")
    registry.deny("HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\X", reading=5)
    with pytest.raises(RegistryError) as caught:
        registry.values("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\X\\y")
    assert caught.value.code == 5
    registry.allow("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\x")
    assert registry.values("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\X\\y") == []


def test_a_key_that_may_be_read_only_refuses_the_write_with_its_own_code(registry: Registry) -> None:
    registry.deny(KEY, reading=0, writing=19)
    assert registry.values(KEY) == []
    with pytest.raises(RegistryError) as caught:
        registry.set_value(KEY, "v", *ONE)
    assert caught.value.code == 19


def test_a_key_with_subkeys_is_not_deleted(registry: Registry) -> None:
    registry.create(f"{KEY}\\Below")
    with pytest.raises(RegistryError):
        registry.delete_key(KEY)


def test_a_restored_copy_is_the_same_to_the_last_write_time(registry: Registry) -> None:
    registry.set_value(KEY, "v", *ONE)
    saved, written = registry.save(), registry.written(KEY)
    registry.set_value(KEY, "v", *TWO)
    registry.restore(saved)
    assert registry.written(KEY) == written
    assert registry.value(KEY, "v") is not None
    registry.set_value("HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001", "linked", *ONE)
    assert registry.value("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet", "linked") is not None


@pytest.mark.parametrize("path", ["HKLM2\\X", "HKEY_LOCAL_MACHINE\\\\X", "X"])
def test_a_path_without_a_hive_or_with_an_empty_name_is_refused(registry: Registry, path: str) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.create(path)
    assert caught.value.code == 87


def test_names_are_sorted_by_utf16_unit_without_case() -> None:
    names = ["b", "A", "\U0001f600", "￿", "a/"]
    assert sorted(names, key=sort_key) == ["A", "a/", "b", "\U0001f600", "￿"]


def test_names_that_dotnet_takes_for_one_have_an_order_all_the_same() -> None:
    # Upper case in .NET: U+00B5 is U+039C, U+00FF is U+0178, U+01C5 and U+01C6 are U+01C4.
    names = ["\u00b5", "\u01c6", "\u01c4", "\u01c5", "\u00ff"]
    assert sorted(names, key=sort_key) == ["\u00ff", "\u01c4", "\u01c5", "\u01c6", "\u00b5"]


def test_a_clock_never_stands_still() -> None:
    clock = Clock(source=lambda: 1_700_000_000.0)
    assert clock.now() < clock.now()
    assert unix_seconds(filetime(1_700_000_000.5)) == pytest.approx(1_700_000_000.5)
