# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is what came back from a host script an answer, and if not, which sentence says why? Internal to this collection.

Pure: the broker hands in the dictionary that Ansible made of the output. All of it is hostile until checked here.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._words import first_line, one_line

#: Version of contracts R and W2 (design section 5); both scripts and this collection must speak the same one.
CONTRACT = 1


class HostError(Exception):
    """Nothing usable came back from a host.

    ``sentence`` is for the user; ``unreachable`` tells a host that did not answer from one that answered badly.
    """

    def __init__(self, sentence: str, *, unreachable: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.unreachable = unreachable


@dataclasses.dataclass(frozen=True)
class Errand:
    """What a call was for, in words. ``doing``: a gerund; ``after``: what a failure means for the host, a sentence."""

    host: str
    doing: str
    after: str

    def failed(self, why: str, remedy: str = "") -> HostError:
        """The error for a host that answered, but not as it should."""
        return HostError(_join(f"{self.host}: {self.doing} failed: {why}.", self.after, remedy))

    def lost(self, error: object) -> HostError:
        """The error for a host that did not answer. ``error``: what the connection plugin had to say."""
        sentence = f"{self.host} was unreachable while {self.doing}: {lost_words(error)}."
        remedy = _remedy_of_missing(error) or _CHECK_CONNECTION
        return HostError(_join(sentence, self.after, remedy), unreachable=True)


_CHECK_CONNECTION = (
    "Check that it is up and that address, port and credentials of its connection are right, then run the task again."
)
_CHECK_HEALTH = "Look for a security product that ends PowerShell, and for a full disk."
_CHECK_OUTPUT = "Look for a profile script or a security product that prints whenever PowerShell starts."
#: Design 15.8: Windows Server 2012 R2 ships PowerShell 4.0.
_OFFLINE = (
    "Update it to Windows Management Framework 5.1, or go without: judge a .reg export of it with the option "
    "reg_export of msexchange.tls.state_info, and its ports with msexchange.tls.endpoint_info."
)

# How connection plugins (pywinrm, pypsrp, ssh) word a lost or refused connection, and what it means; the first counts.
_LOST: tuple[tuple[str, str], ...] = (
    (r"certificate.verify.failed", "the certificate of its management listener is not trusted"),
    (r"credentials were rejected|authenticat\w+ fail|fail\w* to authenticate|\b401\b", "the credentials were rejected"),
    (r"connection refused|actively refused", "the connection was refused"),
    (r"name or service not known|getaddrinfo|name resolution|no address associated", "its name cannot be resolved"),
    (r"no route to host|network is unreachable", "there is no route to it"),
    (r"timed? ?out", "it did not answer in time"),
    (r"connection (reset|aborted|closed)|closed connection|broken pipe|remotedisconnected", "the connection was cut"),
    (r"^winrm send_input failed", "the connection was cut before all of the input was sent"),
    # ERROR_WSMAN_INVALID_SELECTORS: the shell of the task is not there any more.
    (r"\b2150858843\b", "its session there is gone, as after a restart"),
    # HTTP.sys answers for a WinRM service that does not run.
    (r"\bCode:? 503\b", "its management service does not run"),
)
# A way to log on for which the controller lacks a library, in the words of core, pywinrm, pypsrp and pyspnego; and the
# extra of pywinrm and pypsrp that brings it.
_MISSING: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(rf"\b(?:{names})\b.{{0,60}}\bnot installed", re.IGNORECASE | re.DOTALL), way, extra)
    for names, way, extra in (
        ("kerberos|pykerberos|requests_kerberos|gssapi", "Kerberos", "kerberos"),
        ("credssp|requests-credssp", "CredSSP", "credssp"),
        ("ntlm|requests_ntlm", "NTLM", ""),
    )
)
# A fault of WS-Management in the words of Windows, inside those of pypsrp and pywinrm.
_FAULT = (
    re.compile(r"Received a WSManFault message\. \(.*?Reason: (?P<reason>.+?)(?:, Provider: .*)?\)$", re.DOTALL),
    re.compile(r"(?P<reason>.+?)\s*\(extended fault data: .*", re.DOTALL),
)

# Core's own wrapper and the #Requires line of the scripts each have their words for it.
_OLD_POWERSHELL = re.compile(r"requires?\b.{0,80}\bpowershell\b.{0,40}?\bv?5\.1", re.IGNORECASE | re.DOTALL)
_ACTUAL = re.compile(r"actual was \W?(\d+\.\d+)", re.IGNORECASE)
# The registry holds any UTF-16 in the name of a key or value; core 2.19 and later takes no JSON with a lone surrogate.
_HALF_A_CHARACTER = re.compile(r"surrogates not allowed|returned non UTF-8 data")
_ODD_NAMES = (
    "Look for odd names among the keys of SCHANNEL, of .NET and of the suite lists there; Windows makes none such."
)
# A Unix shell answered.
_NO_POWERSHELL = re.compile(r"powershell\S*: .{0,40}not found|powershell\S*: No such file", re.IGNORECASE)


_ADDED_BY_CORE = frozenset({"warnings", "deprecations", "ansible_facts", "ansible_parsed"})


def lost_words(error: object) -> str:
    """Why a connection plugin gave up, in few words; its own words if they are not known."""
    return known_loss(error) or fault_words(error)


def known_loss(error: object) -> str:
    """What is known to mean that a host does not answer, in few words; "" for everything else."""
    text = str(error)
    known = next((words for pattern, words in _LOST if re.search(pattern, text, re.IGNORECASE)), "")
    way, _extra = ("", "") if known else _missing(text)
    return f"Python on the controller has no library for {way}" if way else known


def _missing(text: str) -> tuple[str, str]:
    """The way to log on that lacks a library and the extra that brings it; empty where that is not the trouble."""
    return next(((way, extra) for pattern, way, extra in _MISSING if pattern.search(text)), ("", ""))


def _remedy_of_missing(error: object) -> str:
    way, extra = _missing(str(error))
    # Of several ways that were tried, another one may have got as far as the host.
    if not way or way not in known_loss(error):
        return ""
    what = f"pywinrm[{extra}] or pypsrp[{extra}]" if extra else "pywinrm or pypsrp"
    return (
        f"Install {what} with pip into the Python that Ansible runs with, or set another transport of the connection, "
        "then run the task again."
    )


def fault_words(error: object) -> str:
    """What the management service of the host itself had to say, without what a library puts around it."""
    text = str(error)
    matches = (pattern.search(text) for pattern in _FAULT)
    return one_line(next((match["reason"] for match in matches if match), text)) or "no reason was given"


def check_answer(raw: t.Mapping[str, t.Any], errand: Errand) -> t.Mapping[str, t.Any]:
    """``raw`` if it is an answer of our contract; raises :class:`HostError` otherwise."""
    if raw.get("unreachable"):
        raise errand.lost(raw.get("msg", ""))
    if "module_stdout" in raw or "module_stderr" in raw:
        raise _no_json(raw, errand)
    if raw.get("failed"):
        raise failed_with(str(raw.get("msg") or ""), errand)
    contract = raw.get("contract")
    if contract is None:
        said = one_line(json.dumps(_shown(raw), default=str))
        raise errand.failed(f"something else than the script answered: {said}", _CHECK_OUTPUT)
    if isinstance(contract, bool) or contract != CONTRACT:
        raise errand.failed(
            f"the script speaks version {one_line(contract, 20)} of the contract, this collection version {CONTRACT}",
            "Install msexchange.tls afresh: its parts are not of one release.",
        )
    return raw


def _no_json(raw: t.Mapping[str, t.Any], errand: Errand) -> HostError:
    stdout, stderr = str(raw.get("module_stdout") or ""), str(raw.get("module_stderr") or "")
    said = f"{stdout}\n{stderr}"
    if _NO_POWERSHELL.search(said):
        return errand.failed("there is no PowerShell on it", "Is it a Windows host?")
    if _OLD_POWERSHELL.search(said):
        return _old_powershell(said, errand)
    # ansible-core 2.18 hands over the whole answer then; others say it in the message.
    if _HALF_A_CHARACTER.search(str(raw.get("msg") or "")):
        return _half_a_character(errand)
    if line := first_line(stdout):
        return errand.failed(f"the answer is not JSON but begins: {line}", _CHECK_OUTPUT)
    if line := first_line(stderr):
        return errand.failed(f"there was no answer but this error: {line}")
    return errand.failed("the answer was empty", _CHECK_HEALTH)


def failed_with(message: str, errand: Errand) -> HostError:
    """The error for what the script, or ansible-core about its answer, gave as the reason."""
    if _OLD_POWERSHELL.search(message):
        return _old_powershell(message, errand)
    if _HALF_A_CHARACTER.search(message):
        return _half_a_character(errand)
    return errand.failed(one_line(message) or "the script gave no reason")


def _half_a_character(errand: Errand) -> HostError:
    return errand.failed(
        "a name in its registry holds half a character, which this release of ansible-core does not take", _ODD_NAMES
    )


def _old_powershell(text: str, errand: Errand) -> HostError:
    actual = _ACTUAL.search(text)
    has = f" and it has {actual.group(1)}" if actual else ""
    return HostError(f"{errand.host}: {errand.doing} needs Windows PowerShell 5.1{has}. {_OFFLINE}")


def _shown(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the stranger itself said, without what ansible-core adds to every answer."""
    return {
        name: item
        for name, item in raw.items()
        if name not in _ADDED_BY_CORE and not str(name).startswith("_ansible") and item is not False
    }


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
