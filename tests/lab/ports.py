# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that stay ours while nobody listens on them: a host that restarts comes back where it was."""

from __future__ import annotations

import socket


class Reservation:
    """A free TCP port of the loopback address. Connecting to it is refused until somebody listens on :meth:`listener`.

    A second socket is bound to the port and never listens; Linux allows that with SO_REUSEADDR and gives the port to
    nobody else meanwhile.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self._holder = _bound(address, 0)
        self.address = address
        self.port: int = self._holder.getsockname()[1]

    def listener(self) -> socket.socket:
        """A new socket bound to the port, for a server to listen on."""
        return _bound(self.address, self.port)

    def release(self) -> None:
        """Gives the port back."""
        self._holder.close()


def _bound(address: str, port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((address, port))
    found.setblocking(False)
    return found
