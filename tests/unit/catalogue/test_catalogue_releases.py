# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operating systems, Exchange and .NET releases."""

from __future__ import annotations

import datetime
import itertools

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import ExchangeRelease, load

pytestmark = pytest.mark.proves("catalogue_facts")

Build = tuple[int, int, int, int]


def abilities(version: str, build: Build) -> set[str]:
    """What a build can bear: everything its version has learned up to it."""
    return {
        ability
        for release in load().releases
        if release.version == version and release.build <= build
        for ability in release.can
    }


@pytest.mark.parametrize(
    ("build", "client", "system"),
    [
        (7601, False, "ws2008r2"),
        (9200, False, "ws2012"),
        (9600, False, "ws2012r2"),
        (14393, False, "ws2016"),
        (17763, False, "ws2019"),
        (20348, False, "ws2022"),
        (26100, False, "ws2025"),
        (7601, True, "win7"),
        (9600, True, "win8_1"),
        (19045, True, "win10"),
        (26100, True, "win11"),
        (26200, True, "win11"),
    ],
)
def test_a_build_and_the_kind_of_installation_name_the_system(build: int, client: bool, system: str) -> None:
    found = load().system_of(build, client)
    assert found is not None
    assert found.id == system


@pytest.mark.parametrize(("build", "client"), [(6002, False), (19042, False), (25398, False), (10240, True)])
def test_a_build_whose_defaults_are_not_known_is_no_system(build: int, client: bool) -> None:
    assert load().system_of(build, client) is None


def test_builds_of_two_systems_of_one_kind_do_not_overlap() -> None:
    for one, other in itertools.combinations(load().systems.values(), 2):
        if one.client == other.client:
            assert one.last_build < other.first_build or other.last_build < one.first_build, (one.id, other.id)


def test_only_systems_from_2016_on_ship_the_powershell_that_the_host_scripts_need() -> None:
    old = {system.id for system in load().systems.values() if system.powershell != "5.1"}
    assert old == {"ws2008r2", "ws2012", "ws2012r2", "win7", "win8", "win8_1"}


@pytest.mark.parametrize(
    ("release", "build"),
    [
        ("ex2010_sp3_ru20", (14, 3, 389, 1)),
        ("ex2013_cu8", (15, 0, 1076, 9)),
        ("ex2013_cu20", (15, 0, 1367, 3)),
        ("ex2013_cu23", (15, 0, 1497, 2)),
        ("ex2016_rtm", (15, 1, 225, 42)),
        ("ex2016_cu9", (15, 1, 1466, 3)),
        ("ex2016_cu23", (15, 1, 2507, 6)),
        ("ex2019_cu14", (15, 2, 1544, 4)),
        ("ex2019_cu15", (15, 2, 1748, 10)),
        ("exse_rtm", (15, 2, 2562, 17)),
    ],
)
def test_releases_have_the_builds_that_microsoft_lists(release: str, build: Build) -> None:
    assert {row.id: row.build for row in load().releases}[release] == build


def test_releases_ascend_by_build_and_within_a_version_by_date() -> None:
    rows = load().releases
    assert [row.build for row in rows] == sorted({row.build for row in rows})
    for _version, group in itertools.groupby(rows, key=lambda row: row.version):
        dates = [datetime.date.fromisoformat(row.date) for row in group]
        assert dates == sorted(dates)


def test_ids_and_names_of_releases_are_unique() -> None:
    rows = load().releases
    assert len({row.id for row in rows}) == len({row.name for row in rows}) == len(rows)


def test_each_release_lies_within_its_version_and_versions_follow_each_other_without_a_gap() -> None:
    versions = list(load().exchange.values())
    assert [row.id for row in versions] == ["ex2010", "ex2013", "ex2016", "ex2019", "exse"]
    assert all(earlier.end == later.first for earlier, later in itertools.pairwise(versions))
    for release in load().releases:
        version = load().exchange[release.version]
        assert version.first <= release.build < version.end, release.id


@pytest.mark.parametrize(
    ("version", "build", "able", "unable"),
    [
        ("ex2010", (14, 3, 210, 2), set(), {"smtp_follows_os", "tls_1_2"}),
        ("ex2010", (14, 3, 389, 1), {"disable_tls_1_0", "tls_1_2"}, {"strict_renegotiation", "pop_imap_follow_os"}),
        ("ex2013", (15, 0, 1044, 25), set(), {"smtp_follows_os"}),
        ("ex2013", (15, 0, 1365, 1), {"tls_1_2", "smtp_follows_os"}, {"disable_tls_1_0"}),
        ("ex2013", (15, 0, 1497, 48), {"disable_tls_1_0"}, {"strict_renegotiation", "pop_imap_follow_os", "tls_1_3"}),
        ("ex2016", (15, 1, 225, 42), {"pop_imap_follow_os", "strict_renegotiation"}, {"tls_1_2", "disable_tls_1_0"}),
        ("ex2016", (15, 1, 2507, 6), {"disable_tls_1_0", "tls_1_2"}, {"tls_1_3"}),
        ("ex2019", (15, 2, 1544, 39), {"disable_tls_1_0", "strict_renegotiation"}, {"tls_1_3"}),
        ("ex2019", (15, 2, 1748, 43), {"tls_1_3"}, set()),
        ("exse", (15, 2, 2562, 17), {"tls_1_3", "tls_1_2", "disable_tls_1_0", "strict_renegotiation"}, set()),
    ],
)
def test_a_build_bears_what_microsoft_says_it_bears(
    version: str, build: Build, able: set[str], unable: set[str]
) -> None:
    found = abilities(version, build)
    assert able <= found
    assert not unable & found


def test_no_release_claims_an_ability_that_its_version_already_had() -> None:
    learned: dict[str, set[str]] = {}
    for release in load().releases:
        had = learned.setdefault(release.version, set())
        assert not had & release.can, release.id
        had |= release.can


def test_versions_run_on_systems_and_releases_that_exist() -> None:
    releases: dict[str, ExchangeRelease] = {row.id: row for row in load().releases}
    for version in load().exchange.values():
        assert set(version.systems) <= set(load().systems)
        assert {releases[first].version for first in version.systems.values()} == {version.id}
        assert not any(load().systems[system].client for system in version.systems)


def test_support_ends_as_microsoft_says() -> None:
    ends = {version.id: version.end_of_support for version in load().exchange.values()}
    assert ends == {
        "ex2010": "",
        "ex2013": "2023-04-11",
        "ex2016": "2025-10-14",
        "ex2019": "2025-10-14",
        "exse": "2035-12-31",
    }


def test_dotnet_releases_ascend_up_to_4_8_1() -> None:
    rows = load().dotnet
    assert [row.release for row in rows] == sorted({row.release for row in rows})
    assert (rows[-1].name, rows[-1].release) == ("4.8.1", 533320)
    assert (rows[-2].name, rows[-2].release) == ("4.8", 528040)
