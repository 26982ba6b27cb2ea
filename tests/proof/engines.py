# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make compare-engines`: random registry states and changes on the emulated engine and on the real scripts.

--states N    so many cases, beginning with number 0; a record is written when all answers are equal
--case N      only this one, to look at a difference
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import pathlib
import platform
import re
import shutil
import sys
import tempfile
import typing as t

from lab.engines import Comparison, Difference
from lab.tally import as_figures
from tools.host_stage import Driver
from tools.powershell import ROOT, NoEngineError, WineHost, find_engine

from proof.record import write_record

SHOWN = 20
_STEP = 250
#: Files are flushed after every write; the disk would be the slowest part.
_MEMORY = pathlib.Path("/dev/shm")


@contextlib.contextmanager
def host() -> t.Iterator[WineHost]:
    """A Windows host for as long as it is needed. Raises NoEngineError."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="msexchange_tls_", dir=_MEMORY if _MEMORY.is_dir() else None))
    windows = find_engine().new_host(folder / "host")
    try:
        yield windows
    finally:
        windows.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def driver(windows: WineHost) -> t.Iterator[Driver]:
    """The real scripts, loaded once."""
    running = Driver.start(windows, ROOT / "tests/unit/host_scripts/driver.ps1")
    try:
        yield running
    finally:
        running.stop()


def versions(windows: WineHost) -> dict[str, str]:
    """What the real side is made of."""
    said = windows.run(
        "powershell", "-NoProfile", "-NonInteractive", "-Command", "$PSVersionTable.PSVersion.ToString()"
    )
    wine = windows.run("cmd", "/c", "ver").stdout
    return {
        "PowerShell": said.stdout.strip(),
        "registry of Wine": _wine_version(windows),
        "Windows that Wine claims to be": re.sub(r"\s+", " ", wine).strip(),
        "Python": platform.python_version(),
    }


def _wine_version(windows: WineHost) -> str:
    text = (
        "$t = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly([Reflection.AssemblyName]::new('v'), 'Run')"
        ".DefineDynamicModule('v').DefineType('v', 'Public');"
        "$m = $t.DefinePInvokeMethod('wine_get_version', 'ntdll.dll', 'Public, Static, PinvokeImpl', 'Standard',"
        " [IntPtr], [type[]]@(), 'Cdecl', 'Ansi'); $m.SetImplementationFlags('PreserveSig');"
        "[Runtime.InteropServices.Marshal]::PtrToStringAnsi($t.CreateType()::wine_get_version())"
    )
    return windows.run("powershell", "-NoProfile", "-NonInteractive", "-Command", text).stdout.strip()


def compare(comparison: Comparison, numbers: t.Sequence[int]) -> list[Difference]:
    """All differences, the first ones shown at once."""
    found: list[Difference] = []
    for start in range(0, len(numbers), _STEP):
        for difference in comparison.run(numbers[start : start + _STEP]):
            if len(found) < SHOWN:
                print(difference, flush=True)
            found.append(difference)
        print(f"{comparison.tally['states']} states, {len(found)} differences", flush=True)
    return found


def main(words: t.Sequence[str]) -> int:
    """Exit code 0 if all answers are equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--states", type=int, default=10_000)
    chosen.add_argument("--case", type=int)
    args = parser.parse_args(words)
    numbers = list(range(args.states)) if args.case is None else [args.case]
    try:
        with host() as windows, driver(windows) as running:
            comparison = Comparison(running)
            differences = compare(comparison, numbers)
            on = versions(windows)
    except NoEngineError as error:
        print(f"compare-engines: {error}", file=sys.stderr)
        return 2
    if differences:
        cases = sorted({difference.case for difference in differences})
        first = ", ".join(str(case) for case in itertools.islice(cases, SHOWN))
        print(f"{len(cases)} cases differ: {first}. Look at one with make compare-engines CASE={cases[0]}")
        return 1
    if args.case is None:
        figures = {"differences": 0, **as_figures(comparison.tally)}
        path = write_record("engines", command=f"make compare-engines STATES={args.states}", on=on, figures=figures)
        print(f"All answers are equal; {path.relative_to(ROOT)} says of what.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
