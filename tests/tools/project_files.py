# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of the project without what the tool chain made, and a copy where Ansible wants a collection to lie.

Usage: ``python project_files.py TARGET`` replaces ``TARGET/ansible_collections/msexchange/tls`` by a copy.

ansible-test and ansible-lint insist on that path, follow no links and leave files behind; so they get a copy.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

#: Skipped where there is no git to ask, e.g. in an unpacked source archive.
MADE_BY_TOOLS = {
    ".git",
    ".cache",
    ".venv",
    ".ansible",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "__pycache__",
    "out",
}


def project_files(root: pathlib.Path = ROOT) -> list[pathlib.Path]:
    """Files that are in the repository or about to be, relative to ``root``, sorted."""
    # safe.directory: in a build container the checkout often belongs to somebody else.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
        names = {pathlib.Path(name) for name in listed.split("\0") if name}
    else:
        names = set()
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if name not in MADE_BY_TOOLS]
            names.update((pathlib.Path(folder) / name).relative_to(root) for name in files)
    return sorted(name for name in names if (root / name).is_file())


def copy_project(target: pathlib.Path, root: pathlib.Path = ROOT) -> pathlib.Path:
    """Copy the project below ``target`` and return the root of the copy."""
    copy = target / "ansible_collections" / "msexchange" / "tls"
    if copy.exists():
        shutil.rmtree(copy)
    for name in project_files(root):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, copy / name)
    return copy


if __name__ == "__main__":
    print(copy_project(pathlib.Path(sys.argv[1]).resolve()))
