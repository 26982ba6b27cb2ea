# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about the combination of Windows, Exchange and settings: end of support, and what a build cannot bear."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import DISABLED, ENABLED, ExchangeVersion
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import filetime_to_iso

from . import words
from .check import Check, Hit, View

#: Last day of extended support, as far as a source was seen (S1).
_OS_SUPPORT_ENDED: t.Mapping[str, str] = {"ws2012": "2023-10-10", "ws2012r2": "2023-10-10"}
_OLD = ("protocols.tls_1_0", "protocols.tls_1_1")


def _version(view: View) -> ExchangeVersion | None:
    return view.state.catalogue.exchange.get(view.state.identity.exchange or "")


def _build(view: View) -> str:
    return ".".join(str(number) for number in view.state.identity.exchange_build or ())


def _is_over(view: View, end: str) -> bool:
    """Whether a day lies behind the host's own clock; when that is not known the date is told all the same."""
    now = filetime_to_iso(view.state.identity.now)
    return bool(end) and (now is None or now[:10] > end)


def _exchange_support(view: View) -> t.Iterator[Hit]:
    version = _version(view)
    if version is not None and _is_over(view, version.end_of_support):
        yield Hit("exchange", f"Support of {version.name} ended on {version.end_of_support}.")


def _os_support(view: View) -> t.Iterator[Hit]:
    os = view.state.identity.os
    end = None if os is None else _OS_SUPPORT_ENDED.get(os.id)
    if os is not None and end is not None and _is_over(view, end):
        yield Hit("os", f"Extended support of {os.name} ended on {end}.")


def _combination(view: View) -> t.Iterator[Hit]:
    version, os = _version(view), view.state.identity.os
    if version is None or os is None:
        return
    needed = version.systems.get(os.id)
    if needed is None:
        yield Hit("exchange", f"{version.name} is not supported on {os.name}.")
        return
    first = next((release for release in view.state.catalogue.releases if release.id == needed), None)
    build = view.state.identity.exchange_build
    if first is not None and build is not None and build < first.build:
        yield Hit(
            "exchange", f"{version.name} is supported on {os.name} from {first.name} on; this is build {_build(view)}."
        )


def _lacks(view: View, ability: str) -> bool:
    identity = view.state.identity
    known = identity.exchange is not None and identity.exchange_build is not None
    return known and ability not in identity.abilities


def _no_tls_1_2(view: View) -> t.Iterator[Hit]:
    if _lacks(view, "tls_1_2"):
        yield Hit("exchange", f"Exchange build {_build(view)} does not speak TLS 1.2 everywhere.")


def _old_off_too_early(view: View) -> t.Iterator[Hit]:
    if not _lacks(view, "disable_tls_1_0"):
        return
    for version in _OLD:
        states = [view.find(f"{version}.{side}") for side in ("client", "server")]
        if any(state is not None and state.future == DISABLED for state in states):
            yield Hit(version, f"{words.version_of(version)} is off, but Exchange build {_build(view)} still needs it.")


def _strict_renegotiation(view: View) -> t.Iterator[Hit]:
    if not _lacks(view, "strict_renegotiation"):
        return
    for setting, state in view.settings("renegotiation"):
        if state.configured == DISABLED:
            value = f"{setting.places[0].name} is {words.value(state.values[0])}"
            yield Hit(setting.id, f"{value} (strict mode), which Exchange build {_build(view)} does not support.")


def _insecure_renegotiation(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("renegotiation"):
        if state.configured == ENABLED:
            value = f"{setting.places[0].name} is {words.value(state.values[0])}"
            yield Hit(setting.id, f"{value}: peers without the renegotiation fix are let in.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="platform.exchange_support",
        severity=Severity.NOTE,
        title="Exchange is out of support",
        what="Support of this Exchange version has ended.",
        why="New holes stay open, and partners such as Exchange Online may refuse its mail.",
        remedy="Plan the move to Exchange Subscription Edition.",
        sources=("S9", "S10"),
        run=_exchange_support,
    ),
    Check(
        id="platform.os_support",
        severity=Severity.NOTE,
        title="Windows is out of support",
        what="Extended support of this Windows has ended.",
        why="Updates of Schannel come no more, except to those who pay for them.",
        remedy="Plan the move to a supported Windows.",
        sources=("S1",),
        run=_os_support,
    ),
    Check(
        id="platform.combination",
        severity=Severity.NOTE,
        title="Exchange and Windows do not go together",
        what="This Exchange build is not supported on this Windows.",
        why="Nobody tests TLS settings on this combination.",
        remedy="Update Exchange, or move it to a supported Windows.",
        sources=("S10", "S12"),
        run=_combination,
    ),
    Check(
        id="platform.no_tls_1_2",
        severity=Severity.WARNING,
        title="The Exchange build lacks TLS 1.2",
        what="This Exchange build is older than the first with full TLS 1.2 support.",
        why="Some of its connections use older versions whatever Windows allows.",
        remedy="Install the current cumulative update before changing protocol versions.",
        sources=("S1", "S1-old", "S18"),
        run=_no_tls_1_2,
    ),
    Check(
        id="platform.old_off_too_early",
        severity=Severity.ERROR,
        title="TLS 1.0 or 1.1 is off, and the Exchange build needs it",
        what="An old version is off although this Exchange build is older than the first that can do without.",
        why="Proxying between servers and parts of mail flow fail.",
        remedy="Install the current cumulative update, or switch the version on again until then.",
        sources=("S1-old", "S18"),
        run=_old_off_too_early,
    ),
    Check(
        id="platform.strict_renegotiation",
        severity=Severity.WARNING,
        title="Strict renegotiation on an Exchange that does not support it",
        what="Insecure renegotiation is switched off by a value, and this Exchange version does not support that.",
        why="Microsoft does not support strict mode with Exchange 2013.",
        remedy="Remove AllowInsecureRenegoClients and AllowInsecureRenegoServers on this server.",
        sources=("S1",),
        run=_strict_renegotiation,
    ),
    Check(
        id="platform.insecure_renegotiation",
        severity=Severity.WARNING,
        title="Insecure renegotiation is allowed",
        what="A value lets peers renegotiate that lack the fix of 2010 (MS10-049).",
        why="An attacker on the path can put data of his own before those of the victim.",
        remedy="Write 0 (strict mode) where the Exchange version supports it.",
        sources=("S1",),
        run=_insecure_renegotiation,
    ),
)
