# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""host_write, emulated: contract W2 of the host scripts: compare everything, journal first, write, put back on an error."""

from __future__ import annotations

import base64
import typing as t

from ..filesystem import FileError
from ..registry import FILE_NOT_FOUND, RegistryError, fold
from . import journal
from .host_read import value_answer
from .operations import Operation, Request, parse

if t.TYPE_CHECKING:
    from ..host import LabHost

Answer = dict[str, t.Any]
State = t.Optional[tuple[int, bytes]]  #: kind and bytes of a value, None = absent
MUTEX_BUSY = "another change is being written on this host"


def run(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """The answer of host_write to these module arguments. Raises ArgumentError, and PowerLoss where a fault says so."""
    request = parse(args)
    return _Change(host, request).carry_out(check=bool(args.get("_ansible_check_mode")))


class _Change:
    """One change on its way; ``statuses`` is what the answer will say of each operation."""

    def __init__(self, host: LabHost, request: Request) -> None:
        self.host = host
        self.request = request
        self.statuses: list[Answer] = [
            {"index": index, "status": "not_written"} for index in range(len(request.operations))
        ]
        self.before: list[State] = []
        self.created: dict[int, list[str]] = {}
        self.carried_out: list[int] = []

    def carry_out(self, check: bool) -> Answer:
        refusal = self._refusal(check)
        if refusal:
            return self._answer("refused", refusal)
        problem = self._read_all()
        todo = self._to_do()
        if not todo and problem is None:
            return self._answer("unchanged", "")
        if problem is not None:
            return self._answer("refused", problem)
        mismatch = self._compare()
        if mismatch:
            return self._answer("mismatch", mismatch)
        if check:
            for index in todo:
                self.statuses[index]["status"] = "written"
            return self._answer("written", "", changed=True)
        return self._write(todo)

    # -- before anything is written -----------------------------------------------------------------------------------

    def _refusal(self, check: bool) -> str:
        if not self.host.persona.elevated:
            return "the account is not elevated"
        problem = journal.folder_problem(self.host)
        if problem:
            return f"the folder of the changes cannot be trusted: {problem}"
        if self.host.files.get(journal.path_of(self.request.change)):
            return f"a change '{self.request.change}' exists already on this host"
        if not check and self.host.faults.mutex_busy():
            return MUTEX_BUSY
        return ""

    def _read_all(self) -> str | None:
        problem = None
        for index, operation in enumerate(self.request.operations):
            try:
                self.before.append(self._read(operation))
            except RegistryError as error:
                self.before.append(None)
                self.statuses[index].update(status="failed", code=error.code, text=error.text)
                problem = problem or f"{operation.label} could not be read: {error.text}"
        return problem

    def _read(self, operation: Operation) -> State:
        if operation.op == "delete_key":
            return None if self.host.registry.find(operation.path) is None else (0, b"")
        value = self.host.registry.value(operation.path, operation.name or "")
        return (value.kind, value.content) if value else None

    def _to_do(self) -> list[int]:
        return [
            index
            for index, operation in enumerate(self.request.operations)
            if self.statuses[index]["status"] == "failed" or self.before[index] != operation.target
        ]

    def _compare(self) -> str:
        first = ""
        for index, operation in enumerate(self.request.operations):
            found = self._found(index, operation)
            if found is not None:
                self.statuses[index].update(status="mismatch", found=found)
                first = first or f"{operation.label} is not as expected"
        return first

    def _found(self, index: int, operation: Operation) -> Answer | None:
        """What is there instead of the expected, None if it is as expected."""
        before = self.before[index]
        if operation.op == "delete_key":
            if before is None or self._empty_by_then(index, operation):
                return None
            return {"exists": True, "empty": False}
        if before == operation.expected:
            return None
        if before is None:
            return {"exists": False}
        shown = value_answer("", *before)
        del shown["name"]
        return {"exists": True, **shown}

    def _empty_by_then(self, index: int, operation: Operation) -> bool:
        """Whether the key holds nothing once the earlier operations of this change are done."""
        key = self.host.registry.find(operation.path)
        values = set(key.values) if key else set()
        subkeys = set(key.subkeys) if key else set()
        here = fold(operation.path)
        for earlier in self.request.operations[:index]:
            path = fold(earlier.path)
            if earlier.op == "delete_value" and path == here:
                values.discard(fold(earlier.name or ""))
            elif earlier.op == "set" and path == here:
                values.add(fold(earlier.name or ""))
            elif earlier.op == "set" and path.startswith(here + "\\"):
                subkeys.add(path[len(here) + 1 :].split("\\")[0])
            elif earlier.op == "delete_key" and path.rpartition("\\")[0] == here:
                subkeys.discard(path.rpartition("\\")[2])
        return not values and not subkeys

    # -- writing ------------------------------------------------------------------------------------------------------

    def _write(self, todo: list[int]) -> Answer:
        host, change = self.host, self.request.change
        path = journal.path_of(change)
        content = self._journal(todo)
        try:
            journal.make_folder(host)
            if self.request.undo is not None:
                host.files.write(f"{journal.FOLDER}\\{change}.reg", b"\xff\xfe" + self.request.undo.encode("utf-16-le"))
            host.files.write(path, journal.dump(content))
        except FileError as error:
            host.files.delete(f"{journal.FOLDER}\\{change}.reg")
            return self._answer("refused", f"the journal could not be written: {error.text}")
        for count, index in enumerate(todo):
            try:
                host.faults.before_write(host, count)
                self._do(index, self.request.operations[index])
            except RegistryError as error:
                return self._put_back(index, error, content)
            self.statuses[index]["status"] = "written"
            self.carried_out.append(index)
        host.faults.before_write(host, len(todo))
        self._close(content, "closed", todo)
        return self._answer("written", "", changed=True, path=path)

    def _do(self, index: int, operation: Operation) -> None:
        registry = self.host.registry
        if operation.op == "delete_key":
            registry.delete_key(operation.path)
        elif operation.op == "delete_value":
            registry.delete_value(operation.path, operation.name or "")
        else:
            self.created[index] = registry.create(operation.path)
            kind, content = operation.target or (0, b"")
            registry.set_value(operation.path, operation.name or "", kind, content)

    def _put_back(self, failed: int, error: RegistryError, content: Answer) -> Answer:
        self.statuses[failed].update(status="failed", code=error.code, text=error.text)
        complete = self._remove_created(failed)
        for index in reversed(self.carried_out):
            try:
                self._undo(index, self.request.operations[index])
                self.statuses[index] = {"index": index, "status": "put_back"}
            except RegistryError as problem:
                complete = False
                self.statuses[index] = {"index": index, "status": "failed", "code": problem.code, "text": problem.text}
        state = "put_back" if complete else "put_back_failed"
        self._close(content, state, [])
        operation = self.request.operations[failed]
        return self._answer(
            state,
            f"{operation.label} could not be written: {error.text}",
            changed=not complete,
            path=journal.path_of(self.request.change),
        )

    def _undo(self, index: int, operation: Operation) -> None:
        registry, before = self.host.registry, self.before[index]
        if operation.op == "delete_key":
            registry.create(operation.path)
        elif before is None:
            try:
                registry.delete_value(operation.path, operation.name or "")
            except RegistryError as error:
                if error.code != FILE_NOT_FOUND:
                    raise
        else:
            registry.create(operation.path)
            registry.set_value(operation.path, operation.name or "", *before)
        self._remove_created(index)

    def _remove_created(self, index: int) -> bool:
        for path in reversed(self.created.get(index, [])):
            key = self.host.registry.find(path)
            if key is not None and not key.values and not key.subkeys:
                try:
                    self.host.registry.delete_key(path)
                except RegistryError:
                    return False
        return True

    # -- journal and answer -------------------------------------------------------------------------------------------

    def _journal(self, todo: list[int]) -> Answer:
        return {
            "contract": 1, "id": self.request.change, "state": "open", "started": str(self.host.clock.now()), "closed": None,
            "boot": str(self.host.boot), "computer": self.host.computer, "meta": self.request.meta,
            "reboot_required": self.request.reboot_required, "operations": self._journalled(todo, planned=True),
        }  # fmt: skip

    def _journalled(self, indexes: list[int], planned: bool) -> list[Answer]:
        return [self._journalled_operation(index, planned) for index in indexes]

    def _journalled_operation(self, index: int, planned: bool) -> Answer:
        operation = self.request.operations[index]
        created = self._missing(operation) if planned else self.created.get(index, [])
        return {
            "op": operation.op,
            "path": operation.path,
            "name": operation.name,
            "before": self._bytes(operation, self.before[index]),
            "after": self._bytes(operation, operation.target),
            "created_keys": created,
        }

    @staticmethod
    def _bytes(operation: Operation, state: State) -> Answer:
        if state is None:
            return {"exists": False}
        if operation.op == "delete_key":
            return {"exists": True}
        return {"exists": True, "kind": state[0], "data": base64.b64encode(state[1]).decode("ascii")}

    def _missing(self, operation: Operation) -> list[str]:
        if operation.op != "set":
            return []
        names = operation.path.split("\\")
        paths = ["\\".join(names[:count]) for count in range(2, len(names) + 1)]
        return [path for path in paths if not self.host.registry.exists(path)]

    def _close(self, content: Answer, state: str, written: list[int]) -> None:
        content.update(state=state, closed=str(self.host.clock.now()))
        if written:
            content["operations"] = self._journalled(written, planned=False)
        self.host.files.write(journal.path_of(self.request.change), journal.dump(content))

    def _answer(self, status: str, reason: str, changed: bool = False, path: str | None = None) -> Answer:
        return {
            "contract": 1,
            "changed": changed,
            "change": self.request.change,
            "status": status,
            "reason": reason,
            "operations": self.statuses,
            "journal": path,
            "boot": str(self.host.boot),
            "now": str(self.host.clock.now()),
        }
