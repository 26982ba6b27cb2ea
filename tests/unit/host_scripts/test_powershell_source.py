# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every PowerShell file of the collection as the real parser sees it: fit for Windows PowerShell 5.1, and small."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
import yaml
from tools.powershell import ROOT, Engine

pytestmark = pytest.mark.proves("powershell_5_1")

HERE = pathlib.Path(__file__).parent
FILES = sorted(path for path in (ROOT / "plugins").rglob("*") if path.suffix in {".ps1", ".psm1"})
NAMES = [path.name for path in FILES]
SCRIPTS = sorted((ROOT / "plugins" / "modules").glob("*.ps1"))
#: Goes to a host as the file that it is and stands alone: a signature covers all of it.
REVERT = ROOT / "plugins" / "plugin_utils" / "_change" / "revert" / "host_revert.ps1"
MAX_LINE, MAX_LINES = 160, 400
IMPORT = re.compile(r"^#AnsibleRequires -PowerShell \.\.module_utils\.(\w+)$", re.MULTILINE)
EXPORT = re.compile(r"^Export-ModuleMember -Function ([\w, \n-]+)$", re.MULTILINE)
Facts = dict[str, t.Any]


@pytest.fixture(scope="session")
def allowed() -> Facts:
    table: Facts = yaml.safe_load((HERE / "windows_powershell_5_1.yml").read_text(encoding="ascii"))
    return table


@pytest.fixture(scope="session")
def facts(engine: Engine) -> dict[str, Facts]:
    done = engine.run(HERE / "inspect.ps1", *FILES)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(FILES), done.stderr
    return {pathlib.Path(answer["path"]).name: answer for answer in answers}


@pytest.fixture(scope="session")
def own_functions(facts: dict[str, Facts]) -> set[str]:
    return {name for answer in facts.values() for name in answer["functions"]}


@pytest.fixture(scope="session")
def own_members(facts: dict[str, Facts]) -> set[str]:
    """Members of our hashtables, as far as they stand in a literal."""
    return {key.strip("'") for answer in facts.values() for key in answer["keys"]}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_file_is_plain_ascii_with_unix_lines_that_fit_the_screen(path: pathlib.Path) -> None:
    data = path.read_bytes()
    assert data.isascii()
    assert b"\r" not in data
    assert b"\t" not in data
    assert data.endswith(b"\n")
    lines = data.decode("ascii").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE] == []
    assert [number for number, line in enumerate(lines, 1) if line != line.rstrip()] == []
    assert len(lines) <= MAX_LINES


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_ansible_takes_a_script_for_a_module_that_needs_no_compiler(path: pathlib.Path) -> None:
    text = path.read_text(encoding="ascii")
    assert text.startswith("#!powershell\n")
    assert "\n#Requires -Version 5.1\n" in text
    assert IMPORT.search(text)
    assert "-CSharpUtil" not in text
    assert "Ansible.ModuleUtils" not in text


@pytest.mark.parametrize("name", NAMES)
def test_the_parser_finds_no_error_and_nothing_that_came_after_5_1(facts: dict[str, Facts], name: str) -> None:
    assert facts[name]["errors"] == []
    assert facts[name]["newer"] == []


@pytest.mark.parametrize("name", NAMES)
def test_only_known_commands_are_called_by_their_full_name_with_named_parameters(
    facts: dict[str, Facts], own_functions: set[str], allowed: Facts, name: str
) -> None:
    for command in facts[name]["commands"]:
        where = f"{name}:{command['line']} {command['name']}"
        if command["name"] is None:
            continue  # & $action
        if command["name"] not in own_functions:
            assert command["name"] in allowed["commands"], where
            assert set(command["parameters"]) <= set(allowed["commands"][command["name"]]), where
        assert command["splatted"] or command["values"] <= len(command["parameters"]), f"{where}: positional"


@pytest.mark.parametrize("name", NAMES)
def test_only_types_and_members_of_the_net_framework_are_used(
    facts: dict[str, Facts], own_members: set[str], allowed: Facts, name: str
) -> None:
    assert set(facts[name]["types"]) - set(allowed["types"]) == set()
    for member in facts[name]["members"]:
        where = f"{name}:{member['line']} {member['owner']}::{member['name']}"
        if member["owner"] == "$":
            continue  # a function of Windows
        if member["owner"]:
            assert member["name"] in {"new", *allowed["static"].get(member["owner"], ())}, where
        elif member["method"]:
            assert member["name"] in allowed["methods"], where
        else:
            assert member["name"] in {*allowed["properties"], *own_members}, where


def test_the_list_of_what_may_be_used_has_nothing_to_spare(facts: dict[str, Facts], allowed: Facts) -> None:
    commands = {command["name"] for answer in facts.values() for command in answer["commands"]}
    members = [member for answer in facts.values() for member in answer["members"]]
    assert set(allowed["commands"]) - commands == set()
    assert set(allowed["types"]) - {name for answer in facts.values() for name in answer["types"]} == set()
    assert set(allowed["methods"]) - {member["name"] for member in members if member["method"]} == set()
    used = {(member["owner"], member["name"]) for member in members}
    assert {(owner, name) for owner, names in allowed["static"].items() for name in names} - used == set()


def imports_of(path: pathlib.Path) -> set[str]:
    """Names of the utilities that a file imports, directly or through them."""
    found: set[str] = set()
    waiting = [path]
    while waiting:
        for name in IMPORT.findall(waiting.pop().read_text(encoding="ascii")):
            if name not in found:
                found.add(name)
                waiting.append(ROOT / "plugins" / "module_utils" / f"{name}.psm1")
    return found


def exports_of(path: pathlib.Path) -> set[str]:
    """Names of the functions that a utility exports."""
    return {name.strip() for match in EXPORT.findall(path.read_text(encoding="ascii")) for name in match.split(",")}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_file_imports_what_it_calls_and_nothing_else(facts: dict[str, Facts], path: pathlib.Path) -> None:
    utilities = {utility.stem: exports_of(utility) for utility in FILES if utility.suffix == ".psm1"}
    called = {command["name"] for command in facts[path.name]["commands"]} - set(facts[path.name]["functions"])
    needed = {name for name, exports in utilities.items() if exports & called}
    assert needed == set(IMPORT.findall(path.read_text(encoding="ascii")))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_utility_exports_functions_that_are_called_elsewhere_or_tested(
    facts: dict[str, Facts], path: pathlib.Path
) -> None:
    if path.suffix == ".ps1":
        assert exports_of(path) == set()
        return
    others = {
        name
        for other, answer in facts.items()
        if other != path.name
        for name in (c["name"] for c in answer["commands"])
    }
    unused = exports_of(path) - others
    assert unused <= {"Get-AccessRefusal"}, "decides over descriptors; a test calls it"
    assert exports_of(path) <= set(facts[path.name]["functions"])


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_what_a_host_gets_is_small_enough_to_be_read(script: pathlib.Path) -> None:
    files = [script, *(ROOT / "plugins" / "module_utils" / f"{name}.psm1" for name in imports_of(script))]
    lines = [line for path in files for line in path.read_text(encoding="ascii").splitlines()]
    assert len(lines) <= 1500
    # In base64 on the wire, beside some 40 KB of Ansible's own; win_ping sends 180 KB.
    assert sum(path.stat().st_size for path in files) * 4 / 3 <= 90_000


def test_the_script_that_takes_a_change_back_stands_alone_and_can_be_read(facts: dict[str, Facts]) -> None:
    text = REVERT.read_text(encoding="ascii")
    assert "#AnsibleRequires" not in text
    assert "\n#Requires -Version 5.1\n" in text
    assert len(text.splitlines()) <= MAX_LINES
    called = {command["name"] for command in facts[REVERT.name]["commands"]}
    assert not called & {name for path in FILES if path.suffix == ".psm1" for name in exports_of(path)} - set(
        facts[REVERT.name]["functions"]
    )


def documented(options: Facts) -> Facts:
    """Options of a document in the words of a script's table."""
    table: Facts = {}
    for name, option in options.items():
        row = {key: option[key] for key in ("type", "elements", "default", "required") if key in option}
        if "suboptions" in option:
            row["options"] = documented(option["suboptions"])
        table[name] = row
    return table


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_options_are_documented_with_the_names_types_and_defaults_that_the_script_checks(
    facts: dict[str, Facts], script: pathlib.Path
) -> None:
    document = yaml.safe_load(script.with_suffix(".yml").read_text(encoding="utf-8"))
    assert set(document) == {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    assert document["DOCUMENTATION"]["module"] == script.stem
    assert documented(document["DOCUMENTATION"]["options"]) == facts[script.name]["option"]
