# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Break a copy of the product on purpose and see that the molecule scenario notices, at the task that is meant to.

Usage: ``python molecule_mutants.py [WORDS OF WHAT]``, with the Python of the environment that has molecule; with words
only the mutations whose description has them, and no record is written. The mutations are data:
``molecule_mutations.yml``. First every scenario has to pass on the copy as it is, or a failure would say nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import pathlib
import platform
import shutil
import sys
import tempfile
import typing as t

import yaml
from proof.record import write_record
from tools import molecule_run
from tools.project_files import ROOT, copy_project

MUTATIONS = pathlib.Path(__file__).parent / "molecule_mutations.yml"
COMMAND = "make molecule-mutants"


class MutationError(Exception):
    """The list of mutations does not fit the product any more, in one sentence."""


@dataclasses.dataclass(frozen=True)
class Edit:
    """A text that stands exactly once in a file, and what takes its place."""

    file: str
    old: str
    new: str


@dataclasses.dataclass(frozen=True)
class Mutation:
    """One defect. ``task``: the task of the scenario that has to fail because of it."""

    what: str
    scenario: str
    task: str
    edits: tuple[Edit, ...]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a scenario said to a mutation. ``failed``: its step and task, empty if it was green all the same."""

    mutation: Mutation
    failed: str

    @property
    def caught(self) -> bool:
        """Whether it failed, and where it was meant to."""
        return self.failed.endswith(f"failed: {self.mutation.task}")


def read(path: pathlib.Path = MUTATIONS) -> list[Mutation]:
    """All mutations."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Mutation(**{**row, "edits": tuple(Edit(**edit) for edit in row["edits"])}) for row in rows]


def mutated(mutation: Mutation, root: pathlib.Path) -> dict[pathlib.Path, str]:
    """The new text of every file that the mutation touches. Raises MutationError where an old text is not there."""
    texts: dict[pathlib.Path, str] = {}
    for edit in mutation.edits:
        path = root / edit.file
        if not path.is_file():
            raise MutationError(f"{mutation.what}: there is no file {edit.file}; adapt {MUTATIONS.name}.")
        text = texts.get(path) or path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise MutationError(
                f"{mutation.what}: {edit.file} has the text to be replaced {text.count(edit.old)} times instead of "
                f"once: {edit.old.strip()!r}; adapt {MUTATIONS.name}."
            )
        texts[path] = text.replace(edit.old, edit.new)
    return texts


@contextlib.contextmanager
def applied(mutation: Mutation, root: pathlib.Path) -> t.Iterator[None]:
    """The project below ``root`` with this defect, until the block ends."""
    texts = mutated(mutation, root)
    before = {path: path.read_bytes() for path in texts}
    try:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        yield
    finally:
        for path, content in before.items():
            path.write_bytes(content)


def collections(folder: pathlib.Path) -> pathlib.Path:
    """A copy of the project below ``folder``, with ansible.windows beside it; the root of the copy."""
    copy = copy_project(folder)
    neighbours = molecule_run.COLLECTIONS / "ansible_collections" / "ansible"
    (folder / "ansible_collections" / "ansible").symlink_to(neighbours.resolve())
    return copy


def check_scenario(name: str, copy: pathlib.Path, log: str) -> str:
    """Step and task at which a scenario fails on the copy; "" if it passes."""
    # Python goes by time and size of a source file: a defect of the same length in the same second would not count.
    for cache in list(copy.rglob("__pycache__")):
        shutil.rmtree(cache)
    return molecule_run.run(name, copy, copy.parents[2], f"mutants-{log}").failed


def run(mutations: t.Sequence[Mutation]) -> list[Verdict]:
    """All of them, one after the other. Raises MutationError."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = collections(pathlib.Path(folder))
        for mutation in mutations:
            mutated(mutation, copy)
        for name in sorted({mutation.scenario for mutation in mutations}):
            print(f"{name:8} as it is: ", end="", flush=True)
            failed = check_scenario(name, copy, name)
            print(failed or "passes", flush=True)
            if failed:
                raise MutationError(f"The scenario {name} fails without any mutation; first make it pass.")
        return [_tried(number, mutation, copy) for number, mutation in enumerate(mutations, 1)]


def _tried(number: int, mutation: Mutation, copy: pathlib.Path) -> Verdict:
    print(f"{mutation.scenario:8} {mutation.what}: ", end="", flush=True)
    with applied(mutation, copy):
        verdict = Verdict(mutation, check_scenario(mutation.scenario, copy, f"{number:02}"))
    print(("caught" if verdict.caught else "NOT CAUGHT") + f" ({verdict.failed or 'it passes'})", flush=True)
    return verdict


def figures(verdicts: t.Sequence[Verdict]) -> dict[str, t.Any]:
    """The record: how many, and each with the scenario and the task that noticed."""
    return {
        "mutations": len(verdicts),
        "caught": sum(verdict.caught for verdict in verdicts),
        "list": [
            {
                "mutation": verdict.mutation.what,
                "files": [edit.file for edit in verdict.mutation.edits],
                "scenario": verdict.mutation.scenario,
                "caught": verdict.caught,
                "by": verdict.failed,
            }
            for verdict in verdicts
        ],
    }


def main(words: t.Sequence[str]) -> int:
    """Exit code: 1 if a mutation was not caught, 2 if they could not be tried."""
    wanted = " ".join(words)
    mutations = [mutation for mutation in read() if wanted in mutation.what]
    if not mutations:
        print(f"No mutation is described by {wanted!r}.", file=sys.stderr)
        return 2
    try:
        verdicts = run(mutations)
    except MutationError as error:
        print(error, file=sys.stderr)
        return 2
    caught = sum(verdict.caught for verdict in verdicts)
    print(f"{caught} of {len(verdicts)} mutations caught; what was said lies in .cache/molecule.")
    if not words:
        on = {name: importlib.metadata.version(name) for name in ("molecule", "ansible-core")}
        on["python"] = platform.python_version()
        path = write_record("molecule", command=COMMAND, on=on, figures=figures(verdicts))
        print(f"Recorded in {path.relative_to(ROOT)}.")
    return int(caught < len(verdicts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
