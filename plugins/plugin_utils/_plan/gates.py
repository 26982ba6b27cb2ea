# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a stage from being applied, each with its reason and its remedy."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import HostIdentity
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State

from .lockout import Need
from .model import Gate, Member, StageState
from .stages import PENDING, names

#: What an Exchange build has to be able to do before a stage may be applied (S1, S1-old, S18).
NEEDED_ABILITIES: t.Mapping[str, str] = {"retire": "disable_tls_1_0"}

#: The stage that waits for the whole organisation (guidance 8.1, S20).
ORGANISATION_STAGE = "retire"


def earlier_stage(stage: str, earlier: StageState, state: State) -> Gate:
    """A stage waits for an earlier one that is written on this host and of which it is not known that it counts."""
    if earlier.state == PENDING:
        reason = f"Stage '{earlier.stage}' is written and does not count yet. {earlier.detail}"
        remedy = f"Restart the server, then apply stage '{stage}'."
        if state.debt.unfinished:
            reason += f" {_unfinished(state.debt.unfinished)}"
            remedy = f"{_take_back(state.debt.unfinished)} Or, if all of it is as wanted, restart the server."
        elif not state.debt.changes:
            remedy = (
                "The keys were written after the last start of the server, by somebody else or by Group Policy: "
                f"restart the server yourself, then apply stage '{stage}'."
            )
        return Gate(stage, "host", "boot", reason, remedy)
    reason = f"Whether stage '{earlier.stage}' is in effect cannot be told. {earlier.detail}"
    return Gate(
        stage, "host", "unknown", reason, "Make the values readable for the account that is used, then run again."
    )


def contradicted(stage: str, found: StageState) -> Gate:
    """A stage that is written, and a connection says otherwise."""
    remedy = (
        "Look at what answers there: an endpoint that is not Schannel, a device in front of it, or a service that "
        "was not restarted."
    )
    return Gate(stage, "host", "proof", f"Stage '{stage}' is not in effect. {found.detail}", remedy)


def _unfinished(changes: t.Sequence[str]) -> str:
    whose = "The change" if len(changes) == 1 else "The changes"
    return f"{whose} {names(changes)} did not end and left some values behind."


def _take_back(changes: t.Sequence[str]) -> str:
    return f"Take {'it' if len(changes) == 1 else 'each of them'} back with msexchange.tls.rollback, then run again."


def after_writing(stage: str, earlier: str) -> Gate:
    """A stage waits for the restart after a stage that is written now."""
    reason = f"Stage '{earlier}' is written now and counts after a restart."
    return Gate(stage, "host", "boot", reason, f"Restart the server, then apply stage '{stage}'.")


def undecided(stage: str, found: StageState) -> Gate:
    """A stage of which parts cannot be judged."""
    remedy = "Find out the fact, or read with an account that may read the keys, then run again."
    return Gate(stage, "host", "unknown", found.detail, remedy)


def ability(stage: str, state: State) -> Gate | None:
    """The Exchange build has to bear the stage; unknown is not good enough."""
    needed = NEEDED_ABILITIES.get(stage)
    identity = state.identity
    if needed is None or identity.exchange == "none":
        return None
    if identity.exchange is None or identity.exchange_build is None:
        reason = "The Exchange version of this host could not be told, and older ones do not bear this stage."
        return Gate(stage, "host", "unknown", reason, "Make the Setup key of Exchange readable, then run again.")
    if needed in identity.abilities:
        return None
    build = ".".join(str(part) for part in identity.exchange_build)
    release = _first_release(identity, needed, state.catalogue)
    reason = f"Exchange {build} does not work without TLS 1.0."
    remedy = f"Install {release} or later." if release else "Move to an Exchange version that bears it."
    return Gate(stage, "host", "ability", reason, remedy)


def _first_release(identity: HostIdentity, needed: str, catalogue: Catalogue) -> str | None:
    releases = (row.name for row in catalogue.releases if row.version == identity.exchange and needed in row.can)
    return next(releases, None)


def organisation(stage: str, state: State, members: t.Mapping[str, Member] | None) -> Gate | None:
    """Every Exchange server of the organisation has to be prepared; what is not known counts as not prepared."""
    if stage != ORGANISATION_STAGE:
        return None
    harm = "A half-changed organisation loses free/busy, proxying and internal mail."
    if not members:
        if state.identity.exchange == "none":
            return None
        reason = f"The organisation was not read, so nothing is known of its other servers. {harm}"
        remedy = "Read all Exchange servers, Edge included, and hand over the result as 'organisation'."
        return Gate(stage, "organisation", "organisation", reason, remedy)
    missing = [member for _name, member in sorted(members.items()) if member.prepared is not True]
    if not missing:
        return None
    whose = [member.name or "an unnamed server" for member in missing]
    first = f" {whose[0]}: {missing[0].detail}" if missing[0].detail else ""
    reason = f"Not prepared, or not known to be: {names(whose)}. {harm}{first}"
    return Gate(stage, "organisation", "organisation", reason, "Apply stage 'prepare' there, restart, and read again.")


def ownership(stage: str, settings: t.Sequence[str], details: t.Sequence[str]) -> Gate:
    """Values that are not ours to write."""
    return Gate(
        stage, "host", "ownership", f"Not written: {names(settings)}. {details[0]}", "See the reason, then run again."
    )


def refused(stage: str, settings: t.Sequence[str], details: t.Sequence[str], *, direct: bool) -> Gate:
    """Values that make no sense on this Windows. ``direct``: they were asked for by name, no rule wants them."""
    remedy = "Change the rule in an overlay, or take it out for this host."
    if direct:
        remedy = "Ask for another value, or leave the setting out for this host."
    return Gate(stage, "host", "ability", f"Not written: {names(settings)}. {details[0]}", remedy)


def not_judged(stage: str, settings: t.Sequence[str], details: t.Sequence[str]) -> Gate:
    """Values about which nothing could be decided."""
    remedy = "Find out the fact, or read with an account that may read the keys, then run again."
    return Gate(stage, "host", "unknown", f"Not judged: {names(settings)}. {details[0]}", remedy)


def lockout(stage: str, lost: t.Iterable[Need], *, direct: bool = False) -> Gate:
    """A change after which something would be without a suite, or a side without a version.

    ``direct``: single settings were asked for by name, so there is no stage to speak of.
    """
    found = sorted(lost)
    remedies = []
    if not all(need.version for need in found):
        remedies.append("Leave a version on, or switch one on together with this.")
    if any(need.version for need in found):
        remedies.append(
            "Put a suite for it into the wanted list, or switch the version off first; see docs/baselines.md."
        )
    opening = "Somebody would be cut off" if direct else "Nothing of this stage is written"
    reason = f"{opening}: {names([str(need) for need in found])}."
    return Gate(stage, "host", "lockout", reason, " ".join(remedies))


def suites_unknown(stage: str) -> Gate:
    """Taking something away without knowing what would be left."""
    reason = "The suite list in force could not be told, so nobody knows what would be left."
    return Gate(stage, "host", "unknown", reason, "Make the suite list readable or well-formed, then run again.")
