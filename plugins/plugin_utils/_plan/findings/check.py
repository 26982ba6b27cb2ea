# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check is: one row of the table of findings, with the function that looks for it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Setting
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import RegistryKey, path_key
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import SettingState, State

#: What one endpoint answered (contract W).
Endpoint = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Hit:
    """One place where a check found something.

    ``subject``: setting id, registry path or endpoint.
    """

    subject: str
    message: str


@dataclasses.dataclass(frozen=True, eq=False)
class View:
    """What checks look at; the same only as itself, so that what is made of one can be kept."""

    state: State
    observed: tuple[Endpoint, ...] = ()

    def settings(self, group: str) -> t.Iterator[tuple[Setting, SettingState]]:
        """Settings of one group with their state, in the order of the catalogue."""
        for setting in self.state.catalogue.by_group.get(group, ()):
            found = self.state.settings.get(setting.id)
            if found is not None:
                yield setting, found

    def place(self, key: RegistryKey) -> tuple[str, ...]:
        """The path of a key for comparison; the current control set is CurrentControlSet."""
        return path_key(key.path, self.state.observation.current_control_set)

    def find(self, setting_id: str) -> SettingState | None:
        """One setting's state; None when the catalogue does not have it."""
        return self.state.settings.get(setting_id)


@dataclasses.dataclass(frozen=True)
class Check(Kind):
    """A kind of finding about a host, with the function that looks for it."""

    run: t.Callable[[View], t.Iterable[Hit]]
