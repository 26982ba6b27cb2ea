# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every server that is here, asked by the prober and by brute force: ``make wire-matrix`` writes the record."""

from __future__ import annotations

import argparse
import pathlib
import re
import subprocess
import tempfile
import typing as t

from proof.record import write_record
from wire_servers.compare import Compared, compare, floor, let_others_in
from wire_servers.keys import ecdsa, rsa
from wire_servers.processes import program
from wire_servers.programs import RECIPES
from wire_servers.recipe import Recipe

#: How a program tells its version.
_VERSIONS: t.Mapping[str, tuple[str, ...]] = {
    "openssl": ("version",),
    "gnutls-serv": ("--version",),
    "nginx": ("-v",),
    "dovecot": ("--version",),
    "slapd": ("-VV",),
    "xrdp": ("--version",),
    "postconf": ("-d", "mail_version"),
    "exim4": ("-bV",),
    "java": ("-version",),
    "node-0.10.42": ("--version",),
    "node-0.12.9": ("--version",),
}


def versions() -> dict[str, str]:
    """What is installed, and in which version."""
    known = {}
    for name, words in _VERSIONS.items():
        path = program(name)
        if path is not None:
            done = subprocess.run([path, *words], capture_output=True, text=True, timeout=60, check=False)
            number = re.search(r"\d+\.\d+[\w.]*", done.stdout + done.stderr)
            known[name.partition("-0.")[0]] = number.group(0) if number else "of unknown version"
    return known


def sentence(one: Compared) -> str:
    """The result for one server."""
    own = floor(one.observation)
    accepted = [name for name, suites in one.truth.items() if suites]
    suites = sum(len(one.truth[name]) for name in accepted)
    ssl2 = len(one.observation["versions"]["ssl_2_0"]["suites"])
    more = f" and {ssl2} of SSL 2.0" if ssl2 else ""
    equal = "equal" if one.equal else "DIFFERENT"
    return f"{equal}: {suites} suites in {len(accepted)} versions{more}, {one.connections} connections (floor {own})"


def run(recipes: t.Iterable[Recipe]) -> dict[str, str]:
    """Recipe -> what came out, or why it was left out."""
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        let_others_in(folder)
        identities = rsa(folder), ecdsa(folder)
        for recipe in recipes:
            own = folder / recipe.name
            own.mkdir()
            results[recipe.name] = recipe.missing() or sentence(compare(recipe, own, *identities))
            print(f"{recipe.name}: {results[recipe.name]}", flush=True)
    return results


def main() -> None:
    """Compare and record; some recipes only, and nothing is recorded."""
    parser = argparse.ArgumentParser(prog="make wire-matrix", description=__doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", choices=[[], *(one.name for one in RECIPES)])
    names = parser.parse_args().recipes
    results = run(recipe for recipe in RECIPES if not names or recipe.name in names)
    asked = [result for result in results.values() if not result.startswith("not installed")]
    equal = sum(result.startswith("equal") for result in asked)
    print(f"{equal} of {len(asked)} servers are seen as brute force sees them")
    if not names:
        figures = {"servers seen as brute force sees them": f"{equal} of {len(asked)}", **results}
        write_record("wire_matrix", command="make wire-matrix", on=versions(), figures=figures)
    raise SystemExit(equal != len(asked))


if __name__ == "__main__":
    main()
