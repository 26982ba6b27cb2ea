# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of docs/endpoints.md, made from the rules of the score and the clients that ship; run as a program it
writes the page.
"""

from __future__ import annotations

import pathlib
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / ".cache/collections"))

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import (  # noqa: E402
    Client,
    load_clients,
    load_rules,
)

PAGE = ROOT / "docs/endpoints.md"


def page(text: str) -> str:
    """The page with its tables made anew."""
    for name, lines in (("rules of the score", _rules()), ("clients", _clients())):
        begin, end = f"<!-- {name}: begin, made by make docs/endpoints.md -->", f"<!-- {name}: end -->"
        before, marked, rest = text.partition(begin)
        dummy, ended, after = rest.partition(end)
        if not marked or not ended:
            raise SystemExit(f"{PAGE.name} lacks the marks of its {name}.")
        text = "\n".join([before + begin, "", *lines, "", end]) + after
    return text


def _rules() -> t.Iterator[str]:
    yield "| Finding | Points | Best letter left | What removes it |"
    yield "| --- | --- | --- | --- |"
    for rule in load_rules().values():
        settings = ", ".join(f"`{name}`" for name in rule.settings) or "nothing in Schannel"
        anchor = rule.finding.replace(".", "")
        yield f"| [{rule.finding}](findings.md#{anchor}) | {rule.points} | {rule.letter} | {settings} |"


def _clients() -> t.Iterator[str]:
    yield "| Id | Client | Speaks | Versions | Known from |"
    yield "| --- | --- | --- | --- | --- |"
    for client in load_clients():
        yield (
            f"| `{client.id}` | {client.name} | {', '.join(client.services)} | {_span(client)} | {client.kind.value} |"
        )


def _span(client: Client) -> str:
    names = dict.fromkeys((client.lowest.label, client.highest.label))
    return " to ".join(names)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")
