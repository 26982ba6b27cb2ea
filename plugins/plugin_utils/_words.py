# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that came from somewhere else, made fit to stand in one of our sentences. Internal to this collection."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping  # isinstance with that of typing takes ten times as long

#: What a quoted foreign text may take; longer ones hide the remedy that follows.
LIMIT = 240

#: Ends a text that was cut. With brackets: the full stop of our own sentence may follow.
CUT = " [...]"
#: What is left of a word at the end of a cut text goes, unless it is longer than any word.
_LONGEST_WORD = 30

# Terminal sequences of ECMA-48 (control sequences, operating system commands, two-character escapes):
# PowerShell 7 colours its errors.
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -~]?|\x9b[0-?]*[ -/]*[@-~]")
# Windows PowerShell ends an error with its position ("At line:1 char:5", lines that begin with "+").
_POSITION = re.compile(r"^[ \t]*(?:At .+:\d+ char:\d+|\+ .*)[ \t\r]*$", re.MULTILINE)


def one_line(text: object, limit: int = LIMIT) -> str:
    """``text`` without colours, control characters, line breaks and last full stop, at most ``limit`` characters.

    Lone surrogates (a registry name may hold them) come out as ``\\udXXX``: no callback plugin can print them.
    """
    bare = _plain_text(str(text), exact=True)
    # Nearly every text is fit as it is, and a report of many servers has a hundred thousand of them.
    if not bare.isprintable() or bare.lstrip().startswith(("At ", "+ ")):
        bare = _POSITION.sub(" ", _TERMINAL.sub("", bare))
        bare = "".join(letter if letter.isprintable() or _is_surrogate(letter) else " " for letter in bare)
        bare = _plain_text(bare)
    bare = " ".join(bare.split())
    if len(bare) > limit:
        return f"{_whole_words(bare[: limit - len(CUT)])}{CUT}"
    return bare.rstrip(".")


def _whole_words(text: str) -> str:
    head, _blank, tail = text.rpartition(" ")
    return head.rstrip() if head and len(tail) < _LONGEST_WORD else text.rstrip()


def escaped(text: str) -> str:
    """``text`` whole, with control and direction characters as escapes: nothing of it steers a terminal or reads as
    another line.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def first_line(text: object, limit: int = LIMIT) -> str:
    """The first line of ``text`` that holds anything printable, as :func:`one_line` writes it; else empty."""
    lines = (one_line(line, limit) for line in _TERMINAL.sub("", str(text)).splitlines())
    return next((line for line in lines if line), "")


_PLAIN = frozenset({bool, int, float})


def plain_data(value: t.Any, *, exact: bool = False) -> t.Any:
    """``value`` as the plain types of JSON: dict with str keys, list, str, int, float, bool, None.

    Ansible hands out subclasses of these (tagged strings since 2.19, lazy containers, unsafe text before): they cannot
    be dumped as YAML and have no place in pure code or in a result. ``exact`` keeps lone surrogates, which a registry
    name may hold; otherwise they become ``\\udXXX``.
    """
    kind = type(value)
    # Nearly everything is one of these already, and a server's answer has well over a thousand of them.
    if value is None or kind in _PLAIN or (kind is str and (exact or value.isascii())):
        return value
    if kind is dict or isinstance(value, Mapping):
        return {_plain_text(str(name), exact): plain_data(item, exact=exact) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item, exact=exact) for item in value]
    if isinstance(value, str):
        return _plain_text(value, exact)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return _plain_text(str(value), exact)


def _plain_text(text: str, exact: bool = False) -> str:
    # A subclass of str is left behind. Methods of str itself: unsafe text of core before 2.19 has its own, which
    # lead to unsafe text again.
    bare = str.__str__(text)
    if exact or bare.isascii():
        return bare
    return bare.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_surrogate(letter: str) -> bool:
    return "\ud800" <= letter <= "\udfff"
