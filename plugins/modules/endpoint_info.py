#!/usr/bin/python
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_info
short_description: See which TLS versions and cipher suites endpoints really answer
description:
  - Connects to endpoints and reports which protocol versions (SSL 2.0 to TLS 1.3) and cipher suites they accept, in
    whose order, and the certificates they send. Runs on the controller or on any delegate and needs no Windows.
  - Sends hellos of its own making, so what it sees does not depend on the TLS library of the machine it runs on.
  - Counts only an answer in TLS as a refusal. A connection limit, a missing STARTTLS, a plain-text service or an
    unreachable host have a RV(endpoints.status) of their own, and versions stay V(unknown) then.
  - Uses few connections on purpose (every refused hello is an event in the log of a Windows server) and says how many
    it made.
  - The answers are judged on the controller, without a connection more - what should not be answered, the certificates,
    which of some sixty known clients still connect, and a score with the reason for every point that is missing.
options:
  endpoints:
    description: Where to connect, and what is spoken there before TLS. This or O(partners) is needed.
    type: list
    elements: dict
    suboptions:
      host:
        description: Name or address of the server. A name is looked up where the module runs.
        type: str
        required: true
      port:
        description: TCP port. May be left out for the services listed at O(endpoints[].service).
        type: int
      service:
        description:
          - What the endpoint is, as it shall be named in the result.
          - V(https), V(https_backend), V(smtp), V(submission), V(imap), V(imaps), V(pop3), V(pop3s), V(ldap), V(ldaps),
            V(rdp) and V(winrm) have a usual port and transport; any other name needs a port.
        type: str
        default: https
      transport:
        description:
          - What precedes TLS on the connection; V(tls) means nothing does. Never guessed from the port.
          - Defaults to what is usual for the service, and to V(tls) for a service of another name.
          - Port 465 of Exchange is the hub transport, which speaks SMTP with STARTTLS there; V(tls) is refused for it.
        type: str
        choices: [tls, smtp, imap, pop3, ldap, rdp]
      server_name:
        description: Name to send as server name indication (SNI). None is sent if left out.
        type: str
      address:
        description: Connect to this address instead of looking up the host, for example one member of a load balancer.
        type: str
      name:
        description: A label that is returned with the result, for example the inventory name of the server.
        type: str
      names:
        description:
          - Names that the certificate has to hold, of the server and of what stands in front of it.
          - Defaults to O(endpoints[].server_name).
        type: list
        elements: str
      group:
        description:
          - Name of the VIP or DAG that the endpoint belongs to. Endpoints of one group with the same service and port
            are compared, and have to answer alike.
        type: str
      exchange:
        description:
          - Build of the Exchange server behind the port, such as V(15.2.1748.10), or V(none) if there is none. What a
            port can answer depends on it. Left out, nothing is assumed.
        type: str
      replays:
        description: Ids of O(hellos) to send to this endpoint.
        type: list
        elements: str
        default: []
      versions:
        description: For O(mode=conformance), the versions that the endpoint may accept; all others must be refused.
        type: list
        elements: str
        choices: [ssl_2_0, ssl_3_0, tls_1_0, tls_1_1, tls_1_2, tls_1_3]
      suites:
        description:
          - For O(mode=conformance), the cipher suites that the endpoint may accept, in the order it should prefer.
          - Names of the IANA registry or of Windows. Left out, any suite will do.
        type: list
        elements: str
  mode:
    description:
      - V(inventory) finds every version and every suite in the order of the server. It takes one connection per
        accepted suite, one more per accepted version, and about two more.
      - V(versions) finds the versions, the first suite of each and the certificates, in at most seven connections.
      - V(conformance) says whether exactly the wanted versions and suites are in force, in six connections for
        TLS 1.2 and 1.3, four of them refused.
    type: str
    choices: [inventory, versions, conformance]
    default: inventory
  details:
    description:
      - For V(inventory), what to find out besides, in RV(endpoints.facts); each costs connections of its own.
      - V(groups) lists every key exchange group of TLS 1.2 and 1.3; V(fallback_scsv) tells whether a fallback is
        noticed (RFC 7507); V(unified_hello) whether hellos in the framing of SSL 2.0 are accepted, which old clients
        send; V(alpn) which of the protocols of HTTP are negotiated.
    type: list
    elements: str
    choices: [groups, fallback_scsv, unified_hello, alpn]
    default: []
  judge:
    description: Whether to judge the answers. Without it they are returned as they are.
    type: bool
    default: true
  simulate:
    description:
      - Whether to compute which clients connect. O(mode=inventory) has the answers that it takes; the other modes leave
        most clients V(unknown).
    type: bool
    default: true
  clients:
    description: A YAML file on the controller with clients of your own, such as printers, to be simulated too.
    type: path
  verify:
    description: Whether to send the hello of each simulated client too, one connection each, to prove the prediction.
    type: bool
    default: false
  partners:
    description:
      - Mail domains of others. Their mail exchangers are asked on port 25 which versions they answer and for their
        certificates, in at most seven connections each.
      - RV(partners) says what would no longer work with each of them after O(stage).
    type: list
    elements: dict
    suboptions:
      domain:
        description: The domain behind the at sign. Its mail exchangers are looked up where the module runs.
        type: str
        required: true
      hosts:
        description: The mail exchangers, where they shall not be looked up.
        type: list
        elements: str
      port:
        description: The port of the mail exchangers.
        type: int
        default: 25
      replays:
        description: Ids of O(hellos) to send to these mail exchangers.
        type: list
        elements: str
        default: []
  stage:
    description: The stage that is planned for the Exchange servers, for O(partners).
    type: str
    choices: [prepare, obsolete, retire, renegotiation, suites, tls13]
    default: retire
  hellos:
    description: Hellos to send, made by O(verify) from the clients. Not meant to be written by hand.
    type: list
    elements: dict
    default: []
  timeout:
    description: Seconds to wait for a connection, and again for the answer on it.
    type: float
    default: 10
  parallel:
    description:
      - How many connections to one endpoint may be open at once.
      - A receive connector of Exchange allows 20 per source by default and shares them with every other client there.
    type: int
    default: 2
  ehlo_name:
    description: The name to give in EHLO.
    type: str
    default: localhost
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - msexchange.tls._attributes.info
attributes:
  platform:
    platforms: all
    support: full
    details: Any machine with Python 3.9 or later, typically the controller.
seealso:
  - module: msexchange.tls.state_info
author:
  - msexchange.tls contributors (@msexchange)
"""

EXAMPLES = r"""
- name: Which versions do the ports of the server answer?
  msexchange.tls.endpoint_info:
    mode: versions
    ehlo_name: probe.example.com
    endpoints:
      - {host: ex01.example.com, service: https, server_name: mail.example.com}
      - {host: ex01.example.com, service: smtp}
      - {host: ex01.example.com, service: smtp_hub, port: 2525, transport: smtp}
      - {host: ex01.example.com, service: imap}
      - {host: ex01.example.com, service: rdp}
  delegate_to: localhost
  become: false
  register: wire

- name: Nothing older than TLS 1.2 may answer
  ansible.builtin.assert:
    that: item.versions.tls_1_0.state == 'refused' and item.versions.tls_1_1.state == 'refused'
  loop: "{{ wire.endpoints }}"
  loop_control:
    label: "{{ item.host }}:{{ item.port }}"

- name: Is exactly this in force on every member behind the load balancer?
  msexchange.tls.endpoint_info:
    mode: conformance
    endpoints:
      - host: mail.example.com
        address: "{{ item }}"
        server_name: mail.example.com
        versions: [tls_1_2]
        suites:
          - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
          - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  loop: [192.0.2.11, 192.0.2.12]
  delegate_to: localhost
"""

RETURN = r"""
endpoints:
  description: One observation per endpoint asked for, in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: As asked for.
      type: str
      sample: ex01.example.com
    name:
      description: As asked for, null if it was not given.
      type: str
    port:
      description: The port that was asked.
      type: int
      sample: 443
    service:
      description: As asked for.
      type: str
      sample: https
    transport:
      description: What preceded TLS.
      type: str
      sample: tls
    server_name:
      description: The name sent as SNI, null if none was.
      type: str
    address:
      description: The address that was connected to, null if the name has none.
      type: str
      sample: 192.0.2.11
    status:
      description:
        - V(answered), there was an answer in TLS. Only then do versions say V(refused).
        - V(no_tls), the peer speaks something else; V(starttls_not_offered); V(starttls_unavailable), it is offered and
          then declined, on Exchange typically for want of a certificate.
        - V(throttled), the server turned us away again and again; V(timeout); V(unreachable).
      type: str
      sample: answered
    detail:
      description: The same in one sentence.
      type: str
      sample: Answers TLS 1.3, TLS 1.2.
    versions:
      description: One entry per version, C(ssl_2_0) to C(tls_1_3).
      type: dict
      contains:
        tls_1_2:
          description: What is known about this version.
          type: dict
          contains:
            state:
              description: V(accepted), V(refused), V(refused_by_close) (closed without an alert) or V(unknown).
              type: str
            alert:
              description: Number of the TLS alert of a refusal, null if the server said no without one.
              type: int
            suites:
              description: Accepted cipher suites as C(id) and C(name), in the order of the server where it has one.
              type: list
              elements: dict
            order:
              description: Whose preference decides, V(server), V(client) or V(unknown).
              type: str
            complete:
              description: Whether the list holds every suite that the server accepts in this version.
              type: bool
            note:
              description: Why something is unknown, else empty.
              type: str
    certificates:
      description: Every certificate that was sent, base64 of DER.
      type: list
      elements: str
    chains:
      description:
        - Per kind of key (C(authentication)) the chain as sent, leaf first.
        - C(certificates) are positions in RV(endpoints.certificates).
      type: list
      elements: dict
    facts:
      description: What else the answers tell; null where none could.
      type: dict
      contains:
        secure_renegotiation:
          description: Whether every answer up to TLS 1.2 showed secure renegotiation (RFC 5746).
          type: bool
        extended_master_secret:
          description: Whether every answer of TLS 1.0 to 1.2 had it (RFC 7627).
          type: bool
        session_tickets:
          description: Whether session tickets were offered.
          type: bool
        session_ids:
          description: Whether session identifiers were given.
          type: bool
        dh_bits:
          description: Bits of the smallest prime that was used for DHE.
          type: int
        export_rsa_bits:
          description: Bits of the smallest RSA key that was made for an export suite.
          type: int
        groups:
          description: Per version the key exchange groups that were chosen; with O(details=groups) all of them.
          type: dict
        groups_complete:
          description: The versions whose list of groups holds every group.
          type: list
          elements: str
          returned: with O(details=groups)
        failing_suites:
          description: Suites that the endpoint chooses and then fails with, as C(id) and C(name).
          type: list
          elements: dict
          returned: when there are any
        fallback_scsv:
          description: Whether a fallback is noticed.
          type: bool
          returned: with O(details=fallback_scsv)
        unified_hello:
          description: Whether a hello in the framing of SSL 2.0 is accepted.
          type: bool
          returned: with O(details=unified_hello)
        alpn:
          description: The protocols that were negotiated, of V(h2) and V(http/1.1).
          type: list
          elements: str
          returned: with O(details=alpn)
    connections:
      description: How many TCP connections were made.
      type: int
      sample: 11
    refused_hellos:
      description: How many hellos were refused; on Windows each is an event of Schannel.
      type: int
      sample: 4
    conformance:
      description:
        - RV(endpoints.conformance.verdict), V(in_force), V(deviates) or V(unknown).
        - RV(endpoints.conformance.deviations), each with C(kind), C(version), C(suite) and a sentence, C(detail).
        - RV(endpoints.conformance.open_questions), what could not be learnt.
      returned: when O(mode=conformance)
      type: dict
      contains:
        verdict:
          description: The result in a word.
          type: str
        deviations:
          description: What is not as wanted.
          type: list
          elements: dict
        open_questions:
          description: What got no answer.
          type: list
          elements: str
"""

import concurrent.futures
import dataclasses
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._wire import (
    DETAILS,
    MODES,
    CallerError,
    DnsError,
    Limits,
    Question,
    Replay,
    Transport,
    endpoint,
    find_exchangers,
    probe_all,
    replay,
    wanted,
)

# RFC 5321 4.1.2: what may follow EHLO. Anything else could smuggle commands into the dialogue.
_EHLO_NAME = re.compile(r"[A-Za-z0-9.:_\[\]-]{1,255}\Z")

_VERSIONS = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3"]
_STAGES = ["prepare", "obsolete", "retire", "renegotiation", "suites", "tls13"]
# What an endpoint is called and belongs to; of use to whoever reads the answer only.
_LABELS = ("name", "names", "group", "exchange")
#: Partners that are looked up at once.
_LOOKUPS = 8
_WHERE = ("host", "port", "service", "transport", "server_name", "address")


def _argument_spec() -> dict[str, t.Any]:
    endpoints = {
        "host": {"type": "str", "required": True},
        "port": {"type": "int"},
        "service": {"type": "str", "default": "https"},
        "transport": {"type": "str", "choices": [transport.value for transport in Transport]},
        "server_name": {"type": "str"},
        "address": {"type": "str"},
        "name": {"type": "str"},
        "names": {"type": "list", "elements": "str"},
        "group": {"type": "str"},
        "exchange": {"type": "str"},
        "versions": {"type": "list", "elements": "str", "choices": _VERSIONS},
        "suites": {"type": "list", "elements": "str"},
        "replays": {"type": "list", "elements": "str", "default": []},
    }
    partners = {
        "domain": {"type": "str", "required": True},
        "hosts": {"type": "list", "elements": "str"},
        "port": {"type": "int", "default": 25},
        "replays": {"type": "list", "elements": "str", "default": []},
    }
    return {
        "endpoints": {"type": "list", "elements": "dict", "options": endpoints},
        "partners": {"type": "list", "elements": "dict", "options": partners},
        "mode": {"type": "str", "choices": list(MODES), "default": "inventory"},
        "details": {"type": "list", "elements": "str", "choices": list(DETAILS), "default": []},
        "timeout": {"type": "float", "default": 10.0},
        "parallel": {"type": "int", "default": 2},
        "ehlo_name": {"type": "str", "default": "localhost"},
        "hellos": {"type": "list", "elements": "dict", "default": []},
        # These are for the controller, which judges what is returned here.
        "judge": {"type": "bool", "default": True},
        "simulate": {"type": "bool", "default": True},
        "verify": {"type": "bool", "default": False},
        "clients": {"type": "path"},
        "stage": {"type": "str", "choices": _STAGES, "default": "retire"},
    }


@dataclasses.dataclass
class _Partner:
    """A partner while it is asked: the questions about its hosts, or why there are none."""

    domain: str
    source: str
    detail: str
    questions: list[Question]


def _question(given: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any], hellos: t.Mapping[str, Replay]) -> Question:
    where = endpoint(**{key: given[key] for key in _WHERE})
    replays = _chosen(hellos, given["replays"])
    if params["mode"] != "conformance":
        return Question(where, details=_details(params), replays=replays)
    if not given["versions"]:
        raise CallerError(f"Endpoint {where}: conformance needs versions, the list of those that may be accepted.")
    return Question(where, wanted(given["versions"], given["suites"] or ()), replays=replays)


def _details(params: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    return tuple(params["details"]) if params["mode"] == "inventory" else ()


def _chosen(hellos: t.Mapping[str, Replay], names: t.Sequence[str]) -> tuple[Replay, ...]:
    missing = [name for name in names if name not in hellos]
    if missing:
        raise CallerError(f"There is no hello {missing[0]} to replay.")
    return tuple(hellos[name] for name in names)


def _partner(given: t.Mapping[str, t.Any], timeout: float, hellos: t.Mapping[str, Replay]) -> _Partner:
    """Where the mail of a domain goes. A domain whose exchangers are not known is an answer, not a failure."""
    domain, hosts, detail = given["domain"], given["hosts"], ""
    source = "list" if hosts else "mx"
    if not hosts:
        try:
            hosts = [exchanger.host for exchanger in find_exchangers(domain, timeout)]
        except DnsError as error:
            hosts, detail = [], str(error)
    replays = _chosen(hellos, given["replays"])
    questions = [
        # RFC 7817 3: SNI is the name of the exchanger. The domain itself is the business of MTA-STS.
        Question(endpoint(host, given["port"], "smtp", "smtp", _sni(host)), replays=replays, mode="versions")
        for host in hosts
    ]
    return _Partner(domain, source, detail, questions)


def _sni(host: str) -> str | None:
    return None if re.fullmatch(r"[0-9.]+|.*:.*", host) else host


def _limits(params: t.Mapping[str, t.Any]) -> Limits:
    if params["timeout"] <= 0:
        raise CallerError("timeout must be more than 0 seconds.")
    if not 1 <= params["parallel"] <= 16:
        raise CallerError("parallel must be between 1 and 16 connections.")
    if not _EHLO_NAME.match(params["ehlo_name"]):
        raise CallerError("ehlo_name must be a host name or an address literal like [192.0.2.1].")
    return Limits(timeout=params["timeout"], parallel=params["parallel"], ehlo_name=params["ehlo_name"])


def observe(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Ask everybody in one event loop; endpoints and partners as returned. Raises CallerError."""
    limits = _limits(params)
    hellos = {one.id: one for one in map(replay, params["hellos"])}
    given = params["endpoints"] or []
    questions = [_question(item, params, hellos) for item in given]
    # Name servers may be slow, and no partner shall wait for the others.
    with concurrent.futures.ThreadPoolExecutor(_LOOKUPS) as threads:
        looked_up = threads.map(lambda item: _partner(item, limits.timeout, hellos), params["partners"] or [])
        partners = list(looked_up)
    everything = questions + [question for partner in partners for question in partner.questions]
    observations = iter(probe_all(everything, params["mode"], limits))
    return {
        "endpoints": [{**next(observations), **{label: item[label] for label in _LABELS}} for item in given],
        "partners": [
            {
                "domain": partner.domain,
                "source": partner.source,
                "detail": partner.detail,
                "endpoints": [next(observations) for dummy in partner.questions],
            }
            for partner in partners
        ],
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec=_argument_spec(), required_one_of=[("endpoints", "partners")], supports_check_mode=True
    )
    try:
        module.exit_json(changed=False, **observe(module.params))
    except CallerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
