# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which suites and curves are in force: Group Policy, else local, else the default; a list that nobody understands is
unknown.
"""

from __future__ import annotations

import dataclasses

import pytest
from tools.registry import AFTER, multi, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ReadError
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, Origin, State, read_state

pytestmark = pytest.mark.proves("state_meaning")

GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
RSA = "TLS_RSA_WITH_AES_256_GCM_SHA384"
LOCAL = f'[LOCAL_SSL]\n"Functions"={multi(RSA)}\n'


def policy(text: str) -> str:
    return f'[POLICY_SSL]\n"Functions"={text}\n'


def default(os: str) -> tuple[str, ...]:
    found = load().suites_of(os)
    assert found is not None
    return found.default


def test_without_any_list_the_default_of_windows_is_in_force() -> None:
    assert state_of("[SCHANNEL]\n").suites == default("ws2016")


def test_the_local_list_replaces_the_default() -> None:
    assert state_of(LOCAL).suites == (RSA,)


def test_the_list_of_group_policy_wins_over_the_local_one_which_is_inert() -> None:
    state = state_of(policy(f'"{GCM}"') + LOCAL)
    assert state.suites == state.future_suites == (GCM,)
    assert state.settings["cipher_suites.group_policy"].origin is Origin.GROUP_POLICY
    assert state.settings["cipher_suites.local"].origin is Origin.INERT
    assert state.settings["cipher_suites.local"].configured == (RSA,)
    assert state.settings["cipher_suites.local"].effective == (GCM,)


def test_an_empty_list_of_group_policy_wins_and_leaves_no_suite() -> None:
    assert state_of(policy('""') + LOCAL).suites == ()


def test_an_empty_list_has_no_names() -> None:
    assert state_of(policy('""')).settings["cipher_suites.group_policy"].configured == ()


def test_lists_are_unknown_where_the_catalogue_has_none_of_this_windows() -> None:
    catalogue = dataclasses.replace(load(), suite_lists={}, older_suite_lists=())
    for text in ("[SCHANNEL]\n", LOCAL, policy(f'"{GCM}"')):
        state = read_state(on_host(text), catalogue)
        assert (state.suites, state.future_suites, state.curves, state.future_curves) == (None, None, None, None)


def test_a_local_list_that_may_not_be_read_stays_unknown_beside_one_of_group_policy() -> None:
    local = next(place.key for place in load().settings["cipher_suites.local"].places)
    state = state_of(policy(f'"{GCM}"'), errors=[ReadError(local, 5, "")])
    assert state.suites == (GCM,)
    found = state.settings["cipher_suites.local"]
    assert (found.form, found.effective, found.future, found.origin) == (
        Form.UNREAD,
        "unknown",
        "unknown",
        Origin.UNKNOWN,
    )


def test_a_multi_string_list_of_group_policy_is_ignored_and_the_local_one_counts() -> None:
    state = state_of(policy(multi(GCM)) + LOCAL)
    assert state.suites == (RSA,)
    assert state.settings["cipher_suites.group_policy"].origin is Origin.INERT


def test_a_list_of_group_policy_may_be_as_long_as_windows_describes_and_no_longer() -> None:
    longest = f"{GCM},".ljust(1023, "X")
    assert state_of(policy(f'"{longest}"')).suites == (GCM,)
    assert state_of(policy(f'"{longest}X"')).suites is None


def test_an_older_build_has_a_list_of_its_own() -> None:
    build = r"[HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion]"
    state = state_of(f'{build}\n"CurrentBuildNumber"="17763"\n"InstallationType"="Client"\n', "win10")
    older = load().suites_of("win10", 17763)
    assert older is not None
    assert state.identity.build == 17763
    assert state.suites == older.default != default("win10")


def test_a_list_that_was_deleted_after_the_boot_makes_the_list_in_force_unknown_and_the_future_known() -> None:
    for key in ("POLICY_SSL", "LOCAL_SSL"):
        state = state_of(f"[{key}]\n", written={key: AFTER})
        assert (state.suites, state.future_suites) == (None, default("ws2016"))


def test_a_list_of_which_no_time_is_known_is_not_known_to_be_in_force() -> None:
    state = state_of(policy(f'"{GCM}"'), written={"POLICY_SSL": None})
    assert (state.suites, state.future_suites) == (None, (GCM,))
    assert state.settings["cipher_suites.group_policy"].effective == "unknown"
    assert state.settings["cipher_suites.group_policy"].future == (GCM,)


@pytest.mark.parametrize("missing", ["curves.local", "curves.group_policy"])
def test_without_one_of_its_two_places_in_the_catalogue_a_list_is_unknown(missing: str) -> None:
    catalogue = load()
    settings = {name: setting for name, setting in catalogue.settings.items() if name != missing}
    state = read_state(on_host("[SCHANNEL]\n"), dataclasses.replace(catalogue, settings=settings))
    assert (state.curves, state.future_curves) == (None, None)
    assert state.suites == default("ws2016")


def test_a_state_says_what_it_was_read_from() -> None:
    catalogue, observation = load(), on_host("[SCHANNEL]\n")
    state = read_state(observation, catalogue)
    assert state.observation is observation
    assert state.catalogue is catalogue


@pytest.mark.parametrize("text", ["hex(2):54,00,00,00", "hex:54", "dword:1", f'"{",".join([GCM] * 40)}"'])
def test_a_list_of_group_policy_that_nobody_describes_makes_the_suites_unknown(text: str) -> None:
    state = state_of(policy(text) + LOCAL)
    assert state.suites is None


@pytest.mark.parametrize("text", [f'"{GCM}"', multi(f"{GCM},{RSA}"), "hex:01"])
def test_a_local_list_of_unusual_form_makes_the_suites_unknown(text: str) -> None:
    assert state_of(f'[LOCAL_SSL]\n"Functions"={text}\n').suites is None


def test_unknown_and_repeated_names_are_passed_over() -> None:
    assert state_of(policy(f'"{GCM},TLS_NO_SUCH,{GCM},{RSA}"')).suites == (GCM, RSA)


def test_a_suite_of_another_windows_is_passed_over() -> None:
    text = policy(f'"TLS_AES_256_GCM_SHA384,{GCM}"')
    assert state_of(text, "ws2016").suites == (GCM,)
    assert state_of(text, "ws2022").suites == ("TLS_AES_256_GCM_SHA384", GCM)


def test_the_curve_in_a_name_counts_before_2016_and_is_dropped_after() -> None:
    suite = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    assert state_of(policy(f'"{suite}_P256"'), "ws2012r2").suites == (f"{suite}_P256",)
    assert state_of(policy(f'"{suite}"'), "ws2012r2").suites == ()
    assert state_of(policy(f'"{suite}_P256,{suite}_P384"'), "ws2016").suites == (suite,)


def test_the_curves_of_group_policy_win_and_the_default_is_that_of_windows() -> None:
    untouched = state_of("[SCHANNEL]\n")
    assert untouched.curves == untouched.future_curves == ("curve25519", "NistP256", "NistP384")
    text = f'[LOCAL_SSL]\n"EccCurves"={multi("NistP256")}\n'
    assert state_of(text).curves == ("NistP256",)
    assert state_of(text + f'[POLICY_SSL]\n"EccCurves"={multi("NistP384", "NistP256")}\n').curves == (
        "NistP384",
        "NistP256",
    )


def test_before_2016_there_is_no_curve_order() -> None:
    state = state_of(f'[POLICY_SSL]\n"EccCurves"={multi("NistP384")}\n', "ws2012r2")
    assert state.settings["curves.group_policy"].origin is Origin.INERT
    found = load().suites_of("ws2012r2")
    assert found is not None
    assert state.curves == found.curves


def test_a_curve_list_of_the_wrong_kind_makes_the_curves_unknown() -> None:
    assert state_of('[POLICY_SSL]\n"EccCurves"="NistP384"\n').curves is None


def test_a_curve_list_of_the_wrong_kind_is_not_called_without_effect() -> None:
    state = state_of(f'[POLICY_SSL]\n"EccCurves"="NistP384"\n[LOCAL_SSL]\n"EccCurves"={multi("NistP256")}\n')
    assert state.settings["curves.group_policy"].origin is Origin.UNKNOWN
    assert state.settings["curves.local"].origin is Origin.REGISTRY
    assert state.settings["curves.local"].effective == state.settings["curves.local"].future == "unknown"


def test_local_curves_are_without_effect_under_those_of_group_policy_only() -> None:
    local = f'[LOCAL_SSL]\n"EccCurves"={multi("NistP256")}\n'
    alone = state_of(local).settings["curves.local"]
    assert (alone.origin, alone.effective, alone.future) == (Origin.REGISTRY, ("NistP256",), ("NistP256",))
    state = state_of(local + f'[POLICY_SSL]\n"EccCurves"={multi("NistP384")}\n')
    assert state.settings["curves.group_policy"].origin is Origin.GROUP_POLICY
    assert state.settings["curves.local"].origin is Origin.INERT
    assert state.settings["curves.local"].effective == state.settings["curves.local"].future == ("NistP384",)


def owners(state: State) -> dict[str, str]:
    return dict(state.owners)


def test_a_list_without_evidence_has_an_unknown_owner_and_an_absent_one_none() -> None:
    assert owners(state_of(policy(f'"{GCM}"'))) == {"cipher_suites.group_policy": "unknown"}
    assert owners(state_of(LOCAL)) == {}
