# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which code is mutated, and which tests have to notice: the own tests of a room, not those of its neighbours."""

from __future__ import annotations

import dataclasses
import typing as t

#: Where the collection lies in the folder of a run; mutmut derives the names of modules from it.
COLLECTION = "ansible_collections/msexchange/tls"
PLUGIN_UTILS = f"{COLLECTION}/plugins/plugin_utils"

#: Exit codes of pytest, of mutmut (``mutmut.stats``) and of the kernel. 2: a test could not even be collected.
#: Any other code is no outcome: the mutant counts as not tried.
KILLED, SURVIVED = frozenset({1, 2, 3, 4}), frozenset({0, 5, 33})
TIMEOUT = frozenset({24, 36, 152, 255, -9, -24})


@dataclasses.dataclass(frozen=True)
class Room:
    """``code``, ``but``: patterns below plugin_utils, with ``*`` also for ``/``. ``tests``: a folder of tests/unit."""

    code: str
    tests: str
    but: str = ""

    def configuration(self) -> str:
        """The setup.cfg that mutmut reads."""
        lines = [
            "[mutmut]",
            f"source_paths={COLLECTION.split('/', maxsplit=1)[0]}",
            f"only_mutate={PLUGIN_UTILS}/{self.code}",
            *([f"do_not_mutate={PLUGIN_UTILS}/{self.but}"] if self.but else []),
            f"pytest_add_cli_args_test_selection={COLLECTION}/tests/unit/{self.tests}",
            "pytest_add_cli_args=",
            "    -pno:cacheprovider",
            # It collects garbage at the end of every run, which costs as much as most of the runs.
            "    -pno:unraisableexception",
            "    -pfew_variants",
            "",
        ]
        return "\n".join(lines)


ROOMS: t.Mapping[str, Room] = {
    "_state": Room("_state/*", "state"),
    "_plan": Room("_plan/*", "plan", but="_plan/findings/*"),
    "_plan/findings": Room("_plan/findings/*", "findings"),
}
