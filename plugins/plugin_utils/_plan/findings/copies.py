# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about copies of the settings in places that Windows does not read: other control sets, 32-bit views."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    RegistryValue,
    path_key,
    split_path,
)

from . import words
from .check import Check, Hit, View

_CONTROL_SET = re.compile(r"HKEY_LOCAL_MACHINE\\SYSTEM\\CONTROLSET(\d{3})\Z")
#: Schannel and the suite order have no 32-bit view: what stands below WOW6432Node with one of these names is read
#: by nobody.
_WOW64, _NOT_THERE = "WOW6432NODE", frozenset({"SCHANNEL", "CRYPTOGRAPHY"})


def _control_sets(view: View) -> t.Iterator[Hit]:
    observation = view.state.observation
    for key in observation.walk():
        match = _CONTROL_SET.match("\\".join(path_key(key.path)[:3]))
        if match is None or int(match.group(1)) == observation.current_control_set:
            continue
        current = "\\".join((*split_path(key.path)[:2], "CurrentControlSet", *split_path(key.path)[3:]))
        different = [
            value
            for value in key.values
            if observation.was_read(current, value.name) and not _same(value, observation.value(current, value.name))
        ]
        if different:
            first = different[0]
            yield Hit(
                words.path(key.path),
                f"{words.path(key.path)} has {words.path(first.name)} = {words.value(first)}; the control set "
                "in use has "
                f"{words.value(observation.value(current, first.name))} there, and only that counts.",
            )


def _same(left: RegistryValue, right: RegistryValue | None) -> bool:
    return right is not None and (left.kind, left.data) == (right.kind, right.data)


def _wow64(view: View) -> t.Iterator[Hit]:
    for key in view.state.observation.walk():
        place = path_key(key.path)
        if key.values and _WOW64 in place and _NOT_THERE & set(place):
            names = words.listing([value.name for value in key.values])
            yield Hit(words.path(key.path), f"{words.path(key.path)} holds values ({names}) that Windows never reads.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="copies.control_set",
        severity=Severity.NOTE,
        title="Another control set says something else",
        what="A control set that is not in use holds other values than the one in use.",
        why=(
            "It has no effect. A control set kept as last known good is normal; values that were written there by"
            " mistake do nothing."
        ),
        remedy="If the values were meant to count, write them below CurrentControlSet.",
        sources=("S2",),
        run=_control_sets,
    ),
    Check(
        id="copies.wow64",
        severity=Severity.WARNING,
        title="Settings in a 32-bit view that does not exist",
        what="Schannel or suite settings stand below WOW6432Node.",
        why=(
            "Schannel has one set of keys for 32-bit and 64-bit programs; the copy has no effect. A 32-bit tool "
            "may have written it."
        ),
        remedy="Write the values to the key without WOW6432Node and delete the copy.",
        sources=("S2", "S5"),
        run=_wow64,
    ),
)
