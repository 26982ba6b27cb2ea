# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task found out for many servers, handed to the task of each by the name of its variable. Pure.

An option passes through Ansible's templates value by value, for every server anew: a result that holds something of
every server would cost the square of their number. A variable of a task costs nothing before somebody looks at it.
Internal to this collection.
"""

from __future__ import annotations

import types
import typing as t
from collections.abc import Mapping  # isinstance with that of typing takes ten times as long

from .._words import one_line

#: Option -> what is expected of the variable that ``<option>_from`` names.
_EXPECTED: t.Mapping[str, str] = types.MappingProxyType(
    {
        "observed": "a registered result of msexchange.tls.endpoint_info",
        "organisation": "what the filter msexchange.tls.organisation returned, kept by set_fact",
    }
)


class SharedError(ValueError):
    """A variable that is not what its option takes it for. The words make one sentence."""


def with_shared(arguments: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    """``arguments`` with ``observed`` and ``organisation`` out of the variables that ``observed_from`` and
    ``organisation_from`` name. ``name``: of the server.

    :raises SharedError: there is no such variable, or it holds something else, or both options are given
    """
    found = dict(arguments)
    for option, expected in _EXPECTED.items():
        variable = arguments.get(f"{option}_from")
        if variable is None:
            continue
        if arguments.get(option):
            raise SharedError(f"{option} and {option}_from exclude each other; {option}_from takes its place.")
        value = variables.get(variable)
        if not isinstance(value, Mapping):
            what = "is not defined" if value is None else "is something else"
            raise SharedError(
                f"{option}_from: the variable {one_line(variable, 80)} {what}; {expected} is expected, by its name."
            )
        found[option] = answers_of(value, name) if option == "observed" else value
    return found


def answers_of(result: t.Any, name: str) -> list[dict[str, t.Any]]:
    """The answers of the server ``name`` out of a result of endpoint_info; empty when nothing was probed."""
    answers = result.get("endpoints") if isinstance(result, Mapping) else None
    known = answers if isinstance(answers, (list, tuple)) else ()
    return [dict(answer) for answer in known if isinstance(answer, Mapping) and answer.get("name") == name]


def registered(hostvars: t.Mapping[str, t.Any], name: str, variables: t.Sequence[str]) -> t.Any:
    """The first of ``variables`` that the server ``name`` has; None if it has none, or there is no such server.

    ``hostvars``: that of Ansible, or a mapping for each server. A registered result has no templates in it: it is taken
    as it is, for Ansible would go through it value by value.
    """
    # get() is not used: for a host that is in no inventory the hostvars of core 2.16 return an undefined value.
    if name not in hostvars:
        return None
    raw_get = getattr(hostvars, "raw_get", None)
    own = hostvars[name] if raw_get is None else raw_get(name)
    variable = next((one for one in variables if one in own), None)
    if variable is None:
        return None
    # Text is a template that a person gave the variable.
    return hostvars[name][variable] if isinstance(own[variable], str) else own[variable]
