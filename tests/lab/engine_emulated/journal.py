# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journals of changes in the simulated %ProgramData%: where they lie, who may own the folder, how they are read back."""

from __future__ import annotations

import json
import re
import typing as t

from ..filesystem import ADMINISTRATORS, SYSTEM, File, Folder

if t.TYPE_CHECKING:
    from ..host import LabHost

ROOT = "C:\\ProgramData\\msexchange_tls"
FOLDER = f"{ROOT}\\changes"
SIZE_LIMIT = 1_048_576
NEWEST = 500
MORE_DATA = 234
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{7,63}\.json")
_HEADER: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "state": str,
    "started": str,
    "closed": (str, type(None)),
    "boot": (str, type(None)),
    "reboot_required": bool,
    "meta": dict,
    "operations": list,
}


def folder_problem(host: LabHost) -> str:
    """Why the folder of the changes cannot be trusted, "" if it can (or does not exist yet)."""
    trusted = {SYSTEM, ADMINISTRATORS, host.account}
    for path in ("C:\\", "C:\\ProgramData"):
        found = host.files.folder(path)
        if found and found.reparse:
            return f"{path} is a reparse point"
        if found and found.owner not in trusted | {TRUSTED_INSTALLER}:
            return f"{path} belongs to {found.owner}"
    for path in (ROOT, FOLDER):
        found = host.files.folder(path)
        if found is None:
            continue
        if found.reparse:
            return f"{path} is a reparse point"
        if found.owner not in trusted:
            return f"{path} belongs to {found.owner}"
        if found.inherits:
            return f"{path} inherits its access list"
        strangers = sorted(found.writers - trusted)
        if strangers:
            return f"{path} is open to {strangers[0]}"
    return ""


def make_folder(host: LabHost) -> None:
    """Creates what is missing, for SYSTEM and Administrators only."""
    for path in (ROOT, FOLDER):
        if host.files.folder(path) is None:
            host.files.make_folder(Folder(path, owner=ADMINISTRATORS))


def path_of(change: str) -> str:
    """The journal of a change."""
    return f"{FOLDER}\\{change}.json"


def dump(content: t.Mapping[str, t.Any]) -> bytes:
    """A journal as it lies on the disk."""
    return json.dumps(content, separators=(",", ":")).encode("ascii")


def headers(host: LabHost, errors: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The journals' headers, sorted by id; broken ones say why."""
    problem = folder_problem(host)
    if problem:
        errors.append({"path": FOLDER, "code": 0, "text": problem})
        return []
    found = [file for file in host.files.files_in(FOLDER) if _NAME.fullmatch(file.path.rsplit("\\", 1)[1])]
    if len(found) > NEWEST:
        errors.append(
            {"path": FOLDER, "code": MORE_DATA, "text": f"only the {NEWEST} newest of {len(found)} journals are listed"}
        )
        found = sorted(found, key=lambda file: file.written, reverse=True)[:NEWEST]
    answers = [_header(file) for file in found]
    return sorted(answers, key=lambda answer: str(answer["id"]))


def _header(file: File) -> dict[str, t.Any]:
    name = file.path.rsplit("\\", 1)[1].removesuffix(".json")
    if len(file.content) > SIZE_LIMIT:
        return _torn(name, f"the file is larger than {SIZE_LIMIT} bytes")
    try:
        content = json.loads(file.content)
    except ValueError as error:
        return _torn(name, f"not JSON: {error}")
    if not isinstance(content, dict):
        return _torn(name, "not a JSON object")
    for member, kind in _HEADER.items():
        if member not in content or not isinstance(content[member], kind):
            return _torn(name, f"member '{member}' is missing or of the wrong type")
    if content["id"] != name:
        return _torn(name, "the id differs from the file name")
    values = []
    for operation in content["operations"]:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            return _torn(name, "an operation has no path")
        values.append({"path": operation["path"], "name": operation.get("name")})
    header = {
        member: content[member] for member in ("id", "state", "started", "closed", "boot", "reboot_required", "meta")
    }
    return {**header, "values": values}


def _torn(name: str, error: str) -> dict[str, t.Any]:
    return {"id": name, "state": "torn", "error": error}
