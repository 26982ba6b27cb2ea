# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only code that calls a host: host_read and host_write, one execution each. Internal to this collection.

Both calls of one task share the shell of its connection: reading costs 6 requests over WinRM, reading and writing 10.
Every way in which a call can end badly leaves here as a HostError with one sentence.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ._task import CONTRACT, Errand, HostError, check_answer, failed_with, fault_words, known_loss
from ._words import one_line, plain_data

READ = "msexchange.tls.host_read"
WRITE = "msexchange.tls.host_write"

display = Display()

# Errors of the controller's own disk (a module file, a temporary folder), which are OSErrors like those of the network.
_LOCAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError)


class Broker:
    """The host of one task.

    ``warnings`` and ``deprecations`` collect what the host scripts had to say: core before 2.21 loses it otherwise.
    """

    def __init__(self, action: ActionBase, task_vars: dict[str, t.Any]) -> None:
        self._action = action
        self._task_vars = task_vars
        self.host = str(action._task.delegate_to or task_vars.get("inventory_hostname") or "the host")
        self.warnings: list[t.Any] = []
        self.deprecations: list[t.Any] = []

    def read(self, request: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The answer of host_read (contract R). ``request``: keys, user_keys, files, journal."""
        errand = Errand(self.host, "reading its TLS settings", "Nothing was changed.")
        self._require_windows(errand)
        return self._call(READ, request, errand)

    def write(self, request: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The answer of host_write (contract W2). ``request``: change, meta, reboot_required, operations, undo."""
        change = request["change"]
        after = "Whether anything was written is unknown; the next run reads it again and goes on from there."
        return self._call(WRITE, request, Errand(self.host, f"writing change {change}", after))

    def confirm(self, change: str, request: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The answer of host_write to a request that ends the timer of a change."""
        after = "Whether its timer still runs is unknown; confirm it again, or it takes itself back."
        return self._call(WRITE, request, Errand(self.host, f"confirming change {change}", after))

    def end_timer(self, change: str, request: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The same for a change that was taken back."""
        after = "It sees by itself that its change was taken back, and goes."
        return self._call(WRITE, request, Errand(self.host, f"ending the timer of change {change}", after))

    def reconnect(self) -> None:
        """Give up a connection that is open, so that the next call opens one."""
        errand = Errand(self.host, "connecting to it anew", "Nothing was changed.")
        self._require_windows(errand)
        try:
            self._action._connection.reset()
        except Exception as error:  # Whatever a connection plugin may raise: there is no connection.
            raise self._lost(error, errand) from error

    def _require_windows(self, errand: Errand) -> None:
        connection = self._action._connection
        if getattr(connection._shell, "_IS_WINDOWS", False):
            return
        name = getattr(connection, "transport", None) or "unknown"
        raise HostError(
            f"{errand.host}: {errand.doing} needs a Windows host, but its connection ({name}) speaks to a Unix shell. "
            "Set ansible_connection to winrm or psrp, or for ssh set ansible_shell_type to powershell or cmd."
        )

    def _call(self, module: str, request: t.Mapping[str, t.Any], errand: Errand) -> dict[str, t.Any]:
        # A dictionary of its own for every call: _execute_module adds its private keys to what it is given.
        arguments = {"contract": CONTRACT, **plain_data(request, exact=True)}
        try:
            raw = self._action._execute_module(module_name=module, module_args=arguments, task_vars=self._task_vars)
        except AnsibleConnectionFailure as error:
            raise self._lost(error, errand) from error
        except AnsibleError as error:
            # The winrm plugin has one for a connection that ends while it sends.
            if known_loss(error.message):
                raise self._lost(error, errand) from error
            raise failed_with(error.message, errand) from error
        except OSError as error:
            # A connection that ends between two calls of one shell comes through as an error of requests, an OSError.
            if isinstance(error, _LOCAL):
                raise errand.failed(one_line(error)) from error
            raise self._lost(error, errand) from error
        except Exception as error:
            # pywinrm, pypsrp and other connection plugins have error classes that only their users can know, and raise
            # them as they are once the shell is open: a service that stops is told from a fault by its words only.
            if known_loss(error):
                raise self._lost(error, errand) from error
            display.vvv(f"{module}: {type(error).__name__}: {error}", host=errand.host)
            raise errand.failed(f"the connection gave up ({type(error).__name__}: {fault_words(error)})") from error
        if not isinstance(raw, t.Mapping):
            raise errand.failed(f"the answer is no JSON object but {one_line(raw)}")
        said: dict[str, t.Any] = dict(raw)
        self.warnings += said.get("warnings") or []
        self.deprecations += said.get("deprecations") or []
        try:
            answer: dict[str, t.Any] = plain_data(check_answer(raw, errand), exact=True)
        except RecursionError as error:
            raise errand.failed("the answer is nested deeper than anything that the script says") from error
        return answer

    def _lost(self, error: Exception, errand: Errand) -> HostError:
        display.vvv(f"{type(error).__name__}: {error}", host=errand.host)
        return errand.lost(error)
