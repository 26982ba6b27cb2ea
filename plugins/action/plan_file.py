# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of many servers in one file: written, signed, verified, compared; contacts nobody."""

from __future__ import annotations

import datetime
import os
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._action import (
    Result,
    Task,
    TaskError,
    TlsAction,
    read_regular,
    write_files,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    LARGEST,
    SUFFIX,
    HostPlan,
    PlanFile,
    PlanFileError,
    diff_data,
    diff_files,
    diff_text,
    digest_of,
    fingerprint,
    plan_file,
    read_host_plan,
    read_plan_file,
    render,
    render_markdown,
    sign,
    signer,
    verdict,
    verify,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import registered
from ansible_collections.msexchange.tls.plugins.plugin_utils._version import VERSION
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line, plain_data

#: What the roles register of the module baseline.
REGISTERED = "msexchange_tls_change"


class ActionModule(TlsAction):
    """See the documentation of the module msexchange.tls.plan_file."""

    ARGUMENTS = {
        "path": {"type": "path", "required": True},
        "members": {"type": "list", "elements": "str"},
        "ticket": {"type": "str", "default": ""},
        "sign_with": {"type": "path"},
        "passphrase": {"type": "str", "no_log": True},
        "verify": {"type": "path"},
        "compare": {"type": "path"},
    }
    CONDITIONS = {
        "required_one_of": [["members", "sign_with", "verify", "compare"]],
        "mutually_exclusive": [["members", "verify", "compare"], ["sign_with", "verify", "compare"]],
        "required_by": {"passphrase": "sign_with"},
    }

    def perform(self, task: Task) -> Result:
        """Write, sign, verify or compare, as the options say."""
        path = os.path.abspath(task.arguments["path"])
        try:
            return self._perform(task, path)
        except PlanFileError as error:
            raise TaskError(error.sentence) from error
        except OSError as error:
            raise TaskError(
                f"{one_line(path, 200)} could not be written: {error.strerror or error}. "
                "Name a file in a folder that you may write to."
            ) from None

    def _perform(self, task: Task, path: str) -> Result:
        arguments = task.arguments
        data = _read(path) if arguments["members"] is None else self._make(task, path)
        plans = read_plan_file(data, one_line(path, 200))
        result: Result = {"changed": False, "sha256": digest_of(plans), "hosts": [_row(host) for host in plans.hosts]}
        if arguments["members"] is not None:
            result.update(changed=True, files=self._write(path, data, plans))
        if arguments["compare"] is not None:
            other = os.path.abspath(arguments["compare"])
            found = diff_files(plans, read_plan_file(_read(other), one_line(other, 200)))
            result.update(differences=diff_data(found), text=diff_text(found))
        if arguments["verify"] is not None:
            key = self.read_controller_file(arguments["verify"], "public key")
            verify(data, _read(path + SUFFIX), key)
            result["approved_by"] = fingerprint(key)
        if arguments["sign_with"] is not None:
            result.update(self._sign(arguments, path, data, result["changed"]))
        return result

    def _make(self, task: Task, path: str) -> bytes:
        if os.path.lexists(path + SUFFIX):
            raise TaskError(
                f"{one_line(path, 200)} is a signed plan, so it is not written over. "
                "Take another name, or remove the plan and its signature first."
            )
        records = collect(task.arguments["members"], task.variables.get("hostvars", {}))
        now = datetime.datetime.now(datetime.timezone.utc)
        plans = plan_file(
            records, version=VERSION, made_at=f"{now:%Y-%m-%dT%H:%M:%SZ}", ticket=task.arguments["ticket"]
        )
        return render(plans)

    def _write(self, path: str, data: bytes, plans: PlanFile) -> dict[str, str]:
        files = {"plan": path, "markdown": f"{path}.md"}
        if not self._task.check_mode:
            # The page first: whoever finds a plan finds its page, too.
            page = render_markdown(plans).encode("utf-8", "backslashreplace")
            write_files({files["markdown"]: page, files["plan"]: data})
        return files

    def _sign(self, arguments: t.Mapping[str, t.Any], path: str, data: bytes, changed: bool) -> Result:
        key = self.read_controller_file(arguments["sign_with"], "private key")
        signature = sign(data, key, arguments["passphrase"])
        file = path + SUFFIX
        same = os.path.isfile(file) and _read(file) == signature
        if not same and not self._task.check_mode:
            write_files({file: signature})
        return {
            "changed": changed or not same,
            "signature": file,
            "approved_by": signer(key, arguments["passphrase"]),
        }


def collect(members: t.Sequence[str], hostvars: t.Mapping[str, t.Any]) -> list[HostPlan]:
    """The plans that were registered for all members; raises TaskError with the reason for each that has none."""
    found: list[HostPlan] = []
    missing: list[str] = []
    for name in dict.fromkeys(members):
        result = plain_data(registered(hostvars, name, (REGISTERED,)), exact=True)
        why = _why_not(name, result)
        if why:
            missing.append(f"{name} {why}")
            continue
        try:
            record = read_host_plan(result["plan"], name)
        except PlanFileError as error:
            missing.append(f"{name} has something that no plan can hold ({error.sentence})")
            continue
        if record.name != name or not record.computer:
            missing.append(f"{name} does not say which computer it is")
        found.append(record)
    if missing or not found:
        raise TaskError(
            f"No plan was written: {'; '.join(missing) or 'there is no server to plan for'}. "
            "A plan is for all servers that were asked for, or for none; leave one out with --limit."
        )
    return found


def _why_not(name: str, result: t.Any) -> str:
    """Why a server has no plan to write down, in words that follow its name; empty when it has one."""
    if not isinstance(result, dict):
        return "was not planned"
    if result.get("unreachable") or result.get("failed"):
        words = one_line(result.get("msg", ""), 600).removeprefix(f"{name} ").removeprefix(f"{name}: ")
        return f"was not planned ({words or 'no reason was given'})"
    if result.get("change"):
        return f"was changed just now ({one_line(result['change'], 80)}), not planned; run the task in check mode"
    return "" if isinstance(result.get("plan"), dict) else "was planned by something else than msexchange.tls.baseline"


def _row(host: HostPlan) -> dict[str, t.Any]:
    plan = host.plan
    return {
        "name": host.name,
        "profile": plan.profile,
        "stage": plan.stage,
        "reached": plan.reached,
        "complete": plan.complete,
        "applyable": plan.applyable,
        "reboot_required": plan.reboot_required,
        "values": len(plan.operations),
        "verdict": verdict(plan),
    }


def _read(path: str) -> bytes:
    try:
        return read_regular(path, LARGEST + 1)
    except OSError as error:
        raise TaskError(f"{one_line(path, 200)} cannot be read: {error.strerror or error}.") from None
