# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the data files to the typed catalogue: the only place of this package that opens files."""

from __future__ import annotations

import functools
import pathlib
import typing as t

from .build import dotnet_release, exchange_release, exchange_version, operating_system, setting, suite, suite_list
from .errors import CatalogueError
from .fields import Fields
from .model import Catalogue, SuiteList
from .reading import reading
from .table import read_table

_DATA = pathlib.Path(__file__).resolve().parent / "data"

_Row = t.TypeVar("_Row")


@functools.cache
def load() -> Catalogue:
    """All tables of the collection, read once per process. Raises CatalogueError when a file is missing or broken."""
    return load_from(_DATA)


def load_from(folder: pathlib.Path) -> Catalogue:
    """The catalogue of a folder with the same files as ours (for tests). Raises CatalogueError."""
    systems = {row.id: row for row in _rows(folder, "operating_systems.yml", operating_system)}
    ids = tuple(systems)
    settings = tuple(
        row for file in _files(folder, "settings") for row in _rows(folder, file, lambda fields: setting(fields, ids))
    )
    suites = tuple(row for file in _files(folder, "suites") for row in _rows(folder, file, suite))
    newest, older = _suite_lists(folder, {row.id: (row.first_build, row.last_build) for row in systems.values()})
    releases = _rows(folder, "exchange_releases.yml", exchange_release)
    versions = _rows(folder, "exchange_versions.yml", lambda fields: exchange_version(fields, ids))
    return Catalogue(
        settings=_by_id(((row.id, row) for row in settings), "settings"),
        systems=systems,
        suites=_by_id(((row.name, row) for row in suites), "suites"),
        suite_lists=newest,
        older_suite_lists=older,
        releases=tuple(sorted(releases, key=lambda release: release.build)),
        exchange={row.id: row for row in versions},
        dotnet=_rows(folder, "dotnet_releases.yml", dotnet_release),
        sources=_sources(folder),
        reading=_reading(folder),
    )


def _files(folder: pathlib.Path, name: str) -> tuple[str, ...]:
    try:
        found = sorted(path.name for path in (folder / name).iterdir() if path.suffix == ".yml")
    except OSError as error:
        raise CatalogueError(name, 1, f"cannot be read, the collection is not completely installed: {error}") from None
    return tuple(f"{name}/{file}" for file in found)


def _rows(folder: pathlib.Path, file: str, build: t.Callable[[Fields], _Row]) -> tuple[_Row, ...]:
    table = read_table(folder, file)
    if not isinstance(table, list):
        raise CatalogueError(file, 1, "a list of records is expected")
    rows = []
    for record in table:
        fields = Fields(record, file)
        rows.append(build(fields))
        fields.done()
    return tuple(rows)


def _record(folder: pathlib.Path, file: str) -> Fields:
    return Fields(read_table(folder, file), file)


def _by_id(rows: t.Iterable[tuple[str, _Row]], what: str) -> dict[str, _Row]:
    found: dict[str, _Row] = {}
    for name, row in rows:
        if name in found:
            raise CatalogueError(what, 1, f"'{name}' is defined twice")
        found[name] = row
    return found


def _suite_lists(
    folder: pathlib.Path, systems: t.Mapping[str, tuple[int, int]]
) -> tuple[dict[str, SuiteList], tuple[SuiteList, ...]]:
    """The lists of all files: the newest of each OS by its id, and those of older builds."""
    records: dict[str, Fields] = {}
    for file in _files(folder, "suite_lists"):
        table = _record(folder, file)
        for name, record in table.rest().items():
            if name in records:
                raise table.error(f"the list '{name}' is defined twice")
            records[name] = Fields(record, file)
    lists: dict[str, SuiteList] = {}
    for name, fields in records.items():
        lists[name] = suite_list(name, fields, lists, systems)
        fields.done()
    newest = {name: row for name, row in lists.items() if name == row.os}
    return newest, tuple(row for name, row in lists.items() if name != row.os)


def _sources(folder: pathlib.Path) -> dict[str, str]:
    fields = _record(folder, "sources.yml")
    return {tag: fields.text(tag) for tag in fields.rest()}


def _reading(folder: pathlib.Path) -> dict[str, t.Any]:
    fields = _record(folder, "reading.yml")
    request = reading(fields)
    fields.done()
    return request
