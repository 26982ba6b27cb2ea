# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible sent: the payloads of ansible-core 2.16 to 2.22 taken apart, one decoder per generation.

Facts: the command line carries only a bootstrap; module, arguments and helpers come on stdin. 2.16 to 2.18 send the
wrapper's text, four NUL bytes
and one JSON object; 2.19 to 2.21 two JSON lines with a line of four NUL characters between; 2.22 the second one as
base64 of gzip.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import gzip
import json
import re
import typing as t

_ENCODED = re.compile(
    r"^\s*(?:[\w:.\\/-]*\\)?(?:powershell|pwsh)(?:\.exe)?\s.*-EncodedCommand\s+([A-Za-z0-9+/=]+)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPT = re.compile(r"^ansible_collections\.([\w.]+)\.plugins\.modules\.([\w.]+)\.ps1$")
_DELIMITER = b"\0\0\0\0"


class PayloadError(Exception):
    """Input that no known ansible-core sends; the text says what is odd about it."""


@dataclasses.dataclass(frozen=True)
class Job:
    """One thing that a host is asked to run.

    ``module``: dotted name as ansible knows it, "" for a raw command. ``script``: text of a raw command, or the
    module's own source.
    ``generation``: "2.16", "2.19" or "2.22" for modules, "raw" otherwise. ``become``: whether another account was
    asked for.
    """

    generation: str
    script: str
    module: str = ""
    args: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    become: bool = False
    line: str = ""  #: the command line as it came
    stdin: bytes = b""  #: the input as it came

    @property
    def name(self) -> str:
        """What the counters call it."""
        return self.module or "raw"


def decode(command_line: str, stdin: bytes) -> Job:
    """The job in a command line and its input. Raises PayloadError."""
    script = unwrap(command_line)
    if not stdin:
        return Job("raw", script)
    head, found, rest = stdin.partition(_DELIMITER)
    if not found:
        raise PayloadError("input without the delimiter of four NUL characters")
    for decoder in (_bootstrap_lines, _exec_wrapper):
        job = decoder(head, rest)
        if job is not None:
            return job
    raise PayloadError("input is neither the form of ansible-core 2.16 to 2.18 nor that of 2.19 and later")


def unwrap(command_line: str) -> str:
    """The script inside however many ``powershell -EncodedCommand`` a command line consists of."""
    script = command_line
    for _level in range(4):
        match = _ENCODED.match(script)
        if not match:
            break
        try:
            script = base64.b64decode(match.group(1), validate=True).decode("utf-16-le")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise PayloadError("-EncodedCommand is not base64 of UTF-16") from error
    return script


def _object(text: bytes | str, what: str) -> dict[str, t.Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise PayloadError(f"{what} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise PayloadError(f"{what} is not a JSON object")
    return found


# -- 2.19 and later
# --------------------------------------------------------------------------------------------------------


def _bootstrap_lines(head: bytes, rest: bytes) -> Job | None:
    if not head.lstrip().startswith(b"{"):
        return None
    bootstrap = _object(head, "the bootstrap line")
    lines = rest.strip().split(b"\n" + _DELIMITER)
    if (bootstrap.get("params") or {}).get("DecompressInput"):
        try:
            manifest = _object(gzip.decompress(base64.b64decode(lines[0].strip())), "the manifest")
        except (binascii.Error, OSError, EOFError) as error:
            raise PayloadError("the compressed manifest cannot be unpacked") from error
    else:
        manifest = _object(lines[0], "the manifest")
    actions = manifest.get("actions") or []
    if not actions:
        raise PayloadError("the manifest has no actions")
    last = actions[-1]
    params = {**(last.get("params") or {}), **(last.get("secure_params") or {})}
    become = any(action.get("name") == "become_wrapper.ps1" for action in actions)
    if last.get("name") != "module_wrapper.ps1":
        return Job("2.19", "", module=f"helper.{last.get('name')}", args=params, become=become)
    script = str(params.get("Script"))
    source = (manifest.get("scripts") or {}).get(script, {}).get("script", "")
    compressed = "ArgumentJSON" in params
    args = _object(params["ArgumentJSON"], "ArgumentJSON") if compressed else _variable(params)
    return Job("2.22" if compressed else "2.19", _text(source), _module_name(script), args, become)


def _variable(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    for variable in params.get("Variables") or []:
        if variable.get("Name") == "complex_args":
            return dict(variable["Value"])
    raise PayloadError("module_wrapper.ps1 was given no complex_args")


def _module_name(script: str) -> str:
    match = _SCRIPT.match(script)
    return f"{match.group(1)}.{match.group(2)}" if match else script.removesuffix(".ps1")


def _text(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode("utf-8-sig", "replace")
    except binascii.Error as error:
        raise PayloadError("a script of the manifest is not base64") from error


# -- 2.16 to 2.18
# ----------------------------------------------------------------------------------------------------------


def _exec_wrapper(head: bytes, rest: bytes) -> Job | None:
    if b"exec_wrapper" not in head and b"$payload" not in head:
        return None
    payload = _object(rest, "the payload")
    args = payload.get("module_args")
    if not isinstance(args, dict):
        raise PayloadError("the payload has no module_args")
    actions = payload.get("actions") or []
    if "async_wrapper" in actions:
        return Job("2.16", "", module="helper.async_wrapper", args=args)
    name = str(args.get("_ansible_module_name", ""))
    return Job("2.16", _text(payload.get("module_entry", "")), name, args, "become_wrapper" in actions)
