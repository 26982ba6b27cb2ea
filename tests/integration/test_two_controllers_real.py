# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two controllers at one server at the same time, with the real scripts in two real PowerShells: one wins."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import typing as t

import pytest
from integration.conftest import TargetOf
from integration.controller import Controller, Run, task
from integration.witness import Seen, Witness

if t.TYPE_CHECKING:
    from lab.host import LabHost
    from lab.payload import Job
    from lab.result import Output

pytestmark = [
    pytest.mark.proves("host_failures", "whole_or_nothing", "rollback_exact"),
    pytest.mark.lab_only,
    pytest.mark.engine_powershell,
    pytest.mark.parametrize("target_of", ["powershell"], indirect=True, scope="module"),
]

#: One value the other way round, so that the two changes have a value in common and not its data.
OTHERWISE = "rules:\n  dotnet_4.native.strong_crypto: {want: {explicit: disabled}}\n"
APPLY = (task("apply", "baseline"), task("apply", "baseline", {"overlays": ["site.yml"]}))
BACK = task("back", "rollback", {"after": "2000-01-01"})
#: What the one says who was not the first: while the other writes, and after that.
LOST = ("Another change is being written on this host", " is now ")


class Meeting:
    """Goes on when all have come, or nobody comes any more."""

    def __init__(self, of: int = 2) -> None:
        self.came = 0
        self._of = of
        self._all = asyncio.Event()

    async def join(self) -> None:
        """Wait for the others."""
        self.came += 1
        if self.came >= self._of:
            self._all.set()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._all.wait(), 120)


class Together(Witness):
    """Holds back what two controllers have read until both have read, and what they write until both want to write: so
    neither knows of the other, and which of two PowerShells is the quicker one decides.
    """

    def __init__(self, *arguments: t.Any) -> None:
        super().__init__(*arguments)
        self._meetings: dict[str, Meeting] = {}

    def race(self) -> None:
        """From now on nobody reads or writes alone."""
        self._meetings = {"msexchange.tls.host_read": Meeting(), "msexchange.tls.host_write": Meeting()}

    def over(self) -> bool:
        """Everybody is alone again; whether two had come to each meeting."""
        met = [meeting.came for meeting in self._meetings.values()]
        self._meetings = {}
        return met == [2, 2]

    async def run(self, host: LabHost, job: Job) -> Output:
        meeting = self._meetings.get(job.name, Meeting(of=1))
        if job.name.endswith("host_write"):
            await meeting.join()
        output = await self._engine.run(host, job)
        if job.name.endswith("host_read"):
            await meeting.join()
        return output


@dataclasses.dataclass(frozen=True)
class Race:
    """What each of the two said, the host before and after, and the same for the winner who came again. ``both``: both
    had read before either wrote, and both came to write.
    """

    both: bool
    runs: list[Run]
    before: Seen
    after: Seen
    again: Run
    last: Seen


def winner(race: Race, name: str) -> int:
    """Number of the one that changed the host."""
    (number,) = [n for n, run in enumerate(race.runs) if run.of(name).status == "ok" and run.result(name)["changed"]]
    return number


@dataclasses.dataclass(frozen=True)
class Story:
    apply: Race
    back: Race


@pytest.fixture(scope="module")
def story(target_of: TargetOf, tmp_path_factory: pytest.TempPathFactory) -> Story:
    lab, one, _engine = target_of("ex2013_ws2012r2")
    controllers = [one, Controller(tmp_path_factory.mktemp("two"), lab.inventory_path)]
    (controllers[1].folder / "site.yml").write_text(OTHERWISE, encoding="utf-8")
    witness = Together(lab, lab.host("ex1"))

    def race(*tasks: dict[str, t.Any]) -> Race:
        before = witness.look()
        witness.race()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            runs = list(pool.map(lambda each: each[0].play(each[1]), zip(controllers, tasks, strict=True)))
        both, after = witness.over(), witness.look()
        number = next(n for n, run in enumerate(runs) if run.of(tasks[n]["name"]).result.get("changed"))
        again = controllers[number].play({**tasks[number], "name": "again"})
        return Race(both, runs, before, after, again, witness.look())

    return Story(race(*APPLY), race(BACK, BACK))


def test_both_read_before_either_of_them_wrote(story: Story) -> None:
    assert story.apply.both
    assert story.back.both


def test_of_two_changes_one_is_written_whole_and_the_other_one_is_refused_in_one_sentence(story: Story) -> None:
    race = story.apply
    number = winner(race, "apply")
    sentence = race.runs[1 - number].sentence("apply")
    assert sentence.startswith("ex1")
    assert any(words in sentence for words in LOST), sentence
    (journal,) = race.after.journals
    result = race.runs[number].result("apply")
    assert (journal["id"], journal["state"]) == (result["change"], "closed")
    assert len(journal["operations"]) == len(result["operations"]) > 1
    # The value that the two want differently is the winner's.
    (crypto,) = {one["after"]["data"] for one in result["operations"] if is_contended(one)}
    assert crypto == (1, 0)[number]
    section = race.after.registry.partition("\\Microsoft\\.NETFramework\\v4.0.30319]")[2].partition("[HKEY")[0]
    assert f'"SchUseStrongCrypto"=dword:0000000{crypto}' in section


def is_contended(operation: dict[str, t.Any]) -> bool:
    path: str = operation["path"]
    return operation["name"] == "SchUseStrongCrypto" and path.endswith(r"SOFTWARE\Microsoft\.NETFramework\v4.0.30319")


def test_of_two_ways_back_one_is_taken_and_the_other_one_is_refused_or_finds_nothing_to_do(story: Story) -> None:
    race = story.back
    loser = race.runs[1 - winner(race, "back")]
    if loser.of("back").status == "ok":
        assert not loser.result("back")["changed"]
    else:
        sentence = loser.sentence("back")
        assert any(words in sentence for words in LOST), sentence
    assert race.after.registry == story.apply.before.registry != race.before.registry
    assert race.after.states == ["closed", "closed"]


@pytest.mark.parametrize("name", ["apply", "back"])
def test_the_winner_who_comes_again_changes_nothing(story: Story, name: str) -> None:
    race: Race = getattr(story, name)
    assert not race.again.result("again")["changed"]
    assert race.last == race.after
