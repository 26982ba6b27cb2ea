# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journals of changes in the simulated %ProgramData%: where they lie, who may own the folder, how they are read."""

from __future__ import annotations

import base64
import gzip
import json
import re
import typing as t

from ..filesystem import ADMINISTRATORS, SYSTEM, File, Folder

if t.TYPE_CHECKING:
    from ..host import LabHost

ABOVE = ("C:\\", "C:\\ProgramData")
ROOT = "C:\\ProgramData\\msexchange_tls"
FOLDER = f"{ROOT}\\changes"
SIZE_LIMIT = 1_048_576
NEWEST = 500
MORE_DATA = 234
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{7,63}\.json")


def folder_problem(host: LabHost) -> str:
    """Why the folder of the changes must not be used, as one sentence; "" if it may, or does not exist yet."""
    trusted = {SYSTEM, ADMINISTRATORS} | ({host.account} if host.persona.elevated else set())
    for path in (*ABOVE, ROOT, FOLDER):
        found = host.files.folder(path)
        if found is None:
            return ""
        if found.reparse:
            return f"The folder {path} is refused: it leads elsewhere (a reparse point)."
        problem = _access_problem(found, trusted | ({TRUSTED_INSTALLER} if path in ABOVE else set()), path in ABOVE)
        if problem:
            ours = "Look who made it and what is in it, then remove it; it will be made anew"
            remedy = "Correct its permissions" if path in ABOVE else ours
            return f"The folder {path} is refused: {problem}. {remedy}."
    return ""


def _access_problem(folder: Folder, trusted: set[str], above: bool) -> str:
    if folder.owner not in trusted:
        return f"it belongs to {folder.owner}"
    strangers = sorted(folder.open_to - trusted)
    if strangers:
        return f"{strangers[0]} " + ("may replace what is in it" if above else "has access to it")
    return "it takes access from the folder above" if folder.inherits and not above else ""


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


def answers(host: LabHost, errors: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The journals as they are on the disk, packed, sorted by file name."""
    if host.files.folder(ROOT) is None:
        return []
    problem = folder_problem(host)
    if problem:
        errors.append({"path": FOLDER, "code": 0, "text": problem})
        return []
    found = [file for file in host.files.files_in(FOLDER) if _NAME.fullmatch(_name(file))]
    if len(found) > NEWEST:
        text = f"Of {len(found)} journals only the {NEWEST} newest were read."
        errors.append({"path": FOLDER, "code": MORE_DATA, "text": text})
        found = sorted(found, key=_name)[-NEWEST:]
    return [_answer(file) for file in sorted(found, key=_name)]


def _name(file: File) -> str:
    return file.path.rsplit("\\", 1)[1]


def _answer(file: File) -> dict[str, t.Any]:
    name = _name(file).removesuffix(".json")
    if len(file.content) > SIZE_LIMIT:
        return {"id": name, "error": "The journal is larger than 1 MB."}
    return {"id": name, "gzip": base64.b64encode(gzip.compress(file.content, mtime=0)).decode("ascii")}
