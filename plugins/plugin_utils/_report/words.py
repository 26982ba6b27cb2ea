# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closed lists of a report, in the order in which people should meet them, and how they are written for people."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    MIXED,
    UNKNOWN,
    UNSUPPORTED,
    VERSIONS,
)

FAIL, PASS, EXEMPT, NOT_APPLICABLE = "fail", "pass", "exempt", "not_applicable"
#: What needs somebody first.
VERDICTS: tuple[str, ...] = (FAIL, UNKNOWN, EXEMPT, PASS, NOT_APPLICABLE)
SEVERITIES: tuple[str, ...] = ("error", "warning", "note")

_WORDS: t.Mapping[str, str] = {
    DISABLED_BY_DEFAULT: "off unless a program asks",
    ENABLED: "on",
    DISABLED: "off",
    UNSUPPORTED: "not in this Windows",
    MIXED: "mixed until the restart",
    UNKNOWN: "not known",
    "in_service": "in service",
    "in_maintenance": "in maintenance",
    "not_exchange": "no Exchange",
    "no_tls": "no TLS",
    "starttls_not_offered": "STARTTLS not offered",
    "starttls_unavailable": "STARTTLS unavailable",
}
_SHOWN = 12


def word(value: t.Any) -> str:
    """A word, number or list of a result as people write it; None is ``not set``."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        more = f" and {len(value) - _SHOWN} more" if len(value) > _SHOWN else ""
        return ", ".join(word(item) for item in value[:_SHOWN]) + more if value else "empty"
    if isinstance(value, dict):
        return ", ".join(f"{name} {word(item)}" for name, item in sorted(value.items()))
    return _WORDS.get(value, value) if isinstance(value, str) else str(value)


def verdict_word(verdict: str) -> str:
    """One of the five words, as people write it."""
    return "not applicable" if verdict == NOT_APPLICABLE else verdict


def counted(number: int, one: str, many: str = "") -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def version_name(version: str) -> str:
    """``tls_1_2`` -> ``TLS 1.2``."""
    family, dummy, rest = version.partition("_")
    return f"{family.upper()} {rest.replace('_', '.')}"


def version_range(versions: t.Collection[str]) -> str:
    """``TLS 1.0 to 1.2``, ``SSL 3.0 to TLS 1.0, 1.2``; ``none`` for none. Unknown names are left out."""
    runs: list[list[int]] = []
    for place, version in enumerate(VERSIONS):
        if version in versions:
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
    text, family = "", ""
    for run in runs:
        ends = dict.fromkeys((VERSIONS[run[0]], VERSIONS[run[-1]]))
        for joint, version in zip((", " if text else "", " to "), ends):
            name = version_name(version)
            text += joint + name.removeprefix(f"{family} ")
            family = name.split()[0]
    return text or "none"


#: A port with such an answer accepts no version, though none was tried.
_NO_TLS = ("no_tls", "starttls_not_offered")


def answered_versions(endpoint: t.Mapping[str, t.Any], kind: str) -> str:
    """The versions that an endpoint has ``accepted`` or ``refused``: ``TLS 1.2``, ``none``, or ``not known``.

    Silence is neither: none is what an endpoint does where all versions got a clear answer.
    """
    found = endpoint[kind]
    if found or not endpoint["unsure"]:
        return version_range(found)
    return "none" if kind == "accepted" and endpoint["status"] in _NO_TLS else word(UNKNOWN)


def exchanger_words(exchanger: t.Mapping[str, t.Any]) -> str:
    """``mx1.example TLS 1.2``, ``mx1.example none`` where it answered and accepts none, ``mx1.example (timeout)``."""
    accepted, status = exchanger["accepted"], exchanger["status"]
    if accepted or status == "answered":
        return f"{exchanger['host']} {version_range(accepted)}"
    return f"{exchanger['host']} ({word(status)})"


def partner_words(partner: t.Mapping[str, t.Any]) -> str:
    """``contoso.example: mx1.contoso.example TLS 1.0``: what the exchangers of a mail partner accept."""
    answers = ", ".join(map(exchanger_words, partner["exchangers"]))
    return f"{partner['domain']}: {answers or partner['detail'] or word(UNKNOWN)}"


def score_words(endpoint: t.Mapping[str, t.Any]) -> str:
    """``85 (B)``; ``at most 85 (B)`` where not every suite was asked for; ``-`` where nothing is known."""
    score = endpoint.get("score") or {}
    if score.get("points") is None:
        return "-"
    text = f"{score['points']} ({score['letter']})"
    return text if score.get("complete") else f"at most {text}"


def versions_words(side: t.Mapping[str, t.Any]) -> str:
    """``TLS 1.2``, or ``TLS 1.0 to 1.2 ?`` where at least one of them cannot be said from what was read."""
    on, unsure = side["on"], side["unsure"]
    if len(unsure) == len(VERSIONS):
        return word(UNKNOWN)
    return f"{version_range([*on, *unsure])}{' ?' if unsure else ''}"
