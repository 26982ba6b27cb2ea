# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error of a profile, an overlay or a set of wanted values: everything that is wrong with them at once."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Problem, in_order


class BaselineError(Exception):
    """A profile, an overlay or a set of wanted values that cannot be used.

    ``problems`` holds all of them, in the order of the files; the text has one line for each.
    """

    def __init__(self, problems: t.Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = in_order(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
