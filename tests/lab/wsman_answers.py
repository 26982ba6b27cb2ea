# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a WinRM service answers: SOAP envelopes as bytes, sans-IO. The questions are in :mod:`.wsman`."""

from __future__ import annotations

import base64
import uuid
from xml.sax.saxutils import escape

from .wsman import SHELL_URI, TRANSFER_URI, Operation, Question

_ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    ' xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" xml:lang="en-US"><s:Header>'
    "<a:Action>{action}</a:Action><a:MessageID>uuid:{id}</a:MessageID>"
    "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To><a:RelatesTo>{relates}</a:RelatesTo>"
    "</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)
_CREATED = (
    "<x:ResourceCreated><a:Address>http://127.0.0.1/wsman</a:Address><a:ReferenceParameters>"
    "<w:ResourceURI>{resource}</w:ResourceURI>"
    '<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>'
    "</a:ReferenceParameters></x:ResourceCreated>"
)
_FAULT = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason><s:Detail>'
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}" Machine="localhost">'
    "<f:Message>{text}</f:Message></f:WSManFault></s:Detail></s:Fault>"
)


def _envelope(relates: str, action: str, body: str) -> bytes:
    identity = str(uuid.uuid4()).upper()
    return _ENVELOPE.format(action=action, id=identity, relates=escape(relates), body=body).encode("utf-8")


def created(question: Question, shell_id: str) -> bytes:
    """Answer to Create."""
    body = _CREATED.format(resource=question.resource, shell=shell_id)
    return _envelope(question.message_id, f"{TRANSFER_URI}/CreateResponse", body)


def started(question: Question, command_id: str) -> bytes:
    """Answer to Command."""
    body = f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"
    return _envelope(question.message_id, f"{SHELL_URI}/CommandResponse", body)


def done(question: Question) -> bytes:
    """Answer to Send, Signal and Delete."""
    name = question.operation.value
    if question.operation is Operation.DELETE:
        return _envelope(question.message_id, f"{TRANSFER_URI}/{name}Response", "")
    return _envelope(question.message_id, f"{SHELL_URI}/{name}Response", f"<rsp:{name}Response/>")


def output(question: Question, stdout: bytes, stderr: bytes, exit_code: int) -> bytes:
    """Answer to Receive for a command that has ended."""
    command = question.command_id
    parts = [_stream(name, command, data) for name, data in (("stdout", stdout), ("stderr", stderr)) if data]
    parts += [f'<rsp:Stream Name="{name}" CommandId="{command}" End="true"/>' for name in ("stdout", "stderr")]
    parts.append(f'<rsp:CommandState CommandId="{command}" State="{SHELL_URI}/CommandState/Done">')
    parts.append(f"<rsp:ExitCode>{exit_code}</rsp:ExitCode></rsp:CommandState>")
    body = f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"
    return _envelope(question.message_id, f"{SHELL_URI}/ReceiveResponse", body)


def messages(question: Question, data: bytes, ended: bool) -> bytes:
    """Answer to Receive for a runspace pool or one of its pipelines; ``ended``: that was the pipeline's last."""
    parts = [_stream("stdout", question.command_id, data)]
    if ended:
        state = f"{SHELL_URI}/CommandState/Done"
        parts.append(f'<rsp:CommandState CommandId="{question.command_id}" State="{state}"/>')
    body = f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"
    return _envelope(question.message_id, f"{SHELL_URI}/ReceiveResponse", body)


def _stream(name: str, command: str, data: bytes) -> str:
    encoded = base64.b64encode(data).decode("ascii")
    of = f' CommandId="{command}"' if command else ""
    return f'<rsp:Stream Name="{name}"{of}>{encoded}</rsp:Stream>'


def fault(message_id: str, code: int, text: str) -> bytes:
    """A SOAP fault with a WSManFault code; sent with HTTP status 500."""
    body = _FAULT.format(code=code, text=escape(text))
    return _envelope(message_id, "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", body)
