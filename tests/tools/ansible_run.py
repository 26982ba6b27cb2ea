# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts a tool of Ansible as a user would, without the settings of the machine."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

Answer = subprocess.CompletedProcess[str]


def ansible(tool: str, *words: str | pathlib.Path, cwd: pathlib.Path, collections: pathlib.Path) -> Answer:
    """Run ``tool``, which stands beside this Python, in ``cwd`` with the collections of one folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPATH"))}
    environment |= {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_NOCOLOR": "1"}
    # A file that is not there: neither the settings of the user nor those of the machine are looked for.
    environment |= {"ANSIBLE_HOME": str(cwd / "home"), "ANSIBLE_CONFIG": str(cwd / "none.cfg")}
    command = [str(pathlib.Path(sys.executable).parent / tool), *map(str, words)]
    nothing = subprocess.DEVNULL
    return subprocess.run(command, cwd=cwd, env=environment, stdin=nothing, capture_output=True, text=True, check=False)
