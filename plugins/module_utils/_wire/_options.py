# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of ``endpoint_info``: one table for the module, the action of its name and the command line."""

from __future__ import annotations

import typing as t

from ._details import DETAILS
from ._endpoint import Transport
from ._prober import MODES

__all__ = ["CONDITIONS", "argument_spec", "with_defaults"]

_VERSIONS = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"]
_STAGES = ["prepare", "obsolete", "retire", "renegotiation", "suites", "tls13"]
# The generations of Exchange that are still supported or were last, as they send mail.
_SENDERS = ("exchange_2016_on_2016_smtp", "exchange_2019_smtp", "exchange_se_smtp")

#: At least one of the two.
CONDITIONS = {"required_one_of": [["endpoints", "partners"]]}


def argument_spec() -> dict[str, t.Any]:
    """In the form that Ansible reads."""
    endpoints = {
        "host": {"type": "str", "required": True},
        "port": {"type": "int"},
        "service": {"type": "str", "default": "https"},
        "transport": {"type": "str", "choices": [transport.value for transport in Transport]},
        "server_name": {"type": "str"},
        "address": {"type": "str"},
        "name": {"type": "str"},
        "names": {"type": "list", "elements": "str"},
        "group": {"type": "str"},
        "exchange": {"type": "str"},
        "versions": {"type": "list", "elements": "str", "choices": _VERSIONS},
        "suites": {"type": "list", "elements": "str"},
        "replays": {"type": "list", "elements": "str", "default": []},
    }
    partners = {
        "domain": {"type": "str", "required": True},
        "hosts": {"type": "list", "elements": "str"},
        "port": {"type": "int", "default": 25},
        "replays": {"type": "list", "elements": "str", "default": []},
    }
    return {
        "endpoints": {"type": "list", "elements": "dict", "options": endpoints},
        "partners": {"type": "list", "elements": "dict", "options": partners},
        "mode": {"type": "str", "choices": list(MODES), "default": "inventory"},
        "details": {"type": "list", "elements": "str", "choices": list(DETAILS), "default": []},
        "timeout": {"type": "float", "default": 10.0},
        "parallel": {"type": "int", "default": 2},
        "ehlo_name": {"type": "str", "default": "localhost"},
        "hellos": {"type": "list", "elements": "dict", "default": []},
        # These are for the controller, which judges what is returned here.
        "judge": {"type": "bool", "default": True},
        "simulate": {"type": "bool", "default": True},
        "verify": {"type": "bool", "default": False},
        "clients": {"type": "path"},
        "senders": {"type": "list", "elements": "str", "default": list(_SENDERS)},
        "stage": {"type": "str", "choices": _STAGES, "default": "retire"},
    }


def with_defaults(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options as Ansible would hand them over: what was left out has its default, or is None."""
    return _filled(given, argument_spec())


def _filled(given: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    filled = {}
    for name, option in spec.items():
        value = given.get(name)
        if value is None:
            value = option.get("default")
        elif option.get("elements") == "dict" and "options" in option:
            value = [_filled(item, option["options"]) for item in value]
        filled[name] = value
    return filled
