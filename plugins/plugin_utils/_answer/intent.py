# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a port should answer: it depends on the service, on the Exchange build and on the binding, not on Windows alone.

A wrong expectation is worse than none: what no source settles is unsure, and nobody is blamed for it.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing as t

Answer = t.Mapping[str, t.Any]


class Expectation(enum.Enum):
    """AS_WINDOWS: the version is answered if Schannel has it on. NEVER: the service has none of it, FORBIDDEN: somebody
    took it out of the binding of this port, whatever Schannel has.
    """

    AS_WINDOWS = "as_windows"
    NEVER = "never"
    FORBIDDEN = "forbidden"
    UNSURE = "unsure"


@dataclasses.dataclass(frozen=True)
class Intent:
    """What to expect of one version on one port; ``why``: half a sentence, empty for AS_WINDOWS."""

    expectation: Expectation
    why: str = ""
    sources: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Server:
    """What stands behind a port, as far as it is known.

    ``exchange``: id of the catalogue, "none" = certainly no Exchange, None = not known. ``abilities``: those of its
    build. ``forbidden``: port -> versions that the bindings of http.sys leave out, ``disputed``: only some of them do.
    """

    exchange: str | None = None
    abilities: frozenset[str] = frozenset()
    forbidden: t.Mapping[int, frozenset[str]] = dataclasses.field(default_factory=lambda: types.MappingProxyType({}))
    disputed: t.Mapping[int, frozenset[str]] = dataclasses.field(default_factory=lambda: types.MappingProxyType({}))


_MAIL: t.Mapping[str, str] = {"smtp": "smtp", "submission": "smtp", "imap": "imap", "pop3": "pop3", "pop": "pop3"}
#: Services of http.sys: their bindings have flags of their own.
_HTTP = ("https", "winrm")

#: Ability of a build without which a service does not take its versions from Windows.
_FOLLOWS_WINDOWS: t.Mapping[str, str] = {
    "smtp": "smtp_follows_os",
    "imap": "pop_imap_follow_os",
    "pop3": "pop_imap_follow_os",
}
_AS_WINDOWS = Intent(Expectation.AS_WINDOWS)
_FORBIDDEN = Intent(Expectation.FORBIDDEN, "its binding in http.sys forbids it", ("HTTP-flags",))
_DISPUTED = Intent(Expectation.UNSURE, "its bindings in http.sys contradict each other", ("HTTP-flags",))
_NO_TLS_1_3 = Intent(Expectation.NEVER, "Exchange speaks no TLS 1.3 on SMTP", ("S1", "S12"))
_OWN_LIST: t.Mapping[str, Intent] = {
    # The older builds know SSL 3.0 and TLS 1.0 only, by a list of their own.
    "smtp": Intent(Expectation.NEVER, "SMTP of this Exchange build ends at TLS 1.0", ("S16",)),
    "imap": Intent(Expectation.UNSURE, "IMAP of this Exchange version does not follow Windows", ("S17",)),
    "pop3": Intent(Expectation.UNSURE, "POP of this Exchange version does not follow Windows", ("S17",)),
}
_UNSURE_OLD = Intent(Expectation.UNSURE, "SMTP of this Exchange build has a list of versions of its own", ("S16",))
_NOT_KNOWN = Intent(Expectation.UNSURE, "it is not known whether Exchange is behind this port", ())
# A build that is not made for TLS 1.3 on a Windows that has it: no source says what comes of it.
_EARLY_TLS_1_3 = Intent(Expectation.UNSURE, "this Exchange build is not made for TLS 1.3", ("S1", "S12"))
_OTHER_SMTP = Intent(Expectation.UNSURE, "no source says whether other SMTP services of Windows speak TLS 1.3", ())
_MODERN = ("tls_1_1", "tls_1_2", "tls_1_3")


def family(answer: Answer) -> str:
    """``smtp``, ``imap``, ``pop3``, ``http`` or the transport: what is spoken inside, also where TLS is implicit."""
    service, transport = (str(answer.get(key, "")).lower() for key in ("service", "transport"))
    for word in (service, transport):
        for start, name in _MAIL.items():
            if word.startswith(start):
                return name
    return "http" if service.startswith(_HTTP) else transport


def intent(answer: Answer, version: str, server: Server) -> Intent:
    """What ``version`` (id of the catalogue) should be on the port of ``answer`` (contract of endpoint_info)."""
    name = family(answer)
    port = answer.get("port")
    if name == "http" and isinstance(port, int):
        if version in server.forbidden.get(port, ()):
            return _FORBIDDEN
        if version in server.disputed.get(port, ()):
            return _DISPUTED
    return _mail(name, version, server) if name in _FOLLOWS_WINDOWS else _AS_WINDOWS


def _mail(name: str, version: str, server: Server) -> Intent:
    if server.exchange is None:
        return _NOT_KNOWN
    if name == "smtp" and version == "tls_1_3":
        return _NO_TLS_1_3 if server.exchange != "none" else _OTHER_SMTP
    if server.exchange == "none":
        return _AS_WINDOWS
    if _FOLLOWS_WINDOWS[name] in server.abilities:
        return _EARLY_TLS_1_3 if version == "tls_1_3" and "tls_1_3" not in server.abilities else _AS_WINDOWS
    return _OWN_LIST[name] if name != "smtp" or version in _MODERN else _UNSURE_OLD
