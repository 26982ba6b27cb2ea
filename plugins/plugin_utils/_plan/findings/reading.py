# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about what is not known: keys that could not be read, a system that is not in the catalogue."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ReadError, printable
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form

from . import words
from .check import Check, Hit, View

_ACCESS_DENIED = 5


def _denied(view: View) -> t.Iterator[Hit]:
    for error in view.state.observation.errors:
        if error.code == _ACCESS_DENIED:
            yield Hit(words.path(error.path), f"Access to {words.path(error.path)} was denied{_said(error)}.")


def _failed(view: View) -> t.Iterator[Hit]:
    for error in view.state.observation.errors:
        if error.code != _ACCESS_DENIED:
            yield Hit(
                words.path(error.path),
                f"{words.path(error.path)} could not be read, Windows error {error.code}{_said(error)}.",
            )


def _said(error: ReadError) -> str:
    text = printable(" ".join(error.text.split()), 120).rstrip(".")
    return f": {text}" if text else ""


def _unread(view: View) -> t.Iterator[Hit]:
    groups: dict[str, list[str]] = {}
    for setting in view.state.catalogue.settings.values():
        state = view.find(setting.id)
        # Users who are not logged on are never loaded: that their settings are unknown is no news.
        if state is not None and state.form is Form.UNREAD and not setting.per_user:
            groups.setdefault(setting.group, []).append(setting.id)
    for group, ids in groups.items():
        verb = "is" if len(ids) == 1 else "are"
        where = "not in the export" if view.state.observation.exported else "not read"
        yield Hit(group, f"{len(ids)} of the settings '{group}' {verb} {where}: {words.listing(ids, 3)}.")


def _os_unknown(view: View) -> t.Iterator[Hit]:
    identity = view.state.identity
    if identity.os is None:
        build = (
            "its build was not read" if identity.build is None else f"build {identity.build} is not in the catalogue"
        )
        yield Hit("os", f"Which Windows this is, is not known: {build}, or client and server cannot be told apart.")


def _exchange_unknown(view: View) -> t.Iterator[Hit]:
    identity = view.state.identity
    if identity.exchange is None:
        yield Hit("exchange", "Whether Exchange is installed here, and which build, is not known.")
    elif identity.release is None and identity.exchange_build is not None:
        build = ".".join(str(number) for number in identity.exchange_build)
        yield Hit("exchange", f"Exchange build {build} is older than every release in the catalogue.")


def _no_times(view: View) -> t.Iterator[Hit]:
    observation = view.state.observation
    if observation.exported:
        yield Hit(
            "boot", "An export carries no times: whether its values are in effect or wait for a boot cannot be told."
        )
    elif observation.machine.boot is None:
        yield Hit("boot", "The host did not tell when it booted: what waits for a boot cannot be told.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="reading.denied",
        severity=Severity.ERROR,
        title="Access denied",
        what="A key or file may not be read by the account in use.",
        why="What was not read is never taken for met; the settings there are unknown.",
        remedy="Run with an account of the local Administrators group, or give it read access to the key.",
        sources=("S2",),
        run=_denied,
    ),
    Check(
        id="reading.failed",
        severity=Severity.ERROR,
        title="A key or file could not be read",
        what="Windows returned an error for a key or file.",
        why="What was not read is never taken for met; the settings there are unknown.",
        remedy="Look at the error on the host; a damaged hive or a file in use are common causes.",
        sources=("S2",),
        run=_failed,
    ),
    Check(
        id="reading.unread",
        severity=Severity.NOTE,
        title="Settings that were not read",
        what="Settings of the catalogue are not part of the answer or of the export.",
        why="What was not read is unknown, never met.",
        remedy="Read the host online, or export the keys that are missing as well.",
        sources=("S2",),
        run=_unread,
    ),
    Check(
        id="reading.os_unknown",
        severity=Severity.WARNING,
        title="Unknown Windows",
        what="The build of this Windows is not in the catalogue, or the edition is not known.",
        why="What an absent value means depends on the Windows; without it most settings stay unknown.",
        remedy="Update the collection; for an export name the system.",
        sources=("S3-versions",),
        run=_os_unknown,
    ),
    Check(
        id="reading.exchange_unknown",
        severity=Severity.WARNING,
        title="Unknown Exchange",
        what="The version or build of Exchange could not be found out.",
        why="Which settings it can bear depends on the build; rules for Exchange stay undecided.",
        remedy="Check access to the Setup key and to Bin\\ExSetup.exe; for an export give the build.",
        sources=("S9", "S10"),
        run=_exchange_unknown,
    ),
    Check(
        id="reading.no_times",
        severity=Severity.NOTE,
        title="No times",
        what="The last boot or the times of the keys are not known.",
        why="A value that was written after the boot is not in effect yet; without times that cannot be seen.",
        remedy="Read the host online with an account that may call the native registry functions.",
        sources=("S1",),
        run=_no_times,
    ),
)
