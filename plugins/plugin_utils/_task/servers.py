# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands behind a port, from the build that a person gave. Pure; internal to this collection."""

from __future__ import annotations

from .._answer import Server
from .._catalogue import Catalogue
from .._host import facts_of, parse_build


def server_behind(exchange: str | None, catalogue: Catalogue) -> Server:
    """``exchange``: a build like 15.2.1748.10, "none", or None for not known.

    :raises ValueError: it is none of these; one sentence
    """
    if not exchange:
        return Server()
    if exchange == "none":
        return Server("none")
    build = parse_build(exchange)
    facts = None if build is None else facts_of(build, "unknown", catalogue)
    if facts is None or facts.version is None:
        raise ValueError(f"{exchange!r} is no build of Exchange; give four numbers like 15.2.1748.10, or none.")
    return Server(facts.version, facts.abilities)
