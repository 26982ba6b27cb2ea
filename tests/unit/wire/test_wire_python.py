# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prober runs where an old Python is: its own promise, held without one at hand."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys

import pytest

pytestmark = pytest.mark.proves("wire_anywhere")

ROOT = pathlib.Path(__file__).parents[3]
WIRE = sorted((ROOT / "plugins" / "module_utils" / "_wire").glob("*.py"))


def test_the_prober_uses_the_syntax_of_python_3_9() -> None:
    assert WIRE
    for path in [*WIRE, ROOT / "plugins" / "modules" / "endpoint_info.py"]:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_the_prober_stands_alone_on_the_standard_library() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import _wire; print(*{m.partition('.')[0] for m in sys.modules})"
    )
    # -I -S: nothing but the standard library can be found.
    command = [sys.executable, "-I", "-S", "-c", script, str(WIRE[0].parents[1])]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert {name for name in loaded if name not in sys.stdlib_module_names} <= {"_wire", "__main__"}
