# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""STARTTLS of mail protocols: SMTP (RFC 3207), IMAP (RFC 9051 6.2.1), POP3 (RFC 2595)."""

from __future__ import annotations

import enum
import re

from ._dialogue import READY, LineDialogue, Step, quoted
from ._flight import NEED_DATA
from ._status import Failure, Status

__all__ = ["ImapDialogue", "Pop3Dialogue", "SmtpDialogue"]


class _Wait(enum.Enum):
    GREETING = "greeting"
    CAPABILITIES = "capabilities"
    LISTING = "listing"
    GO_AHEAD = "go-ahead"


#: RFC 5321 4.2.4: how a server says that it does not know EHLO, and with it no STARTTLS.
_NO_EHLO = (500, 502)
_SMTP_REPLY = re.compile(r"([2-5]\d\d)(?:([ -])(.*))?$")


class SmtpDialogue(LineDialogue):
    """ehlo_name: how we introduce ourselves."""

    protocol = "SMTP"

    def __init__(self, ehlo_name: str) -> None:
        super().__init__()
        self._ehlo_name = ehlo_name
        self._wait = _Wait.GREETING
        self._keywords: set[str] = set()

    def start(self) -> Step:
        return NEED_DATA

    def _on_line(self, line: str) -> Step:
        reply = _SMTP_REPLY.match(line)
        if not reply:
            return Failure(Status.NO_TLS, f"The peer does not speak SMTP: {quoted(line)}.")
        code, separator, text = int(reply[1]), reply[2], reply[3] or ""
        if code == 250:
            self._keywords.add(text.partition(" ")[0].upper())
        if separator == "-":
            return NEED_DATA
        # RFC 5321 3.8: 421 may answer anything. Exchange sends 421 4.3.2 when a source has too many connections.
        if code == 421:
            return Failure(Status.THROTTLED, f"The server turned us away: {quoted(line)}.")
        return self._on_reply(code, line)

    def _on_reply(self, code: int, line: str) -> Step:
        if self._wait is _Wait.GREETING:
            if code == 220:
                self._wait = _Wait.CAPABILITIES
                return f"EHLO {self._ehlo_name}\r\n".encode("ascii", "replace")
            # 4xx may pass, 5xx will not: to us this host is no mail server.
            status = Status.THROTTLED if code < 500 else Status.UNREACHABLE
            return Failure(status, f"The server refuses SMTP sessions from here: {quoted(line)}.")
        if self._wait is _Wait.CAPABILITIES:
            if code == 250 and "STARTTLS" in self._keywords:
                self._wait = _Wait.GO_AHEAD
                return b"STARTTLS\r\n"
            if 400 <= code < 500:
                return Failure(Status.THROTTLED, f"The server does not answer EHLO for now: {quoted(line)}.")
            if code != 250 and code not in _NO_EHLO:
                # It minds who is asking, or the name we gave: what it offers to others is not known.
                return Failure(
                    Status.UNREACHABLE, f"The server refuses EHLO {self._ehlo_name} from here: {quoted(line)}."
                )
            return Failure(Status.STARTTLS_NOT_OFFERED, "The server does not offer STARTTLS in its answer to EHLO.")
        if code == 220:
            return READY
        # 454 on Exchange: typically a connector without a certificate that fits its name.
        return Failure(Status.STARTTLS_UNAVAILABLE, f"The server offers STARTTLS and then declines it: {quoted(line)}.")


class ImapDialogue(LineDialogue):
    """known: STARTTLS was offered on an earlier connection, so the capabilities need not be asked for again."""

    protocol = "IMAP"

    def __init__(self, known: bool = False) -> None:
        super().__init__()
        self._known = known
        self._wait = _Wait.GREETING

    def start(self) -> Step:
        return NEED_DATA

    def _on_line(self, line: str) -> Step:
        upper = line.upper()
        if upper.startswith("* BYE"):
            return Failure(Status.THROTTLED, f"The server turned us away: {quoted(line)}.")
        if self._wait is _Wait.GREETING:
            return self._on_greeting(line, upper)
        if upper.startswith("* CAPABILITY"):
            self._known = "STARTTLS" in upper.split()
            return NEED_DATA
        if upper.startswith("* "):
            return NEED_DATA
        if self._wait is _Wait.CAPABILITIES:
            return self._ask() if self._known else self._not_offered()
        if upper.startswith("B OK"):
            return READY
        return Failure(Status.STARTTLS_UNAVAILABLE, f"The server offers STARTTLS and then declines it: {quoted(line)}.")

    def _on_greeting(self, line: str, upper: str) -> Step:
        if upper.startswith("* PREAUTH"):
            # RFC 9051 7.1.4: a session that is already logged in cannot start TLS any more.
            return Failure(
                Status.STARTTLS_NOT_OFFERED, "The server logs us in by itself (PREAUTH), so STARTTLS is impossible."
            )
        if not upper.startswith("* OK"):
            return Failure(Status.NO_TLS, f"The peer does not speak IMAP: {quoted(line)}.")
        announced = re.search(r"\[CAPABILITY ([^]]*)\]", upper)
        if self._known or (announced and "STARTTLS" in announced[1].split()):
            return self._ask()
        self._wait = _Wait.CAPABILITIES
        return b"A CAPABILITY\r\n"

    def _ask(self) -> Step:
        self._wait = _Wait.GO_AHEAD
        return b"B STARTTLS\r\n"

    @staticmethod
    def _not_offered() -> Failure:
        return Failure(Status.STARTTLS_NOT_OFFERED, "The server does not list STARTTLS among its IMAP capabilities.")


class Pop3Dialogue(LineDialogue):
    """known: STLS was offered on an earlier connection, so the capabilities need not be asked for again."""

    protocol = "POP3"

    def __init__(self, known: bool = False) -> None:
        super().__init__()
        self._known = known
        self._wait = _Wait.GREETING

    def start(self) -> Step:
        return NEED_DATA

    def _on_line(self, line: str) -> Step:
        if self._wait is _Wait.LISTING:
            return self._on_capability(line.strip().upper())
        positive = line.upper().startswith("+OK")
        if not positive and not line.upper().startswith("-ERR"):
            return Failure(Status.NO_TLS, f"The peer does not speak POP3: {quoted(line)}.")
        if self._wait is _Wait.GREETING:
            if not positive:
                return Failure(Status.THROTTLED, f"The server turned us away: {quoted(line)}.")
            if self._known:
                return self._ask()
            self._wait = _Wait.CAPABILITIES
            return b"CAPA\r\n"
        if self._wait is _Wait.CAPABILITIES:
            # A server older than RFC 2449 knows no CAPA; it may know STLS all the same.
            if not positive:
                return self._ask()
            self._wait = _Wait.LISTING
            return NEED_DATA
        if positive:
            return READY
        if not self._known:
            return Failure(Status.STARTTLS_NOT_OFFERED, f"The server knows neither CAPA nor STLS: {quoted(line)}.")
        return Failure(Status.STARTTLS_UNAVAILABLE, f"The server offers STLS and then declines it: {quoted(line)}.")

    def _on_capability(self, word: str) -> Step:
        if word == "STLS":
            self._known = True
        if word != ".":
            return NEED_DATA
        if self._known:
            return self._ask()
        return Failure(Status.STARTTLS_NOT_OFFERED, "The server does not list STLS among its POP3 capabilities.")

    def _ask(self) -> Step:
        self._wait = _Wait.GO_AHEAD
        return b"STLS\r\n"
