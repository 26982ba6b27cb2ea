# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of host_read and host_write, checked as strictly as the scripts check them, in the same order and words.

A rule: ``type`` (int, str, bool, dict, list, raw), ``required``, ``default``, ``elements`` of a list, ``options`` of
a dict.
"""

from __future__ import annotations

import re
import typing as t

from .. import winvalue

Rule = t.Mapping[str, t.Any]
Option = t.Mapping[str, Rule]

_WORDS = {
    "int": "a whole number",
    "str": "a string",
    "bool": "true or false",
    "list": "a list",
    "dict": "a dictionary",
}
_REGISTRY_PATH = re.compile(r"(HKEY_LOCAL_MACHINE|HKEY_USERS)(\\[^\\\0]+)*", re.IGNORECASE)
_NAME_LENGTH = 255


class ArgumentError(Exception):
    """An argument that the contract does not allow."""


def resolve(option: Option, value: t.Any, at: str = "") -> dict[str, t.Any]:
    """A member for every option; null counts as absent. Raises ArgumentError."""
    if not isinstance(value, t.Mapping):
        raise ArgumentError(f"The argument {at} must be a dictionary.")
    prefix = f"{at}." if at else ""
    known = sorted(option)
    for name in value:
        if name not in option and (at or not str(name).startswith("_ansible_")):
            raise ArgumentError(f"The argument {prefix}{name} is unknown; known are {', '.join(known)}.")
    result = {}
    for name in known:
        rule = option[name]
        if value.get(name) is not None:
            result[name] = _value(rule, rule["type"], value[name], f"{prefix}{name}")
        elif rule.get("required"):
            raise ArgumentError(f"The argument {prefix}{name} is missing.")
        else:
            result[name] = rule.get("default")
    return result


def _value(rule: Rule, kind: str, value: t.Any, at: str) -> t.Any:
    is_bool = isinstance(value, bool)
    if kind == "int" and isinstance(value, int) and not is_bool and -(1 << 63) <= value < 1 << 63:
        return value
    if (kind == "str" and isinstance(value, str)) or (kind == "bool" and is_bool) or kind == "raw":
        return value
    if kind == "list" and isinstance(value, list):
        return [_value(rule, rule["elements"], item, f"{at}[{index}]") for index, item in enumerate(value)]
    if kind == "dict":
        if "options" in rule:
            return resolve(rule["options"], value, at)
        if isinstance(value, t.Mapping):
            return dict(value)
    raise ArgumentError(f"The argument {at} must be {_WORDS[kind]}.")


def is_registry_path(path: str) -> bool:
    """Whether a path is a hive with its full name and keys of lawful length."""
    names = path.split("\\")[1:]
    long = any(len(name.encode("utf-16-le", "surrogatepass")) // 2 > _NAME_LENGTH for name in names)
    return _REGISTRY_PATH.fullmatch(path) is not None and not long


def is_check_mode(args: t.Mapping[str, t.Any]) -> bool:
    """Whether ansible-core asks for check mode; null is as good as absent, and all else that is not "no" is "yes"."""
    asked = args.get("_ansible_check_mode")
    return asked is not None and asked is not False


def content(given: t.Mapping[str, t.Any], at: str) -> tuple[int, bytes]:
    """Kind and bytes of kind/data/raw. Raises ArgumentError."""
    kind = given["kind"]
    if kind is None or given["data"] is None:
        raise ArgumentError(f"The argument {at} needs kind and data.")
    if not 0 <= kind <= 0xFFFFFFFF:
        raise ArgumentError(f"The argument {at}.kind must be the number of a registry type.")
    try:
        return kind, winvalue.encode(kind, given["data"], given["raw"])
    except ValueError as error:
        raise ArgumentError(f"The argument {at}.data {error}.") from error
