# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests there are, what they prove and what they say about themselves; found without running one.

A plugin of pytest for a run of its own (``-p proof.collect``); ``collect()`` starts one.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
_OUTPUT = "MSEXCHANGE_TLS_COLLECTED"


@dataclasses.dataclass(frozen=True)
class Found:
    """One test, once for every set of parameters. ``markers`` and ``fixtures``: names."""

    module: str
    function: str
    claims: tuple[str, ...]
    markers: tuple[str, ...]
    fixtures: tuple[str, ...]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down what was found; only in the run that ``collect`` starts."""
    if _OUTPUT in os.environ:
        found = [dataclasses.asdict(_found(item)) for item in session.items]
        pathlib.Path(os.environ[_OUTPUT]).write_text(json.dumps(found), encoding="utf-8")


def _found(item: pytest.Item) -> Found:
    markers = list(item.iter_markers())
    return Found(
        module=item.nodeid.partition("::")[0],
        function=item.nodeid.partition("::")[2].partition("[")[0],
        claims=tuple(sorted({str(claim) for one in markers if one.name == "proves" for claim in one.args})),
        markers=tuple(one.name for one in markers),
        fixtures=tuple(getattr(item, "fixturenames", ())),
    )


def collect(*paths: str | pathlib.Path, root: pathlib.Path = ROOT) -> tuple[Found, ...]:
    """All tests below ``paths``, those included that are left out by default. A broken test file is an error."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "found.json"
        words = ["--collect-only", "-q", "-m", "", "-p", "proof.collect", "-p", "no:cacheprovider"]
        environment = {**os.environ, _OUTPUT: str(output), "PYTHONPATH": str(ROOT / "tests"), "PYTEST_ADDOPTS": ""}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *map(str, paths)],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            errors = done.stdout.partition("= ERRORS =")[2] or done.stdout[-2000:]
            raise RuntimeError(f"the tests cannot be collected:\n{errors}{done.stderr[-2000:]}")
        entries: list[dict[str, t.Any]] = json.loads(output.read_text(encoding="utf-8"))
    return tuple(
        Found(**{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()})
        for entry in entries
    )
