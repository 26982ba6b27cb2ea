# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One recipe asked by the prober and by brute force, with the connections counted in between."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Limits, Question, endpoint, probe_all

from . import brute
from .keys import Identity
from .recipe import Recipe
from .splice import splice

Observation = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Compared:
    """observation: of the prober. truth: version -> suites accepted alone. out_of_order: pairs that contradict the
    order found. connections: counted where they came.
    """

    observation: Observation
    truth: dict[str, set[int]]
    out_of_order: list[brute.Question]
    connections: int

    @property
    def equal(self) -> bool:
        """Whether the prober saw what brute force sees."""
        return found(self.observation) == self.truth and not self.out_of_order


def compare(recipe: Recipe, folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> Compared:
    """Start the recipe in ``folder``, ask it both ways, end it."""
    let_others_in(folder)
    with recipe.start(folder, rsa, ecdsa) as port:
        with splice(port) as between:
            observation = ask(between.port, recipe.transport)
        at_once = 1 if recipe.limited else 2
        truth = brute.accepted(port, recipe.transport, at_once=at_once)
        wrong = brute.out_of_order(port, recipe.transport, observation, at_once)
    return Compared(observation, truth, wrong, between.connections)


def ask(port: int, transport: str, parallel: int = 4) -> Observation:
    """The inventory of a port on loopback."""
    where = [Question(endpoint("127.0.0.1", port, "x", transport))]
    return probe_all(where, "inventory", Limits(timeout=20, parallel=parallel, ehlo_name="probe.example"))[0]


def found(observation: Observation) -> dict[str, set[int]]:
    """Version -> suites that the prober found; without SSL 2.0, which has numbers of its own."""
    versions = observation["versions"].items()
    return {name: {row["id"] for row in record["suites"]} for name, record in versions if name != "ssl_2_0"}


def floor(observation: Observation) -> int:
    """Accepted suites, a refusal per accepted version, and for versions without an order of the server one more."""
    records = [record for name, record in observation["versions"].items() if name != "ssl_2_0"]
    lists = sum(len(record["suites"]) + 1 for record in records if record["state"] == "accepted")
    return lists + sum(record["order"] == "client" for record in records)


def let_others_in(folder: pathlib.Path) -> None:
    """Servers that give up their rights read here; how deep the folder lies depends on pytest-xdist."""
    shared = pathlib.Path(tempfile.gettempdir())
    for part in (folder, *folder.parents):
        if shared in part.parents:
            part.chmod(0o755)
