# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Personas: simulated servers described in YAML (``personas/*.yml``), and the estates that put them together."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import pathlib
import typing as t

import yaml

HERE = pathlib.Path(__file__).parent
PERSONAS = HERE / "personas"
CONNECTIONS = ("winrm", "psrp")


class PersonaError(ValueError):
    """A persona or estate that cannot be understood; the message names file and field."""


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A TLS listener as its server knows it: ``port`` is the official one, the lab listens on a free port in its place.

    ``obeys``: "boot" = the registry as of the last boot, "write" = the registry as it is now (a program that opens new
    credentials, design 15.1). ``refuses``: how a TLS version or suite is turned down: "alert", "rst" or "close".
    """

    service: str
    transport: str
    port: int
    obeys: str = ""
    refuses: str = ""
    versions: tuple[str, ...] = ()  #: the program itself allows only these (Exchange 2013 POP and IMAP)
    host: str = "127.0.0.1"


@dataclasses.dataclass(frozen=True)
class Exchange:
    """Installed Exchange: ``build`` is what setup wrote to the registry (CU level), ``exsetup`` the file version
    (security update).
    """

    version: str
    build: str
    exsetup: str
    roles: tuple[str, ...]
    folder: str = "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\"


@dataclasses.dataclass(frozen=True)
class Persona:
    """One simulated server before it is started. Registry content is the difference from the system's default."""

    id: str
    title: str
    os: str
    exchange: Exchange | None = None
    domain: str = "contoso.example"
    edition: str | None = None
    scheme: str = "http"
    connection: str = "winrm"  #: what the inventory says; the listener serves psrp as well
    groups: tuple[str, ...] = ()
    elevated: bool = True
    native_calls: bool = True  #: False: App Control blocks P/Invoke
    powershell: str | None = None  #: None = what the system has with WMF 5.1
    registry: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    users: t.Mapping[str, t.Mapping[str, t.Any]] = dataclasses.field(default_factory=dict)
    files: tuple[t.Mapping[str, t.Any], ...] = ()
    endpoints: tuple[Endpoint, ...] | None = None  #: None = those of the roles
    pop_imap: bool = False  #: POP3 and IMAP4, which setup leaves off, are switched on
    rdp: bool = False  #: Remote Desktop answers, with TLS by its own negotiation
    services: t.Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )  #: name -> start type, beside those of the role
    pending: t.Mapping[str, t.Any] = dataclasses.field(
        default_factory=dict
    )  #: registry content written after the last boot
    denied: tuple[str, ...] = ()  #: keys that cannot be opened
    maintenance: bool = False  #: Exchange is taken out of service (components inactive, cluster node paused)
    dag: str | None = None  #: name of the database availability group
    obeys: str = "boot"
    refuses: str = "alert"
    certificate: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    uptime_days: float = 30.0


def _tuple(value: t.Any) -> tuple[t.Any, ...]:
    return tuple(value or ())


def _build(kind: type, content: t.Any, where: str) -> t.Any:
    """A dataclass from a mapping; unknown fields are errors that name the nearest known one."""
    if not isinstance(content, dict):
        raise PersonaError(f"{where}: expected a mapping, found {type(content).__name__}")
    known = [field.name for field in dataclasses.fields(kind)]
    for name in content:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            raise PersonaError(f"{where}: unknown field {name!r}" + (f", did you mean {near[0]!r}?" if near else ""))
    try:
        return kind(**content)
    except TypeError as error:
        raise PersonaError(f"{where}: {error}") from error


def parse(content: t.Any, where: str) -> Persona:
    """A persona from the content of its file. Raises PersonaError."""
    if not isinstance(content, dict):
        raise PersonaError(f"{where}: a persona is a mapping")
    content = dict(content)
    if content.get("exchange") is not None:
        exchange = dict(content["exchange"])
        exchange["roles"] = _tuple(exchange.get("roles"))
        exchange.setdefault("exsetup", exchange.get("build"))
        content["exchange"] = _build(Exchange, exchange, f"{where}: exchange")
    if content.get("endpoints") is not None:
        content["endpoints"] = tuple(_endpoint(item, where) for item in content["endpoints"])
    for name in ("groups", "files", "denied"):
        content[name] = _tuple(content.get(name))
    persona: Persona = _build(Persona, content, where)
    if persona.os not in systems()["systems"]:
        raise PersonaError(f"{where}: unknown os {persona.os!r}; known: {', '.join(sorted(systems()['systems']))}")
    if persona.connection not in CONNECTIONS:
        raise PersonaError(f"{where}: unknown connection {persona.connection!r}; known: {', '.join(CONNECTIONS)}")
    return persona


def _endpoint(item: t.Any, where: str) -> Endpoint:
    item = dict(item, versions=_tuple(item.get("versions")))
    endpoint: Endpoint = _build(Endpoint, item, f"{where}: endpoints")
    return endpoint


@functools.cache
def table(name: str) -> t.Any:
    """One of the lab's own tables, ``data/<name>.yml``."""
    return yaml.safe_load((HERE / "data" / f"{name}.yml").read_text(encoding="utf-8"))


def systems() -> t.Any:
    """What a fresh Windows carries, per system."""
    return table("systems")


@functools.cache
def _content(name: str) -> t.Any:
    path = PERSONAS / f"{name}.yml"
    if not path.is_file():
        known = sorted(found.stem for found in PERSONAS.glob("*.yml"))
        near = difflib.get_close_matches(name, known, 1)
        raise PersonaError(
            f"no persona {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}")
        )
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def persona(name: str) -> Persona:
    """The persona ``personas/<name>.yml``. Raises PersonaError with the nearest known name."""
    return parse(_content(name), f"{name}.yml")


@dataclasses.dataclass(frozen=True)
class Member:
    """One host of an estate: its inventory name, its persona, further inventory groups."""

    name: str
    persona: Persona
    groups: tuple[str, ...] = ()


def estate(path: pathlib.Path) -> list[Member]:
    """The members of an estate file: ``hosts: {name: persona}``, or a mapping as :func:`member` takes it, with
    ``count`` for so many of the kind. Raises PersonaError.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("hosts"), dict) or not content["hosts"]:
        raise PersonaError(f"{path.name}: an estate has hosts")
    return [found for name, item in content["hosts"].items() for found in _members(name, item)]


def _members(name: str, item: t.Any) -> list[Member]:
    """One member, or ``count`` of them with numbered names."""
    if not isinstance(item, dict) or "count" not in item:
        return [member(name, item)]
    count, rest = item["count"], {field: value for field, value in item.items() if field != "count"}
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise PersonaError(f"host {name}: count must be a number from 1")
    first = member(name, rest)
    return [dataclasses.replace(first, name=f"{name}{number:0{len(str(count))}}") for number in range(1, count + 1)]


def member(name: str, item: t.Any) -> Member:
    """A member from the name of a persona or ``{persona, groups, <persona fields that differ>}``; registry content is
    merged. Raises PersonaError.
    """
    if isinstance(item, str):
        item = {"persona": item}
    item = dict(item)
    content = dict(_content(item.pop("persona")))
    groups = _tuple(item.pop("groups", ()))
    registry = {**content.get("registry", {}), **item.get("registry", {})}
    found = parse({**content, **item, "registry": registry}, f"host {name}")
    return Member(name, found, found.groups + groups)
