# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints as people type them: ``mail.example.com``, ``smtp://mail.example.com:2525``, ``[2001:db8::25]:993``."""

from __future__ import annotations

import re
import types
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import SERVICES, Transport, is_address
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

from .usage import UsageError

_FORM = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9_]*)://)?(?:\[(?P<address>[^][]*)\]|(?P<host>[^][:/@]+))(?::(?P<port>[0-9]{1,5}))?/?"
)
#: Any port without a service of its own: TLS from the first byte on.
_ANY = Transport.TLS.value
_BY_PORT: t.Mapping[int, str] = types.MappingProxyType({port: name for name, (port, dummy) in SERVICES.items()})
#: 465 means SMTPS to the world and SMTP with STARTTLS to Exchange: whoever asks there has to say which.
_AMBIGUOUS = 465


def place(text: str) -> dict[str, t.Any]:
    """``host``, ``port`` (None: the usual one) and ``service`` as options of an endpoint. Raises UsageError.

    Without a scheme the port decides the service where it is the usual one of a service, and 443 is the port.
    """
    if _is_address_6(text):
        return {"host": text, "port": None, "service": "https"}
    found = _FORM.fullmatch(text)
    if found is None or (found["address"] is not None and not _is_address_6(found["address"])):
        raise UsageError(
            f"Endpoint {one_line(text)!r} is none; write host, host:port, smtp://host:port or https://[::1]:port."
        )
    port = None if found["port"] is None else int(found["port"])
    host = found["address"] or found["host"]
    return {"host": host, "port": port, "service": _service(text, found["scheme"], port)}


def _service(text: str, scheme: str | None, port: int | None) -> str:
    if scheme is None:
        if port == _AMBIGUOUS:
            raise UsageError(f"Endpoint {text}: say what is spoken there, smtp://{text} (Exchange) or tls://{text}.")
        return _BY_PORT.get(port, "https") if port is not None else "https"
    service = scheme.lower()
    if service in SERVICES or service == _ANY:
        return service
    known = (*SERVICES, _ANY)
    near = nearest(service, known)
    hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}."
    raise UsageError(f"Endpoint {one_line(text)}: nobody here speaks {service!r}; {hint}")


def _is_address_6(text: str) -> bool:
    return ":" in text and is_address(text)
