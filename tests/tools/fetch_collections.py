# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put ansible.windows beside this collection, taken from the ``ansible`` package of the package index.

Usage: ``python fetch_collections.py REQUIREMENTS TARGET``; TARGET is the folder that holds ``ansible_collections``.

Galaxy would be the usual place, but it is a second service that closed networks rarely mirror. The wheel has some
250 MB unpacked; only the one collection is taken out of it.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

WANTED = "ansible_collections/ansible/windows/"


def download(requirements: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Let pip choose and fetch the wheel, with whatever index, proxy and certificates it is configured for."""
    command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--only-binary", ":all:", "--dest", folder, "--requirement", requirements], check=True)
    (wheel,) = folder.glob("ansible-*.whl")
    return wheel


def unpack(wheel: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Extract the wanted collection below ``folder`` and return its path there."""
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.startswith(WANTED)]
        if not members:
            raise SystemExit(
                f"{wheel.name} holds no {WANTED}; choose another version in tests/requirements/collections.txt."
            )
        archive.extractall(folder, members)
    return folder / WANTED


def main(requirements: pathlib.Path, target: pathlib.Path) -> None:
    """Download beside the target and move at the end, so that an interrupted run leaves nothing half-made."""
    destination = target / WANTED
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target) as name:
        folder = pathlib.Path(name)
        fresh = unpack(download(requirements, folder), folder)
        if destination.exists():
            shutil.rmtree(destination)
        fresh.rename(destination)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
