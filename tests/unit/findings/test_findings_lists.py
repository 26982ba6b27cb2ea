# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about lists of suites and curves: how many names are shown, and what is not known of a Windows."""

from __future__ import annotations

import dataclasses

import pytest
from tools.registry import multi, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state

pytestmark = pytest.mark.proves("findings")

GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_CBC_SHA"
ON = '"Enabled"=dword:1\n"DisabledByDefault"=dword:0\n'


def said(finding: str, state: State) -> list[tuple[str, str]]:
    """Subject and message of every finding with an id."""
    return [(one.subject, one.message) for one in find(state) if one.id == finding]


def policy(*names: str) -> str:
    return f'[POLICY_SSL]\n"Functions"="{",".join(names)}"\n'


def curves(*names: str) -> str:
    return f'[POLICY_SSL]\n"EccCurves"={multi(*names)}\n'


def test_of_odd_curves_three_of_each_kind_are_shown() -> None:
    blanks = [f" NistP{number}" for number in (256, 384, 521, 192)]
    ((subject, message),) = said("curves.odd_name", state_of(curves(*blanks)))
    assert subject == "curves.group_policy"
    shown = ", ".join(f"'{name}' has blanks or is empty" for name in blanks[:3])
    assert message.endswith(f": {shown}.")
    twice = [name for name in ("NistP256", "NistP384", "NistP521", "curve25519") for _again in range(2)]
    ((_subject, message),) = said("curves.odd_name", state_of(curves(*twice)))
    shown = ", ".join(f"{name} is there more than once" for name in ("NistP256", "NistP384", "NistP521"))
    assert message.endswith(f": {shown}.")


def test_an_unknown_curve_is_told_once_with_the_nearest_right_one() -> None:
    ((subject, message),) = said("curves.unknown_name", state_of(curves("NistP257", "NistP257", " ", "NistP256")))
    assert subject == "curves.group_policy"
    assert message.endswith(": the curve 'NistP257' is not known. Did you mean 'NistP256'?")


def test_a_curve_list_of_the_wrong_kind_and_one_without_a_curve_are_told_by_their_title() -> None:
    ((subject, message),) = said("curves.wrong_kind", state_of('[POLICY_SSL]\n"EccCurves"="NistP256"\n'))
    assert (subject, message) == (
        "curves.group_policy",
        "Curve order by Group Policy is REG_SZ 'NistP256'; REG_MULTI_SZ is expected, one curve each.",
    )
    assert said("curves.empty", state_of(curves(" "))) == [
        ("curves.group_policy", "Curve order by Group Policy is there and names no curve.")
    ]


def test_five_odd_names_of_a_suite_list_are_shown_and_all_are_counted() -> None:
    odd = [f" X{number}" for number in range(6)]
    ((subject, message),) = said("suites.blank_name", state_of(policy(GCM, *odd)))
    assert subject == "cipher_suites.group_policy"
    assert message.endswith(": 6 of 7 names are empty or have blanks: ' X0', ' X1', ' X2', ' X3', ' X4'.")


def test_a_repeated_suite_is_named_once() -> None:
    ((subject, message),) = said("suites.repeated_name", state_of(policy(GCM, CBC, GCM, GCM)))
    assert subject == "cipher_suites.group_policy"
    assert message.endswith(f": more than once in the list: {GCM}.")


def test_names_that_this_windows_passes_over_are_told_once_with_its_name() -> None:
    suite = "TLS_AES_256_GCM_SHA384"
    ((subject, message),) = said("suites.not_on_this_os", state_of(policy(CBC, suite, suite), "ws2012r2"))
    assert subject == "cipher_suites.group_policy"
    assert message.endswith(f": Windows Server 2012 R2 passes over {suite}.")


def test_a_suite_that_lacks_its_curve_and_one_that_has_one_too_many_are_told() -> None:
    suite = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    ((subject, message),) = said("suites.curve_missing", state_of(policy(suite, CBC), "ws2012r2"))
    assert subject == "cipher_suites.group_policy"
    assert f": {suite} lacks the curve; Windows Server 2012 R2 knows it with" in message
    ((subject, message),) = said("suites.curve_suffix", state_of(policy(f"{suite}_P256", CBC)))
    assert subject == "cipher_suites.group_policy"
    assert f": the curve in {suite}_P256 has no effect on Windows Server 2016" in message


@pytest.mark.parametrize("system", ["ws2012r2", "ws2016"])
def test_where_the_lists_of_a_windows_are_not_known_no_name_is_called_wrong_there(system: str) -> None:
    catalogue = dataclasses.replace(load(), suite_lists={}, older_suite_lists=())
    text = policy("TLS_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384") + curves("NistP257")
    found = {one.id for one in find(read_state(on_host(text, system), catalogue))}
    assert not found & {"suites.not_on_this_os", "suites.curve_missing", "curves.unknown_name"}


def test_a_version_without_a_suite_is_told_by_name_but_not_ssl_2_0_or_tls_1_3() -> None:
    on = "".join(
        f"[SCHANNEL\\Protocols\\{version}\\{side}]\n{ON}"
        for version in ("SSL 2.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
        for side in ("Client", "Server")
    )
    for system in ("ws2008r2", "ws2022"):
        found = dict(said("suites.version_without_suite", state_of(on + policy(GCM), system)))
        assert not {"protocols.ssl_2_0", "protocols.tls_1_3"} & set(found)
        sentence = "TLS 1.0 is on, but no suite of the list in force can be used with it."
        assert found["protocols.tls_1_0"] == sentence
    sentence = "TLS 1.3 is on, but none of its suites (TLS_AES_...) is in the list in force."
    found = dict(said("suites.tls_1_3_without_suite", state_of(on + policy(GCM), "ws2022")))
    assert found == {"protocols.tls_1_3": sentence}


def test_a_suite_list_of_odd_form_in_the_local_place_is_told() -> None:
    message = "The local suite list is REG_SZ 'X'; REG_MULTI_SZ with one suite per element is expected."
    assert said("suites.local_form", state_of('[LOCAL_SSL]\n"Functions"="X"\n')) == [("cipher_suites.local", message)]


def test_a_suite_list_that_is_too_long_or_empty_is_told() -> None:
    subject = "cipher_suites.group_policy"
    long = said("suites.policy_too_long", state_of(policy("X" * 1024)))
    assert long == [(subject, "The Group Policy suite list has 1024 characters; 1023 are allowed.")]
    empty = said("suites.policy_empty", state_of(policy("")))
    assert empty == [(subject, "The Group Policy suite list is there and names no suite.")]


def test_an_unknown_suite_is_told_once_with_the_nearest_right_one() -> None:
    ((subject, message),) = said("suites.unknown_name", state_of(policy(GCM + "X", f" {GCM}X ")))
    assert subject == "cipher_suites.group_policy"
    assert message.endswith(f": no suite is named '{GCM}X'. Did you mean '{GCM}'?")
