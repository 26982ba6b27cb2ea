# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose a value in a Group Policy place is: Group Policy's own record says so, else our journal, else nobody knows."""

from __future__ import annotations

import struct
import typing as t

import pytest
from tools.registry import change, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ChangeHeader, FileFact

pytestmark = pytest.mark.proves("no_lockout")

SUITES = '[POLICY_SSL]\n"Functions"="TLS_RSA_WITH_AES_256_GCM_SHA384"\n'
KEY = r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
SETTING = "cipher_suites.group_policy"


def recorded(key: str, name: str) -> FileFact:
    """Group Policy's record with one value that it wrote."""
    separator, data = ";".encode("utf-16-le"), b"\1\0\0\0"
    parts = [(key + "\0").encode("utf-16-le"), (name + "\0").encode("utf-16-le")]
    parts += [struct.pack("<I", 4), struct.pack("<I", len(data)), data]
    record = "[".encode("utf-16-le") + separator.join(parts) + "]".encode("utf-16-le")
    return FileFact(r"C:\ProgramData\ntuser.pol", True, None, struct.pack("<4sI", b"PReg", 1) + record)


def owners(text: str = SUITES, *, ours: t.Sequence[ChangeHeader] = (), files: t.Sequence[FileFact] = ()) -> t.Any:
    return dict(state_of(text, journal=ours, files=files).owners)


def wrote(key: str = "HKLM\\" + KEY, name: str = "Functions", state: str = "closed") -> ChangeHeader:
    return change(state=state, values=[("HKLM\\SOFTWARE", "other"), (key, name)])


def test_without_evidence_nobody_knows() -> None:
    assert owners() == {SETTING: "unknown"}


@pytest.mark.parametrize("name", ["Functions", "FUNCTIONS"])
def test_what_group_policy_recorded_is_its_own(name: str) -> None:
    assert owners(files=[recorded(KEY.upper(), name)]) == {SETTING: "group_policy"}


@pytest.mark.parametrize(("key", "name"), [(KEY, "EccCurves"), (KEY + r"\Other", "Functions")])
def test_a_record_about_another_value_says_nothing(key: str, name: str) -> None:
    assert owners(files=[recorded(key, name)]) == {SETTING: "unknown"}


@pytest.mark.parametrize("name", ["Functions", "functions"])
def test_what_our_journal_wrote_is_ours(name: str) -> None:
    assert owners(ours=[wrote(name=name)]) == {SETTING: "us"}


def test_group_policy_writes_again_over_what_we_wrote() -> None:
    assert owners(ours=[wrote()], files=[recorded(KEY, "Functions")]) == {SETTING: "group_policy"}


@pytest.mark.parametrize("state", ["open", "put_back", "put_back_failed", "torn"])
def test_a_change_that_did_not_end_well_makes_nothing_ours(state: str) -> None:
    assert owners(ours=[wrote(state=state)]) == {SETTING: "unknown"}


@pytest.mark.parametrize(
    "change_of_ours", [wrote("HKLM\\" + KEY + r"\Other"), wrote(name="EccCurves"), wrote("HKLM\\SOFTWARE")]
)
def test_a_change_of_another_value_makes_nothing_ours(change_of_ours: ChangeHeader) -> None:
    assert owners(ours=[change_of_ours]) == {SETTING: "unknown"}


def test_a_value_that_is_not_there_or_stands_elsewhere_has_no_owner() -> None:
    schannel = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
    assert owners('[SCHANNEL]\n"EventLogging"=dword:1\n[POLICY_SSL]\n', ours=[wrote(), wrote(schannel)]) == {}
