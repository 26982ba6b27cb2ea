# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WS-Management, the part that remote shells need ([MS-WSMV]): sans-IO, bytes in, question out; the answers are in
:mod:`.wsman_answers`. Two kinds of shell: the command shell of winrs and the runspace pool of PowerShell ([MS-PSRP]).
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import typing as t
import xml.etree.ElementTree as ET

_NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "ps": "http://schemas.microsoft.com/powershell",
}
SHELL_URI = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER_URI = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
CMD_SHELL = f"{SHELL_URI}/cmd"
#: The session configuration that every Windows has.
POWERSHELL = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
_RESOURCES = (CMD_SHELL, POWERSHELL)

OPERATION_TIMEOUT = 2150858793  #: WSManFault code of a Receive that saw no output in time; clients ask again
SHELL_NOT_FOUND = 2150858843  #: the selectors name a shell that is not there (gone with a reboot)
BUSY = 170


class Operation(str, enum.Enum):
    """The actions of a remote shell."""

    CREATE = "Create"
    COMMAND = "Command"
    SEND = "Send"
    RECEIVE = "Receive"
    SIGNAL = "Signal"
    DELETE = "Delete"


_ACTIONS = {
    f"{TRANSFER_URI}/Create": Operation.CREATE,
    f"{SHELL_URI}/Command": Operation.COMMAND,
    f"{SHELL_URI}/Send": Operation.SEND,
    f"{SHELL_URI}/Receive": Operation.RECEIVE,
    f"{SHELL_URI}/Signal": Operation.SIGNAL,
    f"{TRANSFER_URI}/Delete": Operation.DELETE,
}


class WsmanError(Exception):
    """A message that cannot be answered; the text says why."""


@dataclasses.dataclass(frozen=True)
class Question:
    """One request of a client.

    ``data``: messages of [MS-PSRP] in a Create or Command of a runspace pool. ``max_envelope``: bytes that the client
    takes in one answer.
    """

    operation: Operation
    message_id: str
    resource: str = CMD_SHELL
    shell_id: str = ""
    command_id: str = ""
    command_line: str = ""
    expects_stdin: bool = False
    stdin: bytes = b""
    stdin_ends: bool = False
    timeout: float = 20.0
    data: bytes = b""
    max_envelope: int = 153600


def parse(body: bytes) -> Question:
    """The question in a SOAP envelope. Raises WsmanError."""
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise WsmanError(f"the body is not XML: {error}") from error
    action = root.findtext("s:Header/a:Action", "", _NS).strip()
    operation = _ACTIONS.get(action)
    if operation is None:
        raise WsmanError(f"unknown action {action!r}; known: {', '.join(item.value for item in Operation)}")
    resource = root.findtext("s:Header/w:ResourceURI", "", _NS).strip()
    if resource not in _RESOURCES:
        raise WsmanError(f"unknown resource {resource!r}; known: {', '.join(_RESOURCES)}")
    common = {
        "operation": operation,
        "resource": resource,
        "message_id": root.findtext("s:Header/a:MessageID", "", _NS).strip(),
        "shell_id": _selector(root),
        "timeout": _seconds(root.findtext("s:Header/w:OperationTimeout", "PT20S", _NS)),
        "max_envelope": _size(root.findtext("s:Header/w:MaxEnvelopeSize", "", _NS)),
    }
    body_element = root.find("s:Body", _NS)
    return _PARSERS.get(operation, _nothing)(root, body_element if body_element is not None else root, common)


def _selector(root: ET.Element) -> str:
    for selector in root.iterfind("s:Header/w:SelectorSet/w:Selector", _NS):
        if selector.get("Name") == "ShellId":
            return (selector.text or "").strip()
    return ""


def _seconds(duration: str) -> float:
    text = duration.strip().upper()
    try:
        return float(text[2:-1]) if text.startswith("PT") and text.endswith("S") else 20.0
    except ValueError:
        return 20.0


def _size(text: str) -> int:
    return int(text) if text.strip().isdigit() else Question.max_envelope


def _base64(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "")
    except ValueError as error:
        raise WsmanError(f"data that is not base64: {error}") from error


def _nothing(root: ET.Element, body: ET.Element, common: dict[str, t.Any]) -> Question:
    return Question(**common)


def _create(root: ET.Element, body: ET.Element, common: dict[str, t.Any]) -> Question:
    shell = body.find("rsp:Shell", _NS)
    if shell is None:
        raise WsmanError("Create without a shell")
    # A runspace pool brings its own id; winrs gets one.
    common["shell_id"] = shell.get("ShellId", "")
    return Question(**common, data=_base64(shell.findtext("ps:creationXml", "", _NS)))


def _command(root: ET.Element, body: ET.Element, common: dict[str, t.Any]) -> Question:
    options = {
        option.get("Name"): (option.text or "").strip()
        for option in root.iterfind("s:Header/w:OptionSet/w:Option", _NS)
    }
    line = body.find("rsp:CommandLine", _NS)
    if line is None:
        raise WsmanError("Command without a command line")
    if common["resource"] == POWERSHELL:
        messages = _base64(line.findtext("rsp:Arguments", "", _NS))
        return Question(**common, command_id=line.get("CommandId", ""), data=messages)
    words = [line.findtext("rsp:Command", "", _NS), *(item.text or "" for item in line.iterfind("rsp:Arguments", _NS))]
    stdin = options.get("WINRS_CONSOLEMODE_STDIN", "TRUE").upper() == "FALSE"
    return Question(**common, command_line=" ".join(filter(None, words)), expects_stdin=stdin)


def _send(root: ET.Element, body: ET.Element, common: dict[str, t.Any]) -> Question:
    stream = body.find("rsp:Send/rsp:Stream", _NS)
    if stream is None:
        raise WsmanError("Send without a stream")
    data = _base64(stream.text)
    ends = stream.get("End", "").lower() in ("true", "1")
    return Question(**common, command_id=stream.get("CommandId", ""), stdin=data, stdin_ends=ends)


def _receive(root: ET.Element, body: ET.Element, common: dict[str, t.Any]) -> Question:
    stream = body.find("rsp:Receive/rsp:DesiredStream", _NS)
    return Question(**common, command_id="" if stream is None else stream.get("CommandId", ""))


def _signal(root: ET.Element, body: ET.Element, common: dict[str, t.Any]) -> Question:
    signal = body.find("rsp:Signal", _NS)
    return Question(**common, command_id="" if signal is None else signal.get("CommandId", ""))


_PARSERS: dict[Operation, t.Callable[[ET.Element, ET.Element, dict[str, t.Any]], Question]] = {
    Operation.CREATE: _create,
    Operation.COMMAND: _command,
    Operation.SEND: _send,
    Operation.RECEIVE: _receive,
    Operation.SIGNAL: _signal,
}
