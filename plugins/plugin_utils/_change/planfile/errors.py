# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a saved plan is not applied: one error for each reason, each with one sentence."""

from __future__ import annotations

import typing as t


class PlanFileError(Exception):
    """A plan that cannot be read, or may not be applied; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class MissingPlanError(PlanFileError):
    """The file has no record of this host."""


class ForeignPlanError(PlanFileError):
    """The record was made for another computer: not stale, but never meant for this one."""


class OldPlanError(PlanFileError):
    """The plan is older than somebody is willing to trust it, or from the future."""


class StalePlanError(PlanFileError):
    """What the plan was made from is not what is there now; ``moved``: one sentence for each difference."""

    def __init__(self, sentence: str, moved: t.Sequence[str]) -> None:
        super().__init__(sentence)
        self.moved = tuple(moved)


class GateError(PlanFileError):
    """A gate that time can close again is closed: the organisation, or an exception that has ended."""


class SignatureError(PlanFileError):
    """A key that is none, or a signature that is not of this key and this file."""
