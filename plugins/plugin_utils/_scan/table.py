# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that a person sees of a result."""

from __future__ import annotations

import typing as t

from .clients import client_lines
from .layout import paragraph
from .ports import port_lines
from .sections import conformance_lines, finding_lines, partner_lines

Data = t.Mapping[str, t.Any]


def table(result: Data) -> str:
    """``result``: as the action ``endpoint_info`` returns it. At most 120 columns wide; ends with a line break."""
    endpoints, partners = result["endpoints"], result["partners"]
    lines = port_lines(endpoints) if endpoints else []
    for title, section in (
        ("Conformance", conformance_lines(endpoints)),
        ("Findings", finding_lines(result)),
        ("Clients that do not connect", client_lines(endpoints)),
        ("Partners", partner_lines(partners)),
    ):
        if section:
            lines += ["", title, *section]
    lines += ["", *paragraph(_effort(endpoints, partners))]
    return "\n".join(lines).lstrip("\n") + "\n"


def _effort(endpoints: t.Sequence[Data], partners: t.Sequence[Data]) -> str:
    answers = [*endpoints, *(endpoint for partner in partners for endpoint in partner["endpoints"])]
    made, refused = (sum(one[name] for one in answers) for name in ("connections", "refused_hellos"))
    return f"{made} connections, {refused} hellos refused (on Windows each is an event of Schannel)."
