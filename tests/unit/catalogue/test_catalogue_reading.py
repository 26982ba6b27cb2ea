# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts are asked for: all that the settings and the identity need, and no more than one round trip bears."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

pytestmark = pytest.mark.proves("catalogue_facts")

CONTROL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet"


def returned(path: str, value: str | None = None) -> bool:
    """Does the request bring this key, and with it this value? Case as the registry: none."""
    for entry in load().reading["keys"]:
        root = entry["path"].upper()
        if path.upper() == root:
            names = [name.upper() for name in entry.get("values", [value or ""])]
            return value is None or value.upper() in names
        if path.upper().startswith(root + "\\"):
            below = path.upper()[len(root) + 1 :].count("\\") + 1
            if below <= entry["depth"]:
                return True
    return False


def test_every_value_of_every_setting_is_asked_for() -> None:
    for setting in load().settings.values():
        for place in setting.places:
            if setting.per_user:
                assert place.key in {entry["path"] for entry in load().reading["user_keys"]}, setting.id
            else:
                assert returned(place.key, place.name), setting.id


@pytest.mark.parametrize(
    "path",
    [
        rf"{CONTROL}\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server\Client",
        rf"{CONTROL}\Control\SecurityProviders\SCHANNEL\Protocols\TLS1.2\Server",
        rf"{CONTROL}\Control\SecurityProviders\SCHANNEL\Ciphers\RC4 128\128",
        r"HKEY_LOCAL_MACHINE\SYSTEM\Select",
        r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\0010002",
    ],
)
def test_keys_that_are_misspelt_nested_or_copied_are_seen(path: str) -> None:
    assert returned(path)


@pytest.mark.parametrize(
    "path",
    [
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\Setup",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\EdgeTransportRole",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\ServerComponentStates\ServerWideOffline",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v14\Setup",
        r"HKEY_LOCAL_MACHINE\Cluster\Nodes\1",
        rf"{CONTROL}\Services\ClusSvc",
        rf"{CONTROL}\Services\HTTP\Parameters\SslBindingInfo\0.0.0.0:443",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\0123456789ABCDEF",
    ],
)
def test_the_identity_of_a_host_is_asked_for(path: str) -> None:
    assert returned(path)


NT = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
EXCHANGE = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15"


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        (NT, "CurrentBuildNumber", True),
        (NT, "UBR", True),
        (NT, "DigitalProductId", False),
        (NT, "ProductId", False),
        (NT, "RegisteredOwner", False),
        (rf"{EXCHANGE}\Setup", "Services", True),
        (rf"{EXCHANGE}\Setup", "MsiBuildMinor", True),
        (rf"{EXCHANGE}\Setup", "DigitalProductID", False),
        (rf"{EXCHANGE}\ServerComponentStates\ServerWideOffline", "Maintenance", True),
        (rf"{CONTROL}\Control\Lsa", "FIPSAlgorithmPolicy", True),
        (rf"{CONTROL}\Control\Lsa", "Security Packages", False),
        (r"HKEY_LOCAL_MACHINE\Cluster\Nodes\1", "NodeDrainStatus", True),
        (rf"{CONTROL}\Control\SecurityProviders\SCHANNEL", "a stray value", True),
        (r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", "a stray value", True),
    ],
)
def test_where_a_few_values_are_needed_only_these_are_asked_for(path: str, value: str, wanted: bool) -> None:
    assert returned(path, value) is wanted


def test_certificates_are_asked_for_by_the_bindings_that_name_them() -> None:
    (store,) = [entry for entry in load().reading["keys"] if entry["path"].endswith(r"\MY\Certificates")]
    assert store["named_by"] == {
        "path": rf"{CONTROL}\Services\HTTP\Parameters\SslBindingInfo",
        "value": "SslCertHash",
    }


def test_the_patch_levels_of_exchange_and_schannel_and_the_records_of_group_policy_are_asked_for() -> None:
    files = load().reading["files"]
    assert {entry.get("relative") for entry in files} == {None, r"Bin\ExSetup.exe"}
    assert [entry["path"] for entry in files if entry["content"]] == [
        r"%ProgramData%\ntuser.pol",
        r"%ProgramData%\Microsoft\Group Policy\History\*\Machine\Preferences\Registry\Registry.xml",
    ]


def test_the_request_has_the_form_that_host_read_accepts() -> None:
    reading = load().reading
    assert set(reading) == {"keys", "user_keys", "files"}
    for entry in reading["keys"]:
        assert {"path", "depth"} <= set(entry) <= {"path", "depth", "values", "named_by"}
        assert re.match(r"HKEY_LOCAL_MACHINE\\[^\\].*[^\\]$", entry["path"])
        assert 0 <= entry["depth"] <= 4
    for entry in reading["user_keys"]:
        assert set(entry) == {"path", "depth"}
        assert not entry["path"].startswith(("HKEY_", "\\"))
    for entry in reading["files"]:
        assert set(entry) in ({"path", "content"}, {"key", "value", "relative", "content"})


def test_no_key_is_asked_for_twice() -> None:
    paths = [entry["path"].upper() for entry in load().reading["keys"]]
    assert len(paths) == len(set(paths))
    schannel = [path for path in paths if path.startswith(rf"{CONTROL}\Control\SecurityProviders\SCHANNEL".upper())]
    assert len(schannel) == 1


def test_the_request_is_small_enough_for_one_command_line_of_winrm() -> None:
    assert len(json.dumps(load().reading)) < 8000


def test_values_that_can_be_larger_than_all_others_are_not_read() -> None:
    assert not returned(rf"{CONTROL}\Control\Session Manager")
    assert not returned(r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections")
