# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recipe is: a program of other people, how it is started, and what may be expected of it."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

from .keys import Identity
from .processes import UNPACKED, program

Start = t.Callable[[pathlib.Path, Identity, Identity], t.ContextManager[int]]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """needs: programs that must be there. transport: what precedes TLS. order: whose decides, None: either.

    limited: it turns connections away. over_floor: connections over the floor that the way it refuses may cost.
    """

    name: str
    needs: tuple[str, ...]
    transport: str
    start: Start
    order: str | None = "server"
    limited: bool = False
    over_floor: int = 2

    def missing(self) -> str:
        """Why it cannot run here, empty when it can."""
        absent = [_named(name) for name in self.needs if program(name) is None]
        return f"not installed: {', '.join(absent)}" if absent else ""


def _named(name: str) -> str:
    return f"{name} ({UNPACKED[name]})" if name in UNPACKED else name
