# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a certificate was seen: the words of the endpoint, and what its service is for."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import endpoint_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Finding, Kind

from .kinds_certificate import NEW
from .words import shown

#: Windows' own services: no cmdlet of Exchange replaces their certificate.
_OF_WINDOWS = ("rdp", "ldap", "winrm")
#: Where people's programs connect; between servers Exchange's own certificate does (S10).
_FOR_CLIENTS = ("imap", "pop", "submission")
_BACKEND_PORT = 444


@dataclasses.dataclass(frozen=True)
class Scene:
    """``of_windows``: the service is none of Exchange's. ``for_clients``: not only servers of Exchange connect."""

    endpoint: str
    of_windows: bool
    for_clients: bool
    today: datetime.date

    def finding(self, kind: Kind, sentence: str, remedy: str = "") -> Finding:
        """``sentence`` goes on after the name of the endpoint."""
        if self.of_windows and not remedy and kind.remedy.startswith(NEW):
            remedy = "Replace the certificate that this service presents."
        return kind.finding(self.endpoint, f"{self.endpoint}: {sentence}", remedy)


def scene_of(answer: t.Mapping[str, t.Any], today: datetime.date) -> Scene:
    """The scene of one answer; what it says of itself may be anything."""
    service, transport = (str(answer.get(name) or "").lower() for name in ("service", "transport"))
    return Scene(
        endpoint=shown(endpoint_name(answer), 200),
        of_windows=any(word.startswith(_OF_WINDOWS) for word in (service, transport)),
        for_clients=any(word.startswith(_FOR_CLIENTS) for word in (service, transport))
        or (service == "https" and answer.get("port") != _BACKEND_PORT),
        today=today,
    )
