# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key whose name Windows does not read is told once, with the right name if it has one, on hosts and in exports."""

from __future__ import annotations

import pytest
from tools.registry import exported, on_host

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan.findings import find
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import read_state

pytestmark = pytest.mark.proves("findings")

SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
READERS = (on_host, exported)
VALUE = '"Enabled"=dword:1\n'


def said(path: str, values: str = VALUE) -> list[tuple[str, str, str]]:
    """Kind, subject below SCHANNEL and message of what is said about a key, the same from a host and an export."""
    answers = []
    for reader in READERS:
        found = find(read_state(reader(f"[SCHANNEL\\{path}]\n{values}"), load()))
        answers.append(
            [
                (one.id.removeprefix("keys."), one.subject.removeprefix(SCHANNEL + "\\"), one.message)
                for one in found
                if one.id.startswith("keys.")
            ]
        )
    assert answers[0] == answers[1]
    return answers[0]


@pytest.mark.parametrize(
    ("path", "kind", "subject", "right"),
    [
        (r"Protocols\TLS1.2\Server", "misspelt", r"Protocols\TLS1.2", "TLS 1.2"),
        (r"Protocols\tls_1.2\Server", "misspelt", r"Protocols\tls_1.2", "TLS 1.2"),
        (r"Protocols\T L S 1 2\Server", "misspelt", r"Protocols\T L S 1 2", "TLS 1.2"),
        (r"Ciphers\rc4128128", "misspelt", r"Ciphers\rc4128128", "RC4 128/128"),
        (r"Ciphers\RC4-128-128", "misspelt", r"Ciphers\RC4-128-128", "RC4 128/128"),
        ("Ciphers\\RC4 128\u2215-128", "misspelt", "Ciphers\\RC4 128\u2215-128", "RC4 128/128"),
        (r"Ciphers\AES 256", "misspelt", r"Ciphers\AES 256", "AES 256/256"),
        (r"Protcols\TLS 1.2\Server", "misspelt", "Protcols", "Protocols"),
        (r"Ciphers\RC4 128\128", "nested", r"Ciphers\RC4 128\128", "RC4 128/128"),
        (r"ciphers\rc4 128\128\deeper", "nested", r"ciphers\rc4 128\128", "RC4 128/128"),
        (r"Protocols\ TLS 1.2\Server", "blanks", r"Protocols\ TLS 1.2", "TLS 1.2"),
        (r"Protocols\TLS   1.2\Server", "blanks", r"Protocols\TLS   1.2", "TLS 1.2"),
        (r"Protocols\TLS 1.2\Protocols", "doubled", r"Protocols\TLS 1.2\Protocols", "Protocols"),
        (r"Protocols\TLS 1.2\tls 1.2\Server", "doubled", r"Protocols\TLS 1.2\tls 1.2", "TLS 1.2"),
        (r"Protocols\TLS 1.2\SCHANNEL", "doubled", r"Protocols\TLS 1.2\SCHANNEL", "SCHANNEL"),
        ("Protocols\\TLS\u20111.2\\Server", "misspelt", "Protocols\\TLS\u20111.2", "TLS 1.2"),
        ("Ciphers\\RC4 128\u2044128", "look_alike", "Ciphers\\RC4 128\u2044128", "RC4 128/128"),
        ("Ciphers\\NULL\u200b", "look_alike", "Ciphers\\NULL\\u200b", "NULL"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one(path: str, kind: str, subject: str, right: str) -> None:
    ((found, where, message),) = said(path)
    assert (found, where) == (kind, subject)
    assert f"'{right}'" in message


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        (r"Protocols\TLS 1.4\Server", r"Protocols\TLS 1.4"),
        (r"Protocols\TLS 2.1\Server", r"Protocols\TLS 2.1"),
        (r"Protocols\QUIC", r"Protocols\QUIC"),
        (r"Protocols\QUIC\Server\Deep", r"Protocols\QUIC"),
        (r"Other", "Other"),
        ("Protocols\\---\\Server", r"Protocols\---"),
        ("Protocols\\\u00e9\u00e9\u00e9", "Protocols\\\u00e9\u00e9\u00e9"),
    ],
)
def test_a_name_that_is_near_to_none_is_only_called_unknown(path: str, subject: str) -> None:
    assert said(path) == [("unknown", subject, f"No setting is known in the key {SCHANNEL}\\{subject}.")]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (r"Protocols\TLS 1.2\Server", VALUE),
        (r"protocols\tls 1.2\server", VALUE),
        ("CipherSuites", VALUE),
        (r"CipherSuites\Deep", VALUE),
        (r"Protocols\QUIC", ""),
        ("", VALUE),
    ],
)
def test_a_right_name_a_key_of_windows_and_an_empty_stranger_are_no_finding(path: str, values: str) -> None:
    assert said(path.rstrip("\\"), values) == []


def test_a_stranger_that_holds_only_keys_is_told_once() -> None:
    for reader in READERS:
        text = "".join(f"[SCHANNEL\\Protocols\\QUIC{end}]\n" for end in ("", "\\Client", "\\Server"))
        found = [one for one in find(read_state(reader(text), load())) if one.id.startswith("keys.")]
        assert [one.subject for one in found] == [SCHANNEL + r"\Protocols\QUIC"]
