# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of this package, by whose fault they are.

``CallerError`` is a mistake in what we were asked to do, ``PeerError`` a mistake in what the other side sent.
Everything that hostile or broken bytes can cause is a ``PeerError``: no other exception leaves the parsers.
"""

from __future__ import annotations

__all__ = ["CallerError", "DecodeError", "PeerError", "UnexpectedMessageError", "WireError"]


class WireError(Exception):
    """Base of all errors raised here; never raised itself."""


class CallerError(WireError):
    """The question makes no sense (an impossible endpoint, an empty offer). The text is one sentence and the remedy."""


class PeerError(WireError):
    """The peer broke its protocol."""


class DecodeError(PeerError):
    """Bytes that cannot be read.

    reason: what is wrong with them, in words. at: offset in the message at which it was noticed.
    """

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(f"{reason} (at byte {at})")
        self.reason = reason
        self.at = at


class UnexpectedMessageError(PeerError):
    """A readable message at the wrong moment. message: its name. state: what we were waiting in."""

    def __init__(self, message: str, state: str) -> None:
        super().__init__(f"{message} while in state {state}")
        self.message = message
        self.state = state
