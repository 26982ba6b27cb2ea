# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of wanted suite and curve lists: a wrong one can cut a server off."""

from __future__ import annotations

import typing as t

from .checking import Check, Context, Found, Wanted, hint, wanted
from .documents import Document

SUITES = "cipher_suites.group_policy"
CURVES = "curves.group_policy"

#: The Group Policy value takes no more (S3, S4).
LONGEST_SUITE_LIST = 1023


def _lists(document: Document, context: Context, setting: str) -> t.Iterator[tuple[Wanted, tuple[str, ...]]]:
    for item in wanted(document, context):
        if item.setting is not None and item.setting.id == setting and isinstance(item.want, tuple):
            yield item, item.want


def _suites_known(document: Document, context: Context) -> Found:
    for item, names in _lists(document, context, SUITES):
        for system in item.systems or tuple(context.catalogue.systems):
            known = context.catalogue.suites_of(system)
            if known is None:
                yield item.place, f"the suites of '{system}' are not in the catalogue, a list for it cannot be checked."
                continue
            for name in names:
                if name not in known.known:
                    yield item.place, f"'{name}' is no suite of {system}.{hint(name, known.known)}"


def _curves_known(document: Document, context: Context) -> Found:
    for item, names in _lists(document, context, CURVES):
        for system in item.systems or tuple(context.catalogue.systems):
            known = context.catalogue.suites_of(system)
            curves = () if known is None else (*known.curves, *known.curves_off)
            folded = {curve.casefold() for curve in curves}
            for name in names:
                if name.casefold() not in folded:
                    yield item.place, f"'{name}' is no curve of {system}.{hint(name, curves)}"


def _short_enough(document: Document, context: Context) -> Found:
    for item, names in _lists(document, context, SUITES):
        length = len(",".join(names))
        if length > LONGEST_SUITE_LIST:
            sentence = f"the list has {length} characters, Windows takes {LONGEST_SUITE_LIST}; leave suites out."
            yield item.place, sentence


def _once(document: Document, context: Context) -> Found:
    for setting in (SUITES, CURVES):
        for item, names in _lists(document, context, setting):
            folded = [name.casefold() for name in names]
            for name in dict.fromkeys(names):
                if folded.count(name.casefold()) > 1:
                    yield item.place, f"'{name}' stands in the list more than once."


CHECKS: tuple[Check, ...] = (
    Check(
        "suite-unknown",
        "Schannel passes over a name it does not know; the list is shorter than it looks.",
        _suites_known,
    ),
    Check("curve-unknown", "Schannel passes over a name it does not know.", _curves_known),
    Check("suite-list-long", "What Schannel does with a longer list is not described anywhere.", _short_enough),
    Check("list-duplicate", "A name that stands twice was meant to be another one.", _once),
)
