# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A molecule scenario can be green only if every step of it ran, on every server of its estate."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml
from tools.molecule_mutants import Edit, Mutation, MutationError, Verdict, applied, mutated, read
from tools.molecule_run import UnknownScenarioError, chosen, failure, scenarios, steps_of
from tools.project_files import ROOT

pytestmark = pytest.mark.proves("scenarios")

HERE = ROOT / "extensions" / "molecule"
SCENARIOS = scenarios()
#: Steps that run the playbook of another one.
SAME_PLAYBOOK = {"idempotence": "converge", "check": "converge"}
NO_PLAYBOOKS = ("molecule.yml", "estate.yml")


def load(path: pathlib.Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


PLAYBOOKS = {
    path.relative_to(HERE).as_posix(): path
    for name in SCENARIOS
    for path in sorted((HERE / name).glob("*.yml"))
    if path.name not in NO_PLAYBOOKS
}


def test_there_are_scenarios() -> None:
    assert SCENARIOS == ["check", "debt", "drift", "harden"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_step_has_its_playbook_and_every_playbook_its_step(scenario: str) -> None:
    shared = load(HERE / "config.yml")["ansible"]["playbooks"]
    used = set()
    for line in steps_of(scenario):
        step, _blank, named = line.partition(" ")
        step = SAME_PLAYBOOK.get(step, step)
        # molecule looks for the default even where a step names its playbook, and leaves the step out without it.
        assert (HERE / scenario / shared.get(step, f"{step}.yml")).is_file() or (named and step != "side_effect"), line
        playbook = HERE / scenario / (named or shared.get(step, f"{step}.yml"))
        assert playbook.is_file(), line
        used.add(playbook.resolve())
    assert {path for path in PLAYBOOKS.values() if path.parent.name == scenario} <= used


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_playbook_counts_the_servers_first(name: str) -> None:
    first = load(PLAYBOOKS[name])[0]
    assert first["ansible.builtin.import_playbook"] == "../shared/every_server.yml"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_runs_the_shipped_playbooks_and_looks_at_the_lab(scenario: str) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in PLAYBOOKS.values() if path.parent.name == scenario)
    assert "import_playbook: msexchange.tls.harden" in texts
    assert "../shared/tasks/lab.yml" in texts
    assert "lab.json.hosts" in texts


STEPS = ["destroy", "converge", "verify again.yml"]
GREEN = "drift > destroy: Executed: Successful\ndrift > converge: Executed: Successful\n"
RED = """
TASK [Ask the lab] ****
ok: [localhost]

TASK [Make sure that it is so] ****
fatal: [localhost]: FAILED! => {}

WARNING  [drift > verify] An error occurred during the test sequence action: 'verify'. Cleaning up.

TASK [Clean up] ****
ok: [localhost]

DETAILS
drift > destroy: Executed: Successful
drift > verify: Executed: Failed (Ansible return code was 2)
drift > cleanup: Executed: Missing playbook (Remove from test_sequence to suppress)
"""
#: molecule reports this step as successful.
TWICE = """
CRITICAL Idempotence test failed because of the following tasks:
*  => Write it
WARNING  [drift > idempotence] An error occurred during the test sequence action: 'idempotence'. Cleaning up.

DETAILS
drift > idempotence: Executed: Successful
drift > cleanup: Executed: Missing playbook (Remove from test_sequence to suppress)
"""


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        (f"DETAILS\n{GREEN}drift > verify: Executed: Successful\n", 0, ""),
        (f"DETAILS\n{GREEN}", 0, "of the steps"),
        (f"DETAILS\n{GREEN}drift > verify: Executed: Missing playbook (Remove it)\n", 0, "verify: missing playbook"),
        ("", 0, "of the steps"),
        ("Traceback", 1, "molecule ended with 1"),
        (RED, 2, "verify failed: Make sure that it is so"),
        (TWICE, 1, "idempotence failed: Write it"),
    ],
)
def test_a_scenario_has_passed_only_if_every_step_was_carried_out(said: str, code: int, expected: str) -> None:
    found = failure(said, STEPS, code)
    assert found.startswith(expected)
    assert bool(found) == bool(expected)


def test_a_misspelt_scenario_is_named() -> None:
    assert chosen([], SCENARIOS) == SCENARIOS
    with pytest.raises(UnknownScenarioError, match=r"no scenario drfit; did you mean drift\?"):
        chosen(["drfit"], SCENARIOS)


MUTATIONS = read()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.what)
def test_every_mutation_still_fits_the_product_and_names_a_task_that_exists(mutation: Mutation) -> None:
    assert mutated(mutation, ROOT)
    name = mutation.task.rpartition(" : ")[2]
    if name.startswith("Run the playbook "):
        name = "Run the playbook {{ playbook }}"
    files = [*HERE.rglob("*.yml"), *(ROOT / "roles").rglob("*.yml")]
    assert any(f"name: {name}\n" in path.read_text(encoding="utf-8") for path in files)


def test_every_scenario_has_mutations_to_catch() -> None:
    assert {mutation.scenario for mutation in MUTATIONS} == set(SCENARIOS)


def test_a_mutation_is_applied_and_taken_back(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("x: 1\ny: 1\n", encoding="utf-8")
    mutation = Mutation("it", "drift", "task", (Edit("a.yml", "x: 1", "x: 2"), Edit("a.yml", "y: 1", "y: 2")))
    with applied(mutation, tmp_path):
        assert path.read_text(encoding="utf-8") == "x: 2\ny: 2\n"
    assert path.read_text(encoding="utf-8") == "x: 1\ny: 1\n"


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (Edit("b.yml", "x", "y"), "it: there is no file b.yml"),
        (Edit("a.yml", "z", "y"), "it: a.yml has the text to be replaced 0 times"),
        (Edit("a.yml", "x", "y"), "it: a.yml has the text to be replaced 2 times"),
    ],
)
def test_a_mutation_that_does_not_fit_is_an_error(edit: Edit, sentence: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.yml").write_text("x: x\n", encoding="utf-8")
    with pytest.raises(MutationError, match=sentence):
        mutated(Mutation("it", "drift", "task", (edit,)), tmp_path)


def test_a_mutation_is_caught_only_where_it_was_meant_to_be() -> None:
    mutation = Mutation("it", "drift", "Make sure", ())
    assert Verdict(mutation, "verify failed: Make sure").caught
    assert not Verdict(mutation, "create failed: Start the lab").caught
    assert not Verdict(mutation, "").caught
