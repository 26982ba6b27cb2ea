# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of runs that are too long for `make test`; written by the command that ran, read by docs/proof.md."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import yaml

RECORDS = pathlib.Path(__file__).parent / "records"

_HEAD = """---
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by the command named here; run it again instead of editing this file.
"""


def write_record(
    name: str, *, command: str, on: t.Mapping[str, str], figures: t.Mapping[str, t.Any], folder: pathlib.Path = RECORDS
) -> pathlib.Path:
    """Writes ``<name>.yml``.

    ``command``: what to type to get it again. ``on``: program -> version. ``figures``: what came out; plain data.
    """
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    record = {"date": today, "command": command, "on": dict(on), "figures": dict(figures)}
    path = folder / f"{name}.yml"
    path.write_text(_HEAD + yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    return path


def read_records(folder: pathlib.Path = RECORDS) -> dict[str, dict[str, t.Any]]:
    """All records by name."""
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml"))}
