# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profiles and benchmark mappings that ship: the only place of this package that opens files."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import (
    Draft,
    Problem,
    read_record,
    read_records,
    read_yaml,
)

from .checking import Context, extended
from .documents import Document, read_document
from .model import Profile
from .problems import BaselineError
from .shape import MAPPING, REQUIREMENT

_HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """Which rules answer a requirement of somebody else.

    ``also``: its other number. ``confirmed``: the id was seen in more than one place. ``rules``: ids of rules or of
    records of rules.
    """

    authority: str
    id: str
    also: str
    title: str
    confirmed: bool
    rules: tuple[str, ...]


def profile_names() -> tuple[str, ...]:
    """The profiles that ship, in alphabetical order."""
    return tuple(sorted(path.stem for path in (_HERE / "profiles").glob("*.yml")))


@functools.cache
def load_profile(name: str) -> Profile:
    """The profile with this name, read once per process. Raises BaselineError: unknown name, broken file."""
    names = profile_names()
    if name not in names:
        near = nearest(name, names)
        hint = f"Did you mean '{near}'?" if near else f"There are {', '.join(names)}."
        raise BaselineError([Problem(None, "profile-unknown", f"there is no profile '{name}'. {hint}")])
    document = load_document(name)
    if document.problems:
        raise BaselineError(document.problems)
    head = document.head
    parent = head.text("extends")
    base = {rule.id: rule for rule in load_profile(parent).rules} if parent else {}
    return Profile(
        name=head.text("profile"),
        title=head.text("title"),
        description=" ".join(head.text("description").split()),
        rules=tuple(extended(base, document).values()),
        extends=parent,
    )


def load_document(name: str) -> Document:
    """The file of a profile as it was written, for the linter. Raises BaselineError when it cannot be read."""
    file = f"{name}.yml"
    return read_document(_read(_HERE / "profiles" / file), file, "profile")


def profile_context(name: str, **known: t.Any) -> Context:
    """What the linter needs to check a profile that ships; ``known`` are further fields of the context."""
    document = load_document(name)
    parent = document.head.text("extends")
    base = {rule.id: rule for rule in load_profile(parent).rules} if parent in profile_names() else {}
    return Context(documents=(document,), base=base, profiles=profile_names(), **known)


def load_benchmarks() -> tuple[Benchmark, ...]:
    """Every requirement of ``mappings/*.yml``, in the order of the files. Raises BaselineError."""
    found: list[Benchmark] = []
    problems: list[Problem] = []
    for path in sorted((_HERE / "mappings").glob("*.yml")):
        root, wrong = read_yaml(_read(path), path.name)
        problems += wrong
        if root is not None:
            head = read_record(root, MAPPING, "mapping", problems)
            requirements = read_records(head.fields.get("requirements"), REQUIREMENT, "requirement", problems)
            found += [_benchmark(head.text("authority"), draft) for draft in requirements]
    if problems:
        raise BaselineError(problems)
    return tuple(found)


def _benchmark(authority: str, draft: Draft) -> Benchmark:
    return Benchmark(
        authority=authority,
        id=draft.text("id"),
        also=draft.text("also"),
        title=draft.text("title"),
        confirmed=draft.text("confirmed") == str(True),
        rules=draft.words("rules"),
    )


def _read(path: pathlib.Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = f"{path.name} cannot be read, the collection is not completely installed: {error}."
        raise BaselineError([Problem(None, "file-shape", words)]) from None
