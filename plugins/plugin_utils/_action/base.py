# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every action that speaks to a host does alike: arguments in, errors as one sentence, files of the controller.

Internal to this collection. It stands here and not in ``action/`` because Ansible loads every file there as a plugin.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import datetime
import functools
import gc
import os
import traceback
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .._baseline import DEFAULT_PROFILE, Baseline, BaselineError, Overlay, Profile, load_profile, read_overlay, resolve
from .._broker import Broker
from .._catalogue import Catalogue, CatalogueError, load
from .._host import HostIdentity, Observation, ObservationError, from_host
from .._task import HostError, SharedError, Spec, read_request, with_shared
from .._words import escaped, one_line, plain_data
from .options import missing_options, wrong_paths
from .read_files import read_regular, require_regular

Result = dict[str, t.Any]


@functools.cache
def _standard_request() -> t.Mapping[str, t.Any]:
    """What every server is asked for, in the words of host_read."""
    return read_request(load().reading)


# Ansible imports an action before it forks a worker for each host: what is read here is read once for all of them. An
# error is told by whoever needs the file.
with contextlib.suppress(CatalogueError, BaselineError):
    _standard_request()
    load_profile(DEFAULT_PROFILE)

display = Display()

#: By HostError.unreachable. A result that has both counts as failed.
_FAILED = {False: "failed", True: "unreachable"}
_DEFECT = (
    "Read the server again before anything else, and report this as a defect of msexchange.tls, with what -vvv shows."
)
_NO_ASYNC = "It plans on the controller between reading and writing; take async off the task."


class TaskError(Exception):
    """The task cannot go on; ``sentence`` says why and what to do, ``details`` go into the result beside it."""

    def __init__(self, sentence: str, *, unreachable: bool = False, **details: t.Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.unreachable = unreachable
        self.details = details


@dataclasses.dataclass(frozen=True)
class Task:
    """One task on one host: its checked arguments, its host, the variables it runs with."""

    arguments: t.Mapping[str, t.Any]
    broker: Broker
    variables: t.Mapping[str, t.Any]
    catalogue: Catalogue

    def read(self, reading: t.Mapping[str, t.Any] | None = None) -> Observation:
        """What the host says; one execution. ``reading``: what to ask for, if not what the catalogue says."""
        if reading is None:
            return from_host(self.broker.read(_standard_request()), asked=self.catalogue.reading)
        return from_host(self.broker.read(read_request(reading)), asked=reading)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A profile and what a site changes about it, not yet for any host."""

    profile: Profile
    overlays: tuple[Overlay, ...]


class TlsAction(ActionBase, abc.ABC):
    """Base of the actions. A subclass has ``ARGUMENTS`` (the options of its document) and :meth:`perform`."""

    _supports_check_mode = True
    _supports_async = False
    TRANSFERS_FILES = False

    ARGUMENTS: t.ClassVar[Spec]
    #: Keyword arguments of validate_argument_spec: mutually_exclusive, required_together ...
    CONDITIONS: t.ClassVar[t.Mapping[str, t.Any]] = {}

    def __init_subclass__(cls, **keywords: t.Any) -> None:
        """Ansible imports an action once and forks a worker for each host afterwards: what is there by now stays as it
        is in all of them. The garbage collector need not walk it again, nor copy its pages in a worker for nothing,
        which is what the documentation of gc.freeze recommends to who forks.
        """
        super().__init_subclass__(**keywords)
        gc.freeze()

    @abc.abstractmethod
    def perform(self, task: Task) -> Result:
        """The work; raises one of the errors that :meth:`run` knows."""

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Called by Ansible. Failures are returned: to what is raised, core before 2.19 adds a traceback."""
        del tmp
        variables = task_vars or {}
        broker = Broker(self, variables)
        try:
            result = self._checked(variables, broker)
        except HostError as error:
            result = {_FAILED[error.unreachable]: True, "msg": error.sentence}
        except TaskError as error:
            result = {**error.details, _FAILED[error.unreachable]: True, "msg": error.sentence}
        except BaselineError as error:
            result = {"failed": True, "msg": self._all_problems(error)}
        except CatalogueError as error:
            result = {"failed": True, "msg": str(error)}
        except ObservationError as error:
            result = {"failed": True, "msg": f"{broker.host}: {error}"}
        except AnsibleError as error:
            result = {"failed": True, "msg": one_line(error.message, 1000)}
        # Our own mistake. On older cores its traceback would be all that a person gets to see.
        except Exception as error:  # noqa: BLE001  # whatever it is
            display.vvv("".join(traceback.format_exception(error)), host=broker.host)
            said = one_line(f"{type(error).__name__}: {error}")
            result = {"failed": True, "msg": f"{broker.host}: {self._task.action} failed by itself ({said}). {_DEFECT}"}
        if "msg" in result:
            # Names of files, hosts and settings stand there as they were given.
            result["msg"] = "\n".join(escaped(line) for line in str(result["msg"]).split("\n"))
        if broker.warnings:
            result["warnings"] = broker.warnings
        if broker.deprecations:
            result["deprecations"] = broker.deprecations
        return result

    def _checked(self, variables: dict[str, t.Any], broker: Broker) -> Result:
        if self._task.async_val:
            raise TaskError(f"{self._task.action} does not support async. {_NO_ASYNC}")
        result: Result = super().run(None, variables)
        base: t.Any = self  # these parts of ActionBase have no annotations
        try:
            _validation, arguments = base.validate_argument_spec(dict(self.ARGUMENTS), **self.CONDITIONS)
        except AnsibleError as error:
            raise TaskError(f"{self._task.action}: {one_line(error.message, 1000)}.") from error
        for sentence in (*missing_options(arguments, self.CONDITIONS), *wrong_paths(arguments, self.ARGUMENTS)):
            raise TaskError(f"{self._task.action}: {sentence}")
        try:
            arguments = with_shared(arguments, variables, str(variables.get("inventory_hostname", "")))
        except SharedError as error:
            raise TaskError(f"{self._task.action}: {error}") from error
        result.update(self.perform(Task(plain_data(arguments), broker, variables, load())))
        return result

    def _all_problems(self, error: BaselineError) -> str:
        """One line for each problem with its place, or what is wrong with the arguments of the task."""
        if any(problem.place for problem in error.problems):
            return str(error)
        return f"{self._task.action}: " + " ".join(problem.sentence for problem in error.problems)

    def read_controller_file(self, path: str, what: str) -> bytes:
        """A file as the user named it: found as ``copy`` finds it, decrypted if it is a vault.

        Or found where Ansible was started: beside a playbook of a collection nobody keeps files of a site.
        """
        base: t.Any = self
        named = one_line(path, 200)
        try:
            found = base._find_needle("files", path)
        except AnsibleError:
            found = os.path.abspath(path)
            if not os.path.lexists(found):
                raise TaskError(
                    f"The {what} {named} was not found on the controller, neither in files/ nor beside the playbook "
                    "nor where Ansible was started."
                ) from None
        try:
            require_regular(os.stat(found).st_mode)
            return read_regular(self._loader.get_real_file(found))
        except (AnsibleError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else one_line(error.message)
            raise TaskError(f"The {what} {named} cannot be read: {why}.") from error

    def wanted(self, task: Task) -> Wanted:
        """Profile and overlays of the task, read before any host is troubled."""
        profile = load_profile(task.arguments["profile"])
        return Wanted(
            profile,
            tuple(
                read_overlay(self.read_controller_text(path, "overlay"), path) for path in task.arguments["overlays"]
            ),
        )

    def read_controller_text(self, path: str, what: str) -> str:
        """The same for a file that a person wrote."""
        try:
            return self.read_controller_file(path, what).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TaskError(
                f"The {what} {one_line(path, 200)} is not UTF-8 (byte {error.start}); save it as UTF-8."
            ) from error


def baseline_of(wanted: Wanted, task: Task, identity: HostIdentity) -> Baseline:
    """What is wanted of the host of this task."""
    return resolve(
        wanted.profile,
        wanted.overlays,
        identity,
        host=str(task.variables.get("inventory_hostname", "")),
        groups=[str(name) for name in task.variables.get("group_names") or ()],
        # The day on which an exception ends is a day of the people who set it.
        today=datetime.datetime.now().astimezone().date(),
        catalogue=task.catalogue,
        inventory=_inventory(task.variables.get("groups")),
    )


def _inventory(groups: t.Any) -> list[str] | None:
    """Names of all groups and hosts, so that an exception for a misspelt one is found; None if that cannot be told."""
    if not isinstance(groups, t.Mapping):
        return None
    return [*(str(group) for group in groups), *(str(host) for hosts in groups.values() for host in hosts)]
