#!/usr/bin/python
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import concurrent.futures
import dataclasses
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._wire import (
    DETAILS,
    MODES,
    CallerError,
    DnsError,
    Limits,
    Question,
    Replay,
    Transport,
    endpoint,
    find_exchangers,
    probe_all,
    replay,
    wanted,
)

# RFC 5321 4.1.2: what may follow EHLO. Anything else could smuggle commands into the dialogue.
_EHLO_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}\Z")

_VERSIONS = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"]
_STAGES = ["prepare", "obsolete", "retire", "renegotiation", "suites", "tls13"]
# What an endpoint is called and belongs to; of use to whoever reads the answer only.
_LABELS = ("name", "names", "group", "exchange")
# The generations of Exchange that are still supported or were last, as they send mail.
_SENDERS = ("exchange_2016_on_2016_smtp", "exchange_2019_smtp", "exchange_se_smtp")
#: Partners that are looked up at once.
_LOOKUPS = 8
_WHERE = ("host", "port", "service", "transport", "server_name", "address")


#: At least one of the two.
CONDITIONS = {"required_one_of": [["endpoints", "partners"]]}


def argument_spec() -> dict[str, t.Any]:
    """The options, for the action of the same name too."""
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


@dataclasses.dataclass
class _Partner:
    """A partner while it is asked: the questions about its hosts, or why there are none."""

    domain: str
    source: str
    detail: str
    questions: list[Question]


def _question(given: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any], hellos: t.Mapping[str, Replay]) -> Question:
    where = endpoint(**{key: given[key] for key in _WHERE})
    replays = _chosen(hellos, given["replays"])
    if params["mode"] != "conformance":
        return Question(where, details=_details(params), replays=replays)
    if not given["versions"]:
        raise CallerError(f"Endpoint {where}: conformance needs versions, the list of those that may be accepted.")
    return Question(where, wanted(given["versions"], given["suites"] or ()), replays=replays)


def _details(params: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    return tuple(params["details"]) if params["mode"] == "inventory" else ()


def _chosen(hellos: t.Mapping[str, Replay], names: t.Sequence[str]) -> tuple[Replay, ...]:
    missing = [name for name in names if name not in hellos]
    if missing:
        raise CallerError(f"There is no hello {missing[0]} to replay.")
    return tuple(hellos[name] for name in names)


def _partner(given: t.Mapping[str, t.Any], timeout: float, hellos: t.Mapping[str, Replay]) -> _Partner:
    """Where the mail of a domain goes. A domain whose exchangers are not known is an answer, not a failure."""
    domain, hosts, detail = given["domain"], given["hosts"], ""
    source = "list" if hosts else "mx"
    if not hosts:
        try:
            hosts = [exchanger.host for exchanger in find_exchangers(domain, timeout)]
        except DnsError as error:
            hosts, detail = [], str(error)
    replays = _chosen(hellos, given["replays"])
    questions = [
        # RFC 7817 3: SNI is the name of the exchanger. The domain itself is the business of MTA-STS.
        Question(endpoint(host, given["port"], "smtp", "smtp", _sni(host)), replays=replays, mode="versions")
        for host in hosts
    ]
    return _Partner(domain, source, detail, questions)


def _sni(host: str) -> str | None:
    return None if re.fullmatch(r"[0-9.]+|.*:.*", host) else host


def _limits(params: t.Mapping[str, t.Any]) -> Limits:
    if params["timeout"] <= 0:
        raise CallerError("timeout must be more than 0 seconds.")
    if not 1 <= params["parallel"] <= 16:
        raise CallerError("parallel must be between 1 and 16 connections.")
    if not _EHLO_NAME.match(params["ehlo_name"]):
        raise CallerError("ehlo_name must be a host name or an address literal like [192.0.2.1].")
    return Limits(timeout=params["timeout"], parallel=params["parallel"], ehlo_name=params["ehlo_name"])


def observe(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Ask everybody in one event loop; endpoints and partners as returned. Raises CallerError."""
    limits = _limits(params)
    hellos = {one.id: one for one in map(replay, params["hellos"])}
    given = params["endpoints"] or []
    questions = [_question(item, params, hellos) for item in given]
    # Name servers may be slow, and no partner shall wait for the others.
    with concurrent.futures.ThreadPoolExecutor(_LOOKUPS) as threads:
        looked_up = threads.map(lambda item: _partner(item, limits.timeout, hellos), params["partners"] or [])
        partners = list(looked_up)
    everything = questions + [question for partner in partners for question in partner.questions]
    observations = iter(probe_all(everything, params["mode"], limits))
    return {
        "endpoints": [{**next(observations), **{label: item[label] for label in _LABELS}} for item in given],
        "partners": [
            {
                "domain": partner.domain,
                "source": partner.source,
                "detail": partner.detail,
                "endpoints": [next(observations) for dummy in partner.questions],
            }
            for partner in partners
        ],
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONDITIONS)
    try:
        module.exit_json(changed=False, **observe(module.params))
    except CallerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
