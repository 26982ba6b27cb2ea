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
from ..registry import FILE_NOT_FOUND, RegistryError, fold, text_of, upper_invariant
from . import arguments, journal
from .arguments import ArgumentError

if t.TYPE_CHECKING:
    from ..host import LabHost

Answer = dict[str, t.Any]
DEPTH_LIMIT = 64
CONTENT_LIMIT = 262_144
FILE_TOO_LARGE = 223
_ABSENT = (FILE_NOT_FOUND, 3, 1018)
_USER = re.compile(r"S-1-5-21-[0-9-]+$", re.IGNORECASE)
_PARAMETERS = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"


_NEEDED: arguments.Rule = {"type": "str", "required": True}
_PLACE: arguments.Option = {"path": _NEEDED, "depth": {"type": "int", "default": 0}}
_CHOICE: arguments.Option = {
    "below": {"type": "list", "elements": "str"},
    "values": {"type": "list", "elements": "str"},
    "named_by": {"type": "dict", "options": {"path": _NEEDED, "value": _NEEDED}},
}
OPTION: arguments.Option = {
    "contract": {"type": "int", "required": True},
    "keys": {"type": "list", "elements": "dict", "default": [], "options": {**_PLACE, **_CHOICE}},
    "user_keys": {"type": "list", "elements": "dict", "default": [], "options": _PLACE},
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str"},
            "key": {"type": "str"},
            "value": {"type": "str"},
            "relative": {"type": "str"},
            "content": {"type": "bool", "default": False},
        },
    },
    "journal": {"type": "bool", "default": False},
}


def run(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """The answer of host_read to these module arguments. Raises ArgumentError."""
    wanted = arguments.resolve(OPTION, args)
    wanted["keys"] = [each for item in wanted["keys"] for each in _each(item)]
    _check(wanted)
    errors: list[Answer] = []
    identity = _identity(host, errors)
    if not host.persona.native_calls:
        text = "This host forbids native calls, so times are unknown and nothing can be written: the lab blocks them"
        errors.append({"path": "", "code": 0, "text": text})
    keys = [_chosen(host, item, errors) for item in wanted["keys"]]
    for item in wanted["user_keys"]:
        for user in _loaded_users(host):
            keys.append(_key(host, f"HKEY_USERS\\{user}\\{item['path']}", item["depth"], errors))
    files = [file for item in wanted["files"] for file in _files(host, item, errors)]
    changes = journal.answers(host, errors) if wanted["journal"] else []
    return {
        "contract": 1,
        "changed": False,
        "identity": identity,
        "files": files,
        "keys": keys,
        "journal": changes,
        "errors": errors,
    }


def _each(item: Answer) -> list[Answer]:
    """A request for the keys below a key as a request for each of them."""
    return [{**item, "path": f"{item['path']}\\{name}"} for name in item["below"] or ()] or [item]


def _check(wanted: Answer) -> None:
    if wanted["contract"] != 1:
        text = f"This host_read knows contract 1, not {wanted['contract']}"
        raise ArgumentError(f"{text}: use one version of msexchange.tls on the controller.")
    requests = wanted["keys"] + wanted["user_keys"]
    for item in requests:
        if not 0 <= item["depth"] <= DEPTH_LIMIT:
            raise ArgumentError(f"The argument depth must be 0 to {DEPTH_LIMIT}, not {item['depth']}.")
    for item in wanted["files"]:
        form = [name for name in ("path", "key", "value", "relative") if item[name] is not None]
        if form not in (["path"], ["key", "value", "relative"]):
            raise ArgumentError("Each of files needs either path, or key and value and relative.")


def _check_path(path: str) -> None:
    """Every path is looked at when its turn comes, those below a user for each user."""
    if not arguments.is_registry_path(path):
        raise ArgumentError(f"This is no path of a registry key: {path}")


# -- answers
# ---------------------------------------------------------------------------------------------------------------


def _identity(host: LabHost, errors: list[Answer]) -> Answer:
    return {
        "computer": host.computer,
        "domain": _text(host, _PARAMETERS, "Domain", errors) or None,
        "now": str(host.clock.now()),
        "boot": str(host.boot) if host.persona.native_calls else None,
        "powershell": host.powershell,
        "elevated": host.persona.elevated,
    }


def _text(host: LabHost, key: str, name: str, errors: list[Answer]) -> str | None:
    """A string value in its plain form, None where there is none."""
    _check_path(key)
    try:
        value = host.registry.value(key, name)
    except RegistryError as error:
        errors.append({"path": key, "code": error.code, "text": error.text})
        return None
    if value is None or value.kind not in (winvalue.REG_SZ, winvalue.REG_EXPAND_SZ):
        return None
    form = winvalue.decode(value.kind, value.content)
    return None if form.raw else str(form.data)


def _loaded_users(host: LabHost) -> list[str]:
    return [name for name in host.registry.subkey_names("HKEY_USERS") if _USER.match(name)]


def _chosen(host: LabHost, item: Answer, errors: list[Answer]) -> Answer:
    """A key of the request with the values and subkeys that were asked for."""
    names = None if item["named_by"] is None else _named(host, item["named_by"], errors)
    answer = _key(host, item["path"], item["depth"], errors, names)
    if item["values"] is not None:
        kept = {upper_invariant(name) for name in item["values"]}
        answer["values"] = [value for value in answer["values"] if upper_invariant(value["name"]) in kept]
    return answer


def _named(host: LabHost, source: Answer, errors: list[Answer]) -> set[str]:
    """Folded names of keys that the values below ``source`` stand for: their bytes in hexadecimal."""
    found: set[str] = set()
    for key in _key(host, source["path"], 1, errors)["keys"]:
        for value in host.registry.values(key["path"]) if key["exists"] else ():
            if upper_invariant(value.name) == upper_invariant(source["value"]):
                found.add(fold(value.content.hex()))
    return found


def _key(
    host: LabHost, path: str, levels: int, errors: list[Answer], subkeys: t.Collection[str] | None = None
) -> Answer:
    """A key whole. ``subkeys``: folded names of those to open; the others are not, so no error is told about them."""
    _check_path(path)
    answer: Answer = {"path": path, "exists": False, "written": None, "values": [], "keys": []}
    try:
        if host.registry.find(path) is None:
            return answer
        values = [value_answer(value.name, value.kind, value.content) for value in host.registry.values(path)]
        names = host.registry.subkey_names(path) if levels else []
        answer.update(exists=True, written=_written(host, path), values=values)
    except RegistryError as error:
        if error.code not in _ABSENT:
            answer["exists"] = None
            errors.append({"path": path, "code": error.code, "text": error.text})
        return answer
    chosen = [name for name in names if subkeys is None or fold(name) in subkeys]
    answer["keys"] = [_key(host, f"{path}\\{name}", levels - 1, errors) for name in chosen]
    return answer


def _written(host: LabHost, path: str) -> str | None:
    return str(host.registry.written(path)) if host.persona.native_calls else None


def value_answer(name: str, kind: int, content: bytes) -> Answer:
    """One value as answers show it."""
    form = winvalue.decode(kind, content)
    return {"name": name, "kind": kind, "data": form.data, **({"raw": True} if form.raw else {})}


def _files(host: LabHost, item: Answer, errors: list[Answer]) -> list[Answer]:
    path = item["path"]
    if path is None:
        folder = _text(host, item["key"], item["value"], errors)
        if not folder:
            return [_no_file(None)]
        path = folder.rstrip("\\") + "\\" + item["relative"]
    path = host.files.expand(path)
    if not re.match(r"[A-Za-z]:\\", path):
        errors.append({"path": path, "code": 0, "text": f"The path {path} does not begin with a drive."})
        return [{**_no_file(path), "exists": None}]
    above, star, below = path.partition("\\*\\")
    if star:
        form = re.compile(re.escape(above) + r"\\[^\\]+\\" + re.escape(below), re.IGNORECASE)
        found = [file.path for file in host.files.all() if form.fullmatch(file.path)]
        return [_file(host, one, item["content"], errors) for one in found] or [_no_file(path)]
    return [_file(host, path, item["content"], errors)]


def _no_file(path: str | None) -> Answer:
    return {"path": path, "exists": False, "version": None, "size": None, "content": None}


def _file(host: LabHost, path: str, has_content: bool, errors: list[Answer]) -> Answer:
    answer = _no_file(path)
    found = host.files.get(path)
    if found is None:
        return answer
    answer.update(exists=True, version=found.version, size=len(found.content) if found.size is None else found.size)
    if has_content:
        _content(host, path, answer, errors)
    return answer


def _content(host: LabHost, path: str, answer: Answer, errors: list[Answer]) -> None:
    if answer["size"] > CONTENT_LIMIT:
        errors.append({"path": path, "code": FILE_TOO_LARGE, "text": text_of(FILE_TOO_LARGE)})
        return
    try:
        answer["content"] = base64.b64encode(host.files.read(path)).decode("ascii")
    except FileError as error:
        errors.append({"path": path, "code": error.code, "text": error.text})


__all__ = ["ArgumentError", "run", "value_answer"]
