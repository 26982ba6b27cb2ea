# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The structure that design and contributors rely on: who imports whom, what is pure, what every file carries."""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest
import yaml
from tools.project_files import ROOT, project_files
from tools.structure.imports import Violation, check_imports, room_of
from tools.structure.purity import check_purity
from tools.structure.rooms import ROOMS
from tools.structure.text import MAX_LINES, check_header, check_length, check_no_assert, check_words

pytestmark = pytest.mark.proves("structure")

#: Cannot carry a comment, or are the licence itself, or are written by a tool.
WITHOUT_HEADER = {"COPYING", "CHANGELOG.rst", "changelogs/changelog.yaml", "LICENSES/GPL-3.0-or-later.txt"}
WITHOUT_COMMENTS = (".json", ".reg", ".bin", ".psd1", ".png", ".svg", ".pem", ".der")

FILES = [name.as_posix() for name in project_files()]
PLUGINS = [name for name in FILES if name.startswith("plugins/")]
PYTHON = [name for name in PLUGINS if name.endswith(".py")]

Check = t.Callable[[str, str], list[Violation]]


def text_of(name: str) -> str:
    """Text of a project file; bytes that are no UTF-8 are kept apart, not lost."""
    return (ROOT / name).read_text(encoding="utf-8", errors="surrogateescape")


def broken(check: Check, names: t.Iterable[str]) -> str:
    """All violations of a check, one a line; empty is what a test wants."""
    return "\n".join(str(one) for name in names for one in sorted(check(name, text_of(name))))


def test_plugins_are_there_to_be_checked() -> None:
    assert len(PYTHON) > 20


def test_every_room_imports_only_the_rooms_before_it() -> None:
    assert broken(check_imports, PYTHON) == ""


def test_the_table_of_rooms_has_no_circles() -> None:
    seen: set[str] = set()
    while left := {name for name in ROOMS if name not in seen}:
        ready = {name for name in left if ROOMS[name].rooms - {name} <= seen}
        assert ready, f"these lean on each other: {sorted(left)}"
        seen |= ready


def test_the_table_names_only_rooms_and_edges_that_exist() -> None:
    present = {room_of(pathlib.PurePosixPath(name).parts[1:]) for name in PYTHON}
    assert set(ROOMS) - present == set()
    files = {(room_of(pathlib.PurePosixPath(name).parts[1:]), pathlib.PurePosixPath(name).name) for name in PYTHON}
    assert {(room, edge) for room, row in ROOMS.items() for edge in row.edges} - files == set()


def test_the_core_opens_nothing_and_knows_no_clock() -> None:
    assert broken(check_purity, PYTHON) == ""


def test_no_plugin_file_is_longer_than_it_may_be() -> None:
    assert broken(check_length, PLUGINS) == ""


def test_no_plugin_relies_on_assert() -> None:
    assert broken(check_no_assert, PYTHON) == ""


def test_every_file_carries_the_licence() -> None:
    silent = WITHOUT_HEADER | {name for name in FILES if name.endswith(WITHOUT_COMMENTS) or not text_of(name).strip()}
    # What the product itself writes is compared byte for byte.
    silent |= {name for name in FILES if "/golden/" in name}
    assert broken(check_header, [name for name in FILES if name not in silent]) == ""


def test_no_file_names_a_machine_or_leaves_something_for_later() -> None:
    assert broken(check_words, [name for name in FILES if not name.startswith("LICENSES/")]) == ""


def test_the_version_stands_in_one_number() -> None:
    galaxy = yaml.safe_load(text_of("galaxy.yml"))
    tree = ast.parse(text_of("plugins/plugin_utils/_version.py"))
    (version,) = (ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
    assert version == galaxy["version"]


def test_the_licence_text_is_the_same_in_both_places() -> None:
    assert (ROOT / "COPYING").read_bytes() == (ROOT / "LICENSES/GPL-3.0-or-later.txt").read_bytes()


HOST = "plugins/plugin_utils/_host/example.py"
WIRE = "plugins/module_utils/_wire/_example.py"
OURS = "from ansible_collections.msexchange.tls.plugins"


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        (HOST, "import ansible", "_host must not import ansible"),
        (HOST, "def f():\n    from ansible.errors import AnsibleError", "_host must not import ansible"),
        (HOST, f"{OURS}.plugin_utils._state import State", "_host must not import _state"),
        (HOST, f"{OURS}.plugin_utils import _state", "_host must not import _state"),
        (HOST, "from .._plan import Plan", "_host must not import _plan"),
        (HOST, "from .. import _plan", "_host must not import _plan"),
        (HOST, "from ..._broken import x", "_host must not import _broken"),
        (HOST, f"import {OURS[5:]}.plugin_utils._plan.model", "_host must not import _plan"),
        (HOST, f"{OURS}.plugin_utils._catalogue.names import x", "_host reaches into _catalogue"),
        (HOST, "import requests", "_host must not import requests"),
        (HOST, "import ansible_collections.ansible.windows", "may not have beside it"),
        (WIRE, "from ...plugin_utils._catalogue import suites", "_wire must not import _catalogue"),
        (WIRE, "import yaml", "_wire must not import yaml"),
        ("plugins/modules/example.py", f"{OURS}.plugin_utils._host import x", "modules must not import _host"),
        ("plugins/plugin_utils/_newroom/x.py", "", "room _newroom is not in"),
    ],
)
def test_an_import_against_the_direction_is_found(name: str, source: str, message: str) -> None:
    found = check_imports(name, source)
    assert len(found) == 1
    assert message in found[0].message


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (HOST, "from .names import x\nfrom . import names\nimport dataclasses"),
        (HOST, f"{OURS}.plugin_utils._catalogue import Catalogue"),
        ("plugins/action/example.py", f"from ansible.errors import AnsibleError\n{OURS}.plugin_utils._report import x"),
        (
            "plugins/plugin_utils/_broker.py",
            "from ansible.plugins.action import ActionBase\nfrom ._words import one_line",
        ),
        (WIRE, "from ._codes import Version\nimport struct"),
    ],
)
def test_an_import_along_the_direction_is_fine(name: str, source: str) -> None:
    assert check_imports(name, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "import socket",
        "import time",
        "import os",
        "from pathlib import Path",
        "def f():\n    import subprocess",
        "from importlib import resources",
        "import datetime\nx = datetime.datetime.now(datetime.timezone.utc)",
        "import datetime\nx = datetime.date.today()",
        "def f(path):\n    return path.read_text()",
        "print(1)",
        "import random",
    ],
)
def test_a_way_to_the_outside_world_is_found_in_the_core_only(source: str) -> None:
    assert len(check_purity(HOST, source)) == 1
    assert check_purity("plugins/action/example.py", source) == []
    assert check_purity("plugins/plugin_utils/_catalogue/table.py", source) == []


def test_computing_with_dates_and_paths_is_pure() -> None:
    source = "import datetime\nfrom pathlib import PureWindowsPath\nx = datetime.date(2026, 1, 1)"
    assert check_purity(HOST, source) == []


@pytest.mark.parametrize(
    "line",
    [
        "see /ro" + "ot/x",
        "cd /wo" + "rk/main",
        "# TO" + "DO: later",
        "# FIX" + "ME",
        "made by a sub" + "agent",
        "/home/" + "me/x",
    ],
)
def test_a_word_without_a_place_is_found(line: str) -> None:
    assert [one.line for one in check_words("x.md", f"fine\n{line}\n")] == [2]


def test_words_that_only_look_like_them_are_fine() -> None:
    assert check_words("x.md", "the root, a workbook, example.com/ro" + "ot/x, {{ here }}/wo" + "rk/") == []


def test_a_missing_licence_line_is_found() -> None:
    text = text_of("galaxy.yml")
    assert check_header("x", text) == []
    assert len(check_header("x", text.replace("SPDX-License", "License"))) == 1
    assert len(check_header("x", "\n" * 20 + text)) == 3


def test_a_file_that_is_too_long_is_found() -> None:
    assert check_length("x", "a\n" * MAX_LINES) == []
    assert len(check_length("x", "a\n" * (MAX_LINES + 1))) == 1


def test_an_assert_is_found() -> None:
    assert len(check_no_assert("x", "def f(x):\n    assert x")) == 1
