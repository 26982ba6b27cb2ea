# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a home folder in which ``ansible-test`` can make its virtual environments from the package index alone.

Usage: ``python seed_ansible_test.py HOME``, with the Python that has ansible-core.

Two things stand in its way. It fetches the bootstrap of pip from a server of its own; a file in its cache spares that,
and ours runs the pip of the same version from its wheel. And it starts pip with a bare environment, in which settings
made by environment variable (index, proxy, certificates) are lost; they go to a configuration file in that home.
"""

from __future__ import annotations

import configparser
import io
import os
import pathlib
import subprocess
import sys

from ansible.release import __version__ as core_version

#: ansible-core -> the pip that its ansible-test starts with; source: ``get_venv_packages`` in ansible_test/_internal
PIP_VERSIONS = {
    "2.16": "23.1.2",
    "2.17": "24.0",
    "2.18": "24.2",
    "2.19": "24.2",
    "2.20": "25.2",
    "2.21": "25.2",
    "2.22": "25.2",
}

BOOTSTRAP = '''\
"""Install packages with the pip of a wheel; called like get-pip.py."""
import sys

sys.path.insert(0, {wheel!r})
from pip._internal.cli.main import main

sys.exit(main(["install"] + [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]))
'''


def pip(*words: str) -> str:
    """Run the pip of this Python and return what it printed."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def seed_bootstrap(home: pathlib.Path, version: str) -> None:
    """Place the stand-in for get-pip.py in the cache of ansible-test, with the wheel that it runs."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    wheel = cache / f"pip-{version}-py3-none-any.whl"
    if not wheel.exists():
        pip("download", "-qq", "--no-deps", "--only-binary", ":all:", "--dest", str(cache), f"pip=={version}")
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    script.write_text(BOOTSTRAP.format(wheel=str(wheel)), encoding="utf-8")


def effective_settings() -> dict[str, str]:
    """What pip is configured to do here, from all sources: pip lists them in the order in which they override."""
    settings: dict[str, str] = {}
    for line in pip("config", "list").splitlines():
        name, value = line.split("=", 1)
        source, option = name.rsplit(".", 1)
        if source in ("global", "install", "user", "site", ":env:") and option not in ("require-virtualenv", "user"):
            settings[option] = value.strip("'")
    # One proxy variable is enough for pip; only the index is spoken to.
    for variable in ("https_proxy", "HTTPS_PROXY"):
        if os.environ.get(variable):
            settings.setdefault("proxy", os.environ[variable])
    settings["cache-dir"] = pip("cache", "dir").strip()
    # Warnings of an index that lacks a package would drown what the tests say.
    settings["quiet"] = "2"
    return settings


def write_settings(home: pathlib.Path, settings: dict[str, str]) -> None:
    """Write pip's configuration; only the owner may read it, an index address can hold a password."""
    parser = configparser.RawConfigParser()
    # Several addresses in one option are separated by line feeds, which `pip config list` shows escaped.
    parser["global"] = {option: value.replace("\\n", "\n") for option, value in settings.items()}
    text = io.StringIO()
    parser.write(text)
    target = home / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.write_text(text.getvalue(), encoding="utf-8")


def main(home: pathlib.Path) -> None:
    """Seed one home folder; running it again changes nothing."""
    series = ".".join(core_version.split(".")[:2])
    if series not in PIP_VERSIONS:
        raise SystemExit(
            f"ansible-core {core_version} is new to seed_ansible_test.py; add the pip it starts with to PIP_VERSIONS."
        )
    seed_bootstrap(home, PIP_VERSIONS[series])
    write_settings(home, effective_settings())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
