# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about the order of cipher suites."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import bare_suite, nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import LONGEST_POLICY_LIST, Form, own_list

from . import words
from .check import Check, Hit, View
from .suite_lists import blank, enabled_versions, listed, offered, repeated

_POLICY, _LOCAL = "cipher_suites.group_policy", "cipher_suites.local"
_TLS_1_3 = "tls_1_3"


def _too_long(view: View) -> t.Iterator[Hit]:
    state = view.state.settings[_POLICY]
    (value,) = state.values
    text = value.data if state.form is Form.SET and value is not None else None
    if isinstance(text, str) and len(text) > LONGEST_POLICY_LIST:
        yield Hit(
            _POLICY, f"The Group Policy suite list has {len(text)} characters; {LONGEST_POLICY_LIST} are allowed."
        )


def _empty(view: View) -> t.Iterator[Hit]:
    names = view.state.settings[_POLICY].configured
    if isinstance(names, tuple) and not any(name.strip() for name in names):
        yield Hit(_POLICY, "The Group Policy suite list is there and names no suite.")


def _policy_kind(view: View) -> t.Iterator[Hit]:
    state = view.state.settings[_POLICY]
    if state.form is Form.MALFORMED:
        effect = (
            "Windows ignores it and the local list stays in force"
            if state.future != "unknown"
            else "its effect is unknown"
        )
        yield Hit(
            _POLICY, f"The Group Policy suite list is {words.value(state.values[0])}, REG_SZ is expected: {effect}."
        )


def _local_form(view: View) -> t.Iterator[Hit]:
    state = view.state.settings[_LOCAL]
    if state.form is Form.MALFORMED:
        yield Hit(
            _LOCAL,
            f"The local suite list is {words.value(state.values[0])}; REG_MULTI_SZ with one suite per element "
            "is expected.",
        )


def _unknown(view: View) -> t.Iterator[Hit]:
    catalogue = view.state.catalogue
    for found in listed(view.state, "cipher_suites"):
        for name in dict.fromkeys(name.strip() for name in found.names):
            if name and bare_suite(name)[0] not in catalogue.suites:
                near = nearest(name, catalogue.suites)
                yield Hit(
                    found.setting, f"{found.title}: no suite is named '{words.path(name)}'.{words.nearest_hint(near)}"
                )


def _not_on_this_os(view: View) -> t.Iterator[Hit]:
    identity, catalogue = view.state.identity, view.state.catalogue
    own = own_list(identity, catalogue)
    if own is None or identity.os is None:
        return
    for found in listed(view.state, "cipher_suites"):
        inert = [
            name
            for name in found.names
            if _known_elsewhere(name, own.known, catalogue.suites, identity.os.suites_carry_curve)
        ]
        if inert:
            yield Hit(
                found.setting,
                f"{found.title}: {identity.os.name} passes over {words.listing(list(dict.fromkeys(inert)))}.",
            )


def _known_elsewhere(name: str, own: frozenset[str], known: t.Container[str], carries_curve: bool) -> bool:
    bare, curve = bare_suite(name)
    if bare not in known or name in own:
        return False
    # A name without its curve is another finding where names carry it.
    return (curve is not None or bare not in _families(own)) if carries_curve else bare not in own


def _families(own: frozenset[str]) -> frozenset[str]:
    return frozenset(bare_suite(name)[0] for name in own)


def _curve_missing(view: View) -> t.Iterator[Hit]:
    identity = view.state.identity
    own = own_list(identity, view.state.catalogue)
    if own is None or identity.os is None:
        return
    families = _families(own.known)
    for found in listed(view.state, "cipher_suites"):
        bare = [name for name in found.names if name not in own.known and name in families]
        if bare:
            yield Hit(
                found.setting,
                f"{found.title}: {words.listing(bare)} lacks the curve; {identity.os.name} knows it with _P256, "
                "_P384 or _P521 only.",
            )


def _curve_suffix(view: View) -> t.Iterator[Hit]:
    os = view.state.identity.os
    if os is None or os.suites_carry_curve:
        return
    for found in listed(view.state, "cipher_suites"):
        suffixed = [name for name in found.names if bare_suite(name)[1] is not None]
        if suffixed:
            yield Hit(
                found.setting,
                f"{found.title}: the curve in {words.listing(suffixed)} has no effect on {os.name}; the curve "
                "order counts.",
            )


def _blank(view: View) -> t.Iterator[Hit]:
    for found in listed(view.state, "cipher_suites"):
        odd = blank(found.names) if any(name.strip() for name in found.names) else ()
        if odd:
            shown = ", ".join(f"'{words.path(name)}'" for name in odd[:5])
            yield Hit(
                found.setting,
                f"{found.title}: {len(odd)} of {len(found.names)} names are empty or have blanks: {shown}.",
            )


def _repeated(view: View) -> t.Iterator[Hit]:
    for found in listed(view.state, "cipher_suites"):
        again = repeated(found.names)
        if again:
            yield Hit(found.setting, f"{found.title}: more than once in the list: {words.listing(again)}.")


def _version_without(view: View) -> t.Iterator[Hit]:
    names = view.state.future_suites
    if names is None:
        return
    suites = offered(view.state, names)
    for version in enabled_versions(view.state):
        if version not in ("ssl_2_0", _TLS_1_3) and not any(version in suite.versions for suite in suites):
            yield Hit(
                f"protocols.{version}",
                f"{words.VERSION_NAMES[version]} is on, but no suite of the list in force can be used with it.",
            )


def _tls_1_3_without(view: View) -> t.Iterator[Hit]:
    names = view.state.future_suites
    if names is None or _TLS_1_3 not in enabled_versions(view.state):
        return
    if not any(_TLS_1_3 in suite.versions for suite in offered(view.state, names)):
        yield Hit(
            f"protocols.{_TLS_1_3}", "TLS 1.3 is on, but none of its suites (TLS_AES_...) is in the list in force."
        )


def _certificate_without(view: View) -> t.Iterator[Hit]:
    names = view.state.future_suites
    old = [version for version in enabled_versions(view.state) if version != _TLS_1_3]
    if names is None or not old:
        return
    # Only suites of TLS 1.3 go with any type.
    suites = [suite for suite in offered(view.state, names) if set(suite.versions) & set(old)]
    for kind in sorted(view.state.identity.certificate_types):
        if not any(suite.authentication == kind for suite in suites):
            yield Hit(
                "cipher_suites",
                f"The server presents a certificate of type {kind.upper()}, and no suite of the list in force "
                "can be used with it.",
            )


CHECKS: tuple[Check, ...] = (
    Check(
        id="suites.policy_too_long",
        severity=Severity.ERROR,
        title="The Group Policy suite list is too long",
        what="The value Functions of the Group Policy suite order has more than 1023 characters.",
        why="What Schannel makes of a longer list is described nowhere; the list in force is unknown.",
        remedy="Shorten the list to what is needed; the recommended lists fit.",
        sources=("S3", "S4"),
        run=_too_long,
    ),
    Check(
        id="suites.policy_empty",
        severity=Severity.ERROR,
        title="The Group Policy suite list is empty",
        what="The value Functions of the Group Policy suite order exists and holds no name.",
        why=(
            "Schannel then has no suite at all and does not fall back to the local list: all TLS fails, WinRM "
            "over HTTPS included."
        ),
        remedy="Delete the value before the next boot, or write a full list.",
        sources=("S3", "S4"),
        run=_empty,
    ),
    Check(
        id="suites.policy_kind",
        severity=Severity.ERROR,
        title="The Group Policy suite list has the wrong kind",
        what="The value Functions of the Group Policy suite order is not a REG_SZ with names between commas.",
        why="Windows ignores a REG_MULTI_SZ there without a message, and the local list stays in force.",
        remedy="Write the list as one REG_SZ, names separated by commas without blanks.",
        sources=("S5", "S9"),
        run=_policy_kind,
    ),
    Check(
        id="suites.local_form",
        severity=Severity.WARNING,
        title="The local suite list has an unusual form",
        what="The local list is not a REG_MULTI_SZ with one suite per element.",
        why=(
            "Older instructions write it as one text; whether Schannel reads that is not known. Editing it by "
            "hand is not supported."
        ),
        remedy="Set the order through Group Policy (a REG_SZ below SOFTWARE\\Policies) and restore the local list.",
        sources=("S1-old", "S4", "S9"),
        run=_local_form,
    ),
    Check(
        id="suites.unknown_name",
        severity=Severity.WARNING,
        title="An unknown suite name",
        what="A name in the suite list is that of no suite that Schannel ever had.",
        why="Schannel passes over it: the order is not what was meant.",
        remedy="Correct the name.",
        sources=("S3",),
        run=_unknown,
    ),
    Check(
        id="suites.not_on_this_os",
        severity=Severity.NOTE,
        title="A suite that this Windows does not have",
        what="A name in the list is a suite of other versions of Windows.",
        why="Schannel passes over it; without harm as long as others remain.",
        remedy="Leave it out of the list for this system.",
        sources=("S3",),
        run=_not_on_this_os,
    ),
    Check(
        id="suites.curve_missing",
        severity=Severity.ERROR,
        title="A suite name without its curve",
        what="Before Windows 10 and Server 2016 the curve is a part of the suite name, and here it is missing.",
        why="Schannel passes over the name: the suite is not available.",
        remedy="Write the name with _P256 and _P384.",
        sources=("S3", "S1"),
        run=_curve_missing,
    ),
    Check(
        id="suites.curve_suffix",
        severity=Severity.NOTE,
        title="A curve in a suite name",
        what="A suite name carries a curve, as was needed before Windows 10 and Server 2016.",
        why="The curve order counts and overrides the suffix.",
        remedy="Write the name without the suffix and set the curve order.",
        sources=("S3", "S4"),
        run=_curve_suffix,
    ),
    Check(
        id="suites.blank_name",
        severity=Severity.WARNING,
        title="Blanks in the suite list",
        what="The list has empty names (two commas, a comma at the end) or blanks beside names.",
        why="The list is described as names between commas without blanks; a name with a blank may not be recognised.",
        remedy="Write the list without blanks and empty names.",
        sources=("S5", "S9"),
        run=_blank,
    ),
    Check(
        id="suites.repeated_name",
        severity=Severity.NOTE,
        title="A suite twice in the list",
        what="A suite is named more than once.",
        why="Only its first place counts; it uses up the 1023 characters.",
        remedy="Leave the repetition out.",
        sources=("S3",),
        run=_repeated,
    ),
    Check(
        id="suites.version_without_suite",
        severity=Severity.ERROR,
        title="A version without a suite",
        what="A version is on, and the list in force has no suite that it can use.",
        why="Every connection with that version fails, although it looks enabled.",
        remedy="Switch the version off, or put a suite for it into the list.",
        sources=("S3",),
        run=_version_without,
    ),
    Check(
        id="suites.tls_1_3_without_suite",
        severity=Severity.ERROR,
        title="TLS 1.3 is on, its suites are gone",
        what="TLS 1.3 is on, and neither TLS_AES_256_GCM_SHA384 nor TLS_AES_128_GCM_SHA256 is in the list.",
        why=(
            "A client that offers TLS 1.3 gets no connection although TLS 1.2 would work; the host becomes "
            "unreachable for modern controllers."
        ),
        remedy="Put both suites first in the list, or switch TLS 1.3 off.",
        sources=("S1", "S3"),
        run=_tls_1_3_without,
    ),
    Check(
        id="suites.certificate_without_suite",
        severity=Severity.ERROR,
        title="No suite for the certificate of the server",
        what="The list in force has no suite for the key type of a certificate that the server presents.",
        why="Every connection below TLS 1.3 fails.",
        remedy=(
            "Put suites for the certificate's type into the list (ECDHE_RSA for an RSA certificate, ECDHE_ECDSA "
            "for an elliptic one)."
        ),
        sources=("S3",),
        run=_certificate_without,
    ),
)
