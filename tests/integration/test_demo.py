# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``make demo`` runs: six servers of four generations, from the first audit to the proof and a second pass.

Rules that look at one server pass on their own; that they let a mixed organisation through to the end shows only here.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.proves("whole_estate")


def test_a_mixed_organisation_comes_to_the_last_stage_and_is_proven(tmp_path: pathlib.Path) -> None:
    command = [sys.executable, "-m", "demo", "--out", str(tmp_path / "demo")]
    collections = ROOT / ".cache" / "collections"
    # The programs of this ansible-core, whatever the caller has on PATH.
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{collections}"}
    environment = {**os.environ, **own, "ANSIBLE_COLLECTIONS_PATH": str(collections)}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    (verified,) = (tmp_path / "demo" / "reports").glob("verify-*/report.json")
    report = json.loads(verified.read_text(encoding="utf-8"))
    reached = {row["name"]: (row["verdict"], row["reboot_required"]) for row in report["hosts"]}
    assert reached == dict.fromkeys(("edge1", "ex2013", "ex2016", "ex2016gp", "ex2019", "exse"), ("pass", False))
