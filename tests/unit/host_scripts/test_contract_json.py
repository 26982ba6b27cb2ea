# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the host scripts print, and what they say where PowerShell is restricted; on Linux, without Wine."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from tools.powershell import ROOT, Engine

pytestmark = pytest.mark.proves("powershell_5_1")

MODULE_UTILS = ROOT / "plugins" / "module_utils"
#: PowerShell on one side, the value that Python must read on the other.
VALUES: list[tuple[str, t.Any]] = [
    ("$null", None),
    ("$true", True),
    ("$false", False),
    ("0", 0),
    ("-1", -1),
    ("[long]4294967295", 4294967295),
    ("[uint32]4294967295", 4294967295),
    ("[long]::MaxValue", 2**63 - 1),
    ("''", ""),
    ("'plain'", "plain"),
    ("'C:\\a\\\"b\"'", 'C:\\a\\"b"'),
    ("[string][char]0 + [char]9 + [char]10 + [char]13 + [char]31 + [char]127", "\0\t\n\r\x1f\x7f"),
    ("'<&>'' /'", "<&>' /"),
    ("[string][char]0xe4 + [char]0x20ac + [char]0x2028 + [char]0xfeff", "\u00e4\u20ac\u2028\ufeff"),
    ("[string][char]0xd83d + [char]0xdd12", "\U0001f512"),
    ("'x' + [char]0xd83d", "x\ud83d"),
    ("@()", []),
    ("@(, @())", [[]]),
    ("@('one')", ["one"]),
    ("@(, @(1, @(2)))", [[1, [2]]]),
    ("[System.Collections.ArrayList]@(1, $null, '')", [1, None, ""]),
    ("@{}", {}),
    ("[ordered]@{ b = 1; a = @{ c = $null } }", {"b": 1, "a": {"c": None}}),
    ("[ordered]@{ keys = 1; values = 2; count = 3 }", {"keys": 1, "values": 2, "count": 3}),
    ("@{ '' = 1 }", {"": 1}),
]


@pytest.fixture
def run(engine: Engine, tmp_path: pathlib.Path) -> t.Callable[[str], list[str]]:
    def lines(script: str) -> list[str]:
        path = tmp_path / "script.ps1"
        path.write_text(script, encoding="utf-8-sig")
        done = engine.run(path)
        assert done.stderr == ""
        return done.stdout.splitlines()

    return lines


def imported(*names: str) -> str:
    return "".join(
        f"New-Module -Name {name} -ScriptBlock ([scriptblock]::Create([System.IO.File]::ReadAllText("
        f"'{MODULE_UTILS / name}.psm1'))) | Import-Module\n"
        for name in names
    )


def test_everything_an_answer_may_hold_is_json_in_ascii_on_one_line(run: t.Callable[[str], list[str]]) -> None:
    script = imported("_Contract") + "".join(f"ConvertTo-ContractJson -Value ({value})\n" for value, dummy in VALUES)
    lines = run(script)
    assert all(line.isascii() for line in lines)
    assert [json.loads(line) for line in lines] == [value for dummy, value in VALUES]


def test_members_keep_their_order(run: t.Callable[[str], list[str]]) -> None:
    (line,) = run(imported("_Contract") + "ConvertTo-ContractJson -Value ([ordered]@{ z = 1; a = @(1); m = 'x' })")
    assert line == '{"z":1,"a":[1],"m":"x"}'


def test_nesting_has_no_depth_at_which_it_is_cut(run: t.Callable[[str], list[str]]) -> None:
    build = "$value = 1; foreach ($level in 1..130) { $value = @{ a = @(, $value) } }\n"
    (line,) = run(imported("_Contract") + build + "ConvertTo-ContractJson -Value $value")
    assert line.count('"a"') == 130


@pytest.mark.parametrize("value", ["1.5", "[DateTime]::UtcNow", "[guid]::NewGuid()", "{ 1 }"])
def test_a_value_that_has_no_place_in_an_answer_is_an_error(run: t.Callable[[str], list[str]], value: str) -> None:
    script = f"try {{ ConvertTo-ContractJson -Value ({value}) }} catch {{ 'refused: ' + $_.Exception.Message }}"
    (line,) = run(imported("_Contract") + script)
    assert line.startswith("refused: A value of type System.")


@pytest.mark.parametrize("name", ["host_read", "host_write"])
def test_constrained_language_is_one_sentence(run: t.Callable[[str], list[str]], name: str) -> None:
    path = ROOT / "plugins" / "modules" / f"{name}.ps1"
    restrict = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"
    (line,) = run(f"$complex_args = @{{ contract = 1 }}\n{restrict}\n. '{path}'")
    answer = json.loads(line)
    assert (answer["failed"], answer["changed"], answer["contract"]) == (True, False, 1)
    assert "constrained language" in answer["msg"]
    assert name in answer["msg"]


@pytest.mark.parametrize("name", ["host_read", "host_write"])
def test_a_script_without_its_arguments_is_one_sentence(run: t.Callable[[str], list[str]], name: str) -> None:
    utilities = sorted(path.stem for path in MODULE_UTILS.glob("_*.psm1"))
    (line,) = run(imported(*utilities) + f". '{ROOT / 'plugins' / 'modules' / name}.ps1'")
    assert json.loads(line)["failed"] is True
