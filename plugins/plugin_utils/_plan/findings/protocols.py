# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about protocol versions."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    MIXED,
    SIDES,
    UNKNOWN,
    UNSUPPORTED,
    VERSIONS,
    Meaning,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form, SettingState

from . import words
from .check import Check, Hit, View

#: States of which it is known what will count after the boot.
_UNDECIDED = (UNKNOWN, MIXED)
_WRITTEN = (Form.SET, Form.PARTIAL)
#: Windows itself ships with DisabledByDefault 1 for the client side of SSL 2.0: nobody's decision, and off.
_SHIPPED = "protocols.ssl_2_0.client"


def _is_shipped(state: SettingState) -> bool:
    return state.setting == _SHIPPED and [value and value.data for value in state.values] == [None, 1]


def _written(state: SettingState) -> bool:
    return state.form in _WRITTEN and not _is_shipped(state)


def _future(state: SettingState) -> Meaning:
    return DISABLED if _is_shipped(state) and state.future == DISABLED_BY_DEFAULT else state.future


def _switched_on(state: SettingState) -> bool:
    """Enabled is there and not zero."""
    enabled = state.values[0]
    return state.form in _WRITTEN and enabled is not None and bool(enabled.data)


def _pairs(view: View) -> t.Iterator[tuple[str, SettingState, SettingState]]:
    """(version word, client, server) of every version that has both sides."""
    by_version: dict[str, dict[str, SettingState]] = {}
    for setting, state in view.settings("protocols"):
        _group, version, side = setting.id.split(".")
        by_version.setdefault(version, {})[side] = state
    for version, sides in by_version.items():
        if all(side in sides for side in SIDES):
            yield version, sides["client"], sides["server"]


def _sides_differ(view: View) -> t.Iterator[Hit]:
    for version, client, server in _pairs(view):
        outgoing, incoming = _future(client), _future(server)
        known = outgoing not in _UNDECIDED and incoming not in _UNDECIDED
        if known and outgoing != incoming and (_written(client) or _written(server)):
            subject = f"protocols.{version}"
            yield Hit(
                subject,
                f"{words.version_of(subject)} is {words.meaning(outgoing)} for outgoing connections (Client) "
                f"and {words.meaning(incoming)} for incoming ones (Server).",
            )


def _one_side_only(view: View) -> t.Iterator[Hit]:
    for version, client, server in _pairs(view):
        forms = {"Client": client.form, "Server": server.form}
        missing = [side for side, form in forms.items() if form is Form.ABSENT]
        written = [side for side, state in (("Client", client), ("Server", server)) if _written(state)]
        if len(missing) == 1 and written and client.future == server.future and client.future != UNSUPPORTED:
            subject = f"protocols.{version}.{missing[0].lower()}"
            yield Hit(
                subject,
                f"{words.version_of(subject)} is set for {written[0]} only; "
                f"for {missing[0]} the default of Windows counts.",
            )


#: (Enabled, DisabledByDefault): the sentence about what is there and what is not.
_HALVES: t.Mapping[tuple[bool, bool], str] = {
    (True, False): "only Enabled is set ({enabled}), DisabledByDefault is absent",
    (False, True): "only DisabledByDefault is set ({by_default}), Enabled is absent",
}


def _half_configured(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("protocols"):
        if state.form is Form.PARTIAL and state.future != UNSUPPORTED and not _is_shipped(state):
            enabled, by_default = state.values
            sentence = _HALVES[enabled is not None, by_default is not None].format(
                enabled=words.value(enabled), by_default=words.value(by_default)
            )
            yield Hit(
                setting.id,
                f"{words.version_of(setting)} {words.side_of(setting)}: {sentence}; "
                f"together that reads as {words.meaning(state.future)}.",
            )


def _says(state: SettingState, enabled: bool, by_default: bool) -> bool:
    """Whether a complete, well-formed pair has these Enabled and DisabledByDefault."""
    found = [bool(value.data) for value in state.values if value is not None]
    return state.form is Form.SET and found == [enabled, by_default]


def _enabled_but_disabled_by_default(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("protocols"):
        if _says(state, True, True) and state.future != UNSUPPORTED:
            yield Hit(
                setting.id,
                f"{words.version_of(setting)} {words.side_of(setting)} has Enabled {words.value(state.values[0])} and "
                f"DisabledByDefault {words.value(state.values[1])}: only a program that asks for the version gets it.",
            )


def _off_but_not_by_default(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("protocols"):
        if _says(state, False, False) and state.future != UNSUPPORTED:
            yield Hit(
                setting.id,
                f"{words.version_of(setting)} {words.side_of(setting)} has Enabled 0, which alone decides; "
                "its DisabledByDefault 0 has no effect and says the opposite.",
            )


def _unsupported_version(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("protocols"):
        os = view.state.identity.os
        if (
            state.future == UNSUPPORTED
            and _switched_on(state)
            and os is not None
            and not setting.id.startswith("protocols.tls_1_3.")
        ):
            yield Hit(
                setting.id,
                f"{words.version_of(setting)} {words.side_of(setting)} is switched on, "
                f"but {os.name} does not know this version any more.",
            )


def _tls_1_3_os(view: View) -> t.Iterator[Hit]:
    os = view.state.identity.os
    for side in SIDES:
        state = view.state.settings[f"protocols.tls_1_3.{side}"]
        if os is not None and state.future == UNSUPPORTED and _switched_on(state):
            yield Hit(
                state.setting, f"TLS 1.3 {side} is switched on in the registry, but {os.name} does not support TLS 1.3."
            )


def _tls_1_3_exchange(view: View) -> t.Iterator[Hit]:
    identity = view.state.identity
    if identity.exchange is None or identity.exchange_build is None or "tls_1_3" in identity.abilities:
        return
    build = ".".join(str(number) for number in identity.exchange_build)
    for side in SIDES:
        state = view.state.settings[f"protocols.tls_1_3.{side}"]
        if state.future in (ENABLED, DISABLED_BY_DEFAULT):
            why = "by the default of Windows" if state.form is Form.ABSENT else "in the registry"
            yield Hit(
                state.setting,
                f"TLS 1.3 {side} is {words.meaning(state.future)} {why}, but Exchange build {build} does not "
                "support it.",
            )


def _tls_1_2_off(view: View) -> t.Iterator[Hit]:
    for side in SIDES:
        state = view.state.settings[f"protocols.tls_1_2.{side}"]
        if state.future in (DISABLED, DISABLED_BY_DEFAULT):
            why = "by the default of Windows" if state.form is Form.ABSENT else "in the registry"
            yield Hit(state.setting, f"TLS 1.2 {side} is {words.meaning(state.future)} {why}.")


def _none_left(view: View) -> t.Iterator[Hit]:
    for side in SIDES:
        futures = [view.state.settings[f"protocols.{version}.{side}"].future for version in VERSIONS]
        if all(future in (DISABLED, UNSUPPORTED) for future in futures):
            yield Hit(f"protocols.{side}", f"Every version is off for {side}s: no TLS connection is possible any more.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="protocols.sides_differ",
        severity=Severity.ERROR,
        title="Client and server side of a version differ",
        what="A version is on for one direction and off for the other, or as good as.",
        why=(
            "Every Exchange server is client and server at once; different sides break proxying, free/busy and "
            "mail between servers."
        ),
        remedy="Give Client and Server of the version the same two values, Enabled and DisabledByDefault.",
        sources=("S1", "S9"),
        run=_sides_differ,
    ),
    Check(
        id="protocols.one_side_only",
        severity=Severity.WARNING,
        title="Only one side of a version is configured",
        what="One side carries values, the other relies on the default of Windows, which today means the same.",
        why="The default changes with the version of Windows; what is not written is not decided.",
        remedy="Write both values on both sides.",
        sources=("S1", "S9"),
        run=_one_side_only,
    ),
    Check(
        id="protocols.half_configured",
        severity=Severity.WARNING,
        title="Only one of Enabled and DisabledByDefault is set",
        what="A side of a version has one of its two values; the missing one counts as the default of that Windows.",
        why=(
            "The same half means on with one Windows and off with another; DisabledByDefault alone proves nothing"
            " about a service."
        ),
        remedy="Write both: Enabled 1 and DisabledByDefault 0 for on, Enabled 0 and DisabledByDefault 1 for off.",
        sources=("S1", "S2", "S6", "S9"),
        run=_half_configured,
    ),
    Check(
        id="protocols.enabled_but_disabled_by_default",
        severity=Severity.WARNING,
        title="Enabled together with DisabledByDefault",
        what=(
            "Enabled and DisabledByDefault are both other than zero: off for programs that take the default, on "
            "for those that ask."
        ),
        why="Whether a service speaks the version then depends on the program, not on the setting.",
        remedy="Decide: Enabled 1 with DisabledByDefault 0, or Enabled 0 with DisabledByDefault 1.",
        sources=("S2-old",),
        run=_enabled_but_disabled_by_default,
    ),
    Check(
        id="protocols.off_but_not_by_default",
        severity=Severity.NOTE,
        title="Disabled, with a DisabledByDefault that says otherwise",
        what="Enabled 0 switches the version off; DisabledByDefault 0 beside it has no effect.",
        why="The version is off, but the next reader, and HealthChecker, sees a contradiction.",
        remedy="Set DisabledByDefault to 1 where Enabled is 0.",
        sources=("S2", "S9"),
        run=_off_but_not_by_default,
    ),
    Check(
        id="protocols.unsupported_version",
        severity=Severity.NOTE,
        title="A version is switched on that this Windows does not have",
        what="The registry switches on a version that was removed from this Windows.",
        why="The value has no effect; whoever wrote it expected one.",
        remedy="Remove the values, or set Enabled to 0.",
        sources=("S3-protocols",),
        run=_unsupported_version,
    ),
    Check(
        id="protocols.tls_1_3_os",
        severity=Severity.ERROR,
        title="TLS 1.3 on a Windows that does not support it",
        what="TLS 1.3 is switched on although this Windows is older than Server 2022 or Windows 11.",
        why="Microsoft calls that unsafe; it broke Exchange and failover clusters.",
        remedy="Set Enabled 0 and DisabledByDefault 1 for TLS 1.3, Client and Server.",
        sources=("S3-protocols", "S9"),
        run=_tls_1_3_os,
    ),
    Check(
        id="protocols.tls_1_3_exchange",
        severity=Severity.ERROR,
        title="TLS 1.3 with an Exchange build that does not support it",
        what="TLS 1.3 is on, by a value or by the default of Windows, and this Exchange build cannot use it.",
        why=(
            "Exchange supports TLS 1.3 from 2019 CU15 and Subscription Edition on, on Windows Server 2022 or "
            "later, except for SMTP."
        ),
        remedy="Switch TLS 1.3 off, or update Exchange first.",
        sources=("S1", "S9", "S12"),
        run=_tls_1_3_exchange,
    ),
    Check(
        id="protocols.tls_1_2_off",
        severity=Severity.ERROR,
        title="TLS 1.2 is off",
        what="TLS 1.2 is disabled, or off unless a program asks for it.",
        why=(
            "TLS 1.2 is what Exchange, Microsoft 365 and current clients need; nothing replaces it, SMTP does not"
            " speak TLS 1.3."
        ),
        remedy="Set Enabled 1 and DisabledByDefault 0 for TLS 1.2, Client and Server, and boot.",
        sources=("S1", "S3-protocols", "S9"),
        run=_tls_1_2_off,
    ),
    Check(
        id="protocols.none_left",
        severity=Severity.ERROR,
        title="No version is left",
        what="Every version that this Windows knows is off for one side.",
        why="No TLS connection is possible after the boot, remote management over HTTPS included.",
        remedy="Switch TLS 1.2 on before the next boot.",
        sources=("S2",),
        run=_none_left,
    ),
)
