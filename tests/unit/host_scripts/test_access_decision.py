# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may have access to the folder of the journals, decided over security descriptors by the real PowerShell."""

from __future__ import annotations

import json

import pytest
from tools.host_stage import Stage

pytestmark = [pytest.mark.proves("journal_access"), pytest.mark.engine_powershell]

SELF = "S-1-5-21-1-2-3-500"
OTHER = "S-1-5-21-1-2-3-1104"
INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
ONLY_US = "(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
#: What Windows Server 2019 has on C:\ProgramData and on C:\ (icacls of a fresh installation, as SDDL).
PROGRAM_DATA = (
    "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;FA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)"
)
DRIVE = (
    f"O:{INSTALLER}G:{INSTALLER}D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
    "(A;CI;LC;;;BU)(A;CIIO;DC;;;BU)(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;S-1-15-2-1)"
)

ACCEPTED = {
    "as we make it": f"O:BAG:BAD:P{ONLY_US}",
    "owned by SYSTEM": f"O:SYG:SYD:P{ONLY_US}",
    "for SYSTEM alone": "O:SYG:SYD:P(A;OICI;FA;;;SY)",
    "made by the account that runs this": f"O:{SELF}D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;{SELF})",
    "own entries without the flag": f"O:BAD:{ONLY_US}",
    "nobody at all": "O:BAD:P",
    "less than full access": "O:BAG:BAD:P(A;;FR;;;BA)",
}

#: name -> descriptor and what the reason must name
REFUSED = {
    "owned by a user": (f"O:{OTHER}D:P{ONLY_US}", OTHER),
    "owned by Users": (f"O:BUD:P{ONLY_US}", "S-1-5-32-545"),
    "owned by everybody": (f"O:WDD:P{ONLY_US}", "S-1-1-0"),
    "owned by TrustedInstaller": (f"O:{INSTALLER}D:P{ONLY_US}", INSTALLER),
    "without owner": (f"D:P{ONLY_US}", "no owner"),
    "without access list": ("O:BAG:BA", "everybody"),
    "readable by Users": (f"O:BAD:P{ONLY_US}(A;OICI;FR;;;BU)", "S-1-5-32-545"),
    "readable by everybody": (f"O:BAD:P{ONLY_US}(A;;FR;;;WD)", "S-1-1-0"),
    "for authenticated users": (f"O:BAD:P{ONLY_US}(A;;FA;;;AU)", "S-1-5-11"),
    "for a single user": (f"O:BAD:P{ONLY_US}(A;;FA;;;{OTHER})", OTHER),
    "for whoever makes a file": (f"O:BAD:P{ONLY_US}(A;OICIIO;FA;;;CO)", "S-1-3-0"),
    "for users, in files only": (f"O:BAD:P{ONLY_US}(A;OIIO;FR;;;BU)", "S-1-5-32-545"),
    "the user first": (f"O:BAD:P(A;;FA;;;{OTHER}){ONLY_US}", OTHER),
    "for the account beside ours": (f"O:BAD:P(A;;FA;;;{SELF}1)", f"{SELF}1"),
    "inherited": ("O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)", "from the folder above"),
    "one entry inherited": ("O:BAD:AI(A;OICI;FA;;;SY)(A;OICIID;FA;;;BA)", "from the folder above"),
    "ProgramData as it is": (PROGRAM_DATA, "S-1-3-0"),
    "denied to us": (f"O:BAD:P(D;;FW;;;BA){ONLY_US}", "AccessDenied"),
    "a conditional entry": (f"O:BAD:P{ONLY_US}(XA;;FA;;;BA;(@User.x == 1))", "its"),
    "an object entry": (f"O:BAD:P{ONLY_US}(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;BA)", "its"),
}

NO_SDDL = ["x", "O:", "D:P(A;;FA;;;", "O:BAD:P(A;OICI;FA;;;XX)", "$(throw 'x')", "O:BA\0D:P"]

ABOVE_ACCEPTED = {
    "C:\\ProgramData": PROGRAM_DATA,
    "C:\\": DRIVE,
    "a denial": f"O:SYD:P(D;;FA;;;{OTHER})(A;;FA;;;SY)",
    "write attributes and create, nothing more": "O:SYD:P(A;;0x116;;;BU)",
}

ABOVE_REFUSED = {
    "owned by a user": (PROGRAM_DATA.replace("O:SY", f"O:{OTHER}"), OTHER),
    "without access list": ("O:SYG:SY", "everybody"),
    "full access for everybody": (f"O:SYD:P{ONLY_US}(A;;FA;;;WD)", "S-1-1-0"),
    "delete children": (f"O:SYD:P{ONLY_US}(A;;0x40;;;BU)", "S-1-5-32-545"),
    "delete": (f"O:SYD:P{ONLY_US}(A;;SD;;;BU)", "S-1-5-32-545"),
    "change permissions": (f"O:SYD:P{ONLY_US}(A;;WD;;;BU)", "S-1-5-32-545"),
    "take ownership": (f"O:SYD:P{ONLY_US}(A;;WO;;;BU)", "S-1-5-32-545"),
    "generic all": (f"O:SYD:P{ONLY_US}(A;;GA;;;BU)", "S-1-5-32-545"),
    "modify, inherited": (f"O:SYD:AI(A;ID;0x1301bf;;;AU){ONLY_US}", "S-1-5-11"),
}


def decide(stage: Stage, descriptors: list[str], above: bool) -> list[str]:
    quoted = json.dumps(descriptors).replace("'", "''")
    trusted = f"'S-1-5-18', 'S-1-5-32-544', '{SELF}'"
    text = (
        f"foreach ($sddl in (ConvertFrom-Json -InputObject '{quoted}'))"
        f" {{ Get-AccessRefusal -Sddl $sddl -Trusted {trusted} -Above:${str(above).lower()} }}"
    )
    answers = stage.add("script", text=text).one()
    return answers if isinstance(answers, list) else [answers]


def test_a_folder_for_system_and_administrators_is_accepted(stage: Stage) -> None:
    answers = decide(stage, list(ACCEPTED.values()), above=False)
    assert dict(zip(ACCEPTED, answers, strict=True)) == dict.fromkeys(ACCEPTED, "")


def test_a_folder_that_somebody_else_could_use_is_refused_with_the_reason(stage: Stage) -> None:
    answers = decide(stage, [sddl for sddl, dummy in REFUSED.values()], above=False)
    for (name, (dummy, reason)), answer in zip(REFUSED.items(), answers, strict=True):
        assert reason in answer, name


def test_what_is_no_descriptor_is_refused(stage: Stage) -> None:
    answers = decide(stage, NO_SDDL, above=False) + decide(stage, NO_SDDL, above=True)
    assert all(answers)
    assert "its security descriptor cannot be understood" in answers


def test_the_folders_of_windows_above_ours_are_accepted_as_windows_makes_them(stage: Stage) -> None:
    answers = decide(stage, list(ABOVE_ACCEPTED.values()), above=True)
    assert dict(zip(ABOVE_ACCEPTED, answers, strict=True)) == dict.fromkeys(ABOVE_ACCEPTED, "")


def test_a_folder_above_in_which_ours_could_be_replaced_is_refused(stage: Stage) -> None:
    answers = decide(stage, [sddl for sddl, dummy in ABOVE_REFUSED.values()], above=True)
    for (name, (dummy, reason)), answer in zip(ABOVE_REFUSED.items(), answers, strict=True):
        assert reason in answer, name
