# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that gives a profile as a registry script."""

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.filter.profile_reg import profile_reg

pytestmark = pytest.mark.proves("reg_export")

PROTOCOLS = r"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"


def values_below(text: str, key: str) -> list[str]:
    """The lines of one key of a registry script."""
    return text.replace("\r\n", "\n").split(f"{key}]\n", 1)[1].split("\n\n", 1)[0].strip().splitlines()


def test_clients_get_tls_1_2_and_lose_nothing_up_to_prepare() -> None:
    text = profile_reg("exchange_current", "win7", stage="prepare")

    for side in ("Client", "Server"):
        found = values_below(text, rf"{PROTOCOLS}\TLS 1.2\{side}")
        assert sorted(found) == ['"DisabledByDefault"=dword:00000000', '"Enabled"=dword:00000001']
    assert not re.search(r'"Enabled"=dword:00000000', text)
    assert "00010002" not in text


def test_an_exchange_server_gets_the_suite_list_as_group_policy_stores_it() -> None:
    text = profile_reg("exchange_current", "2016", "15.1.2507.6")

    key = r"[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
    (functions,) = (line for line in values_below(text, key) if line.startswith('"Functions"'))
    assert functions.startswith('"Functions"="TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,')
    assert len(functions.split('"')[3]) <= 1023


@pytest.mark.parametrize(
    ("profile", "system", "stage", "words"),
    [
        ("exchange_curent", "2016", "tls13", "exchange_current"),
        ("exchange_current", "2099", "tls13", "2099"),
        ("exchange_current", "2016", "retired", "retire"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(profile: str, system: str, stage: str, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        profile_reg(profile, system, stage=stage)
