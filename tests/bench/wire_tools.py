# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prober and four scanners of other people: how each is started, and what it says it found.

A scanner that is not installed is left out. sslyze has an environment of its own and is named by a variable.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t
import xml.etree.ElementTree as ET  # what is read is the output of programs that this command started

from wire_servers.processes import program

from ansible_collections.msexchange.tls.plugins.module_utils._wire import suite_by_name

ROOT = pathlib.Path(__file__).parents[2]
SSLYZE = "MSEXCHANGE_TLS_SSLYZE"

#: Version id -> numbers of the suites, in the order in which the tool lists them; {} where it found nothing.
Seen = dict[str, list[int]]
#: Arguments for a port, or None where the tool cannot ask there.
Words = t.Callable[[int, str], "list[str] | None"]

_VERSION = {
    "SSLv3": "ssl_3_0",
    "TLSv1.0": "tls_1_0",
    "TLSv1.1": "tls_1_1",
    "TLSv1.2": "tls_1_2",
    "TLSv1.3": "tls_1_3",
}


@dataclasses.dataclass(frozen=True)
class Tool:
    """path: None where it is not here. read: its standard output -> what it found."""

    name: str
    path: str | None
    version: t.Callable[[str], str]
    words: Words
    read: t.Callable[[str], Seen]


_PROBE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import _wire
where = [_wire.Question(_wire.endpoint("127.0.0.1", int(sys.argv[2]), "x", sys.argv[3]))]
json.dump(_wire.probe_all(where, sys.argv[4], _wire.Limits(parallel=4, ehlo_name="probe.example")), sys.stdout)
"""


def _ours(port: int, transport: str) -> list[str]:
    return ["-I", "-c", _PROBE, str(ROOT / "plugins" / "module_utils"), str(port), transport, "inventory"]


def _read_ours(text: str) -> Seen:
    (observation,) = json.loads(text)
    rows = observation["versions"].items()
    return {name: [one["id"] for one in row["suites"]] for name, row in rows if row["suites"] and name != "ssl_2_0"}


def _sslscan(port: int, transport: str) -> list[str]:
    how = {"tls": [], "rdp": ["--rdp"]}.get(transport, [f"--starttls-{transport}"])
    only = ["--no-heartbleed", "--no-renegotiation", "--no-compression", "--no-fallback", "--no-groups"]
    return ["--xml=-", "--no-colour", *only, *how, f"127.0.0.1:{port}"]


def _read_sslscan(text: str) -> Seen:
    seen: Seen = {}
    for row in ET.fromstring(text[text.index("<?xml") :]).iter("cipher"):
        seen.setdefault(_VERSION.get(row.get("sslversion", ""), "?"), []).append(int(row.get("id", "0"), 16))
    return seen


def _nmap(port: int, transport: str) -> list[str]:
    # Without -sV its script knows STARTTLS on usual ports only, and ours are not.
    how = ["-sV"] if transport != "tls" else []
    return ["-Pn", "-n", "-p", str(port), *how, "--script", "+ssl-enum-ciphers", "-oX", "-", "127.0.0.1"]


def _read_nmap(text: str) -> Seen:
    seen: Seen = {}
    for version in ET.fromstring(text).iterfind(".//script[@id='ssl-enum-ciphers']/table"):
        names = [row.text or "" for row in version.iterfind("table[@key='ciphers']/table/elem[@key='name']")]
        suites = [suite_by_name(name.replace("_AKE_WITH_", "_")) for name in names]
        seen[_VERSION.get(version.get("key", ""), "?")] = [suite.number for suite in suites if suite is not None]
    return seen


def _testssl(port: int, transport: str) -> list[str] | None:
    if transport == "rdp":
        return None
    how = [] if transport == "tls" else ["--starttls", transport]
    return ["--quiet", "--color", "0", "--warnings", "off", "-n", "none", *how, "-E", f"127.0.0.1:{port}"]


def _read_testssl(text: str) -> Seen:
    """Lines like `` xc030   ECDHE-RSA-AES256-GCM-SHA384   ECDH 253 ...`` below ``TLS 1.2``; sorted by strength."""
    seen: Seen = {}
    version = "?"
    for line in text.splitlines():
        heading = re.match(r"(SSLv3|TLS 1(?:\.[123])?)\b", line)
        if heading:
            name = heading.group(1).replace("TLS ", "TLSv")
            version = _VERSION["TLSv1.0" if name == "TLSv1" else name]
        row = re.match(r"\s*x([0-9a-f]{2,4})\s+\S", line)
        if row:
            seen.setdefault(version, []).append(int(row.group(1), 16))
    return seen


def _sslyze(port: int, transport: str) -> list[str]:
    how = [] if transport == "tls" else ["--starttls", transport]
    only = ["--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3"]
    return ["--json_out=-", *only, *how, f"127.0.0.1:{port}"]


def _read_sslyze(text: str) -> Seen:
    seen: Seen = {}
    (server,) = json.loads(text[text.index("{") :])["server_scan_results"]
    for name, attempt in (server["scan_result"] or {}).items():
        if not name.endswith("_cipher_suites") or name.startswith("ssl_2") or not attempt["result"]:
            continue
        names = [row["cipher_suite"]["name"] for row in attempt["result"]["accepted_cipher_suites"]]
        suites = [suite_by_name(one) for one in names]
        if suites:
            seen[name.removesuffix("_cipher_suites")] = [suite.number for suite in suites if suite is not None]
    return seen


def _said(*words: str) -> t.Callable[[str], str]:
    def version(path: str) -> str:
        done = subprocess.run([path, *words], capture_output=True, text=True, timeout=120, check=False)
        found = re.search(r"\b\d+\.\d+(?:\.\d+)?\b", re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr))
        return found.group(0) if found else "of unknown version"

    return version


def _sslyze_path() -> str | None:
    beside = pathlib.Path(sys.executable).with_name("sslyze")
    return os.environ.get(SSLYZE) or (str(beside) if beside.exists() else program("sslyze"))


def _sslyze_version(path: str) -> str:
    python = pathlib.Path(path).with_name("python")
    return _said("-c", "import importlib.metadata as m; print(m.version('sslyze'))")(str(python))


def tools() -> tuple[Tool, ...]:
    """All that are known, ours first."""
    return (
        Tool("this prober", sys.executable, lambda dummy: "", _ours, _read_ours),
        Tool("sslscan", program("sslscan"), _said("--version"), _sslscan, _read_sslscan),
        Tool("nmap", program("nmap"), _said("--version"), _nmap, _read_nmap),
        Tool("sslyze", _sslyze_path(), _sslyze_version, _sslyze, _read_sslyze),
        Tool("testssl.sh", program("testssl"), _said("--version"), _testssl, _read_testssl),
    )
