# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the overview, the same in every view: two per server that was read twice, else one."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import UNKNOWN

from .words import FAIL, counted, verdict_word, versions_words, word

Data = dict[str, t.Any]

#: Headings of the overview.
COLUMNS: tuple[str, ...] = (
    "Server",
    "Exchange",
    "Windows",
    "Read",
    "Server side",
    "Client side",
    "Errors",
    "Warnings",
    "Reached",
    "Verdict",
)


#: What is called ``before`` where there was a second reading.
_ONLY = "now"

#: For below the table: what the counts are about, and the two columns that are easily taken for one.
LEGEND = (
    "Errors and warnings: findings in the registry and, in the last row of a server, of its ports. "
    "Reached: the last stage that is in effect with all before it. Verdict: all stages of the profile."
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the overview. ``cells``: one text per column. ``verdict``: the word, for those who add a colour."""

    cells: tuple[str, ...]
    verdict: str


def overview(report: Data) -> list[Row]:
    """The overview of a whole report, servers in the order in which they were given."""
    return [row for host in report["hosts"] for row in _rows(host)]


def _rows(host: Data) -> t.Iterator[Row]:
    reads = [(name, host[name]) for name in ("before", "after") if host[name]]
    windows = host["windows"].removeprefix("Windows ").removeprefix("Server ")
    names = (host["name"], host["exchange"].removeprefix("Exchange ") or UNKNOWN, windows or UNKNOWN)
    ports = _said_of_ports(host)
    for place, (name, found) in enumerate(reads):
        read = name if len(reads) > 1 or host["problem"] else _ONLY
        # The verdict of the last reading is that of the server: a second reading that failed leaves it unknown.
        newest = place == len(reads) - 1 and host["read"]
        verdict = host["verdict"] if newest else found["verdict"]
        numbers = _numbers(found, ports if newest else collections.Counter())
        yield Row((*(names if place == 0 else ("", "", "")), read, *numbers, verdict_word(verdict)), verdict)
    if host["problem"]:
        known = [str(ports[severity]) if host["endpoints"] else "-" for severity in ("error", "warning")]
        how = "failed" if was_asked(host) else "not read"
        yield Row((*(("", "", "") if reads else names), how, "-", "-", *known, "-", UNKNOWN), UNKNOWN)


def was_asked(host: Data) -> bool:
    """False for a server that this run did not try to read, such as one that ``--limit`` leaves out.

    A report of an older release does not tell them apart.
    """
    return bool(host.get("asked", True))


def _said_of_ports(host: Data) -> collections.Counter[str]:
    """How many findings of each severity the ports of a server have; what is said twice of a port counts once."""
    said = {
        (place, finding["id"], finding["subject"], finding["message"]): finding["severity"]
        for place, row in enumerate(host["endpoints"])
        for finding in row.get("findings", ())
    }
    return collections.Counter(said.values())


def _numbers(found: Data, ports: t.Mapping[str, int]) -> tuple[str, ...]:
    server, client = (versions_words(found["versions"][side]) for side in ("server", "client"))
    return (
        server,
        "same" if client == server else client,
        *(str(found["findings"][severity] + ports[severity]) for severity in ("error", "warning")),
        # A report of an older release has no such field.
        found.get("reached") or "-",
    )


def headline(report: Data) -> str:
    """``6 servers: 1 fail, 5 pass.``, with what else has to be known first."""
    found = report["summary"]
    verdicts = ", ".join(f"{number} {verdict_word(verdict)}" for verdict, number in found["verdicts"].items() if number)
    sentences = [f"{counted(found['hosts'], 'server')}: {verdicts or 'none was given'}."]
    # A report of an older release does not tell those that were not asked from those that failed.
    left_out = found["hosts"] - found.get("asked", found["hosts"])
    failed = found["hosts"] - found["read"] - left_out
    if failed:
        sentences.append(f"{counted(failed, 'server')} could not be read.")
    if left_out:
        sentences.append(f"{counted(left_out, 'server')} {'was' if left_out == 1 else 'were'} not read in this run.")
    if found["reboot_required"]:
        owe = "owes" if found["reboot_required"] == 1 else "owe"
        sentences.append(f"{counted(found['reboot_required'], 'server')} {owe} a restart.")
    return " ".join(sentences)


def stage_words(host: Data) -> str:
    """How far the server is on the way through the stages, as one sentence."""
    done = [row["stage"] for row in host["stages"] if row["state"] == "effective"]
    sentence = f"In effect: {', '.join(done) or 'no stage yet'}."
    if host["reboot_required"]:
        sentence += " A restart is owed."
    if host["next_stage"]:
        detail = next((row["detail"] for row in host["stages"] if row["stage"] == host["next_stage"]), "")
        sentence += f" Next: {host['next_stage']}.{f' {detail}' if detail else ''}"
    return sentence


def state_words(rule: Data) -> str:
    """``is not set, wanted off`` of a rule that failed and would be written; else empty."""
    if rule["verdict"] != FAIL or rule["before"] == rule["after"]:
        return ""
    return f"is {word(rule['before'])}, wanted {word(rule['after'])}"


def rule_words(rule: Data) -> str:
    """What a rule found and what it wants, as one sentence."""
    state = state_words(rule)
    if state:
        tail = f" {rule['detail']}" if rule["detail"] else ""
        return f"{rule['title']}: {state}.{tail}"
    return f"{rule['title']}: {rule['detail'] or verdict_word(rule['verdict'])}"
