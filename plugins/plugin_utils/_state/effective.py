# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts: OS defaults behind absent values, systems that know no such thing, the time between write and boot."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    MIXED,
    UNKNOWN,
    UNSUPPORTED,
    Meaning,
    OperatingSystem,
    Setting,
    SettingKind,
)

from .model import Form, Origin

#: Between write and boot new processes obey and running services may not (design 15.1). A list of suites or curves
#: counts only after the boot
#: (S3, S4), so before it nothing is known but that it may be the one from before.
BETWEEN_WRITE_AND_BOOT: t.Mapping[SettingKind, str] = {
    SettingKind.PROTOCOL: MIXED,
    SettingKind.ALGORITHM: MIXED,
    SettingKind.FLAG: MIXED,
    SettingKind.NUMBER: MIXED,
    SettingKind.MASK: MIXED,
    SettingKind.LIST: UNKNOWN,
}

ANY_OS = "*"
#: Ids of settings whose value stands in a Group Policy place end so.
POLICY_SUFFIX = ".group_policy"


def default_of(setting: Setting, os: OperatingSystem | None) -> Meaning | None:
    """The meaning of "absent" on an OS; None = unknown."""
    own = setting.defaults.get(os.id) if os is not None else None
    return setting.defaults.get(ANY_OS) if own is None else own


def reads(setting: Setting, os: OperatingSystem | None) -> bool | None:
    """Whether this OS reads the setting at all; None when that depends on the OS and the OS is unknown."""
    if os is not None:
        return not setting.os or os.id in setting.os
    return None if setting.os or UNSUPPORTED in setting.defaults.values() else True


def future_of(
    setting: Setting, form: Form, configured: Meaning | None, os: OperatingSystem | None
) -> tuple[Meaning, Origin]:
    """What will count after the next boot, and why."""
    if form is Form.UNREAD:
        return UNKNOWN, Origin.UNKNOWN
    default = default_of(setting, os)
    if default == UNSUPPORTED:
        return UNSUPPORTED, Origin.UNSUPPORTED
    readable = reads(setting, os)
    if readable is False:
        unset = Origin.UNSUPPORTED if default is None else Origin.OS_DEFAULT
        return (UNSUPPORTED if default is None else default), (unset if form is Form.ABSENT else Origin.INERT)
    if form is Form.MALFORMED:
        return UNKNOWN, Origin.UNKNOWN
    if configured is None:
        return (UNKNOWN, Origin.UNKNOWN) if default is None else (default, Origin.OS_DEFAULT)
    if readable is None and configured != DISABLED:
        # Off is off on every system; "on" may mean nothing where the system does not know the version.
        return UNKNOWN, Origin.UNKNOWN
    return configured, Origin.GROUP_POLICY if setting.id.endswith(POLICY_SUFFIX) else Origin.REGISTRY
