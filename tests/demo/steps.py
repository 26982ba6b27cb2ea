# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The story that ``make demo`` tells: which playbooks run, in which order, and what must come of each."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Step:
    """One run of ansible-playbook.

    ``refused``: the run must fail, with these words in its output. ``unchanged``: it must change nothing and restart
    nobody.
    """

    title: str
    playbook: str
    variables: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    limit: str = ""
    refused: str = ""
    unchanged: bool = False


#: The server that nobody prepared when the others are ready to retire TLS 1.0.
LATECOMER = "exse"
#: The server whose suite list a domain Group Policy sets; the site has written an exception for it.
GOVERNED = "ex2016gp"

OVERLAY = """\
---
# What a site writes down when a rule cannot be followed on one server: who answers for it, why, and until when.
exceptions:
  - rule: cipher_suites_2016
    owner: Directory team
    reason: The domain's Group Policy sets the suite list of this server.
    ticket: CHG0042
    until: "{until}"
    hosts: [{host}]
"""


def _harden(title: str, stage: str, **more: t.Any) -> Step:
    return Step(title, "harden", {"msexchange_tls_stage": stage}, **more)


STEPS: tuple[Step, ...] = (
    Step("Audit: where does the estate stand?", "audit"),
    _harden(f"Stage prepare, on every server but {LATECOMER}", "prepare", limit=f"exchange:!{LATECOMER}"),
    _harden("Stage obsolete, on the same servers", "obsolete", limit=f"exchange:!{LATECOMER}"),
    _harden(
        f"Stage retire, everywhere: refused, because {LATECOMER} is not prepared (this run makes up for it)",
        "retire",
        refused=LATECOMER,
    ),
    _harden(f"Stage retire again: every server is prepared; {LATECOMER} catches up with obsolete", "retire"),
    _harden(f"All the rest, each server its next stage: renegotiation; {LATECOMER} suites", "tls13"),
    _harden("The same, to the end: suites; TLS 1.3 is on where Windows and Exchange support it", "tls13"),
    Step("Verify: prove it by registry and by connection", "verify", {"msexchange_tls_stage": "tls13"}),
    _harden("The same again: nothing to change, nobody to restart", "tls13", unchanged=True),
)
