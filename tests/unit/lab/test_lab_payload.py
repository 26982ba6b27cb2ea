# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads of all generations of ansible-core give the same job."""

from __future__ import annotations

import base64
import gzip
import json
import typing as t

import pytest
from lab import payload
from lab.payload import PayloadError

pytestmark = pytest.mark.proves("lab_ansible")

ARGS = {"contract": 1, "_ansible_check_mode": False}
SCRIPT = "#!powershell\n#Requires -Version 5.1\n'ü'"


def encoded(script: str, word: str = "PowerShell") -> str:
    text = base64.b64encode(script.encode("utf-16-le")).decode()
    return f"{word} -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand {text}"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def manifest(params: dict[str, t.Any], actions: t.Sequence[str] = ()) -> str:
    name = "ansible_collections.msexchange.tls.plugins.modules.host_read.ps1"
    last = {"name": "module_wrapper.ps1", "params": {"Script": name, **params}, "secure_params": {}}
    before = [{"name": action, "params": {}, "secure_params": {}} for action in actions]
    scripts = {name: {"path": "x", "script": b64(SCRIPT)}}
    return json.dumps({"scripts": scripts, "actions": [*before, last], "signed_hashlist": []})


def lines(text: str, **params: t.Any) -> bytes:
    first = json.dumps({"name": "exec_wrapper", "script": "x", "params": params})
    return f"{first}\n\0\0\0\0\n{text}".encode()


def generation_2_16() -> tuple[str, bytes]:
    content = {
        "module_entry": b64(SCRIPT),
        "module_args": {**ARGS, "_ansible_module_name": "msexchange.tls.host_read"},
        "actions": ["module_powershell_wrapper"],
    }
    stdin = b"begin { $exec_wrapper } \0\0\0\0" + json.dumps(content).encode()
    return encoded(encoded("&chcp.com 65001")), stdin


def generation_2_19() -> tuple[str, bytes]:
    variables = [{"Name": "complex_args", "Value": ARGS, "Scope": "Global"}]
    return encoded("bootstrap"), lines(manifest({"Variables": variables}), MinPSVersion="5.1")


def generation_2_22() -> tuple[str, bytes]:
    text = manifest({"ArgumentJSON": json.dumps(ARGS)})
    packed = base64.b64encode(gzip.compress(text.encode())).decode()
    return encoded("bootstrap", "powershell"), lines(packed, DecompressInput=True)


@pytest.mark.parametrize("sent", [generation_2_16, generation_2_19, generation_2_22])
def test_every_generation_gives_module_arguments_and_source(sent: t.Callable[[], tuple[str, bytes]]) -> None:
    job = payload.decode(*sent())
    assert job.module == "msexchange.tls.host_read"
    assert {name: job.args[name] for name in ARGS} == ARGS
    assert job.script == SCRIPT
    assert job.generation == sent.__name__.removeprefix("generation_").replace("_", ".")
    assert not job.become


def test_become_is_seen() -> None:
    variables = [{"Name": "complex_args", "Value": ARGS, "Scope": "Global"}]
    text = manifest({"Variables": variables}, actions=["become_wrapper.ps1"])
    assert payload.decode(encoded("x"), lines(text)).become


def test_a_helper_of_ansible_is_named_as_one() -> None:
    text = json.dumps({"scripts": {}, "actions": [{"name": "powershell_mkdtemp.ps1", "params": {"Name": "x"}}]})
    assert payload.decode(encoded("x"), lines(text)).module == "helper.powershell_mkdtemp.ps1"


@pytest.mark.parametrize("levels", [1, 2])
def test_a_raw_command_is_unwrapped_to_the_script_itself(levels: int) -> None:
    line = "whoami"
    for _level in range(levels):
        line = encoded(line)
    assert payload.decode(line, b"") == payload.Job("raw", "whoami")


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        (b"nothing", "delimiter"),
        (b"text\0\0\0\0{}", "neither"),
        (b'{"a"\0\0\0\0{}', "bootstrap line"),
        (b"{}\0\0\0\0{", "manifest"),
        (b'{}\0\0\0\0{"actions": []}', "no actions"),
        (b'{"params": {"DecompressInput": true}}\0\0\0\0AAAA', "unpacked"),
        (b"exec_wrapper\0\0\0\0[]", "object"),
        (b"exec_wrapper\0\0\0\0{}", "module_args"),
    ],
)
def test_anything_else_is_an_error_that_says_what_is_odd(stdin: bytes, words: str) -> None:
    with pytest.raises(PayloadError, match=words):
        payload.decode(encoded("x"), stdin)
