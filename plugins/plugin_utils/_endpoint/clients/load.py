# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clients that ship, and files of a site's own: the only place of this package that opens files."""

from __future__ import annotations

import functools
import pathlib

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import Place, Problem

from .model import Client
from .names import Lists, windows_lists
from .read import ClientsError, Sheet, read_sheet

_DATA = pathlib.Path(__file__).resolve().parent / "data"


@functools.cache
def load_clients() -> tuple[Client, ...]:
    """All clients that ship, by family, read once per process. Raises ClientsError when a file is missing or broken."""
    return tuple(client for sheet in _sheets()[0] for client in sheet.clients)


def read_clients(text: str, file: str) -> tuple[Client, ...]:
    """A site's own clients from the text of a file; ``file`` is the name that problems quote.

    Their records may name the lists that ship and those of Windows. Raises ClientsError with every problem at once.
    """
    shipped, lists = _sheets()
    sheet = read_sheet(text, file, lists)
    taken = {client.id for one in shipped for client in one.clients}
    twice = [
        Problem(None, "duplicate-id", f"{file}: '{client.id}' is the id of a client that ships; give it another.")
        for client in sheet.clients
        if client.id in taken
    ]
    if not sheet.clients and not sheet.problems:
        twice = [Problem(Place(file, 1, 1), "file-shape", "the file has no clients; write them under 'clients'.")]
    if sheet.problems or twice:
        raise ClientsError([*sheet.problems, *twice])
    return sheet.clients


@functools.cache
def _sheets() -> tuple[tuple[Sheet, ...], Lists]:
    lists = windows_lists(load())
    sheets: list[Sheet] = []
    for path in sorted(_DATA.glob("*.yml")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            words = f"{path.name} cannot be read, the collection is not completely installed: {error}."
            raise ClientsError([Problem(None, "file-shape", words)]) from None
        sheet = read_sheet(text, path.name, lists)
        lists = lists.with_shared(sheet.lists)
        sheets.append(sheet)
    problems = [problem for sheet in sheets for problem in sheet.problems]
    if problems or not sheets:
        missing = Problem(None, "file-shape", "no clients are there, the collection is not completely installed.")
        raise ClientsError(problems or [missing])
    return tuple(sheets), lists
