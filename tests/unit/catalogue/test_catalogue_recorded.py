# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue against what others recorded on Windows (test data of CSS-Exchange)."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ET

import pytest

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import bare_suite, load

RECORDED = pathlib.Path(__file__).resolve().parents[4] / "shared" / "data" / "css-exchange"
NAMESPACE = "{http://schemas.microsoft.com/powershell/2004/04}"

pytestmark = [
    pytest.mark.proves("recorded_windows"),
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings of CSS-Exchange are not beside the checkout"),
]


def strings(file: str, name: str | None = None) -> list[str]:
    """Texts of the <S> elements of a recording, those with an attribute N only when a name is given."""
    tree = ET.parse(RECORDED / file)
    return [node.text or "" for node in tree.iter(f"{NAMESPACE}S") if node.get("N") == name]


def test_the_local_list_of_a_real_2012_r2_server_is_our_default_list() -> None:
    assert tuple(strings("TlsCipherLocalPath.xml")) == load().suite_lists["ws2012r2"].default


def test_the_group_policy_list_of_a_real_server_is_one_text_of_names_that_windows_knows() -> None:
    (text,) = strings("TlsCipherGPOPath.xml")
    assert set(text.split(",")) <= load().suite_lists["ws2012r2"].known


@pytest.mark.parametrize("file", ["GetTlsCipherSuite.xml", "GetAllTlsSettings.xml"])
def test_suites_of_real_servers_are_known_to_server_2016_and_2019(file: str) -> None:
    names = [name for name in strings(file, "Name") if name.startswith("TLS_")]
    assert names
    for system in ("ws2016", "ws2019"):
        assert {bare_suite(name)[0] for name in names} <= load().suite_lists[system].known


def test_numbers_and_key_lengths_of_a_real_server_are_ours() -> None:
    tree = ET.parse(RECORDED / "GetTlsCipherSuite.xml")
    seen = 0
    for props in tree.iter(f"{NAMESPACE}Props"):
        fields = {node.get("N"): node.text or "" for node in props}
        suite = load().suites[str(fields["Name"])]
        assert suite.number == int(str(fields["CipherSuite"]))
        assert suite.bits == int(str(fields["CipherLength"]))
        assert suite.authentication == str(fields["Certificate"]).lower()
        seen += 1
    assert seen == 8
