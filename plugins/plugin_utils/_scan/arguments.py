# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is typed, as the options of ``endpoint_info``."""

from __future__ import annotations

import argparse
import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import (
    DETAILS,
    MODES,
    SERVICES,
    Version,
    argument_spec,
    is_address,
    with_defaults,
)

from .places import place
from .usage import UsageError

_PURPOSE = "See which TLS versions and cipher suites ports really answer, and what that means."
_ENDING = f"""\
endpoints:
  host                   https, port 443
  host:port              the service with that usual port, otherwise TLS from the first byte on
  service://host[:port]  one of {", ".join(list(SERVICES)[:6])},
                         {", ".join(list(SERVICES)[6:])}; tls://host:port for anything else
  Addresses of IPv6 stand in brackets before a port.

exit status:
  0  nothing wrong
  1  findings of severity error, or a port that deviates from what --mode conformance wants
  2  wrong usage
  3  no error, but of an endpoint or a partner nothing is proven
  130  stopped with Ctrl-C
"""
#: Services of HTTP: clients send the name they were given as SNI. Mail servers do not.
_NAMED = ("https", "https_backend", "winrm")


@dataclasses.dataclass(frozen=True)
class Command:
    """``options``: all options of endpoint_info. ``json``: a file, ``-`` for standard output, or None."""

    options: dict[str, t.Any]
    json: str | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> t.NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}; --help shows what there is.")


def read_command(words: t.Sequence[str]) -> Command:
    """Raises UsageError; ``--help`` prints and exits."""
    typed = _parser().parse_args(words)
    if not typed.endpoints and not typed.partner:
        raise UsageError("Name an endpoint or a --partner; --help shows how.")
    if typed.mode == "conformance" and not typed.versions:
        raise UsageError("For --mode conformance, --versions has to say what may be accepted, as in tls_1_2,tls_1_3.")
    return Command(
        with_defaults(
            {
                "endpoints": [_endpoint(text, typed) for text in typed.endpoints] or None,
                "partners": [_partner(text, typed.partner_port) for text in typed.partner] or None,
                "mode": typed.mode,
                "details": typed.details,
                "timeout": typed.timeout,
                "parallel": typed.parallel,
                "ehlo_name": typed.ehlo_name,
                "verify": typed.verify,
                "clients": typed.clients,
                "senders": typed.senders,
                "stage": typed.stage,
            }
        ),
        typed.json,
    )


def _endpoint(text: str, typed: argparse.Namespace) -> dict[str, t.Any]:
    where = place(text)
    sni = typed.server_name
    if sni is None and where["service"] in _NAMED and not is_address(where["host"]):
        sni = where["host"]
    given = {"names": typed.names, "group": typed.group, "exchange": typed.exchange}
    wanted = {"versions": typed.versions, "suites": typed.suites}
    return {**where, "server_name": sni or None, **given, **wanted}


def _partner(text: str, port: int | None) -> dict[str, t.Any]:
    domain, dummy, hosts = text.partition("=")
    return {"domain": domain, "hosts": [host for host in hosts.split(",") if host] or None, "port": port}


def _words(choices: t.Collection[str] = ()) -> t.Callable[[str], list[str]]:
    def words(text: str) -> list[str]:
        found = [word.strip() for word in text.split(",") if word.strip()]
        wrong = next((word for word in found if choices and word not in choices), None)
        if wrong is not None:
            raise argparse.ArgumentTypeError(f"{wrong!r} is none of {', '.join(choices)}")
        return found

    return words


def _parser() -> _Parser:
    spec = argument_spec()
    parser = _Parser(
        prog="scan",
        description=_PURPOSE,
        epilog=_ENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("endpoints", metavar="ENDPOINT", nargs="*", help="see below")
    asking = parser.add_argument_group("asking")
    add = asking.add_argument
    add("--mode", choices=MODES, help="all suites (inventory, the default), only the versions, or conformance")
    add("--details", type=_words(DETAILS), metavar="A,B", help=f"find out besides: {', '.join(DETAILS)}")
    add("--versions", type=_words([one.id for one in Version]), metavar="A,B", help="conformance: versions allowed")
    add("--suites", type=_words(), metavar="A,B", help="conformance: suites allowed, best first")
    add("--server-name", metavar="NAME", help="SNI; default: the host of https endpoints; '' sends none")
    add("--timeout", type=float, metavar="SECONDS", help="for a connection, and again for the answer (10)")
    add("--parallel", type=int, metavar="N", help="connections to one endpoint at a time (2)")
    add("--ehlo-name", metavar="NAME", help="name to give in EHLO (localhost)")
    judging = parser.add_argument_group("judging")
    add = judging.add_argument
    add("--names", type=_words(), metavar="A,B", help="names that the certificates must hold; default: the SNI")
    add("--exchange", metavar="BUILD", help="build of Exchange behind the endpoints like 15.2.1748.10, or none")
    add("--group", metavar="NAME", help="the endpoints are members of this VIP or DAG and must answer alike")
    add("--clients", metavar="FILE", help="YAML with clients of your own to simulate")
    add("--verify", action="store_true", default=None, help="send the hello of each simulated client too")
    partners = parser.add_argument_group("mail partners")
    add = partners.add_argument
    add(
        "--partner",
        action="append",
        default=[],
        metavar="DOMAIN",
        help="ask its mail exchangers; DOMAIN=HOST,HOST names them; may be repeated",
    )
    add("--partner-port", type=int, metavar="PORT", help="of all mail exchangers (25)")
    add("--stage", choices=spec["stage"]["choices"], help="the stage that is planned on our side (retire)")
    add("--senders", type=_words(), metavar="A,B", help="clients that stand for our servers when they send mail")
    output = parser.add_argument_group("output")
    output.add_argument("--json", metavar="FILE", help="write all that was found out; - for standard output, no table")
    return parser
