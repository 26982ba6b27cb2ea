# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer that is none says to the reader."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.plugin_utils._task import (
    Errand,
    HostError,
    check_answer,
    lost_words,
)

pytestmark = pytest.mark.proves("hostile_answers")

# What the connection plugin winrm of ansible-core says.
KERBEROS = (
    "kerberos: WinRM Kerberos authentication requested but the python kerberos library is not installed. Please "
    "install the pykerberos library, set a different authentication method with ansible_winrm_transport, or use a "
    "local user account to connect using basic authentication."
)
ERRAND = Errand("ex01", "reading its TLS settings", "Nothing was changed.")


def sentence(raw: t.Mapping[str, t.Any]) -> str:
    with pytest.raises(HostError) as caught:
        check_answer(raw, ERRAND)
    assert not caught.value.unreachable
    return caught.value.sentence


def test_an_answer_of_our_contract_passes_unchanged() -> None:
    answer = {"contract": 1, "changed": False, "_ansible_parsed": True}
    assert check_answer(answer, ERRAND) is answer


# What core 2.16 and core 2.19 make of output that is no JSON.
NO_JSON = {
    "2.16": {"failed": True, "_ansible_parsed": False, "msg": "MODULE FAILURE\nSee stdout/stderr for the exact error"},
    "2.19": {
        "failed": True,
        "_ansible_parsed": False,
        "msg": "Module result deserialization failed.",
        "exception": "x",
    },
}


@pytest.mark.parametrize("core", NO_JSON)
def test_output_that_is_no_json_is_quoted_with_its_first_line(core: str) -> None:
    raw = {**NO_JSON[core], "module_stdout": "\r\nWelcome to {EX01}!\r\nmore", "module_stderr": "", "rc": 0}
    said = sentence(raw)
    assert said.startswith(
        "ex01: reading its TLS settings failed: the answer is not JSON but begins: Welcome to {EX01}!."
    )
    assert "Nothing was changed." in said
    assert "more" not in said


def test_an_error_in_colours_and_braces_is_quoted_without_the_colours() -> None:
    raw = {"failed": True, "module_stdout": "", "module_stderr": "\x1b[31;1mParserError: {0} is %s\x1b[0m\nAt line:1"}
    assert "ParserError: {0} is %s" in sentence(raw)
    assert "\x1b" not in sentence(raw)


def test_silence_is_called_silence() -> None:
    assert "the answer was empty" in sentence({"failed": True, "module_stdout": "", "module_stderr": ""})


def test_the_reason_that_the_script_gives_is_the_reason_that_is_told() -> None:
    said = sentence({"failed": True, "msg": "keys[3].depth must be a number.", "exception": "Traceback ..."})
    assert said == "ex01: reading its TLS settings failed: keys[3].depth must be a number. Nothing was changed."


def test_a_name_that_ansible_cannot_take_is_said_in_our_words_with_a_remedy() -> None:
    core = (
        "Refusing to deserialize an invalid UTF8 string value: 'utf-8' codec can't encode character '\\ud800' in "
        "position 171: surrogates not allowed"
    )
    said = sentence({"failed": True, "msg": core})
    assert said.startswith("ex01: reading its TLS settings failed: a name in its registry holds half a character, ")
    assert said.endswith("Nothing was changed. Look for odd names among the keys of SCHANNEL, of .NET and of the suite "
                         "lists there; Windows makes none such.")  # fmt: skip


def test_a_failure_without_a_reason_still_makes_a_sentence() -> None:
    assert "gave no reason" in sentence({"failed": True})


@pytest.mark.parametrize(
    ("raw", "has"),
    [
        ({"failed": True, "msg": "Ansible requires PowerShell v5.1"}, ""),
        (
            {
                "failed": True,
                "msg": "internal error: This module cannot run as it requires a minimum PowerShell version of 5.1, "
                "actual was 4.0",
            },
            " and it has 4.0",
        ),
        (
            {
                "failed": True,
                "msg": 'This module cannot run as it requires a minimum PowerShell version of 5.1, actual was "4.0"',
            },
            " and it has 4.0",
        ),
        (
            {
                "failed": True,
                "module_stdout": "",
                "module_stderr": "The script 'x.ps1' cannot be run because it contained a \"#requires\" statement for "
                "Windows PowerShell 5.1. The version of Windows PowerShell that is required by the script does not "
                "match the currently running version of Windows PowerShell 4.0.",
            },
            "",
        ),
    ],
)
def test_a_powershell_before_5_1_is_told_the_two_ways_without_it(raw: dict[str, t.Any], has: str) -> None:
    said = sentence(raw)
    assert said.startswith(f"ex01: reading its TLS settings needs Windows PowerShell 5.1{has}. ")
    assert "reg_export" in said
    assert "msexchange.tls.endpoint_info" in said


def test_a_unix_shell_is_asked_whether_it_is_windows() -> None:
    raw = {"failed": True, "module_stdout": "", "module_stderr": "/bin/sh: 1: powershell: not found", "rc": 127}
    assert "Is it a Windows host?" in sentence(raw)


def test_json_of_somebody_else_is_quoted() -> None:
    added_by_core = {"changed": False, "failed": False, "warnings": [], "ansible_parsed": True, "_ansible_parsed": True}
    said = sentence({"banner": "Property of Contoso", **added_by_core})
    assert 'something else than the script answered: {"banner": "Property of Contoso"}.' in said


@pytest.mark.parametrize("contract", [2, 0, True, "1", [1]])
def test_another_version_of_the_contract_is_refused(contract: object) -> None:
    assert "its parts are not of one release" in sentence({"contract": contract})


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (
            (
                "basic: HTTPConnectionPool(host='ex01', port=5985): Max retries exceeded with url: /wsman (Caused by "
                "NewConnectionError('<x>: Failed to establish a new connection: [Errno 111] Connection refused'))"
            ),
            "the connection was refused",
        ),
        (
            (
                "ssl: HTTPSConnectionPool: SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] "
                "certificate verify failed: self-signed certificate'))"
            ),
            "the certificate of its management listener is not trusted",
        ),
        ("basic: the specified credentials were rejected by the server", "the credentials were rejected"),
        ("Failed to resolve 'ex01' ([Errno -2] Name or service not known)", "its name cannot be resolved"),
        ("HTTPConnectionPool: Read timed out. (read timeout=30)", "it did not answer in time"),
        (
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            "the connection was cut",
        ),
        ("winrm send_input failed; \nstdout: \nstderr ", "the connection was cut before all of the input was sent"),
        (
            "Received a WSManFault message. (Code: 2150858843, Machine: EX01, Reason: Invalid selectors.)",
            "its session there is gone, as after a restart",
        ),
        (
            "The request contained selectors. (extended fault data: {'wsmanfault_code': 2150858843})",
            "its session there is gone, as after a restart",
        ),
        ("Bad HTTP response returned from server. Code 503", "its management service does not run"),
        (
            "Bad HTTP response returned from the server. Code: 503, Content: '<HTML>'",
            "its management service does not run",
        ),
        (
            (
                "psrp connection failure during runspace open: Received a WSManFault message. (Code: 2150859174, "
                "Machine: EX01, Reason: This user is allowed a maximum of 25 shells (plugin quota)., Provider: p)"
            ),
            "This user is allowed a maximum of 25 shells (plugin quota)",
        ),
        ("basic: Access is denied. (extended fault data: {'wsmanfault_code': 5})", "basic: Access is denied"),
        (KERBEROS, "Python on the controller has no library for Kerberos"),
        (f"{KERBEROS}, ntlm: the specified credentials were rejected by the server", "the credentials were rejected"),
        ("something nobody has seen", "something nobody has seen"),
        ("", "no reason was given"),
    ],
)
def test_the_words_of_the_connection_libraries_are_put_plainly(words: str, meaning: str) -> None:
    assert lost_words(words) == meaning


@pytest.mark.parametrize(
    ("words", "package"),
    [
        (KERBEROS, "pywinrm[kerberos] or pypsrp[kerberos]"),
        ("requested auth method is kerberos, but pykerberos is not installed", "pywinrm[kerberos] or pypsrp[kerberos]"),
        (
            "The Python gssapi library is not installed so Kerberos cannot be negotiated",
            "pywinrm[kerberos] or pypsrp[kerberos]",
        ),
        ("Cannot use CredSSP auth as requests-credssp is not installed: x", "pywinrm[credssp] or pypsrp[credssp]"),
        ("requested auth method is ntlm, but requests_ntlm is not installed", "pywinrm or pypsrp"),
    ],
)
def test_a_library_that_the_controller_lacks_is_named_with_the_package_that_brings_it(words: str, package: str) -> None:
    said = ERRAND.lost(words).sentence
    assert f"Install {package} with pip" in said
    assert "Check that it is up" not in said
    assert ".." not in said


def test_where_one_of_several_ways_reached_the_host_no_library_is_blamed() -> None:
    said = ERRAND.lost(f"{KERBEROS}, ntlm: the specified credentials were rejected by the server").sentence
    assert "pip" not in said
    assert "Check that it is up" in said


def test_a_host_that_went_away_is_unreachable_and_not_failed() -> None:
    with pytest.raises(HostError) as caught:
        check_answer({"unreachable": True, "msg": "connection refused"}, ERRAND)
    assert caught.value.unreachable
    assert caught.value.sentence.startswith("ex01 was unreachable while reading its TLS settings: ")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda items: st.lists(items, max_size=3) | st.dictionaries(st.text(), items, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["failed", "unreachable", "msg", "module_stdout", "module_stderr", "contract", "warnings"])


@given(st.dictionaries(fields | st.text(), json_values))
def test_no_answer_whatever_ends_in_anything_but_a_printable_line_or_itself(raw: dict[str, t.Any]) -> None:
    try:
        said = "ex01" if check_answer(raw, ERRAND) is raw else ""
    except HostError as error:
        said = error.sentence
    assert said.startswith("ex01")
    assert said.isprintable()
