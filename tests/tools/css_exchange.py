# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others recorded on Windows (test data of CSS-Exchange), as observations: ``../shared/data/css-exchange``.

The recordings hold what their tool asked for, so an observation of one has these values and nothing else: what was not
recorded is unread. Their source is S9 (microsoft/CSS-Exchange); the files are not part of this project.
"""

from __future__ import annotations

import pathlib
import typing as t

from tools.clixml import read_clixml
from tools.registry import exported, multi

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import State, read_state

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "css-exchange"
MISSING = f"the recordings of CSS-Exchange are not in {FOLDER.parent.parent.name}/data beside the checkout"

Json = dict[str, t.Any]
#: Member of a recorded .NET entry -> the member that names its key.
_DOTNET = {"": "MicrosoftRegistryLocation", "Wow": "WowRegistryLocation"}


def recording(name: str) -> list[t.Any]:
    """The objects of one recording."""
    return read_clixml((FOLDER / name).read_bytes())


def all_settings() -> Json:
    """An Exchange 2016 server as HealthChecker saw it: Registry (TLS, NET), SecurityProtocol, TlsCipherSuite."""
    (settings,) = recording("GetAllTlsSettings.xml")
    return t.cast(Json, settings)


def protocol_values(settings: Json) -> dict[tuple[str, str], dict[str, int | None]]:
    """(version, side) -> Enabled and DisabledByDefault as recorded, None = absent.

    By the names of the entries, not by their paths: that of TLS 1.0 names the key of TLS 1.2.
    """
    return {
        (version, side): {name: entry[f"{side}{name}Value"] for name in ("Enabled", "DisabledByDefault")}
        for version, entry in settings["Registry"]["TLS"].items()
        for side in ("Client", "Server")
    }


def registry_text(settings: Json) -> str:
    """The recorded values of protocols and .NET in the form of a ``.reg`` file."""
    keys: dict[str, dict[str, int | None]] = {
        rf"SCHANNEL\Protocols\TLS {version}\{side}": values
        for (version, side), values in protocol_values(settings).items()
    }
    for entry in settings["Registry"]["NET"].values():
        for view, place in _DOTNET.items():
            names = ("SystemDefaultTlsVersions", "SchUseStrongCrypto")
            keys[f"HKLM\\{entry[place]}"] = {name: entry[f"{view}{name}Value"] for name in names}
    return "".join(_key(path, values) for path, values in keys.items())


def _key(path: str, values: t.Mapping[str, int | None]) -> str:
    lines = [f'"{name}"=dword:{data:08x}' for name, data in values.items() if data is not None]
    return "\n".join([f"[{path}]", *lines, "", ""])


def local_list(names: t.Sequence[str]) -> str:
    """A local suite list, and no list of Group Policy."""
    return f'[LOCAL_SSL]\n"Functions"={multi(*names)}\n\n[POLICY_SSL]\n\n'


def policy_list(text: str) -> str:
    """A suite list of Group Policy."""
    return f'[POLICY_SSL]\n"Functions"="{text}"\n\n'


def state_of_recording(text: str, os: str, exchange: str) -> State:
    """What the core makes of it."""
    return read_state(exported(text, os, exchange), load())
