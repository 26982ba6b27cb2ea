# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which suite list, and which curve list, is in force.

The Group Policy list if it counts, else the local list, else that of the OS.
"""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    REG_MULTI_SZ,
    Catalogue,
    SuiteList,
    bare_suite,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import HostIdentity, RegistryValue

from .meaning import list_names
from .model import Form

#: Longer Group Policy lists are outside every description (S3, S4); what Schannel makes of them is unknown.
LONGEST_POLICY_LIST = 1023

#: Kinds of the Group Policy suite list that Windows ignores without a word, so that the local list stays in force
#: (guidance 10a).
IGNORED_POLICY_KINDS: frozenset[int] = frozenset({REG_MULTI_SZ})

#: A list that may be unknown.
Names = tuple[str, ...] | None
#: A setting of one value: its form and the value.
Seen = tuple[Form, RegistryValue | None]


def policy_counts(form: Form, value: RegistryValue | None) -> bool | None:
    """Whether a Group Policy suite list wins over the local one; None when that is not known."""
    if form is Form.ABSENT:
        return False
    if form is Form.SET and value is not None:
        return None if isinstance(value.data, str) and len(value.data) > LONGEST_POLICY_LIST else True
    if form is Form.MALFORMED and value is not None and value.kind in IGNORED_POLICY_KINDS:
        return False
    return None


def policy_curves_count(form: Form, _value: RegistryValue | None) -> bool | None:
    """Whether a Group Policy curve list wins over the local one; None when that is not known."""
    return {Form.SET: True, Form.ABSENT: False}.get(form)


def usable_suites(names: t.Iterable[str], identity: HostIdentity, catalogue: Catalogue) -> Names:
    """The names that this OS can use, in order, each once; None when the OS is unknown. Schannel passes over others."""
    os, known = identity.os, own_list(identity, catalogue)
    if os is None or known is None:
        return None
    # From Windows 10 / Server 2016 on a curve suffix is unnecessary and overridden by the curve order (S3, S4).
    bare = (name if os.suites_carry_curve else bare_suite(name)[0] for name in names)
    return tuple(dict.fromkeys(name for name in bare if name in known.known))


def own_list(identity: HostIdentity, catalogue: Catalogue) -> SuiteList | None:
    """The suite list of exactly this build; None when the OS is unknown."""
    return None if identity.os is None else catalogue.suites_of(identity.os.id, identity.build)


def suites_in_force(policy: Seen, local: Seen, identity: HostIdentity, catalogue: Catalogue) -> Names:
    """The usable suites of the list that wins. An empty Group Policy list wins and leaves none (guidance 10a)."""
    counts = policy_counts(*policy)
    if counts is None:
        return None
    if counts:
        return usable_suites(_names(policy[1]), identity, catalogue)
    if local[0] is Form.ABSENT:
        known = own_list(identity, catalogue)
        return None if known is None else known.default
    return usable_suites(_names(local[1]), identity, catalogue) if local[0] is Form.SET else None


def curves_in_force(policy: Seen, local: Seen, identity: HostIdentity, catalogue: Catalogue) -> Names:
    """Curves in order, names as they stand.

    Before Windows 10 / Server 2016, where suites carry the curve, the OS's own.
    """
    known = own_list(identity, catalogue)
    if known is None or identity.os is None:
        return None
    if identity.os.suites_carry_curve:
        return known.curves
    for form, value in (policy, local):
        if form is Form.SET:
            return _names(value)
        if form is not Form.ABSENT:
            return None
    return known.curves


def _names(value: RegistryValue | None) -> tuple[str, ...]:
    return () if value is None else list_names(value)
