# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One record of a data file becomes one row of the catalogue."""

from __future__ import annotations

import re
import typing as t

from .fields import Fields
from .model import (
    ABILITIES,
    DISABLED,
    DISABLED_BY_DEFAULT,
    ENABLED,
    KIND_NAMES,
    TRAITS,
    UNSUPPORTED,
    VERSIONS,
    DotnetRelease,
    ExchangeRelease,
    ExchangeVersion,
    Meaning,
    OperatingSystem,
    Place,
    Setting,
    SettingKind,
    Suite,
    SuiteList,
)

ANY_SYSTEM = "*"
_HIVE = "HKEY_LOCAL_MACHINE\\"
_KINDS: t.Mapping[str, int] = {name: number for number, name in KIND_NAMES.items()}
_NUMBERS = (SettingKind.NUMBER, SettingKind.MASK)
_WORDS = (ENABLED, DISABLED, DISABLED_BY_DEFAULT, UNSUPPORTED)
_BUILD = re.compile(r"^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$")
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

Build = tuple[int, int, int, int]


def setting(fields: Fields, systems: t.Collection[str]) -> Setting:
    """A record of ``settings/*.yml``."""
    kind = SettingKind(fields.choice("kind", [kind.value for kind in SettingKind]))
    key = fields.text("key")
    per_user = fields.flag("per_user", False)
    if key.startswith("HKEY_") == per_user or (not per_user and not key.startswith(_HIVE)):
        raise fields.error(f"'key' must be relative for a user setting and begin with {_HIVE} otherwise, found {key!r}")
    names = fields.names("values") if kind is SettingKind.PROTOCOL else (fields.text("value"),)
    registry_kind = _KINDS[fields.choice("type", _KINDS, "REG_DWORD")]
    only = fields.names("os", ())
    fields.known("os", only, systems)
    defaults = _defaults(fields, kind, systems)
    no_default = fields.text("no_default", "")
    if bool(defaults) == bool(no_default):
        raise fields.error("exactly one of 'defaults' and 'no_default' (why there is none) is needed")
    return Setting(
        id=fields.text("id"),
        title=fields.text("title"),
        kind=kind,
        places=tuple(Place(key, name, registry_kind) for name in names),
        sources=fields.names("sources"),
        defaults=defaults,
        os=only,
        per_user=per_user,
        reboot=fields.flag("reboot", True),
        no_default=no_default,
        unit=fields.text("unit", ""),
        note=fields.text("note", ""),
    )


def _defaults(fields: Fields, kind: SettingKind, systems: t.Collection[str]) -> dict[str, Meaning]:
    defaults = fields.mapping("defaults", {})
    fields.known("defaults", defaults, (*systems, ANY_SYSTEM))
    for system, meaning in defaults.items():
        right = isinstance(meaning, int) and not isinstance(meaning, bool) if kind in _NUMBERS else meaning in _WORDS
        if not right:
            raise fields.error(f"the default for '{system}' is no meaning of a {kind.value}: {meaning!r}")
    return dict(defaults)


def operating_system(fields: Fields) -> OperatingSystem:
    """A record of ``operating_systems.yml``."""
    first, last = _range(fields, "builds")
    return OperatingSystem(
        id=fields.text("id"),
        name=fields.text("name"),
        client=fields.flag("client"),
        first_build=first,
        last_build=last,
        suites_carry_curve=fields.flag("suites_carry_curve"),
        powershell=fields.text("powershell"),
        strong_crypto_drops=frozenset(_traits(fields, "strong_crypto_drops")),
        sources=fields.names("sources"),
    )


def suite(fields: Fields) -> Suite:
    """A record of ``suites/*.yml``."""
    versions = fields.names("versions")
    fields.known("versions", versions, VERSIONS)
    return Suite(
        name=fields.text("name"),
        number=fields.number("number"),
        versions=versions,
        key_exchange=fields.choice("key_exchange", ("ecdhe", "dhe", "rsa", "psk")),
        authentication=fields.choice("authentication", ("rsa", "ecdsa", "dss", "any", "none")),
        cipher=fields.text("cipher"),
        bits=fields.number("bits"),
        traits=frozenset(_traits(fields, "traits")),
        sources=fields.names("sources"),
    )


def suite_list(
    name: str, fields: Fields, earlier: t.Mapping[str, SuiteList], systems: t.Mapping[str, tuple[int, int]]
) -> SuiteList:
    """A record of ``suite_lists/*.yml``; ``same_as`` takes over the names of a list that stands before it."""
    system = fields.text("os", name)
    fields.known("os", (system,), systems)
    other = fields.text("same_as", "")
    if other:
        fields.known("same_as", (other,), earlier)
    base = earlier.get(other)
    first, last = _range(fields, "builds", systems[system])
    return SuiteList(
        os=system,
        first_build=first,
        last_build=last,
        default=fields.names("default", base.default if base else ()),
        off=fields.names("off", base.off if base else ()),
        on_request=frozenset(fields.names("on_request", tuple(base.on_request) if base else ())),
        psk=fields.names("psk", base.psk if base else ()),
        curves=fields.names("curves", base.curves if base else ()),
        curves_off=fields.names("curves_off", base.curves_off if base else ()),
        note=fields.text("note", ""),
        sources=fields.names("sources"),
    )


def exchange_version(fields: Fields, systems: t.Collection[str]) -> ExchangeVersion:
    """A record of ``exchange_versions.yml``."""
    supported = fields.mapping("systems")
    fields.known("systems", supported, systems)
    return ExchangeVersion(
        id=fields.text("id"),
        name=fields.text("name"),
        first=_build(fields, "first"),
        end=_build(fields, "end"),
        end_of_support=_date(fields, "end_of_support", ""),
        systems=dict(supported),
        sources=fields.names("sources"),
    )


def exchange_release(fields: Fields) -> ExchangeRelease:
    """A record of ``exchange_releases.yml``."""
    can = fields.names("can", ())
    fields.known("can", can, ABILITIES)
    return ExchangeRelease(
        id=fields.text("id"),
        name=fields.text("name"),
        version=fields.text("version"),
        build=_build(fields, "build"),
        date=_date(fields, "date"),
        can=frozenset(can),
        sources=fields.names("sources"),
    )


def dotnet_release(fields: Fields) -> DotnetRelease:
    """A record of ``dotnet_releases.yml``."""
    return DotnetRelease(release=fields.number("release"), name=fields.text("name"), sources=fields.names("sources"))


def _traits(fields: Fields, name: str) -> tuple[str, ...]:
    traits = fields.names(name)
    fields.known(name, traits, TRAITS)
    return traits


def _build(fields: Fields, name: str) -> Build:
    text = fields.text(name)
    if not _BUILD.match(text):
        raise fields.error(f"'{name}' must be four numbers with points, found {text!r}")
    first, second, third, fourth = (int(part) for part in text.split("."))
    return first, second, third, fourth


def _date(fields: Fields, name: str, default: str | None = None) -> str:
    text = fields.text(name) if default is None else fields.text(name, default)
    if text and not _DATE.match(text):
        raise fields.error(f"'{name}' must be a date like 2025-10-14, found {text!r}")
    return text


def _range(fields: Fields, name: str, default: tuple[int, int] | None = None) -> tuple[int, int]:
    found = fields.numbers(name) if default is None else fields.numbers(name, default)
    if len(found) != 2 or found[0] > found[1]:
        raise fields.error(f"'{name}' must be the first and the last build, found {list(found)}")
    return found[0], found[1]
