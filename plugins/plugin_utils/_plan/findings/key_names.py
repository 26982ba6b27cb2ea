# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about keys whose name Windows does not read: misspelt, look-alike, nested, doubled.

Such a key looks right and does nothing.
"""

from __future__ import annotations

import functools
import re
import typing as t
import unicodedata

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import fold, leaf

from . import words
from .check import Check, Hit, View
from .schannel_tree import Stray, strays

#: Characters that look like another one (Unicode confusables that are typed or pasted in practice): slashes,
#: dashes, Cyrillic and Greek capitals.
#: Full-width forms and odd blanks fall together by compatibility normalisation.
_LOOKS_LIKE: t.Mapping[int, str] = str.maketrans(
    {
        **dict.fromkeys("\u2044\u2215\u2571\u29f8\u2afd", "/"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u00ad", "-"),
        **dict(zip("\u0410\u0412\u0421\u0415\u041d\u0406\u041a\u041c\u041e\u0420\u0405\u0422\u0425", "ABCEHIKMOPSTX")),
        **dict(zip("\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7", "ABEHIKMNOPTX")),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)


@functools.lru_cache(maxsize=4096)
def _seen(name: str) -> str:
    """A name as an eye reads it: look-alike characters replaced, case dropped."""
    return unicodedata.normalize("NFKC", name).translate(_LOOKS_LIKE).upper()


def _trimmed(name: str) -> str:
    return " ".join(name.split())


def _look_alike(stray: Stray) -> str | None:
    name = leaf(stray.path)
    if name.isascii():
        return None
    seen = _trimmed(_seen(name))
    return next((right for right in stray.expected if fold(right) == seen), None)


def _blanks(stray: Stray) -> str | None:
    trimmed = fold(_trimmed(leaf(stray.path)))
    return next((right for right in stray.expected if fold(right) == trimmed), None)


def _nested(stray: Stray) -> tuple[str, str] | None:
    """``RC4 128`` with a key ``128`` in it stands for ``RC4 128/128``: the path that was found, the name that is right.

    Something took the slash for a separator of keys.
    """
    name = leaf(stray.path)
    by_fold = {fold(right): right for right in stray.expected if "/" in right}
    for child in stray.children:
        right = by_fold.get(fold(f"{name}/{leaf(child)}"))
        if right is not None:
            return child, right
    return None


def _doubled(stray: Stray) -> str | None:
    """``TLS 1.2\\TLS 1.2``, ``Protocols\\Protocols``: a level that is there twice."""
    name = fold(leaf(stray.path))
    return next((node.name for node in (*stray.ancestors, stray.parent) if fold(node.name) == name), None)


def _misspelt(stray: Stray) -> str | None:
    """The nearest name, only if its digits fit: ``TLS 1.4`` is no ``TLS 1.3`` with a slip of the pen."""
    name = leaf(stray.path)
    digits = _digits(_seen(name))
    fitting = [
        right for right in stray.expected if digits.startswith(_digits(right)) or _digits(right).startswith(digits)
    ]
    return nearest(name, fitting)


def _digits(name: str) -> str:
    return re.sub(r"\D", "", name)


#: In this order; the first that fits names the stray.
_KINDS: tuple[tuple[str, t.Callable[[Stray], object]], ...] = (
    ("look_alike", _look_alike),
    ("blanks", _blanks),
    ("nested", _nested),
    ("doubled", _doubled),
    ("misspelt", _misspelt),
    ("unknown", lambda _stray: True),
)


def _kind_of(stray: Stray) -> str:
    return next(kind for kind, fits in _KINDS if fits(stray))


@functools.lru_cache(maxsize=1)
def _by_kind(view: View) -> t.Mapping[str, t.Sequence[Stray]]:
    """All checks of this file look for the same keys: they are looked for once."""
    found: dict[str, list[Stray]] = {kind: [] for kind, _fits in _KINDS}
    for stray in strays(view):
        found[_kind_of(stray)].append(stray)
    return found


def _of_kind(view: View, kind: str) -> t.Sequence[Stray]:
    return _by_kind(view)[kind]


def _look_alike_hits(view: View) -> t.Iterator[Hit]:
    for stray in _of_kind(view, "look_alike"):
        odd = ", ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(leaf(stray.path)) if not char.isascii())
        yield Hit(
            words.path(stray.path),
            f"The key {words.path(stray.path)} looks like '{_look_alike(stray)}' but has other characters "
            f"in it ({odd}).",
        )


def _blank_hits(view: View) -> t.Iterator[Hit]:
    for stray in _of_kind(view, "blanks"):
        name, path = words.path(leaf(stray.path)), words.path(stray.path)
        yield Hit(path, f"The key {path} has blanks too many in its name '{name}'; Windows reads '{_blanks(stray)}'.")


def _nested_hits(view: View) -> t.Iterator[Hit]:
    for stray in _of_kind(view, "nested"):
        found = _nested(stray)
        if found is not None:
            child, right = found
            yield Hit(
                words.path(child),
                f"{words.path(child)} is a key within a key; Windows reads one key named '{right}', with a "
                "slash in its name.",
            )


def _doubled_hits(view: View) -> t.Iterator[Hit]:
    for stray in _of_kind(view, "doubled"):
        yield Hit(
            words.path(stray.path),
            f"{words.path(stray.path)} repeats the level '{_doubled(stray)}' that it is in.",
        )


def _misspelt_hits(view: View) -> t.Iterator[Hit]:
    for stray in _of_kind(view, "misspelt"):
        yield Hit(
            words.path(stray.path),
            f"Windows reads no key {words.path(stray.path)}.{words.nearest_hint(_misspelt(stray))}",
        )


def _unknown_hits(view: View) -> t.Iterator[Hit]:
    for stray in _of_kind(view, "unknown"):
        if stray.holds_values or stray.children:
            yield Hit(words.path(stray.path), f"No setting is known in the key {words.path(stray.path)}.")


_WHY = "Windows reads keys by their exact name; a key beside it has no effect, however right it looks."
_REMEDY = "Write the values to the right key and delete this one."

CHECKS: tuple[Check, ...] = (
    Check(
        id="keys.look_alike",
        severity=Severity.ERROR,
        title="A key name with look-alike characters",
        what=(
            "A key name looks right but holds characters that only look like the right ones, such as U+2215 for "
            "the slash."
        ),
        why=_WHY,
        remedy=_REMEDY,
        sources=("S6",),
        run=_look_alike_hits,
    ),
    Check(
        id="keys.blanks",
        severity=Severity.ERROR,
        title="A key name with blanks too many",
        what="A key name has leading, trailing or doubled blanks.",
        why=_WHY,
        remedy=_REMEDY,
        sources=("S2", "S6"),
        run=_blank_hits,
    ),
    Check(
        id="keys.nested",
        severity=Severity.ERROR,
        title="A slash became two keys",
        what="A cipher key with a slash in its name (RC4 128/128) was created as a key within a key.",
        why=_WHY
        + " Tools that take a slash for a separator, such as the registry provider of PowerShell, create it that way.",
        remedy=_REMEDY,
        sources=("S1", "S6"),
        run=_nested_hits,
    ),
    Check(
        id="keys.doubled",
        severity=Severity.ERROR,
        title="A level of keys is there twice",
        what="A key lies in a key of the same name, for example Protocols\\TLS 1.2\\TLS 1.2.",
        why=_WHY,
        remedy=_REMEDY,
        sources=("S2",),
        run=_doubled_hits,
    ),
    Check(
        id="keys.misspelt",
        severity=Severity.ERROR,
        title="A misspelt key name",
        what=(
            "A key name is near one that Windows reads, but is not that one (TLS1.2 for TLS 1.2, Triple DES "
            "168/168 for Triple DES 168)."
        ),
        why=_WHY,
        remedy=_REMEDY,
        sources=("S2", "S6"),
        run=_misspelt_hits,
    ),
    Check(
        id="keys.unknown",
        severity=Severity.NOTE,
        title="A key without a known setting",
        what="A key below SCHANNEL holds values or keys, and no setting of this collection lives there.",
        why="It may belong to a newer Windows, or have no effect.",
        remedy="Find out who wrote it and what for.",
        sources=("S2",),
        run=_unknown_hits,
    ),
)
