# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs mutmut in a prepared folder and writes what became of each mutant to ``mutants.json`` there.

Usage: ``python one_room.py JOBS`` with the folder of the room as working directory. What is known already stays;
JOBS 0 adds nothing.
"""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import libcst
from mutmut.__main__ import cli
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.utils.file_utils import walk_mutatable_files
from rooms import KILLED, SURVIVED, TIMEOUT

OUTCOMES = {"killed": KILLED, "survived": SURVIVED, "timeout": TIMEOUT}

Operator = t.Callable[[t.Any], t.Iterable[t.Any]]


def without_prose() -> None:
    """Keeps mutmut from mutating sentences: a text with a space in it is for people, and no test quotes it whole."""
    plain = mutators.operator_string

    def operator(node: libcst.BaseString) -> t.Iterable[libcst.BaseString]:
        return () if isinstance(node, libcst.SimpleString) and " " in node.value else plain(node)

    found: list[tuple[type, Operator]] = list(mutators.mutation_operators)
    mutators.mutation_operators[:] = [(kind, operator if one is plain else one) for kind, one in found]  # type: ignore[index]


def change(name: str, path: pathlib.Path) -> tuple[str, str]:
    """The lines that a mutant loses and gains."""
    lines = get_diff_for_mutant(name, path=path).splitlines()
    gone, new = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return " ".join(gone[1:]), " ".join(new[1:])


def outcomes() -> t.Iterator[dict[str, str]]:
    """Each mutant with its file and function; with the change itself where nothing noticed it."""
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            outcome = next((name for name, codes in OUTCOMES.items() if code in codes), "not_tried")
            row = {"mutant": name, "file": str(path).partition("plugin_utils/")[2], "outcome": outcome}
            if outcome == "survived":
                function = name.rpartition(".")[2].partition("__mutmut_")[0]
                row["function"] = function.removeprefix("x_").removeprefix("x\u01c1").replace("\u01c1", ".")
                row["was"], row["is"] = change(name, path)
            yield row


def main() -> None:
    """See the top of the file."""
    if sys.argv[1] != "0":
        without_prose()
        cli.main(["run", "--max-children", sys.argv[1]], standalone_mode=False)
    pathlib.Path("mutants.json").write_text(json.dumps(list(outcomes()), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
