# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An endpoint: where to connect and what is spoken there before TLS. Both are declared, never guessed from the port."""

from __future__ import annotations

import dataclasses
import enum
import ipaddress
import re

from ._desktop import RdpDialogue
from ._dialogue import Dialogue
from ._directory import LdapDialogue
from ._errors import CallerError
from ._mail import ImapDialogue, Pop3Dialogue, SmtpDialogue

__all__ = ["SERVICES", "Endpoint", "Transport", "endpoint", "is_address", "is_host_name", "new_dialogue"]


class Transport(enum.Enum):
    """What precedes TLS on a connection. TLS: nothing does."""

    TLS = "tls"
    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"
    LDAP = "ldap"
    RDP = "rdp"


#: Services and their usual port and transport. Exchange's imap and pop3 are STARTTLS, their *s* twins are not.
SERVICES: dict[str, tuple[int, Transport]] = {
    "https": (443, Transport.TLS),
    "https_backend": (444, Transport.TLS),
    "smtp": (25, Transport.SMTP),
    "submission": (587, Transport.SMTP),
    "imap": (143, Transport.IMAP),
    "imaps": (993, Transport.TLS),
    "pop3": (110, Transport.POP3),
    "pop3s": (995, Transport.TLS),
    "ldap": (389, Transport.LDAP),
    "ldaps": (636, Transport.TLS),
    "rdp": (3389, Transport.RDP),
    "winrm": (5986, Transport.TLS),
}

# On Exchange 465 is the hub transport's own listener: plain SMTP with STARTTLS, not the SMTPS that the number suggests.
_NOT_SMTPS = 465
_MAIL = ("smtp", "submission")

_HOST_NAME = re.compile(r"(?=.{1,253}\.?\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?")
#: RFC 4007 11: what follows % is the zone; on real systems the name or the number of an interface.
_ZONE = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """host: name or address, for DNS and reports. address: connect here instead. server_name: SNI, None sends none."""

    host: str
    port: int
    service: str
    transport: Transport
    server_name: str | None = None
    address: str | None = None

    @property
    def target(self) -> str:
        return self.address or self.host

    def __str__(self) -> str:
        where = f"[{self.host}]" if ":" in self.host else self.host
        return f"{where}:{self.port} ({self.service})"


def endpoint(
    host: str,
    port: int | None = None,
    service: str = "https",
    transport: str | None = None,
    server_name: str | None = None,
    address: str | None = None,
) -> Endpoint:
    """A checked endpoint; port and transport default to what is usual for the service. Raises CallerError."""
    usual_port, usual_transport = SERVICES.get(service, (None, Transport.TLS))
    chosen_port = usual_port if port is None else port
    if chosen_port is None:
        raise CallerError(f"Endpoint {host}: give the port; {service!r} is none of the services with a usual one.")
    if not 1 <= chosen_port <= 65535:
        raise CallerError(f"Endpoint {host}: port {chosen_port} is not between 1 and 65535.")
    chosen_transport = usual_transport if transport is None else Transport(transport)
    _check_name(host, f"Endpoint {host!r}: the host")
    if address is not None:
        _check_address(host, address)
    if server_name is not None:
        _check_server_name(host, server_name)
    guessed = transport is None and service != Transport.TLS.value
    if chosen_port == _NOT_SMTPS and chosen_transport is Transport.TLS and (guessed or service.startswith(_MAIL)):
        raise CallerError(
            f"Endpoint {host}:465: on Exchange this is the hub transport, SMTP with STARTTLS and not SMTPS; "
            "use transport smtp."
        )
    return Endpoint(host, chosen_port, service, chosen_transport, server_name or None, address)


def is_address(text: str) -> bool:
    """Whether this is an IP address, one of IPv6 perhaps with its zone."""
    address, mark, zone = text.partition("%")
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return False
    return not mark or (version == 6 and _ZONE.fullmatch(zone) is not None)


def is_host_name(text: str) -> bool:
    """Whether this is the name of a host in ASCII."""
    return _HOST_NAME.fullmatch(text) is not None


def _check_name(name: str, subject: str) -> None:
    if not is_address(name) and not is_host_name(name):
        raise CallerError(f"{subject} is neither a host name nor an IP address.")


def _check_address(host: str, address: str) -> None:
    if not is_address(address):
        raise CallerError(f"Endpoint {host}: address {address!r} is no IP address.")


def _check_server_name(host: str, name: str) -> None:
    # RFC 6066 3 forbids addresses in SNI; servers answer them with an alert that would look like a refusal.
    if is_address(name) or (name and not is_host_name(name)):
        raise CallerError(f"Endpoint {host}: server_name {name!r} is no host name.")


def new_dialogue(transport: Transport, ehlo_name: str, known: bool) -> Dialogue:
    """The dialogue that precedes TLS. known: an earlier connection has shown that TLS is offered."""
    if transport is Transport.SMTP:
        return SmtpDialogue(ehlo_name)
    if transport is Transport.IMAP:
        return ImapDialogue(known)
    if transport is Transport.POP3:
        return Pop3Dialogue(known)
    if transport is Transport.LDAP:
        return LdapDialogue()
    return RdpDialogue() if transport is Transport.RDP else Dialogue()
