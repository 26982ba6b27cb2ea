# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the emulated host_read and host_write in which the comparison of the engines once found a difference."""

from __future__ import annotations

import json
import typing as t

import pytest
from lab import LabHost
from lab.engine_emulated import host_read, host_write
from lab.engine_emulated.arguments import ArgumentError

from .conftest import MakeHost

pytestmark = pytest.mark.proves("emulation_equal")

T = "HKEY_LOCAL_MACHINE\\SOFTWARE\\T"
Json = dict[str, t.Any]


@pytest.fixture
def host(make_host: MakeHost) -> LabHost:
    return make_host(registry={T: {}})


def read(host: LabHost, **args: t.Any) -> Json:
    return host_read.run(host, {"contract": 1, **args})


def write(host: LabHost, *operations: Json, **args: t.Any) -> Json:
    return host_write.run(host, {"contract": 1, "change": "change-1", "operations": list(operations), **args})


def setting(path: str = T, name: str = "new") -> Json:
    return {"op": "set", "path": path, "name": name, "kind": 4, "data": 1, "expect": {"exists": False}}


def test_a_value_that_names_keys_is_found_as_dotnet_compares_names(host: LabHost) -> None:
    host.registry.create(f"{T}\\store\\AB")
    host.registry.create(f"{T}\\source\\one")
    host.registry.set_value(f"{T}\\source\\one", "\u03a3", 3, b"\xab")
    wanted = {"path": f"{T}\\store", "depth": 1, "named_by": {"path": f"{T}\\source", "value": "\u03c2"}}
    assert [key["path"] for key in read(host, keys=[wanted])["keys"][0]["keys"]] == [f"{T}\\store\\AB"]


def test_names_that_dotnet_takes_for_one_are_one_target(host: LabHost) -> None:
    with pytest.raises(ArgumentError, match="target of another"):
        write(host, setting(T, "\u01c4"), setting(T, "\u01c5"))


def test_names_in_meta_differ_in_more_than_case(host: LabHost) -> None:
    with pytest.raises(ArgumentError, match="Ticket differs from another one in case only"):
        write(host, setting(), meta={"ticket": "1", "Ticket": "2"})


@pytest.mark.parametrize(("asked", "is_check"), [(None, False), (False, False), (True, True), ("no", True), (0, True)])
def test_only_what_is_clearly_no_is_no_check_mode(host: LabHost, asked: object, is_check: bool) -> None:
    assert write(host, setting(), _ansible_check_mode=asked)["changed"]
    assert (host.registry.value(T, "new") is None) is is_check


def test_a_path_below_the_users_is_looked_at_for_each_of_them(host: LabHost) -> None:
    (user,) = host.registry.subkey_names("HKEY_USERS")
    with pytest.raises(ArgumentError) as refused:
        read(host, user_keys=[{"path": ""}])
    assert str(refused.value) == f"This is no path of a registry key: HKEY_USERS\\{user}\\"
    host.registry.delete_tree(f"HKEY_USERS\\{user}")
    assert read(host, user_keys=[{"path": ""}])["keys"] == []


def test_the_journal_names_created_keys_as_the_request_spells_them(host: LabHost) -> None:
    path = T.replace("HKEY_LOCAL_MACHINE", "hkey_local_machine") + "\\New"
    assert write(host, setting(path))["status"] == "written"
    content = json.loads(host.journal_files()["change-1.json"])
    assert content["operations"][0]["created_keys"] == [path]
