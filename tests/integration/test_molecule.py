# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The molecule scenarios are green, and none of them is on nobody."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
import yaml
from integration.controller import ROOT, environment
from tools.molecule_run import scenarios

pytestmark = [pytest.mark.proves("scenarios"), pytest.mark.lab_only, pytest.mark.molecule]

PYTHON = ROOT / ".cache" / "molecule-venv" / "bin" / "python"
SCENARIOS = ROOT / "extensions" / "molecule"


@pytest.mark.parametrize("name", scenarios())
def test_a_scenario_is_green(name: str) -> None:
    if not PYTHON.exists():
        pytest.skip("molecule is not set up; make molecule does it")
    command = [PYTHON, ROOT / "tests" / "tools" / "molecule_run.py", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("playbook", ["converge", "verify"])
@pytest.mark.parametrize("name", scenarios())
def test_a_scenario_on_an_empty_inventory_fails_and_says_why(name: str, playbook: str, tmp_path: pathlib.Path) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all: {children: {exchange: {}}}\n", encoding="utf-8")
    scenario = SCENARIOS / name
    wanted = len(yaml.safe_load((scenario / "estate.yml").read_text(encoding="utf-8"))["hosts"])

    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), str(scenario / f"{playbook}.yml")],
        cwd=tmp_path,
        env=environment(MOLECULE_SCENARIO_DIRECTORY=str(scenario)),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )

    assert done.returncode == 2, done.stdout + done.stderr
    assert f"0 of {wanted} servers of the scenario are in the group exchange" in done.stdout
