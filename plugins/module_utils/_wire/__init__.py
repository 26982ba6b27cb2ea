# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS on the wire: which versions and suites an endpoint really answers.

Private to this collection. Pure standard library, Python 3.9 or later, imports nothing else of the collection.

The core (``_flight``, ``_attempt``, ``_dialogue`` and what they use) takes bytes and gives answers; only
``_connection`` has a socket. ``_discover``, ``_peel``, ``_confirm`` and ``_conformance`` decide what to ask next.
"""

from __future__ import annotations

from ._codes import Version
from ._conformance import Wanted, wanted
from ._details import DETAILS
from ._dns import DnsError
from ._endpoint import SERVICES, Endpoint, Transport, endpoint, is_address
from ._errors import CallerError
from ._exchangers import find_exchangers
from ._groups import SCHEME_NAMES, Group, group, group_by_name
from ._observe import Progress, observe
from ._options import CONDITIONS, argument_spec, with_defaults
from ._prober import MODES, Question, probe, probe_all
from ._replay import Replay, replay
from ._session import Limits
from ._status import Status
from ._suites import Suite, suite, suite_by_name

__all__ = [
    "CONDITIONS",
    "DETAILS",
    "MODES",
    "SCHEME_NAMES",
    "SERVICES",
    "CallerError",
    "DnsError",
    "Endpoint",
    "Group",
    "Limits",
    "Progress",
    "Question",
    "Replay",
    "Status",
    "Suite",
    "Transport",
    "Version",
    "Wanted",
    "argument_spec",
    "endpoint",
    "find_exchangers",
    "group",
    "group_by_name",
    "is_address",
    "observe",
    "probe",
    "probe_all",
    "replay",
    "suite",
    "suite_by_name",
    "wanted",
    "with_defaults",
]
