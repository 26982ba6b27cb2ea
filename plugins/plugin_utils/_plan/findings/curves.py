# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about the order of elliptic curves (Windows 10, Server 2016 and later)."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, own_list

from . import words
from .check import Check, Hit, View
from .suite_lists import blank, listed, repeated


def _kind(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("curves"):
        if state.form is Form.MALFORMED:
            yield Hit(
                setting.id,
                f"{setting.title} is {words.value(state.values[0])}; REG_MULTI_SZ is expected, one curve each.",
            )


def _unknown(view: View) -> t.Iterator[Hit]:
    own = own_list(view.state.identity, view.state.catalogue)
    if own is None:
        return
    known = {name.casefold(): name for name in (*own.curves, *own.curves_off)}
    for found in listed(view.state, "curves"):
        for name in dict.fromkeys(found.names):
            if name.strip() and name.strip().casefold() not in known:
                near = nearest(name, known.values())
                yield Hit(
                    found.setting,
                    f"{found.title}: the curve '{words.path(name)}' is not known.{words.nearest_hint(near)}",
                )


def _odd(view: View) -> t.Iterator[Hit]:
    for found in listed(view.state, "curves"):
        problems = [f"'{words.path(name)}' has blanks or is empty" for name in blank(found.names)[:3]]
        problems += [f"{words.path(name)} is there more than once" for name in repeated(found.names)[:3]]
        if problems:
            yield Hit(found.setting, f"{found.title}: {', '.join(problems)}.")


def _empty(view: View) -> t.Iterator[Hit]:
    for found in listed(view.state, "curves"):
        if not any(name.strip() for name in found.names):
            yield Hit(found.setting, f"{found.title} is there and names no curve.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="curves.wrong_kind",
        severity=Severity.ERROR,
        title="A curve list of the wrong kind",
        what="The curve order is not a REG_MULTI_SZ with one curve per element.",
        why="What Windows makes of it is not described; the curves in force are unknown.",
        remedy="Write the list as REG_MULTI_SZ.",
        sources=("S5",),
        run=_kind,
    ),
    Check(
        id="curves.empty",
        severity=Severity.ERROR,
        title="An empty curve list",
        what="The curve order exists and names no curve.",
        why="ECDHE suites need a curve; without one every forward-secret connection may fail.",
        remedy="Delete the value, or write NistP384 and NistP256.",
        sources=("S4", "S5"),
        run=_empty,
    ),
    Check(
        id="curves.unknown_name",
        severity=Severity.WARNING,
        title="An unknown curve",
        what="A name in the curve order is not known on this Windows.",
        why="It may be a curve that was added by hand (ECCParameters), or a slip that takes a curve out of the order.",
        remedy="Correct the name; the curves of Windows are curve25519, NistP256, NistP384 and NistP521.",
        sources=("S3-curves-1607", "S4"),
        run=_unknown,
    ),
    Check(
        id="curves.odd_name",
        severity=Severity.WARNING,
        title="Blanks or repetitions in the curve order",
        what="A name in the curve order is empty, has blanks, or is there twice.",
        why="A name with a blank may not be recognised; of a repetition only the first place counts.",
        remedy="Write each curve once, without blanks.",
        sources=("S5",),
        run=_odd,
    ),
)
