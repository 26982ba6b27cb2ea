# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the score, read from ``rules.yml`` once."""

from __future__ import annotations

import functools
import pathlib
import types
import typing as t

import yaml

from ..reduced import Without
from .model import Rule

_FILE = pathlib.Path(__file__).with_name("rules.yml")


@functools.cache
def load_rules() -> t.Mapping[str, Rule]:
    """Id of a finding -> its rule."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return types.MappingProxyType({row["finding"]: _rule(row) for row in rows})


def _rule(row: dict[str, t.Any]) -> Rule:
    lost = dict(row.pop("without", {}))
    without = Without(
        versions=frozenset(lost.pop("versions", ())),
        ciphers=tuple(lost.pop("ciphers", ())),
        key_exchange=frozenset(lost.pop("key_exchange", ())),
        authentication=frozenset(lost.pop("authentication", ())),
        **lost,
    )
    return Rule(settings=tuple(row.pop("settings", ())), without=without, **row)
