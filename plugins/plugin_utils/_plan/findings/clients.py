# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about programs that choose versions for themselves: .NET, WinHTTP, WinINet."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import (
    DISABLED,
    REG_DWORD,
    UNSUPPORTED,
    Setting,
    SettingKind,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Severity
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import join_path, leaf
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import Form

from . import words
from .check import Check, Hit, View

#: Bits of the masks that must not be on, and the one that must (guidance 5.1).
_SSL_BITS = 0x8 | 0x20
_TLS_1_2_BIT = 0x800
_ALL_BITS = sum(words.MASK_BITS)
_BIT_VERSIONS: t.Mapping[int, str] = {
    0x8: "ssl_2_0",
    0x20: "ssl_3_0",
    0x80: "tls_1_0",
    0x200: "tls_1_1",
    0x800: "tls_1_2",
    0x2000: "tls_1_3",
}
_OLD = ("protocols.tls_1_0.client", "protocols.tls_1_0.server", "protocols.tls_1_1.client", "protocols.tls_1_1.server")


def _masks(view: View) -> t.Iterator[tuple[str, str, int]]:
    """(subject, name of the value and where it stands, bits) of every mask that is written, for users one by one."""
    for group in ("winhttp", "wininet"):
        for setting, state in view.settings(group):
            if setting.kind is not SettingKind.MASK:
                continue
            place = setting.places[0]
            if not setting.per_user:
                if isinstance(state.configured, int):
                    yield setting.id, _where(setting), state.configured
                continue
            for hive in view.state.observation.user_hives:
                value = view.state.observation.value(join_path(hive, place.key), place.name)
                if value is not None and value.kind == REG_DWORD and isinstance(value.data, int):
                    yield setting.id, f"{place.name} of the user {words.path(leaf(hive))}", value.data


def _where(setting: Setting) -> str:
    """``DefaultSecureProtocols in HKLM\\...\\WinHttp``"""
    place = setting.places[0]
    return f"{place.name} in {words.path(place.key)}"


def _ssl_on(view: View) -> t.Iterator[Hit]:
    for subject, where, bits in _masks(view):
        if bits & _SSL_BITS:
            yield Hit(subject, f"{where} is {words.mask(bits)}: it switches {words.mask(bits & _SSL_BITS)} on.")


def _without_tls_1_2(view: View) -> t.Iterator[Hit]:
    for subject, where, bits in _masks(view):
        if not bits & _TLS_1_2_BIT:
            yield Hit(subject, f"{where} is {words.mask(bits)}: TLS 1.2 (0x800) is not in it.")


def _unknown_bits(view: View) -> t.Iterator[Hit]:
    for subject, where, bits in _masks(view):
        if bits & ~_ALL_BITS:
            yield Hit(subject, f"{where} is 0x{bits:x}; the bits 0x{bits & ~_ALL_BITS:x} belong to no version.")


def _bits_without_effect(view: View) -> t.Iterator[Hit]:
    for subject, where, bits in _masks(view):
        off = [bit for bit in _BIT_VERSIONS if bits & bit and _client_is_off(view, _BIT_VERSIONS[bit])]
        if off:
            names = ", ".join(words.MASK_BITS[bit] for bit in off)
            yield Hit(
                subject, f"{where} is {words.mask(bits)}, but Schannel has {names} off for clients, which overrules it."
            )


def _client_is_off(view: View, version: str) -> bool:
    state = view.find(f"protocols.{version}.client")
    return state is not None and state.future in (DISABLED, UNSUPPORTED)


def _views_differ(view: View) -> t.Iterator[Hit]:
    for group in ("winhttp", "dotnet"):
        for setting, native in view.settings(group):
            other = view.find(setting.id.replace(".native.", ".wow64.")) or native
            forms = {native.form, other.form}
            if Form.SET in forms and forms <= {Form.SET, Form.ABSENT} and native.configured != other.configured:
                yield Hit(
                    setting.id,
                    f"{_where(setting)} is {words.value(native.values[0])} for 64-bit programs, "
                    f"its twin below WOW6432Node is {words.value(other.values[0])} for 32-bit programs.",
                )


def _insecure_fallback(view: View) -> t.Iterator[Hit]:
    for setting, state in view.settings("winhttp"):
        if setting.id.endswith(".insecure_fallback") and state.configured == "enabled":
            yield Hit(setting.id, f"{_where(setting)} is {words.value(state.values[0])}.")


def _dotnet_not_one(view: View) -> t.Iterator[Hit]:
    off = sorted(
        {words.version_of(name) for name in _OLD if (s := view.find(name)) is not None and s.configured == DISABLED}
    )
    if not off:
        return
    for setting, state in view.settings("dotnet"):
        value = state.values[0]
        if not setting.id.startswith("dotnet.v4.") or state.form is Form.UNREAD:
            continue
        if value is None or value.kind != REG_DWORD or value.data != 1:
            yield Hit(
                setting.id,
                f"{' and '.join(off)} is off, but {_where(setting)} is {words.value(value)} instead of REG_DWORD 1.",
            )


CHECKS: tuple[Check, ...] = (
    Check(
        id="clients.ssl_switched_on",
        severity=Severity.ERROR,
        title="A mask switches SSL 3.0 or SSL 2.0 on",
        what=(
            "The versions of WinHTTP or WinINet include SSL 3.0 (0x20) or SSL 2.0 (0x8); 0xAA0, printed in some "
            "instructions, does."
        ),
        why="SSL 3.0 lets an attacker on the path read encrypted data (POODLE); SSL 2.0 offers no protection.",
        remedy="Write a mask without these bits, for example 0x800 for TLS 1.2.",
        sources=("S3-winhttp", "S7"),
        run=_ssl_on,
    ),
    Check(
        id="clients.without_tls_1_2",
        severity=Severity.ERROR,
        title="A mask without TLS 1.2",
        what="The versions of WinHTTP or WinINet are written down, and TLS 1.2 is not among them.",
        why="Programs that take the default cannot reach a server that speaks TLS 1.2 only.",
        remedy="Add 0x800 to the mask, or delete the value where Windows has TLS 1.2 in its default.",
        sources=("S3-winhttp", "S7"),
        run=_without_tls_1_2,
    ),
    Check(
        id="clients.unknown_bits",
        severity=Severity.WARNING,
        title="A mask with unknown bits",
        what="The mask holds bits that stand for no version.",
        why="It may have been written as a decimal number or for something else.",
        remedy="Write the sum of the versions that are wanted.",
        sources=("S3-winhttp",),
        run=_unknown_bits,
    ),
    Check(
        id="clients.bits_without_effect",
        severity=Severity.NOTE,
        title="A mask asks for versions that Schannel has off",
        what="The mask of WinHTTP or WinINet names versions that are off for clients in Schannel.",
        why="Schannel overrules the mask; the bits have no effect.",
        remedy="Take the bits out when the mask is touched next.",
        sources=("S3-winhttp",),
        run=_bits_without_effect,
    ),
    Check(
        id="clients.views_differ",
        severity=Severity.WARNING,
        title="32-bit and 64-bit programs are set differently",
        what="A value of .NET or WinHTTP differs from its twin below WOW6432Node.",
        why="Programs of one kind then use other versions than those of the other; the fault depends on who calls.",
        remedy="Write the same value in both places.",
        sources=("S1", "S3-winhttp"),
        run=_views_differ,
    ),
    Check(
        id="clients.insecure_fallback",
        severity=Severity.WARNING,
        title="WinHTTP falls back to old versions",
        what="EnableInsecureTlsFallback is on, a value that brings TLS 1.0 and 1.1 back for WinHTTP programs.",
        why="A peer on the path can force the old version.",
        remedy="Delete the value once no program needs it.",
        sources=("S8",),
        run=_insecure_fallback,
    ),
    Check(
        id="clients.dotnet_not_one",
        severity=Severity.ERROR,
        title="Old versions are off, .NET does not know",
        what="TLS 1.0 or 1.1 is off, and a value that makes .NET follow Windows is not 1.",
        why=(
            "Exchange is .NET: it goes on asking for the versions that are off; health probes, free/busy, hybrid "
            "and Autodiscover fail."
        ),
        remedy=(
            "Write SystemDefaultTlsVersions and SchUseStrongCrypto as REG_DWORD 1 for v4.0.30319, with and "
            "without WOW6432Node."
        ),
        sources=("S1", "S9", "S11"),
        run=_dotnet_not_one,
    ),
)
