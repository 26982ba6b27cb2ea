# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artefact that users install, built from the working tree."""

from __future__ import annotations

import pathlib

from tools.ansible_run import ansible
from tools.project_files import copy_project


def build(folder: pathlib.Path) -> pathlib.Path:
    """Build it below ``folder`` from a copy of the project; the path of the archive."""
    words = ("collection", "build", "--output-path", folder, copy_project(folder))
    built = ansible("ansible-galaxy", *words, cwd=folder, collections=folder)
    assert built.returncode == 0, built.stderr
    (archive,) = folder.glob("msexchange-tls-*.tar.gz")
    return archive
