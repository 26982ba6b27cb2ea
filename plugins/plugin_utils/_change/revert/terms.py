# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a change takes itself back, and what host_write is told about it (contract W2, member ``revert``).

The script ``host_revert.ps1`` goes to the host as the file that it is, byte by byte: a site may have signed it.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
import xml.sax.saxutils

from .load import load_script, load_task

_DURATION = re.compile(r"([0-9]{1,5})\s*([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86_400}
#: A controller that comes a week later cannot prove what a change did.
_LONGEST = 7 * 86_400
#: Exchange needs its time after a boot before it can be judged.
DEFAULT_AFTER_BOOT = "90m"


@dataclasses.dataclass(frozen=True)
class Terms:
    """When a change goes back by itself, in seconds.

    ``after``: counted from its arming, right before the first write. ``after_boot``: counted from a later boot, for a
    change that needs one; whichever is over first counts. ``over_tls``: the host is managed over TLS, so a change that
    is in effect may have cut that.
    """

    after: int
    after_boot: int
    over_tls: bool


def read_duration(text: str) -> int:
    """Seconds of ``30m``, ``2h``, ``1d``; a week at most. Raises ValueError with the rest of a sentence."""
    found = _DURATION.fullmatch(text.strip())
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST:
        raise ValueError(f"{text!r} is no time from a minute to a week; write 30m, 2h or 1d")
    return seconds


def arm_request(change: str, terms: Terms, *, reboot_required: bool) -> dict[str, t.Any]:
    """The member ``revert`` of a request that writes."""
    return {
        "script": load_script(),
        "task": _task(change, terms),
        "after": terms.after,
        "after_boot": terms.after_boot if reboot_required else 0,
        "over_tls": terms.over_tls,
    }


def confirm_request(change: str) -> dict[str, t.Any]:
    """All of a request that ends the timer of a change, which stays."""
    return {"change": change, "operations": [], "confirm": True, "revert": {"script": load_script()}}


def rolled_back_request(change: str) -> dict[str, t.Any]:
    """The same for a change that was taken back."""
    return {**confirm_request(change), "revert": {"script": load_script(), "rolled_back": True}}


def _task(change: str, terms: Terms) -> str:
    """The definition of the task, but for what only the host knows: {program}, {arguments}, {start}."""
    about = f"Takes the change {change} of TLS settings back unless it is confirmed (Ansible, msexchange.tls)."
    filled = {"description": xml.sax.saxutils.escape(about), "delay": f"PT{max(1, terms.after_boot)}S"}
    text = load_task()
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return text
