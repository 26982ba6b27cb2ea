# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of ``endpoint_info`` to what it observes: every endpoint and every partner in one event loop."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import re
import typing as t

from ._conformance import wanted
from ._dns import DnsError
from ._endpoint import endpoint
from ._errors import CallerError
from ._exchangers import askable, find_exchangers
from ._prober import Question, probe_all
from ._replay import Replay, replay
from ._session import Limits

__all__ = ["Progress", "observe"]

#: How many questions are answered, how many there are, and the newest answer; first called with none.
Progress = t.Callable[[int, int, t.Optional[dict[str, t.Any]]], None]

# RFC 5321 4.1.2: what may follow EHLO. Anything else could smuggle commands into the dialogue.
_EHLO_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}\Z")
# What an endpoint is called and belongs to; of use to whoever reads the answer only.
_LABELS = ("name", "names", "group", "exchange")
_WHERE = ("host", "port", "service", "transport", "server_name", "address")
# Partners that are looked up at once.
_LOOKUPS = 8
#: An hour: a number that is larger, or none at all, makes waiting without end.
_LONGEST_TIMEOUT = 3600


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
            hosts, detail = askable(find_exchangers(domain, timeout))
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
    # Not the other way round: what is no number at all (nan) is neither less nor more.
    if not 0 < params["timeout"] <= _LONGEST_TIMEOUT:
        raise CallerError(f"timeout must be more than 0 and at most {_LONGEST_TIMEOUT} seconds.")
    if not 1 <= params["parallel"] <= 16:
        raise CallerError("parallel must be between 1 and 16 connections.")
    if not _EHLO_NAME.match(params["ehlo_name"]):
        raise CallerError("ehlo_name must be a host name or an address literal like [192.0.2.1].")
    return Limits(timeout=params["timeout"], parallel=params["parallel"], ehlo_name=params["ehlo_name"])


def observe(params: t.Mapping[str, t.Any], progress: Progress | None = None) -> dict[str, t.Any]:
    """Ask everybody; ``endpoints`` and ``partners`` as the module returns them.

    ``params``: all options of ``_options``. Raises CallerError for what cannot be asked, before the first connection.
    """
    limits = _limits(params)
    hellos = {one.id: one for one in map(replay, params["hellos"])}
    given = params["endpoints"] or []
    questions = [_question(item, params, hellos) for item in given]
    partners = _look_up(params["partners"] or [], limits.timeout, hellos)
    questions += [question for partner in partners for question in partner.questions]
    observations = iter(probe_all(questions, params["mode"], limits, _counting(progress, len(questions))))
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


def _look_up(given: t.Sequence[t.Any], timeout: float, hellos: t.Mapping[str, Replay]) -> list[_Partner]:
    """All partners at once: name servers may be slow, and none shall wait for the others."""
    threads = concurrent.futures.ThreadPoolExecutor(_LOOKUPS)
    try:
        return list(threads.map(lambda item: _partner(item, timeout, hellos), given))
    finally:
        # Whoever interrupts does not wait for those whose turn has not come.
        threads.shutdown(cancel_futures=True)


def _counting(progress: Progress | None, total: int) -> t.Callable[[dict[str, t.Any]], None] | None:
    if progress is None:
        return None
    tell, done = progress, iter(range(1, total + 1))
    tell(0, total, None)
    return lambda observation: tell(next(done), total, observation)
