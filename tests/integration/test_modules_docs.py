# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-doc shows a person is what the actions take and give."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import typing as t

import pytest
import yaml
from integration.controller import ROOT, environment

pytestmark = pytest.mark.proves("documents")

ON_SERVERS = ("state_info", "baseline", "schannel", "cipher_suites")
ACTIONS = (*ON_SERVERS, "plan_file")
#: What an option is as long as nobody says otherwise.
UNSAID = {"type": "str", "required": False}
FACTS = ("type", "default", "choices", "elements", "required")


@pytest.fixture(scope="module")
def documents() -> dict[str, t.Any]:
    """What ansible-doc makes of the documents, fragments included."""
    return _ansible_doc("module", [f"msexchange.tls.{name}" for name in ACTIONS])


def _ansible_doc(kind: str, names: t.Sequence[str]) -> dict[str, t.Any]:
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "doc", "--json", "-t", kind, *names],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, t.Any] = json.loads(done.stdout)
    return found


def options(name: str) -> dict[str, t.Any]:
    """The argument specification of an action."""
    action = importlib.import_module(f"ansible_collections.msexchange.tls.plugins.action.{name}")
    return dict(action.ActionModule.ARGUMENTS)


def facts(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What an option is, with what is said by not saying it."""
    return {fact: option.get(fact, UNSAID.get(fact)) for fact in FACTS}


@pytest.mark.parametrize("name", ACTIONS)
def test_a_document_and_its_action_have_the_same_options(documents: dict[str, t.Any], name: str) -> None:
    documented = documents[f"msexchange.tls.{name}"]["doc"]["options"]
    assert {option: facts(item) for option, item in documented.items()} == {
        option: facts(item) for option, item in options(name).items()
    }


@pytest.mark.parametrize("name", ON_SERVERS)
def test_a_document_says_how_it_stands_with_check_mode_and_the_action_group(
    documents: dict[str, t.Any], name: str
) -> None:
    attributes = documents[f"msexchange.tls.{name}"]["doc"]["attributes"]
    assert attributes["check_mode"]["support"] == "full"
    assert attributes["diff_mode"]["support"] == ("none" if name.endswith("_info") else "full")
    assert attributes["async"]["support"] == "none"
    assert attributes["action_group"]["membership"] == ["msexchange.tls.tls"]
    assert all(attribute.get("description") for attribute in attributes.values())


@pytest.mark.parametrize("name", ACTIONS)
def test_every_example_names_a_module_and_options_that_exist(documents: dict[str, t.Any], name: str) -> None:
    tasks = yaml.safe_load(documents[f"msexchange.tls.{name}"]["examples"])
    own = [set(one[f"msexchange.tls.{name}"] or {}) for one in tasks if f"msexchange.tls.{name}" in one]
    assert own
    assert set().union(*own) <= set(options(name))


def test_the_filter_organisation_has_a_document() -> None:
    (found,) = _ansible_doc("filter", ["msexchange.tls.organisation"]).values()
    assert set(found["doc"]["options"]) == {"_input", "hostvars", "audit", "max_age_days", "variables"}


def test_the_action_group_holds_every_module_that_speaks_to_a_server() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert set(ON_SERVERS) < set(runtime["action_groups"]["tls"])
