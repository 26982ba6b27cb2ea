# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks that would touch nobody: a misspelt group must not look like a proof."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from integration.controller import environment

pytestmark = pytest.mark.proves("unknown_is_no_pass")

INVENTORY = "all: {children: {exchnage: {hosts: {ex01.example.com: {}}}}}\n"


@pytest.mark.parametrize("name", ["audit", "harden", "verify"])
def test_a_playbook_that_finds_no_server_fails_and_names_the_group(name: str, tmp_path: pathlib.Path) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(INVENTORY, encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), f"msexchange.tls.{name}"]

    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )

    assert done.returncode == 2
    assert "The inventory has no server in exchange." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["audit", "harden", "verify", "plan"])
def test_a_variable_that_is_not_understood_is_said_in_one_message_before_anything_is_done(
    name: str, tmp_path: pathlib.Path
) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(INVENTORY.replace("exchnage", "exchange"), encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), f"msexchange.tls.{name}"]
    words = ["-e", "msexchange_tls_stage=suits", "-e", f"msexchange_tls_plan_file={tmp_path}/plan.json"]

    done = subprocess.run(
        [*command, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )

    assert done.returncode == 2
    assert "Nothing was done, a variable is not understood: value of msexchange_tls_stage must be one of" in done.stdout
    assert "got: suits." in done.stdout
    assert "argument_spec_data" not in done.stdout + done.stderr
    assert len(done.stdout) < 2000
    assert "Connect to the endpoints" not in done.stdout
