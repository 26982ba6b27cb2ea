# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter: a profile as a registry script, for Group Policy, for clients, for a console without network."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.msexchange.tls.plugins.plugin_utils._baseline import (
    STAGES,
    BaselineError,
    load_profile,
    resolve,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import ObservationError, from_reg_export, identify
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import render_profile_reg

#: What a host would export that has none of the values: all that counts is who it is said to be.
_NOTHING = b"Windows Registry Editor Version 5.00\r\n\r\n"


def profile_reg(profile: str, os: str, exchange: str = "none", stage: str = STAGES[-1], role: str | None = None) -> str:
    """The text of a ``.reg`` file with every value that ``profile`` wants of such a host, up to ``stage``.

    ``os``: as in state_info, 2016 or ws2016; ``exchange``: a build, or none.
    """
    if stage not in STAGES:
        raise AnsibleFilterError(f"profile_reg: {stage} is no stage; the stages are {', '.join(STAGES)}.")
    catalogue = load()
    try:
        export = from_reg_export(_NOTHING, os=str(os), exchange=str(exchange), role=role, catalogue=catalogue)
        identity = identify(export.observation, catalogue)
        baseline = resolve(
            load_profile(str(profile)),
            (),
            identity,
            host="",
            groups=(),
            today=datetime.datetime.now().astimezone().date(),
            catalogue=catalogue,
        )
    except (ObservationError, BaselineError) as error:
        raise AnsibleFilterError(f"profile_reg: {error}") from error
    if identity.os is None:
        raise AnsibleFilterError(f"profile_reg: {os} is no Windows that the catalogue knows.")
    return render_profile_reg(baseline, identity.os, catalogue, stage=stage)


class FilterModule:
    """Entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"profile_reg": profile_reg}
