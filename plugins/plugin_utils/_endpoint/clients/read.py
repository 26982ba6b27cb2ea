# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file of clients, read: its records, its lists, and everything that is wrong with it."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Version
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._records import (
    Draft,
    Mapping,
    Place,
    Problem,
    Scalar,
    Sequence,
    in_order,
    read_record,
    read_records,
    read_yaml,
)

from . import shape
from .model import EXTENSIONS, FRAMINGS, HASHES, RENEGOTIATION, SERVICES, Client, Kind
from .names import Lists, Names, canonical
from .sense import contradictions

_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_VERSIONS = {version.id: version for version in Version}


class ClientsError(Exception):
    """A file of clients that cannot be used; ``problems`` holds everything that is wrong, the text a line for each."""

    def __init__(self, problems: t.Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = in_order(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclasses.dataclass(frozen=True)
class Sheet:
    """What a file holds. ``clients`` lacks records that are broken; the reasons stand in ``problems``."""

    clients: tuple[Client, ...]
    lists: t.Mapping[str, Names]
    problems: tuple[Problem, ...]


def read_sheet(text: str, file: str, lists: Lists) -> Sheet:
    """Read the text of a file. ``lists``: what its records may name besides its own lists."""
    root, wrong = read_yaml(text, file)
    problems = list(wrong)
    if root is None:
        return Sheet((), {}, tuple(problems))
    head = read_record(root, shape.FILE, "file of clients", problems)
    own = _lists(head.fields.get("lists"), problems)
    reader = _Reader(lists.with_shared(own), problems)
    drafts = read_records(head.fields.get("clients"), shape.CLIENT, "client", problems)
    clients = [reader.client(draft) for draft in drafts]
    return Sheet(tuple(client for client in clients if client is not None), own, in_order(problems))


def _lists(node: object, problems: list[Problem]) -> dict[str, Names]:
    found: dict[str, Names] = {}
    if not isinstance(node, Mapping):
        return found
    for key, value in node.entries:
        items = value.items if isinstance(value, Sequence) else ()
        if not items or not all(isinstance(item, Scalar) and isinstance(item.value, str) for item in items):
            problems.append(Problem(value.place, "field-type", f"the list '{key.value}' must be a list of names."))
            continue
        found[str(key.value)] = tuple(str(item.value) for item in items if isinstance(item, Scalar))
    return found


class _Reader:
    def __init__(self, lists: Lists, problems: list[Problem]) -> None:
        self._lists = lists
        self._problems = problems
        self._seen: dict[str, Place] = {}

    def client(self, draft: Draft) -> Client | None:
        """One record; None when it is broken."""
        before = len(self._problems)
        name = self._id(draft)
        lowest, highest = self._version(draft, "lowest"), self._version(draft, "highest")
        framing = self._word(draft, "framing", FRAMINGS, "tls")
        renegotiation = self._word(draft, "renegotiation", RENEGOTIATION, "scsv")
        suites, groups, signatures = (self._names(draft, field) for field in ("suites", "groups", "signatures"))
        kind = self._word(draft, "kind", tuple(kind.value for kind in Kind), Kind.SITE.value)
        services = self._words(draft, "services", SERVICES)
        extensions = self._words(draft, "extensions", EXTENSIONS)
        hashes = self._words(draft, "hashes", HASHES)
        if not draft.whole or lowest is None or highest is None or len(self._problems) > before:
            return None
        client = Client(
            id=name,
            name=" ".join(draft.text("name").split()),
            family=draft.text("family") or Kind.SITE.value,
            kind=Kind(kind),
            services=services,
            lowest=lowest,
            highest=highest,
            suites=suites,
            framing=framing,
            groups=groups,
            signatures=signatures,
            extensions=extensions,
            renegotiation=renegotiation,
            needs_secure_renegotiation=draft.text("needs_secure_renegotiation") == str(True),
            refuses_sha1_handshakes=draft.text("refuses_sha1_handshakes") == str(True),
            hashes=frozenset(hashes) if hashes else None,
            rsa_min_bits=draft.number("rsa_min_bits"),
            rsa_max_bits=draft.number("rsa_max_bits"),
            dh_min_bits=draft.number("dh_min_bits"),
            dh_max_bits=draft.number("dh_max_bits"),
            sources=draft.words("sources"),
            note=" ".join(draft.text("note").split()),
        )
        self._problems += [Problem(draft.at(field), check, words) for field, check, words in contradictions(client)]
        return client

    def _id(self, draft: Draft) -> str:
        name = draft.text("id")
        if name and not _ID.fullmatch(name):
            self._wrong(draft, "id", "id-form", "an id is small letters, digits and underscores, at most 64.")
        elif name in self._seen:
            self._wrong(draft, "id", "duplicate-id", f"'{name}' is the id of another client, at {self._seen[name]}.")
        self._seen.setdefault(name, draft.at("id"))
        return name

    def _version(self, draft: Draft, field: str) -> Version | None:
        name = draft.text(field)
        if not name or name in _VERSIONS:
            return _VERSIONS.get(name)
        self._unknown(draft.at(field), "unknown-version", f"there is no version '{name}'", name, _VERSIONS)
        return None

    def _word(self, draft: Draft, field: str, words: Names, default: str) -> str:
        word = draft.text(field) or default
        if word not in words:
            self._unknown(draft.at(field), "unknown-word", f"'{field}' cannot be '{word}'", word, words)
            return default
        return word

    def _words(self, draft: Draft, field: str, words: Names) -> Names:
        for word, place in draft.texts(field):
            if word not in words:
                self._unknown(place, "unknown-word", f"'{field}' cannot hold '{word}'", word, words)
        return tuple(dict.fromkeys(word for word in draft.words(field) if word in words))

    def _names(self, draft: Draft, field: str) -> Names:
        node = draft.fields.get(field)
        if isinstance(node, Scalar):
            named, wanted = self._lists.named(field), str(node.value)
            if wanted not in named:
                self._unknown(node.place, "unknown-list", f"there is no list '{wanted}'", wanted, named)
                return ()
            names = [(name, node.place) for name in named[wanted]]
        else:
            names = list(draft.texts(field))
        found: dict[str, None] = {}
        for name, place in names:
            right = canonical(field, name)
            if right is None:
                words = f"there are no {field} with the name '{name}' in the registry of the IANA."
                self._problems.append(Problem(place, "unknown-name", words))
            elif right in found:
                self._problems.append(Problem(place, "duplicate-name", f"'{name}' stands twice among the {field}."))
            else:
                found[right] = None
        return tuple(found)

    def _wrong(self, draft: Draft, field: str, check: str, words: str) -> None:
        self._problems.append(Problem(draft.at(field), check, words))

    def _unknown(self, place: Place, check: str, words: str, name: str, names: t.Iterable[str]) -> None:
        choices = list(names)
        near = nearest(name, choices)
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(sorted(choices))}."
        self._problems.append(Problem(place, check, f"{words}; {hint}"))
