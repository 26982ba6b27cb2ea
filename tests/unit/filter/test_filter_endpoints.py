# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters around endpoint_info: the endpoints of many servers as one list, and the answers of one out of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.tls.plugins.filter.endpoints import endpoints
from ansible_collections.msexchange.tls.plugins.filter.observed import FilterModule

pytestmark = pytest.mark.proves("audit")

observed = FilterModule().filters()["observed"]

DEFAULT = [{"service": "https", "port": 443, "transport": "tls"}, {"service": "smtp", "port": 25, "transport": "smtp"}]
NAMES = st.lists(st.text(min_size=1), unique=True, max_size=5)
OWN = st.lists(st.fixed_dictionaries({"service": st.text(), "port": st.integers(1, 65535)}), max_size=3)


def test_a_server_without_endpoints_of_its_own_has_the_default_ones_at_its_address() -> None:
    found = endpoints(["ex1"], {"ex1": {"ansible_host": "192.0.2.1"}}, DEFAULT)
    assert found == [{**one, "host": "192.0.2.1", "name": "ex1"} for one in DEFAULT]


def test_without_an_address_the_name_of_the_server_is_connected_to() -> None:
    assert [one["host"] for one in endpoints(["ex1"], {"ex1": {}}, DEFAULT)] == ["ex1", "ex1"]


def test_the_endpoints_of_a_server_win_and_may_be_somewhere_else() -> None:
    own = {"msexchange_tls_endpoints": [{"service": "https", "host": "mail.example.com", "port": 8443}]}
    (found,) = endpoints(["ex1"], {"ex1": {**own, "ansible_host": "192.0.2.1"}}, DEFAULT)
    assert found == {"service": "https", "host": "mail.example.com", "port": 8443, "name": "ex1"}


def test_a_server_with_an_empty_list_is_not_connected_to() -> None:
    assert endpoints(["ex1"], {"ex1": {"msexchange_tls_endpoints": []}}, DEFAULT) == []


def test_an_endpoint_cannot_pass_for_one_of_another_server() -> None:
    own = {"msexchange_tls_endpoints": [{"service": "https", "name": "ex2"}]}
    assert endpoints(["ex1"], {"ex1": own}, DEFAULT)[0]["name"] == "ex1"


def test_only_the_named_servers_are_in_the_list() -> None:
    hostvars = {name: {"ansible_host": name} for name in ("ex1", "ex2", "ex3")}
    assert {one["name"] for one in endpoints(["ex3", "ex1"], hostvars, DEFAULT)} == {"ex1", "ex3"}


@pytest.mark.parametrize("wrong", ["443", {"service": "https"}, ["https"], [443], None, [None]])
def test_endpoints_of_another_form_are_refused_with_the_name_of_the_server(wrong: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^ex1: msexchange_tls_endpoints must be a list of dictionaries"):
        endpoints(["ex1"], {"ex1": {"msexchange_tls_endpoints": wrong}}, DEFAULT)


@pytest.mark.parametrize("nothing", [None, {}, {"skipped": True}, {"unreachable": True, "msg": "gone"}, "text", []])
def test_without_a_probe_nothing_was_observed(nothing: t.Any) -> None:
    assert observed(nothing, "ex1") == []


@given(NAMES, st.data())
def test_every_server_gets_back_the_answers_to_its_own_endpoints_and_no_other(
    names: list[str], data: st.DataObject
) -> None:
    own = {name: data.draw(OWN) for name in names}
    hostvars = {name: {"msexchange_tls_endpoints": wanted} for name, wanted in own.items()}
    asked = endpoints(names, hostvars, DEFAULT)
    result = {"endpoints": [{**one, "status": "answered"} for one in asked]}
    for name in names:
        answers = observed(result, name)
        assert [{"service": one["service"], "port": one["port"]} for one in answers] == own[name]
    assert sum(len(observed(result, name)) for name in names) == len(asked)


def test_what_is_known_of_a_server_goes_along_with_its_endpoints() -> None:
    reading = {"host": {"exchange": {"version": "ex2019", "build": "15.2.1748.10"}}}
    own = {
        "msexchange_tls_vip": "mail.example",
        "msexchange_tls_names": ["a.example"],
        "msexchange_tls_before": reading,
    }
    (found,) = endpoints(["ex1"], {"ex1": own}, DEFAULT[:1])
    assert (found["group"], found["names"], found["exchange"]) == ("mail.example", ["a.example"], "15.2.1748.10")


def test_an_endpoint_may_belong_to_another_vip_than_its_server() -> None:
    own = {
        "msexchange_tls_vip": "mail.example",
        "msexchange_tls_endpoints": [{"service": "https", "group": "eas.example"}],
    }
    assert endpoints(["ex1"], {"ex1": own}, DEFAULT)[0]["group"] == "eas.example"


@pytest.mark.parametrize("reading", [{"failed": True}, {"host": None}, {"host": {"exchange": {}}}, "lost", None])
def test_a_reading_that_says_nothing_adds_nothing(reading: t.Any) -> None:
    (found,) = endpoints(["ex1"], {"ex1": {"msexchange_tls_state": reading}}, DEFAULT[:1])
    assert "exchange" not in found


def test_a_server_without_exchange_is_known_as_one() -> None:
    reading = {"host": {"exchange": {"version": "none", "build": None}}}
    assert endpoints(["w1"], {"w1": {"msexchange_tls_state": reading}}, DEFAULT[:1])[0]["exchange"] == "none"
