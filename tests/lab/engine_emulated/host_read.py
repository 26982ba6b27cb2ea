# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_read, emulated: contract R of the host scripts, value by value."""

from __future__ import annotations

import base64
import re
import typing as t

from .. import winvalue
from ..filesystem import FileError
from ..registry import FILE_NOT_FOUND, RegistryError
from . import arguments, journal
from .arguments import ArgumentError

if t.TYPE_CHECKING:
    from ..host import LabHost

Answer = dict[str, t.Any]
CONTENT_LIMIT = 262_144
FILE_TOO_LARGE = 223
_ABSENT = (FILE_NOT_FOUND, 3, 1018)
_USER = re.compile(r"S-1-5-21-[0-9-]+$", re.IGNORECASE)
_PARAMETERS = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"


def run(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """The answer of host_read to these module arguments. Raises ArgumentError."""
    wanted = arguments.top_level(
        args, {"contract": "number"}, {"keys": "list", "user_keys": "list", "files": "list", "journal": "boolean"}
    )
    errors: list[Answer] = []
    keys = [_check_key(item, f"keys[{index}]") for index, item in enumerate(wanted.get("keys", []))]
    user_keys = [_check_user_key(item, f"user_keys[{index}]") for index, item in enumerate(wanted.get("user_keys", []))]
    files = [_check_file(item, f"files[{index}]") for index, item in enumerate(wanted.get("files", []))]
    identity = _identity(host)
    found = [_key(host, path, levels, errors) for path, levels in keys]
    for path, levels in user_keys:
        found += [_key(host, f"HKEY_USERS\\{user}\\{path}", levels, errors) for user in _loaded_users(host)]
    file_answers = [_file(host, item, errors) for item in files]
    changes = journal.headers(host, errors) if wanted.get("journal") else []
    return {
        "contract": 1,
        "changed": False,
        "identity": identity,
        "files": file_answers,
        "keys": found,
        "journal": changes,
        "errors": errors,
    }


# -- what is asked for -----------------------------------------------------------------------------------------------------


def _check_key(item: t.Any, where: str) -> tuple[str, int]:
    found = arguments.members(item, where, {"path": "string"}, {"depth": "number"})
    arguments.registry_path(found["path"], f"{where}.path")
    arguments.depth(found.get("depth", 0), f"{where}.depth")
    return found["path"], found.get("depth", 0)


def _check_user_key(item: t.Any, where: str) -> tuple[str, int]:
    found = arguments.members(item, where, {"path": "string"}, {"depth": "number"})
    arguments.relative_path(found["path"], f"{where}.path")
    arguments.depth(found.get("depth", 0), f"{where}.depth")
    return found["path"], found.get("depth", 0)


def _check_file(item: t.Any, where: str) -> Answer:
    if isinstance(item, dict) and item.get("path") is not None:
        return arguments.members(item, where, {"path": "string"}, {"content": "boolean"})
    found = arguments.members(
        item, where, {"key": "string", "value": "string", "relative": "string"}, {"content": "boolean"}
    )
    arguments.registry_path(found["key"], f"{where}.key")
    return found


# -- answers ---------------------------------------------------------------------------------------------------------------


def _identity(host: LabHost) -> Answer:
    domain = host.registry.value(_PARAMETERS, "Domain")
    text = winvalue.decode(domain.kind, domain.content) if domain and domain.kind == winvalue.REG_SZ else None
    return {
        "computer": host.computer,
        "domain": (text.data or None) if text and not text.raw else None,
        "now": str(host.clock.now()),
        "boot": str(host.boot),
        "powershell": host.powershell,
        "elevated": host.persona.elevated,
    }


def _loaded_users(host: LabHost) -> list[str]:
    return [name for name in host.registry.subkey_names("HKEY_USERS") if _USER.match(name)]


def _key(host: LabHost, path: str, levels: int, errors: list[Answer]) -> Answer:
    answer: Answer = {"path": path, "exists": False, "written": None, "values": [], "keys": []}
    try:
        if host.registry.find(path) is None:
            return answer
        values = [value_answer(value.name, value.kind, value.content) for value in host.registry.values(path)]
        names = host.registry.subkey_names(path) if levels else []
        answer.update(exists=True, written=str(host.registry.written(path)), values=values)
    except RegistryError as error:
        if error.code not in _ABSENT:
            answer["exists"] = None
            errors.append({"path": path, "code": error.code, "text": error.text})
        return answer
    answer["keys"] = [_key(host, f"{path}\\{name}", levels - 1, errors) for name in names]
    return answer


def value_answer(name: str, kind: int, content: bytes) -> Answer:
    """One value as answers show it."""
    form = winvalue.decode(kind, content)
    return {"name": name, "kind": kind, "data": form.data, **({"raw": True} if form.raw else {})}


def _file(host: LabHost, item: Answer, errors: list[Answer]) -> Answer:
    answer: Answer = {"path": None, "exists": False, "version": None, "size": None, "content": None}
    try:
        path = host.files.expand(item["path"]) if "path" in item else _path_from_registry(host, item)
    except RegistryError as error:
        errors.append({"path": item["key"], "code": error.code, "text": error.text})
        return {**answer, "exists": None}
    if path is None:
        return answer
    answer["path"] = path
    if not re.match(r"^[A-Za-z]:\\", path):
        errors.append({"path": path, "code": 0, "text": "the path is not absolute"})
        return {**answer, "exists": None}
    found = host.files.get(path)
    if found is None:
        return answer
    try:
        content = host.files.read(path)
    except FileError as error:
        errors.append({"path": path, "code": error.code, "text": error.text})
        return {**answer, "exists": None}
    answer.update(exists=True, version=found.version, size=found.size if found.size is not None else len(content))
    if item.get("content"):
        if len(content) > CONTENT_LIMIT:
            errors.append(
                {"path": path, "code": FILE_TOO_LARGE, "text": f"the file is larger than {CONTENT_LIMIT} bytes"}
            )
        else:
            answer["content"] = base64.b64encode(content).decode("ascii")
    return answer


def _path_from_registry(host: LabHost, item: Answer) -> str | None:
    value = host.registry.value(item["key"], item["value"])
    if value is None or value.kind not in (winvalue.REG_SZ, winvalue.REG_EXPAND_SZ):
        return None
    form = winvalue.decode(value.kind, value.content)
    if form.raw or not form.data:
        return None
    return host.files.expand(str(form.data)).rstrip("\\") + "\\" + item["relative"]


__all__ = ["ArgumentError", "run", "value_answer"]
