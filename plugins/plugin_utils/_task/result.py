# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the core found out, as the plain data of a task's result. Pure; internal to this collection."""

from __future__ import annotations

import typing as t

from .._catalogue import Meaning
from .._host import filetime_to_iso
from .._state import SettingState, State
from .._words import plain_data

Data = dict[str, t.Any]


def host_data(state: State) -> Data:
    """Who the host is; an unknown fact is None."""
    identity = state.identity
    system, release = identity.os, identity.release
    return {
        "computer": identity.computer,
        "origin": state.observation.origin,
        "os": {
            "id": system.id if system else None,
            "name": system.name if system else None,
            "build": identity.build,
            "ubr": identity.ubr,
        },
        "exchange": {
            "version": identity.exchange,
            "build": ".".join(str(number) for number in identity.exchange_build) if identity.exchange_build else None,
            "release": release.name if release else None,
            "role": identity.role,
        },
        "service": identity.service,
        "powershell": identity.powershell,
        "boot": _time(identity.boot),
        "now": _time(identity.now),
    }


def builds(host: t.Mapping[str, t.Any]) -> dict[str, str]:
    """What a journal keeps of the host: the builds it was written on, as far as they are known, for whoever looks later
    for the cause of a difference.
    """
    system, exchange = host["os"], host["exchange"]
    windows = ".".join(str(system[part]) for part in ("build", "ubr") if system[part] is not None)
    found = {"windows": windows if system["build"] is not None else "", "exchange": exchange["build"] or ""}
    return {name: build for name, build in found.items() if build}


def settings_data(state: State) -> Data:
    """Every setting by id."""
    return {name: _setting(setting) for name, setting in sorted(state.settings.items())}


def _setting(setting: SettingState) -> Data:
    return {
        "form": setting.form.value,
        "configured": meaning_data(setting.configured),
        "effective": meaning_data(setting.effective),
        "future": meaning_data(setting.future),
        "origin": setting.origin.value,
        "pending": setting.pending,
    }


def configured_data(state: State, names: t.Iterable[str]) -> Data:
    """What the registry says about these settings; None where it says nothing that can be understood."""
    return {name: meaning_data(state.settings[name].configured) for name in names if name in state.settings}


def errors_data(state: State) -> list[Data]:
    """What could not be read, by path."""
    errors = sorted(state.observation.errors, key=lambda error: (error.path, error.code))
    return [plain_data({"path": error.path, "code": error.code, "text": error.text}) for error in errors]


def meaning_data(meaning: Meaning | None) -> t.Any:
    """A meaning as JSON: a word, a number, a list of names, or None."""
    return plain_data(meaning)


def _time(filetime: int | None) -> str | None:
    return None if filetime is None else filetime_to_iso(filetime)
