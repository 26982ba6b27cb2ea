# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artefact: what is in it, that it installs, and that what it holds is found by its full name."""

from __future__ import annotations

import pathlib
import tarfile
import typing as t

import pytest
import yaml
from tools.ansible_run import ansible
from tools.artefact import build
from tools.project_files import ROOT

pytestmark = pytest.mark.proves("artefact")

#: What users, execution environments and a hub that checks the artefact need. Anything else in it is a mistake.
WANTED = (
    "CHANGELOG.rst",
    "CODE_OF_CONDUCT.md",
    "COPYING",
    "FILES.json",
    "LICENSES/",
    "MANIFEST.json",
    "README.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "docs/",
    "meta/",
    "playbooks/",
    "plugins/",
    "requirements.txt",
    "roles/",
    "tests/config.yml",
)
#: Fine where it is there: a hub that runs ansible-test reads it.
WELCOME = ("tests/sanity/",)
PLAYBOOKS = ("audit", "harden", "proof", "verify")


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The artefact, built from a copy of the project as it is in the working tree."""
    return build(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def names(artefact: pathlib.Path) -> list[str]:
    """What is in the artefact, files only."""
    with tarfile.open(artefact) as archive:
        return [member.name for member in archive.getmembers() if member.isfile()]


@pytest.fixture(scope="module")
def installed(artefact: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the installed artefact, and beside it ansible.windows and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    words = ("collection", "install", "--offline", "--no-deps", "-p", folder, artefact)
    done = ansible("ansible-galaxy", *words, cwd=folder, collections=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "ansible_collections" / "ansible").symlink_to(ROOT / ".cache/collections/ansible_collections/ansible")
    return folder


def test_the_artefact_holds_only_what_users_need(names: list[str]) -> None:
    assert [name for name in names if not name.startswith((*WANTED, *WELCOME))] == []


@pytest.mark.parametrize("wanted", WANTED)
def test_the_artefact_holds_all_that_users_need(names: list[str], wanted: str) -> None:
    assert any(name.startswith(wanted) for name in names)


def test_the_artefact_holds_every_data_file_of_the_core(names: list[str]) -> None:
    data = [path.relative_to(ROOT).as_posix() for path in (ROOT / "plugins").rglob("*.yml")]
    assert data
    assert set(data) - set(names) == set()


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_an_installed_playbook_is_found_by_its_full_name(installed: pathlib.Path, playbook: str) -> None:
    inventory = installed / "inventory.ini"
    inventory.write_text("[exchange]\nmail1 ansible_host=192.0.2.1\n", encoding="utf-8")
    words = (f"msexchange.tls.{playbook}", "--syntax-check", "-i", str(inventory))
    checked = ansible("ansible-playbook", *words, cwd=installed, collections=installed)
    assert checked.returncode == 0, checked.stderr
    assert str(installed / "ansible_collections/msexchange/tls/playbooks" / playbook) in checked.stdout


def test_every_dependency_names_a_lower_and_an_upper_bound() -> None:
    galaxy: dict[str, t.Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert all(">=" in bounds and "<" in bounds for bounds in galaxy["dependencies"].values())
