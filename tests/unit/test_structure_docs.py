# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every plugin has its parts and its documentation, and Ansible finds them."""

from __future__ import annotations

import functools
import json
import pathlib
import tempfile
import typing as t

import pytest
import yaml
from tools.ansible_run import ansible
from tools.project_files import ROOT, project_files

pytestmark = pytest.mark.proves("documents")

COLLECTIONS = ROOT / ".cache/collections"
FILES = [name.as_posix() for name in project_files()]


def stems(folder: str, *endings: str) -> list[str]:
    """Names of the plugins in a folder below plugins/."""
    paths = [pathlib.PurePosixPath(name) for name in FILES if name.startswith(f"plugins/{folder}/")]
    return sorted({path.stem for path in paths if path.suffix in endings and len(path.parts) == 3})


MODULES = stems("modules", ".py", ".ps1", ".yml")
FILTERS = stems("filter", ".py")
ROLES = sorted({name.split("/")[1] for name in FILES if name.startswith("roles/")})
#: What a person may call; the two host scripts are for the actions.
HOST_SCRIPTS = {"host_read", "host_write"}


@functools.cache
def documented(kind: str, names: tuple[str, ...]) -> dict[str, t.Any]:
    """What ansible-doc says about plugins of one kind, asked once, by name."""
    full = [f"msexchange.tls.{name}" for name in names]
    with tempfile.TemporaryDirectory() as folder:
        words = ("-t", kind, "--json", *full)
        shown = ansible("ansible-doc", *words, cwd=pathlib.Path(folder), collections=COLLECTIONS)
    assert (shown.returncode, shown.stderr) == (0, "")
    return {name.rpartition(".")[2]: told for name, told in json.loads(shown.stdout).items()}


@pytest.mark.parametrize("module", MODULES)
def test_ansible_doc_shows_every_module(module: str) -> None:
    shown = documented("module", tuple(MODULES))[module]
    assert shown["doc"]["module"] == module
    assert shown["doc"]["short_description"]
    assert shown["return"]
    assert shown["examples"] or module in HOST_SCRIPTS


@pytest.mark.parametrize("name", FILTERS)
def test_ansible_doc_shows_every_filter(name: str) -> None:
    shown = documented("filter", tuple(FILTERS))[name]
    assert shown["doc"]["short_description"]
    assert shown["examples"]
    assert shown["return"]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_file_that_runs_or_a_stub_and_a_document(module: str) -> None:
    assert any(f"plugins/modules/{module}{ending}" in FILES for ending in (".py", ".ps1"))
    beside = f"plugins/modules/{module}.yml" in FILES
    assert beside or "DOCUMENTATION" in (ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("action", stems("action", ".py"))
def test_every_action_has_a_module_that_documents_it(action: str) -> None:
    assert action in MODULES


def test_every_module_for_people_stands_in_the_action_group_or_needs_no_server() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert set(runtime["action_groups"]["tls"]) - set(MODULES) == set()
    assert set(MODULES) - HOST_SCRIPTS - set(runtime["action_groups"]["tls"]) == {"plan_file", "report"}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_describes_its_variables(role: str, tmp_path: pathlib.Path) -> None:
    words = ("-t", "role", "--json", f"msexchange.tls.{role}")
    shown = ansible("ansible-doc", *words, cwd=tmp_path, collections=COLLECTIONS)
    assert shown.returncode == 0, shown.stderr
    options = json.loads(shown.stdout)[f"msexchange.tls.{role}"]["entry_points"]["main"]["options"]
    assert options
    assert all(name.startswith("msexchange_tls_") for name in options)


def test_every_default_of_a_role_is_described() -> None:
    for path in sorted((ROOT / "roles").glob("*/defaults/main.yml")):
        defaults = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        specs = yaml.safe_load((path.parents[1] / "meta/argument_specs.yml").read_text(encoding="utf-8"))
        assert set(defaults) - set(specs["argument_specs"]["main"]["options"]) == set(), path.parent.parent.name
