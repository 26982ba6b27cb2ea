# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the profiles demand: frozen lists for each Windows, and what must hold of every one of them."""

from __future__ import annotations

import datetime
import os
import pathlib

import pytest
from tools.sample_host import sample_state

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    Baseline,
    load_benchmarks,
    load_profile,
    profile_names,
    resolve,
    show,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import bare_suite, load

pytestmark = pytest.mark.proves("baselines")

#: What every file of the project begins with; read from this one, so that the lists differ only where they should.
HEADER = "".join(pathlib.Path(__file__).read_text(encoding="utf-8").splitlines(keepends=True)[:3])
GOLDEN = pathlib.Path(__file__).parent / "golden"
ACCEPT = "MSEXCHANGE_TLS_ACCEPT"

#: A host of every Windows, with the Exchange that runs there.
HOSTS = {
    "ws2008r2": "15.0.1497.2",
    "ws2012": "15.0.1497.2",
    "ws2012r2": "15.0.1497.2",
    "ws2016": "15.1.2507.6",
    "ws2019": "15.2.1748.10",
    "ws2022": "15.2.1748.10",
    "ws2025": "15.2.2562.17",
    "win7": None,
    "win8": None,
    "win8_1": None,
    "win10": None,
    "win11": None,
}
SUITES = "cipher_suites.group_policy"


def baseline_for(profile: str, system: str) -> Baseline:
    """The baseline of such a host, without overlays."""
    state = sample_state(system, HOSTS[system])
    today = datetime.date(2026, 11, 26)
    return resolve(load_profile(profile), (), state.identity, host="ex1", groups=(), today=today, catalogue=load())


@pytest.mark.parametrize("system", HOSTS)
@pytest.mark.parametrize("profile", profile_names())
def test_a_profile_demands_what_was_agreed_on(profile: str, system: str) -> None:
    found = sorted(
        f"{rule.stage} {rule.id} {rule.setting} {show(rule.want)}" for rule in baseline_for(profile, system).rules
    )
    file = GOLDEN / profile / f"{system}.txt"
    if os.environ.get(ACCEPT):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEADER + "\n".join(found) + "\n", encoding="utf-8")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    agreed = [line for line in lines if not line.startswith("#")]
    added = [f"added: {line}" for line in found if line not in agreed]
    removed = [f"removed: {line}" for line in agreed if line not in found]
    accept = f"{ACCEPT}=1 pytest {pathlib.Path(__file__).name}"
    assert not added + removed, "\n".join([*added, *removed, f"If this is meant, accept it with: {accept}"])


def test_no_golden_list_is_left_over() -> None:
    wanted = {(profile, system) for profile in profile_names() for system in HOSTS}
    assert {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.txt")} == wanted


@pytest.mark.parametrize("profile", profile_names())
def test_every_windows_of_the_catalogue_has_a_suite_list(profile: str) -> None:
    covered = {system for rule in load_profile(profile).rules if rule.setting == SUITES for system in rule.when.os}
    assert covered == set(load().systems)


@pytest.mark.parametrize("profile", profile_names())
def test_a_suite_list_fits_its_windows_to_the_last_name_and_leads_with_tls_1_3(profile: str) -> None:
    for rule in load_profile(profile).rules:
        if rule.setting != SUITES:
            continue
        assert isinstance(rule.want, tuple)
        assert len(",".join(rule.want)) <= 1023
        for system in rule.when.os:
            known = load().suite_lists[system]
            assert set(rule.want) <= known.known
            tls_1_3 = [name for name in known.default if load().suites[bare_suite(name)[0]].versions == ("tls_1_3",)]
            assert sorted(rule.want[: len(tls_1_3)]) == sorted(tls_1_3)


def test_strict_has_neither_cbc_nor_rsa_key_exchange_where_windows_offers_something_else() -> None:
    suites = load().suites
    for rule in load_profile("exchange_strict").rules:
        if rule.setting != SUITES:
            continue
        assert isinstance(rule.want, tuple)
        rows = [suites[bare_suite(name)[0]] for name in rule.want]
        assert [row.name for row in rows if row.key_exchange == "rsa"] == []
        weak = [row for row in rows if "cbc" in row.traits]
        for system in rule.when.os:
            known = [suites[bare_suite(name)[0]] for name in load().suite_lists[system].known]
            better = {row.authentication for row in known if "aead" in row.traits and row.key_exchange == "ecdhe"}
            assert [row.name for row in weak if row.authentication in better] == []


def test_2015_keeps_tls_1_0_and_puts_triple_des_last_and_has_no_rc4() -> None:
    rules = load_profile("exchange_2015").rules
    assert {rule.want for rule in rules if rule.setting.startswith("protocols.tls_1_0.")} == {"enabled"}
    for rule in rules:
        if rule.setting == SUITES and isinstance(rule.want, tuple):
            rows = [load().suites[bare_suite(name)[0]] for name in rule.want]
            assert [row.name for row in rows if row.traits & {"rc4", "null", "export"}] == []
            assert [row.name for row in rows[:-1] if "3des" in row.traits] == []
            modern = [row.versions[-1] in ("tls_1_2", "tls_1_3") and row.versions[0] > "tls_1_1" for row in rows]
            assert modern == sorted(modern, reverse=True)


def test_2015_keeps_a_suite_for_every_version_that_it_keeps() -> None:
    for rule in load_profile("exchange_2015").rules:
        if rule.setting == SUITES and isinstance(rule.want, tuple):
            rows = [load().suites[bare_suite(name)[0]] for name in rule.want]
            for version in ("tls_1_0", "tls_1_1", "tls_1_2"):
                assert {row.authentication for row in rows if version in row.versions} >= {"rsa", "ecdsa"}


def test_prepare_of_the_current_profile_wants_nothing_off() -> None:
    prepare = [rule for rule in load_profile("exchange_current").rules if rule.stage == "prepare"]
    assert {show(rule.want) for rule in prepare} == {"enabled (written)", "with 0x800"}


def test_every_benchmark_names_rules_that_exist() -> None:
    rules = {name for rule in load_profile("exchange_current").rules for name in (rule.id, rule.record)}
    assert [(one.authority, one.id) for one in load_benchmarks() if not set(one.rules) <= rules] == []
    assert len({(one.authority, one.id) for one in load_benchmarks()}) == len(load_benchmarks()) > 10
