# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan file, from bytes that anybody may have written or changed."""

from __future__ import annotations

import datetime
import json
import re
import typing as t

from ..._host import printable
from ..._version import VERSION
from .canonical import canonical, digest
from .data import file_data
from .errors import PlanFileError
from .fields import Record, shown
from .model import FORMAT_VERSION, HostPlan, PlanFile
from .read_host import HOST, read_host_record

#: A host takes some 100 kB; this is an estate of several hundred.
LARGEST = 64 * 1024 * 1024
_MOST_HOSTS = 2000
_LONGEST_NUMBER = 20
_FILE = "format_version collection version made_at ticket hosts sha256".split()
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\.[0-9]{1,6}[0-9A-Za-z.+-]{0,40}")
_AGAIN = "Make the plan anew."


def render(plans: PlanFile) -> bytes:
    """The file: canonical, with the digest of all the rest as its last member."""
    data = file_data(plans)
    return canonical({**data, "sha256": digest(data)})


def digest_of(plans: PlanFile) -> str:
    """The digest that the file carries, which names this plan."""
    return digest(file_data(plans))


def read_plan_file(data: bytes, file: str) -> PlanFile:
    """The plan in ``data``; ``file``: its name, for sentences.

    Nothing but the very bytes that :func:`render` makes is accepted. Raises PlanFileError.
    """
    name = printable(file)
    if len(data) > LARGEST:
        raise PlanFileError(f"The plan {name} has {len(data)} bytes; no plan has more than {LARGEST}.")
    value = _json(data, name)
    _require_known(value, name)
    if not _is_intact(value, name):
        raise PlanFileError(f"The plan {name} was changed after it was made: its sha256 does not fit. {_AGAIN}")
    try:
        plans = _plans(Record(value, "", _FILE))
    except PlanFileError as error:
        raise PlanFileError(f"The plan {name} cannot be used: {error.sentence}. {_AGAIN}") from None
    if render(plans) != data:
        raise PlanFileError(
            f"The plan {name} was changed after it was made: it says the same in other bytes, as an editor or a change "
            "of line endings leaves them. Take the file as it was made."
        )
    return plans


def plan_file(hosts: t.Iterable[HostPlan], *, version: str, made_at: str, ticket: str) -> PlanFile:
    """The plans of these hosts as one file, in the order of their names."""
    return PlanFile(version, made_at, ticket, tuple(sorted(hosts, key=lambda host: host.name)))


def _plans(root: Record) -> PlanFile:
    root.one_of("collection", ("msexchange.tls",))
    hosts = tuple(read_host_record(one) for one in root.records("hosts", HOST, most=_MOST_HOSTS))
    names = [host.name for host in hosts]
    if names != sorted(set(names)):
        raise root.error("hosts", "hosts stand there by name, each once")
    made_at = root.text("made_at")
    if not _is_time(made_at):
        raise root.error("made_at", f"a time like 2026-11-26T10:15:00Z is expected, found {shown(made_at)}")
    return PlanFile(root.text("version"), made_at, root.text("ticket"), hosts)


def _is_intact(value: t.Mapping[str, object], name: str) -> bool:
    try:
        return value.get("sha256") == digest({member: item for member, item in value.items() if member != "sha256"})
    except (ValueError, RecursionError):
        raise PlanFileError(f"The plan {name} is no plan: it is nested deeper than any. {_AGAIN}") from None


def _json(data: bytes, name: str) -> dict[str, object]:
    try:
        value = json.loads(data.decode("ascii"), parse_int=_number, parse_float=_no_number, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise PlanFileError(f"The plan {name} is no plan: byte {error.start} is not ASCII. {_AGAIN}") from None
    except (ValueError, RecursionError):
        raise PlanFileError(f"The plan {name} is no plan: it is not JSON, or cut off. {_AGAIN}") from None
    if not isinstance(value, dict):
        raise PlanFileError(f"The plan {name} is no plan: an object is expected, found {shown(value)}. {_AGAIN}")
    return value


def _require_known(value: t.Mapping[str, object], name: str) -> None:
    """Before anything else is looked at: another format may mean something else by the same words."""
    found = value.get("format_version")
    if isinstance(found, bool) or found != FORMAT_VERSION:
        raise PlanFileError(
            f"The plan {name} has format {shown(found)}, this collection reads format {FORMAT_VERSION}. {_AGAIN}"
        )
    version = value.get("version")
    if not isinstance(version, str) or _series(version) is None:
        raise PlanFileError(f"The plan {name} does not say which version made it, but {shown(version)}. {_AGAIN}")
    if _series(version) != _series(VERSION):
        raise PlanFileError(
            f"The plan {name} was made by version {shown(version)} of msexchange.tls, this is {VERSION}. {_AGAIN}"
        )


def _series(version: str) -> tuple[str, ...] | None:
    """Versions of one series mean the same: those of one major number, before 1.0 of one minor number (SemVer 4)."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    return found.groups() if found[1] == "0" else (found[1],)


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.datetime.fromisoformat(text[:-1])
    except ValueError:
        return False
    return True


def _number(digits: str) -> int:
    # The conversion of a long number takes time that grows with its square.
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(digits[:_LONGEST_NUMBER])
    return int(digits)


def _no_number(text: str) -> t.NoReturn:
    raise ValueError(text)
