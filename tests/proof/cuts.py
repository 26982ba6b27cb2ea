# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make cuts``: on the real engine the connection is cut at every request of plan, apply, confirm and rollback.

The same tests that ``make test`` runs with one request of each kind. Leaves a record.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET  # what is read was written by pytest just now

import ansible.release

from .record import write_record

ROOT = pathlib.Path(__file__).parents[2]
TESTS = ("tests/integration/test_cut_requests_real.py", "tests/integration/test_cut_confirm_real.py")


def main() -> int:
    """0 when all of them pass."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.xml"
        # xunit1: the only form with properties of a test
        words = [sys.executable, "-m", "pytest", "-q", "-o", "junit_family=xunit1", f"--junit-xml={report}", *TESTS]
        status = subprocess.run(words, cwd=ROOT, env={**os.environ, "MSEXCHANGE_TLS_EVERY_CUT": "1"}, check=False)
        if status.returncode:
            return status.returncode
        suite = ET.parse(report).getroot()
    cases = list(suite.iter("testcase"))
    left_out = [case.get("name") for case in cases if case.find("skipped") is not None]
    if left_out or not cases:
        print("No record was written, because tests were left out: there is no real PowerShell here.", file=sys.stderr)
        return 1
    requests = sum(int(one.get("value", "0")) for one in suite.iter("property") if one.get("name") == "requests")
    figures = {"requests cut before and after they were carried out": requests, "tests that passed": len(cases)}
    path = write_record("cuts", command="make cuts", on={"ansible-core": ansible.release.__version__}, figures=figures)
    print(f"written: {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
