# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: the answers of one server out of what endpoint_info said about many."""

from __future__ import annotations

import typing as t


def observed(result: t.Any, name: str) -> list[dict[str, t.Any]]:
    """The answers of the server ``name`` out of a result of endpoint_info; empty when nothing was probed."""
    answers = result.get("endpoints") if isinstance(result, t.Mapping) else None
    known = answers if isinstance(answers, (list, tuple)) else ()
    return [dict(answer) for answer in known if isinstance(answer, t.Mapping) and answer.get("name") == name]


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"observed": observed}
