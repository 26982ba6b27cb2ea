# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which members of an organisation are prepared (design 15.4). Pure; internal to this collection.

Only a reading of this run, or for a member that this run did not touch a dated audit that is young enough, can say so.
Unreachable, failed, hidden and outdated are all the same to the gate: not known to be prepared.
"""

from __future__ import annotations

import datetime
import typing as t

from .._words import one_line

Member = dict[str, t.Any]


def members(
    results: t.Mapping[str, t.Any], audit: t.Any, now: datetime.datetime, max_age: datetime.timedelta
) -> dict[str, Member]:
    """Name -> ``{"prepared": bool or None, "detail": sentence}``, and ``offer`` as state_info gave it, if it was read.

    ``results``: what state_info returned for each member in this run, None where it was not called. ``audit``: the
    content of a report of this collection (``made_at``, ``hosts``), or None.

    :raises ValueError: ``audit`` is not such a report
    """
    audited = {} if audit is None else _audited(audit, now, max_age)
    return {
        name: _live(result) if result is not None else audited.get(name, HIDDEN) for name, result in results.items()
    }


HIDDEN: Member = {
    "prepared": None,
    "detail": "It was not read in this run and no audit proves its state: run without --limit, or name an audit file.",
}

#: See RELIED_ON in the planner: what a profile, an overlay or an exception leaves out is missed by the others.
ONLY_BY_RULES = (
    "Its stage prepare is fulfilled because an exception, an overlay or its profile asks for less than the others rely "
    "on: TLS 1.2 on both sides and the four values of .NET 4."
)


def _live(result: t.Any) -> Member:
    if not isinstance(result, t.Mapping):
        return {"prepared": None, "detail": "What was registered for it is no result of msexchange.tls.state_info."}
    if result.get("unreachable"):
        return {"prepared": None, "detail": f"It was unreachable: {_message(result)}."}
    if "prepared" not in result:
        return {"prepared": None, "detail": f"It could not be read: {_message(result)}."}
    return {"prepared": _truth(result["prepared"]), "detail": _stage_detail(result), "offer": result.get("offer")}


def _audited(audit: t.Any, now: datetime.datetime, max_age: datetime.timedelta) -> dict[str, Member]:
    if not isinstance(audit, t.Mapping) or not isinstance(audit.get("hosts"), list):
        raise ValueError("the audit file is no report of msexchange.tls (made_at and a list of hosts are expected).")
    made_at = _time(audit.get("made_at"))
    age = now - made_at
    when = f"the audit of {made_at.isoformat(timespec='minutes')}"
    found: dict[str, Member] = {}
    for host in audit["hosts"]:
        if not isinstance(host, t.Mapping) or not isinstance(host.get("name"), str):
            raise ValueError("the audit file has a host without a name.")
        if host["name"] in found:
            # Whichever counted, the other one says something else.
            raise ValueError(f"the audit file has the host {one_line(host['name'], 80)} twice.")
        if age > max_age:
            why = f"Only {when} knows it, which is older than {max_age.days} days."
            found[host["name"]] = {"prepared": None, "detail": why}
        elif age < -datetime.timedelta(hours=1):
            found[host["name"]] = {"prepared": None, "detail": f"Only {when} knows it, which lies in the future."}
        else:
            found[host["name"]] = {
                "prepared": _truth(host.get("prepared")),
                "detail": f"This is what {when} says.",
                "offer": host.get("offer"),
            }
    return found


def _time(text: t.Any) -> datetime.datetime:
    try:
        # fromisoformat() takes a trailing Z only from Python 3.11 on.
        made_at = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(
            f"the audit file has no time of making but {one_line(text, 40)!r} (made_at, ISO 8601)."
        ) from None
    return made_at if made_at.tzinfo else made_at.replace(tzinfo=datetime.timezone.utc)


def _stage_detail(result: t.Mapping[str, t.Any]) -> str:
    stages = result.get("stages")
    for stage in stages if isinstance(stages, list) else ():
        if isinstance(stage, t.Mapping) and stage.get("stage") == "prepare":
            detail = one_line(stage.get("detail", ""))
            if result["prepared"] is False and stage.get("state") in ("effective", "not_applicable"):
                return ONLY_BY_RULES
            return f"{detail}." if detail else ""
    return ""


def _message(result: t.Mapping[str, t.Any]) -> str:
    return one_line(result.get("msg", "")) or "no reason was given"


def _truth(value: t.Any) -> bool | None:
    # Nothing but a real yes is a yes: text such as "false" is truthy.
    return value if isinstance(value, bool) else None
