# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_write, emulated: contract W2 of the host scripts: compare everything, journal first, write, put back on an
error.
"""

from __future__ import annotations

import base64
import dataclasses
import typing as t

from ..filesystem import FileError
from ..registry import RegistryError, text_of, upper_invariant
from . import arguments, journal, timer, write_calls
from .host_read import value_answer
from .operations import Operation, Request, State, parse

if t.TYPE_CHECKING:
    from ..host import LabHost

Answer = dict[str, t.Any]
_BUSY = "Another change is being written on this host: wait for its end, then look again at what is to be done."


@dataclasses.dataclass
class Work:
    """One operation on its way. ``found``: what is there instead of what was expected; ``answer``: what will be said
    of it.
    """

    operation: Operation
    answer: Answer
    before: State = None
    needed: bool = True
    found: Answer | None = None
    missing: list[str] = dataclasses.field(default_factory=list)
    created: list[str] = dataclasses.field(default_factory=list)

    def fail(self, code: int, text: str = "") -> None:
        """Notes a failure with Windows' own words unless others are given."""
        self.answer.pop("found", None)
        self.answer.update(status="failed", code=code, text=text or text_of(code))

    def journalled(self, planned: bool) -> Answer:
        """The operation as the journal keeps it."""
        return {
            "op": self.operation.op,
            "path": self.operation.path,
            "name": self.operation.name,
            "before": self._bytes(self.before),
            "after": self._bytes(self.operation.target),
            "created_keys": list(self.missing if planned else self.created),
        }

    def _bytes(self, state: State) -> Answer:
        if state is None:
            return {"exists": False}
        if self.operation.is_key:
            return {"exists": True}
        return {"exists": True, "kind": state[0], "data": base64.b64encode(state[1]).decode("ascii")}


def run(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """The answer of host_write to these module arguments. Raises ArgumentError, and PowerLossError where a fault says
    so.
    """
    request = parse(args)
    change = Change(host, request)
    check = arguments.is_check_mode(args)
    refusal = _refusal(host, check)
    if refusal:
        change.answer["reason"] = refusal
    else:
        change.carry_out(check)
    change.answer["now"] = str(host.clock.now())
    return change.answer


def _refusal(host: LabHost, check: bool) -> str:
    if not host.persona.native_calls:
        return "This host forbids native calls, so values could not be put back as they were: the lab blocks them"
    if not host.persona.elevated:
        return "This account is no administrator here, or not an elevated one: use another account or become."
    problem = journal.folder_problem(host)
    if problem or check:
        return problem
    return _BUSY if host.faults.mutex_busy() else ""


class Change:
    """The whole way from the first look to the closed journal. Everything it finds out is in the answer."""

    def __init__(self, host: LabHost, request: Request) -> None:
        self.host = host
        self.request = request
        self.work = [
            Work(item, {"index": index, "status": "not_written"}) for index, item in enumerate(request.operations)
        ]
        self.answer: Answer = {
            "contract": 1,
            "changed": False,
            "change": request.change,
            "status": "refused",
            "reason": "",
            "operations": [item.answer for item in self.work],
            "journal": None,
            "boot": str(host.boot),
            "now": None,
        }
        self.path = journal.path_of(request.change)

    def carry_out(self, check: bool) -> None:
        """Compares, and writes unless that is where it ends."""
        if self.request.confirm:
            self._confirm(check)
            return
        if self.host.files.get(self.path):
            self.answer["reason"] = (
                f"The change {self.request.change} has a journal already ({self.path}): use a new id."
            )
            return
        needed = self._compare()
        if not needed:
            return
        if check:
            for item in needed:
                item.answer["status"] = "written"
            self.answer.update(status="written", changed=True)
            return
        content = self._begin(needed)
        if content is not None:
            self._write(needed, content)

    def _confirm(self, check: bool) -> None:
        try:
            if not check:
                how = "rolled_back" if (self.request.revert or {}).get("rolled_back") else "confirmed"
                timer.stop(self.host, self.request.change, how)
            self.answer.update(status="written", changed=True)
        except (FileError, timer.TimerError) as error:
            text = error.text if isinstance(error, FileError) else error
            self.answer["reason"] = f"The timer of the change {self.request.change} could not be ended: {text}"

    # -- looking ------------------------------------------------------------------------------------------------------

    def _compare(self) -> list[Work]:
        """The operations to carry out, none if it ends here."""
        for index, item in enumerate(self.work):
            self._look(item, self.request.operations[:index])
        failed = [item for item in self.work if item.answer["status"] == "failed"]
        needed = [item for item in self.work if item.needed]
        moved = [item for item in self.work if item.found is not None]
        if failed:
            text = failed[0].answer["text"]
            self.answer["reason"] = f"Nothing was written, because {failed[0].operation.path} cannot be read: {text}"
        elif not needed:
            self.answer["status"] = "unchanged"
        elif moved:
            self.answer["status"] = "mismatch"
            self.answer["reason"] = (
                f"Nothing was written, because {len(moved)} of {len(self.work)} targets are not what was expected,"
                f" first {moved[0].operation.label}"
            )
            for item in moved:
                item.answer.update(status="mismatch", found=item.found)
        else:
            return needed
        return []

    def _look(self, item: Work, earlier: t.Sequence[Operation]) -> None:
        operation, registry = item.operation, self.host.registry
        try:
            if operation.is_key:
                item.before = None if registry.find(operation.path) is None else (0, b"")
                item.needed = item.before is not None
                if not item.needed:
                    item.found = {"exists": False}
                elif not write_calls.is_empty_by_then(registry, operation.path, earlier):
                    item.found = {"exists": True, "empty": False}
                return
            value = registry.value(operation.path, operation.name or "")
            item.before = (value.kind, value.content) if value else None
            item.needed = item.before != operation.target
            if item.before != operation.expected:
                item.found = _expectation(item.before)
        except RegistryError as error:
            item.fail(error.code)

    # -- writing ------------------------------------------------------------------------------------------------------

    def _begin(self, needed: list[Work]) -> Answer | None:
        """The journal, open and on disk; None if that failed."""
        revert = self.request.revert
        planned: set[str] = set()
        for item in needed:
            if item.operation.target is not None:
                paths = write_calls.missing_keys(self.host.registry, item.operation.path)
                item.missing = [path for path in paths if upper_invariant(path) not in planned]
                planned.update(map(upper_invariant, paths))
        content: Answer = {
            "contract": 1,
            "id": self.request.change,
            "state": "open",
            "started": str(self.host.clock.now()),
            "closed": None,
            "boot": self.answer["boot"],
            **({"revert": timer.section(self.request.change, revert)} if revert else {}),
            "computer": self.host.computer,
            "meta": dict(self.request.meta),
            "reboot_required": self.request.reboot_required,
            "operations": [],
        }
        undo = f"{journal.FOLDER}\\{self.request.change}.reg"
        what = "the journal could not be"
        try:
            journal.make_folder(self.host)
            if self.request.undo is not None:
                self.host.files.write(undo, b"\xff\xfe" + self.request.undo.encode("utf-16-le", "surrogatepass"))
            self._save(content, "open", needed)
            if revert is not None:
                what = "its timer could not be armed"
                content["revert"]["deadline"] = timer.arm(self.host, self.request.change, revert)
                self._save(content, "open", needed)
        except (FileError, timer.TimerError) as error:
            text = error.text if isinstance(error, FileError) else error
            self.answer["reason"] = f"Nothing was written, because {what}: {text}"
            timer.disarm(self.host, self.request.change)
            for path in (self.path, undo):
                self.host.files.delete(path)
            return None
        self.answer["journal"] = self.path
        return content

    def _save(self, content: Answer, state: str, needed: list[Work]) -> None:
        content["state"] = state
        if state != "open":
            content["closed"] = str(self.host.clock.now())
        content["operations"] = [item.journalled(planned=state == "open") for item in needed]
        data = journal.dump(content)
        if len(data) > journal.SIZE_LIMIT:
            raise FileError(0, self.path, "the journal would be larger than 1 MB: make several changes of it")
        self.host.files.write(self.path, data)

    def _write(self, needed: list[Work], content: Answer) -> None:
        done: list[Work] = []
        failure = self._write_all(needed, done)
        if not failure:
            try:
                self._save(content, "closed", needed)
                self.answer.update(status="written", changed=True)
                return
            except FileError as error:
                failure = f"the journal could not be closed: {error.text}"
        is_back = self._take_back(done)
        state = "put_back" if is_back else "put_back_failed"
        begin = "Everything was put back, because" if is_back else "NOT everything could be put back, after"
        self.answer.update(status=state, changed=not is_back, reason=f"{begin} {failure}")
        try:
            self._save(content, state, needed)
        except FileError as error:
            self.answer["reason"] += f"; then the journal could not be closed: {error.text}"
        if is_back and self.request.revert is not None:
            timer.disarm(self.host, self.request.change)

    def _write_all(self, needed: list[Work], done: list[Work]) -> str:
        """What failed, as a sentence, or nothing."""
        for count, item in enumerate(needed):
            done.append(item)
            code = self.host.faults.before_write(count) or write_calls.carry_out(
                self.host.registry, item.operation, item.created
            )
            if code:
                item.fail(code)
                return f"{item.operation.label} could not be written: {item.answer['text']}"
            item.answer["status"] = "written"
        self.host.faults.before_write(len(needed))
        return ""

    def _take_back(self, done: list[Work]) -> bool:
        is_back = True
        for item in reversed(done):
            code = write_calls.take_back(self.host.registry, item.operation, item.before, item.created)
            if code:
                is_back = False
                item.fail(code)
            elif item.answer["status"] == "written":
                item.answer["status"] = "put_back"
        return is_back


def _expectation(state: State) -> Answer:
    if state is None:
        return {"exists": False}
    shown = value_answer("", *state)
    del shown["name"]
    return {"exists": True, **shown}
