# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An execution environment: its build context, what gets installed from it, and that nothing is missing there.

The stages of the image are gone through without a container: ``ansible-builder create`` makes the context, the
collections are installed from it by the file that it holds, and its own script collects the Python packages.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible.plugins.connection import psrp, winrm
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tools import artefact
from tools.ansible_run import ansible
from tools.project_files import ROOT

pytestmark = pytest.mark.proves("artefact")

#: What a user writes, with the artefact in place of a name on Galaxy.
DEFINITION: dict[str, t.Any] = {
    "version": 3,
    "dependencies": {
        "ansible_core": {"package_pip": "ansible-core>=2.16"},
        "ansible_runner": {"package_pip": "ansible-runner"},
        "galaxy": {"collections": [{"name": "artefacts/{name}", "type": "file"}]},
    },
    "additional_build_files": [{"src": "{path}", "dest": "artefacts"}],
}


@dataclasses.dataclass(frozen=True)
class Environment:
    """What the stages leave behind. ``python``: the packages that the image gets for its collections."""

    context: pathlib.Path
    collection: pathlib.Path
    python: dict[str, Requirement]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("environment")
    archive = artefact.build(folder)
    definition = json.dumps(DEFINITION).replace("{name}", archive.name).replace("{path}", str(archive))
    (folder / "execution-environment.yml").write_text(definition, encoding="utf-8")
    context = folder / "context"
    _run(folder, "-m", "ansible_builder", "create", "--output-filename", "Containerfile", "--context", context)
    # What the Containerfile does with it, line by line: collections, then the packages that they ask for.
    stage = context / "_build"
    words = ("collection", "install", "--offline", "--no-deps", "-r", "requirements.yml", "-p", folder / "image")
    installed = ansible("ansible-galaxy", *words, cwd=stage, collections=folder / "image")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    listed = folder / "packages.txt"
    _run(stage, "scripts/introspect.py", "introspect", folder / "image", "--write-pip", listed)
    python = [Requirement(line.partition("#")[0]) for line in listed.read_text(encoding="utf-8").splitlines()]
    collection = folder / "image" / "ansible_collections" / "msexchange" / "tls"
    return Environment(context, collection, {canonicalize_name(one.name): one for one in python})


def _run(folder: pathlib.Path, *words: str | pathlib.Path) -> None:
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_context_holds_the_collection_and_the_order_to_install_it(environment: Environment) -> None:
    stage = environment.context / "_build"
    wanted = yaml.safe_load((stage / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert [(stage / one["name"]).is_file() for one in wanted] == [True]
    orders = (environment.context / "Containerfile").read_text(encoding="utf-8")
    assert "ansible-galaxy collection install" in orders
    assert "introspect.py introspect" in orders


def test_what_is_installed_from_the_context_is_the_artefact_as_released(environment: Environment) -> None:
    manifest = json.loads((environment.collection / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert (manifest["namespace"], manifest["name"], manifest["version"]) == ("msexchange", "tls", galaxy["version"])
    for name in ("plugins/modules/host_read.ps1", "roles/harden/tasks/main.yml", "playbooks/audit.yml"):
        assert (environment.collection / name).is_file()


def test_ansible_windows_comes_along_because_the_collection_asks_for_it(environment: Environment) -> None:
    """``ansible-galaxy`` reads this in the image; ansible.windows brings Kerberos and CredSSP for both connections."""
    manifest = json.loads((environment.collection / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]
    used = {name for name in _used_collections() if name != "msexchange.tls"}
    assert used == {"ansible.windows"}
    assert set(manifest["dependencies"]) == used


def _used_collections() -> set[str]:
    """First two words of every module or plugin that roles and playbooks call, those of ansible-core apart."""
    files = [path for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.yml")]
    found: set[str] = set()
    for path in files:
        found.update(
            re.findall(r"^\s*(?:- )?([a-z_]+\.[a-z_]+)\.[a-z_]+:", path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    return found - {"ansible.builtin", "ansible.legacy"}


def test_every_package_that_our_code_imports_is_there(environment: Environment) -> None:
    core = {canonicalize_name(Requirement(line).name) for line in importlib.metadata.requires("ansible-core") or ()}
    needed = _imported_packages()
    assert {"cryptography", "jinja2", "pyyaml"} <= needed
    assert needed - core - environment.python.keys() == set()
    # Through ansible-core alone by accident: what we import ourselves beyond its own two languages is asked for.
    assert needed - {"jinja2", "pyyaml"} <= environment.python.keys()


def _imported_packages() -> set[str]:
    """Distributions behind all imports under plugins/, those inside functions too."""
    ours = {"ansible", "ansible_collections"}
    modules: set[str] = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules.add(node.module.partition(".")[0])
    behind = importlib.metadata.packages_distributions()
    foreign = modules - sys.stdlib_module_names - ours
    return {canonicalize_name(behind[name][0]) for name in foreign}


@pytest.mark.parametrize("plugin", [winrm, psrp], ids=["winrm", "psrp"])
def test_every_package_behind_a_connection_is_there_and_new_enough(environment: Environment, plugin: t.Any) -> None:
    (asked,) = yaml.safe_load(plugin.DOCUMENTATION)["requirements"]
    library = Requirement(asked.partition("(")[0])
    ours = environment.python[canonicalize_name(library.name)]
    lowest = [one.version for one in ours.specifier if one.operator == ">="]
    assert len(lowest) == 1
    assert library.specifier.contains(lowest[0])


def test_no_package_is_capped_and_none_is_ansible_itself(environment: Environment) -> None:
    """What certification asks of a collection: a cap would keep it from standing beside others in one image."""
    assert {one.operator for package in environment.python.values() for one in package.specifier} == {">="}
    assert environment.python.keys().isdisjoint({"ansible", "ansible-core"})


def test_the_tests_ran_with_versions_that_are_allowed_there(environment: Environment) -> None:
    for name, package in environment.python.items():
        assert package.specifier.contains(importlib.metadata.version(name)), name
