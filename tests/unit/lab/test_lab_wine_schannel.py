# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison with Wine's Schannel: what it tries, and that the differences it names are those there are."""

from __future__ import annotations

import pytest
from proof.wine_schannel import Count
from tools.sample_host import sample_state
from tools.wine_schannel import (
    CHANCES,
    PAIRS,
    PROFILES,
    SERVERS,
    VERSIONS,
    Outcome,
    chance_values,
    every_pair,
    hardened,
    known_differences,
    offer,
    operations,
)

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import ENABLED, load

pytestmark = pytest.mark.proves("state_meaning")


def test_the_states_of_make_test_have_every_value_for_every_version_and_both_outcomes() -> None:
    tried = [chance_values(number) for number in range(CHANCES)]
    for version in VERSIONS:
        assert {values[version][0] for values in tried} == {None, 0, 1, 0xFFFFFFFF}, version
        assert {values[version][1] for values in tried} == {None, 0, 1, 0xFFFFFFFF}, version


def test_the_long_run_has_every_pair_for_every_version_alone_and_with_others() -> None:
    tried = list(every_pair())
    for version in VERSIONS:
        assert {values[version] for values in tried if list(values) == [version]} == set(PAIRS)
        assert {values[version] for values in tried if len(values) == len(VERSIONS)} == set(PAIRS)


def test_absent_values_are_not_written() -> None:
    names = [(one["name"], one["data"]) for one in operations({"tls_1_0": (None, 1), "tls_1_2": (0, None)})]
    assert names == [("DisabledByDefault", 1), ("Enabled", 0)]


@pytest.mark.parametrize("os", SERVERS)
def test_the_profiles_of_today_leave_a_client_tls_1_2_alone(os: str) -> None:
    offers = {profile: hardened(profile, os)[1] for profile in PROFILES}
    today = {"tls_1_0": False, "tls_1_1": False, "tls_1_2": True}
    assert offers == {
        "exchange_2015": dict.fromkeys(VERSIONS, True),
        "exchange_current": today,
        "exchange_strict": today,
    }


def test_what_is_disabled_by_default_is_not_offered() -> None:
    key = {r"SCHANNEL\Protocols\TLS 1.0\Client": {"Enabled": 1, "DisabledByDefault": 1}}
    assert offer(sample_state("ws2016", None, key))["tls_1_0"] is False


def test_the_defaults_in_which_wine_differs_are_those_that_windows_has_not_on() -> None:
    off = {
        (os, version)
        for os in load().systems
        for version in VERSIONS
        if load().settings[f"protocols.{version}.client"].defaults[os] != ENABLED
    }
    named = known_differences()["defaults"]
    assert {(os, version) for one in named for os in one["os"] for version in one["versions"]} == off


def test_every_difference_says_what_each_of_them_does_and_where_that_is_written() -> None:
    known = known_differences()
    assert "schannel.c" in known["wine_source"]
    assert all(source in load().sources for one in known["defaults"] for source in one["windows_sources"])
    assert all(one["what"] and one["windows"] and one["wine"] for one in known["not_compared"])


def test_a_version_that_is_effective_and_was_not_offered_is_told() -> None:
    count, on = Count(), dict.fromkeys(VERSIONS, True)
    count.add("as it should be", Outcome(on, on, {}), on)
    assert count.wrong == []
    count.add("not offered", Outcome(on, {**on, "tls_1_1": False}, {}))
    count.add("offered", Outcome({**on, "tls_1_0": False}, on, {}))
    count.add("planned otherwise", Outcome(on, on, {}), {**on, "tls_1_2": False})
    assert [line.split(" is ")[0] for line in count.wrong] == [
        "not offered: TLS 1.1",
        "offered: TLS 1.0",
        "planned otherwise: TLS 1.2",
    ]
