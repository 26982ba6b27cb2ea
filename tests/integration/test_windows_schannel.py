# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prober and the state against Schannel itself, on a Windows that may be changed: settings, then a server.

Not run yet. ``MSEXCHANGE_TLS_SCHANNEL_SERVER``: path of .github/windows/schannel_server.ps1 on the host, which must
share its loopback address with this machine (WSL 1).
"""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest
from integration.controller import Controller, Result
from proof.windows_run import WINDOWS
from wire_servers.brute import accepted

pytestmark = [pytest.mark.proves("wire_schannel"), pytest.mark.needs_windows]

PORT = 8443
#: What the server side of each version shall be; the rest is left to Windows.
SETTINGS: dict[str, dict[str, str]] = {
    "as delivered": {},
    "TLS 1.2 alone": {"tls_1_0": "disabled", "tls_1_1": "disabled", "tls_1_2": "enabled", "tls_1_3": "disabled"},
    "everything from TLS 1.0": {"tls_1_0": "enabled", "tls_1_1": "enabled", "tls_1_2": "enabled", "tls_1_3": "enabled"},
    "TLS 1.0 without TLS 1.1": {"tls_1_0": "enabled", "tls_1_1": "disabled", "tls_1_2": "enabled"},
}
VERSIONS = ("tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")
STOP = (
    "Get-CimInstance Win32_Process | Where-Object { $_.CommandLine -like '*schannel_server.ps1*' }"
    " | ForEach-Object { Stop-Process -Id $_.ProcessId -Force }"
)


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Controller:
    needed = ("MSEXCHANGE_TLS_HOST", "MSEXCHANGE_TLS_INVENTORY", "MSEXCHANGE_TLS_SCHANNEL_SERVER")
    if not all(os.environ.get(name) for name in needed) or os.environ.get("MSEXCHANGE_TLS_EXPENDABLE") != "1":
        pytest.skip(f"no Windows that may be changed: {', '.join(needed)} and MSEXCHANGE_TLS_EXPENDABLE=1 name one")
    return Controller(tmp_path_factory.mktemp("controller"), pathlib.Path(os.environ[needed[1]]).resolve())


def serve_and_probe(controller: Controller, wanted: t.Mapping[str, str]) -> tuple[Result, Result]:
    """The state after the settings were written, and what the prober sees of a server that was started then."""
    name = os.environ["MSEXCHANGE_TLS_HOST"]
    settings = {f"protocols.{version}.server": wanted.get(version, "absent") for version in VERSIONS}
    script = os.environ["MSEXCHANGE_TLS_SCHANNEL_SERVER"]
    start = f"powershell.exe -NoProfile -ExecutionPolicy Bypass -File {script} -Port {PORT}"
    # A child of the service of WMI outlives the connection; one of ours would end with it.
    create = f"Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{{CommandLine='{start}'}}"
    tasks = [
        {"name": "stop", "ansible.builtin.raw": STOP},
        {"name": "set", "msexchange.tls.schannel": {"settings": settings}},
        {"name": "state", "msexchange.tls.state_info": {}},
        {"name": "start", "ansible.builtin.raw": create},
        {"name": "wait", "ansible.builtin.wait_for": {"host": "127.0.0.1", "port": PORT}, "delegate_to": "localhost"},
        {
            "name": "probe",
            "msexchange.tls.endpoint_info": {"endpoints": [{"host": "127.0.0.1", "port": PORT, "service": "schannel"}]},
            "delegate_to": "localhost",
        },
    ]
    run = controller.play(*tasks, hosts=name)
    return run.result("state", name), run.result("probe", name)["endpoints"][0]


@pytest.mark.parametrize("case", SETTINGS)
def test_the_prober_sees_what_brute_force_sees_and_the_state_says(
    controller: Controller, case: str, record_property: t.Callable[[str, object], None]
) -> None:
    state, seen = serve_and_probe(controller, SETTINGS[case])
    truth = accepted(PORT, "tls")
    found = {version: entry["suites"] for version, entry in seen["versions"].items() if entry["state"] == "accepted"}
    assert {version: {suite["id"] for suite in suites} for version, suites in found.items()} == {
        version: suites for version, suites in truth.items() if suites
    }
    # A new process obeys the registry at once: what it accepts is what will count everywhere after the next boot.
    will_be = {version: state["settings"][f"protocols.{version}.server"]["future"] for version in VERSIONS}
    assert {version for version, word in will_be.items() if word == "enabled"} == set(found), json.dumps(will_be)
    system = state["host"]["os"]
    record_property(WINDOWS, f"{system['name']} {system['build']}.{system['ubr']}")
