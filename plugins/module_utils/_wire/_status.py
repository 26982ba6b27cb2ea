# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a try to talk to an endpoint ended, apart from what TLS itself answered.

Source of the distinctions: a connection limit, a missing certificate and a missing STARTTLS look alike to a careless
scanner, and none of them says anything about protocol versions.
"""

from __future__ import annotations

import dataclasses
import enum

__all__ = ["Failure", "Status"]


class Status(enum.Enum):
    """The ``status`` of an endpoint in results."""

    ANSWERED = "answered"
    NO_TLS = "no_tls"
    STARTTLS_NOT_OFFERED = "starttls_not_offered"
    STARTTLS_UNAVAILABLE = "starttls_unavailable"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"


@dataclasses.dataclass(frozen=True)
class Failure:
    """We did not get as far as a TLS answer. detail: one sentence."""

    status: Status
    detail: str
