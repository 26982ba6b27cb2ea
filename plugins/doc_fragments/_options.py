# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that several modules share. Internal to this collection; plugin_utils/_task/arguments.py has them as code."""

from __future__ import annotations


class ModuleDocFragment:
    """JUDGE: what a server is judged by; CHANGE: what a change carries."""

    JUDGE = r"""
options:
  profile:
    description:
      - The baseline that is wanted, one of those that ship with this collection.
      - V(exchange_2015) is Microsoft's article of 2015 to the letter, V(exchange_current) today's recommendation for
        Exchange Server, V(exchange_strict) the same without CBC and without RSA key exchange where the system allows.
    type: str
    default: exchange_current
  stage:
    description:
      - How far to go. Each stage includes the ones before it; V(prepare) takes nothing away from anybody.
      - V(prepare) switches on what is needed, V(obsolete) takes SSL 2.0, SSL 3.0 and broken ciphers away, V(retire)
        TLS 1.0 and TLS 1.1, V(renegotiation) insecure renegotiation; V(suites) sets remaining ciphers, hashes and the
        order of suites and curves, V(tls13) TLS 1.3 where system and build allow it.
    type: str
    choices: [prepare, obsolete, retire, renegotiation, suites, tls13]
    default: prepare
  overlays:
    description:
      - Files on the controller that change, remove or add rules of the profile or allow exceptions, applied in order.
      - A relative path is searched in the C(files) folder of the role and beside the playbook, as C(copy) does it.
    type: list
    elements: path
    default: []
  observed:
    description:
      - What connections to the endpoints of this server showed, RV(msexchange.tls.endpoint_info#module:endpoints).
      - What a socket contradicts is a finding, and a stage that needs the proof of an earlier one is refused.
    type: list
    elements: dict
    default: []
  observed_from:
    description:
      - Name of the variable that a task with M(msexchange.tls.endpoint_info) registered for many servers, in the place
        of O(observed), never beside it. The answers of this server are taken out of it.
      - For many servers it is far quicker, because what the ports of all of them said does not pass through Ansible's
        templates for each.
    type: str
"""

    AMONG_OTHERS = r"""
options:
  organisation_from:
    description:
      - Name of a variable that holds what O(organisation) would, in its place and never beside it.
      - For many servers it is far quicker, because the variable does not pass through Ansible's templates for each.
    type: str
"""

    CHANGE = r"""
options:
  ticket:
    description: Number of the ticket or change request, kept in the journal on the host.
    type: str
    default: ''
  force:
    description:
      - Write a value in a Group Policy place even if its owner is not known or is a Group Policy of the domain, which
        will write its own value again.
      - Also write a change after which this controller, or an Exchange server of the organisation that was read, could
        no longer connect. Without it such a change is refused, and the message names who it is and why.
      - Also write, without a timer, while an earlier change waits for its confirmation and may go back from below.
    type: bool
    default: false
  revert_after:
    description:
      - Take the change back by itself after this time, V(30m), V(2h) or V(1d), unless M(msexchange.tls.confirm) says in
        time that the server is well. Counted from right before the first write, by the uptime of Windows.
      - A scheduled task on the server does it, as SYSTEM, also when this controller died. It is made before the first
        write and has looked by then at all that it will need; if that fails nothing is written.
      - Values go back byte for byte; what somebody else changed since is left alone and named. Windows is restarted
        then only if Exchange is in maintenance, or if it was restarted since the change and is managed over TLS, which
        the change may have cut; otherwise the restart stays owed.
    type: str
  revert_after_boot:
    description:
      - The same time, counted from a restart of Windows after the change, if the change needs one. Whichever time is
        over first counts.
    type: str
    default: 90m
"""
