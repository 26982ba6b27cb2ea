# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the integration tests on every ansible-core that is promised, each in an environment of its own.

Usage: ``python matrix.py [--jobs N] [CORE ...] [-- WORDS FOR PYTEST]``; CORE is the beginning of a version, e.g. 2.16.

What is run on what is data: ``tests/requirements/matrix.yml``. The environments lie in ``.cache/matrix``. The exit code
is 1 if a test failed or none ran, 0 otherwise; a core whose Python is not on this machine is named, not failed. A run
of everything leaves a record for ``docs/proof.md``: on every core, or in its place in the record that is there.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t
import xml.etree.ElementTree as ET

import yaml
from packaging.specifiers import SpecifierSet
from proof.record import read_records, write_record

ROOT = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "tests" / "requirements"
#: Later files say the same as earlier ones or are silent.
PINNED = ("constraints.txt", "runtime.txt", "test.txt")
ENVIRONMENTS = ROOT / ".cache" / "matrix"
WINDOWS = ROOT / ".cache" / "collections" / "ansible_collections" / "ansible" / "windows"

Words = t.Sequence[str]


class CannotRunError(Exception):
    """Why nothing ran on a core, in one sentence. ``result``: what the table calls it."""

    result = "failed"


class NoPythonError(CannotRunError):
    """This machine has no Python for the core, which is no defect of the project."""

    result = "not run"


@dataclasses.dataclass(frozen=True)
class Core:
    """One ansible-core. ``pythons``: versions, best first. ``pins``: package to version, beside the core itself."""

    core: str
    pythons: tuple[str, ...]
    pins: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Suite:
    """One run. ``words``: for pytest. ``settings``: of Ansible, by environment variable. ``cores``: empty = all."""

    name: str
    words: tuple[str, ...]
    settings: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    cores: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Row:
    """What became of one run. ``said``: why it was left out, what it skipped; "" if there is nothing to say."""

    core: str
    python: str
    run: str
    result: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: int = 0
    said: str = ""


def constraints(core: Core, files: t.Iterable[pathlib.Path]) -> str:
    """The pins of the project for pip, with those of the core in place of the project's own."""
    own = {"ansible-core": core.core, **core.pins}
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    names = [(re.match(r"[\w.-]+(?===)", line), line) for line in lines]
    kept = {line for name, line in names if name and name.group().lower().replace("_", "-") not in own}
    return "".join(f"{line}\n" for line in sorted(kept | {f"{name}=={version}" for name, version in own.items()}))


def find_python(core: Core, path: str) -> tuple[str, pathlib.Path]:
    """Version and place of the Python for a core: on the search path, else among those of pyenv.

    Every candidate is started: the shims of pyenv stand on the path for versions that are not selected. Raises
    NoPythonError.
    """
    folders = [pathlib.Path(folder) for folder in path.split(os.pathsep) if folder]
    pyenv = shutil.which("pyenv", path=path)
    if pyenv:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip()
        folders += sorted(pathlib.Path(root, "versions").glob("*/bin"), reverse=True)
    for version in core.pythons:
        for candidate in (folder / f"python{version}" for folder in folders):
            if candidate.is_file() and _makes_environments(candidate, version):
                return version, candidate
    raise NoPythonError(f"no Python {' or '.join(core.pythons)} that runs and has venv was found on PATH or in pyenv")


def _makes_environments(candidate: pathlib.Path, version: str) -> bool:
    script = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([candidate, "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def environment_of(core: Core, python: pathlib.Path, packages: Words) -> pathlib.Path:
    """The Python of the core's environment, made anew when anything about it has changed. Raises CannotRunError."""
    folder = ENVIRONMENTS / core.core
    ready, pins, made = folder / "ready", folder / "constraints.txt", folder / "bin" / "python"
    wanted = f"{python}\n{' '.join(packages)}\n{constraints(core, (REQUIREMENTS / name for name in PINNED))}"
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return made
    print(f"Setting up {folder.relative_to(ROOT)} with {python}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", folder], check=True)
    pins.write_text(constraints(core, (REQUIREMENTS / name for name in PINNED)), encoding="utf-8")
    command = [str(made), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--constraint", str(pins)]
    done = subprocess.run([*command, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or "pip said nothing").splitlines()[-1]
        raise CannotRunError(f"pip could not install it: {last[:200]}")
    ready.write_text(wanted, encoding="utf-8")
    return made


def misfit(core: str, collection: pathlib.Path = WINDOWS) -> str:
    """Why ansible.windows, which the plays need, does not suit a core; "" if it does."""
    try:
        runtime = yaml.safe_load((collection / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    except OSError:
        return "ansible.windows is not there; run make setup"
    wanted = str(runtime["requires_ansible"])
    return "" if SpecifierSet(wanted).contains(core, prereleases=True) else f"ansible.windows asks for a core {wanted}"


def run(core: str, python: str, suite: Suite, more: Words, made: pathlib.Path) -> Row:
    """Run pytest in the environment of a core and count."""
    print(f"\n--- ansible-core {core}, Python {python}, {suite.name}", flush=True)
    folder = ENVIRONMENTS / core
    report = folder / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    own = ["--junitxml", str(report), "-o", f"cache_dir={folder / 'pytest'}"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON"))}
    environment["PATH"] = f"{made.parent}{os.pathsep}{environment['PATH']}"
    environment["MSEXCHANGE_TLS_TEST_SETTINGS"] = json.dumps(suite.settings)
    command = [str(made), "-m", "pytest", "-q", *own, *suite.words, *more]
    code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    return counted(Row(core, python, suite.name, "failed"), report, code)


def counted(row: Row, report: pathlib.Path, code: int) -> Row:
    """The row with the counts of a JUnit report; ``code`` is what pytest ended with."""
    if not report.is_file():
        return dataclasses.replace(row, said=f"pytest ended with {code} and without a report")
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    tests, failures, errors, skipped = (_sum(suites, name) for name in ("tests", "failures", "errors", "skipped"))
    failed = failures + errors
    reasons = sorted({str(one.get("message")) for suite in suites for one in suite.iter("skipped")})
    return dataclasses.replace(
        row,
        result="failed" if code or not tests else "passed" if tests > skipped else "not run",
        passed=tests - failed - skipped,
        failed=failed,
        skipped=skipped,
        seconds=_sum(suites, "time"),
        said="; ".join(reasons) if tests else "there was no test to run",
    )


def _sum(suites: t.Iterable[ET.Element], name: str) -> int:
    return round(sum(float(suite.get(name, 0)) for suite in suites))


def table(rows: t.Sequence[Row]) -> str:
    """All rows as Markdown, and below what there is to say about them."""
    names = [field.name for field in dataclasses.fields(Row) if field.name != "said"]
    cells = [names, *([str(getattr(row, name)) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    said: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        said.setdefault((row.run, row.said), []).append(row.core)
    return "\n".join([*lines, *(f"{run} on {', '.join(on)}: {why}." for (run, why), on in said.items() if why)])


def figures(rows: t.Iterable[Row]) -> dict[str, dict[str, t.Any]]:
    """Per core what the record keeps: Python, counts over all runs, and each run that did not pass with its reason."""
    found: dict[str, dict[str, t.Any]] = {}
    for row in rows:
        core = found.setdefault(
            f"ansible-core {row.core}", {"python": row.python, "passed": 0, "skipped": 0, "failed": 0}
        )
        for name in ("passed", "skipped", "failed"):
            core[name] += getattr(row, name)
        if row.result != "passed":
            core[f"run {row.run}"] = f"{row.result}: {row.said}" if row.said else row.result
    return found


def together(found: t.Mapping[str, t.Any], record: t.Mapping[str, t.Any], cores: t.Iterable[str]) -> dict[str, t.Any]:
    """Figures of cores that ran now, and of the others as an earlier record has them, with its date."""
    known = {f"ansible-core {core}" for core in cores}
    earlier = {
        name: {**one, "date": one.get("date", record["date"])}
        for name, one in record.get("figures", {}).items()
        if name in known
    }
    return dict(sorted({**earlier, **found}.items()))


def surroundings() -> dict[str, str]:
    """Versions that are the same on every core: the collection and the libraries behind the connections."""
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", "".join(_requirements()), re.MULTILINE))
    manifest = json.loads((WINDOWS / "MANIFEST.json").read_text(encoding="utf-8"))
    version = str(manifest["collection_info"]["version"])
    return {"ansible.windows": version, **{name: pins[name] for name in ("pywinrm", "pypsrp", "psrpcore")}}


def _requirements() -> t.Iterator[str]:
    return ((REQUIREMENTS / name).read_text(encoding="utf-8") for name in PINNED)


def rows_of(core: Core, packages: Words, suites: t.Iterable[Suite], more: Words) -> t.Iterator[Row]:
    """All runs on one core, one after the other."""
    suites = [suite for suite in suites if core.core in (suite.cores or (core.core,))]
    try:
        python, place = find_python(core, os.environ["PATH"])
        made = environment_of(core, place, packages)
    except CannotRunError as error:
        for suite in suites:
            yield Row(core.core, "-", suite.name, error.result, said=str(error))
        return
    unfit = misfit(core.core)
    if unfit:
        print(f"Warning: {unfit}, not {core.core}; what fails below may be due to that.", file=sys.stderr, flush=True)
    for suite in suites:
        yield run(core.core, python, suite, more, made)


def load(file: pathlib.Path) -> tuple[list[str], list[Core], list[Suite]]:
    """Packages, cores and runs of the file."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    cores = [Core(one["core"], tuple(one["pythons"]), one.get("pins", {})) for one in data["cores"]]
    suites = [
        Suite(name, tuple(one["words"]), one.get("settings", {}), tuple(one.get("cores", ())))
        for name, one in data["runs"].items()
    ]
    return data["packages"], cores, suites


def main(words: Words) -> int:
    """Run what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description="The integration tests on several ansible-cores.")
    parser.add_argument("--jobs", default="2", help="tests at a time")
    parser.add_argument("--run", action="append", help="only this run; may be given more than once")
    parser.add_argument("cores", nargs="*", help="only these, e.g. 2.16 2.21")
    own, more = (words, []) if "--" not in words else (words[: words.index("--")], words[words.index("--") + 1 :])
    asked = parser.parse_args(own)
    packages, cores, suites = load(REQUIREMENTS / "matrix.yml")
    promised = [one.core for one in cores]
    if asked.cores:
        cores = [one for one in cores if f"{one.core}.".startswith(tuple(f"{name}." for name in asked.cores))]
    suites = [suite for suite in suites if suite.name in (asked.run or (suite.name,))]
    if not cores or not suites:
        parser.error("tests/requirements/matrix.yml has none of these")
    whole = not (asked.run or more)
    more = ["-n", asked.jobs, "--dist", "loadfile", *more]
    rows = [row for core in cores for row in rows_of(core, packages, suites, more)]
    print(f"\n{table(rows)}")
    if whole:
        earlier = read_records().get("matrix", {}) if asked.cores else {}
        found = together(figures(rows), earlier, promised)
        record = write_record("matrix", command="make matrix", on=surroundings(), figures=found)
        print(f"written: {record.relative_to(ROOT)}")
    results = {row.result for row in rows}
    return int("failed" in results or "passed" not in results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
