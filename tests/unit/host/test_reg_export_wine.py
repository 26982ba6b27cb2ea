# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reader against a real registry editor, Wine's: the same files, the same registry. Skipped where there is no
Wine.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import typing as t

import pytest
from tools.powershell import WINE
from tools.reg_lines import LOST_SECTIONS, NO_SECTIONS, REGEDIT4, REGEDIT5, SECTIONS

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import (
    Observation,
    RegistryKey,
    RegistryValue,
    from_reg_export,
    render_reg,
)

ROOT = r"HKEY_LOCAL_MACHINE\SOFTWARE\msexchange_tls_test"
SERVER = WINE.with_name("wineserver64")

pytestmark = [
    pytest.mark.proves("reg_export"),
    pytest.mark.skipif(not WINE.exists(), reason=f"{WINE} is missing: apt-get install wine64"),
]

#: Values of every kind; each comes back from the real editor as it was rendered.
RENDERED: tuple[RegistryValue, ...] = (
    RegistryValue("dword", 4, 0xFFFFFFFF),
    RegistryValue("qword", 11, 2**63),
    RegistryValue('quote " backslash \\', 1, 'C:\\a "b"'),
    RegistryValue("unicode", 1, "\u00fc\u2215\u20ac"),
    RegistryValue("", 1, "default"),
    RegistryValue("expand", 2, "%PATH%"),
    RegistryValue("list", 7, ("a", "b")),
    RegistryValue("binary", 3, bytes(range(200)), True),
    RegistryValue("none", 0, b"\1\2\3", True),
    RegistryValue("kind 99", 99, b"\1\2\3", True),
)


class Editor:
    """A Wine registry of its own and the editor in it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WINE")},
            "WINEPREFIX": str(folder),
            "WINEDEBUG": "-all",
            "WINESERVER": str(SERVER),
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
            "DISPLAY": "",
        }
        self._run("wineboot", "-i")

    def _run(self, *words: str) -> None:
        # Files, not pipes: the services that the first program starts would keep a pipe open.
        subprocess.run(
            [str(WINE), *words],
            cwd=self._folder / "drive_c" if (self._folder / "drive_c").exists() else self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    def import_all(self, files: t.Sequence[bytes]) -> Observation:
        """What the registry holds below ROOT after the files were imported."""
        names = [f"t{number}.reg" for number in range(len(files))]
        for name, content in zip(names, files):
            (self._folder / "drive_c" / name).write_bytes(content)
        self._run("regedit", "/S", *names)
        self._run("regedit", "/E", "out.reg", ROOT)
        exported = (self._folder / "drive_c/out.reg").read_bytes()
        return from_reg_export(exported, os="ws2016", exchange=None, catalogue=load()).observation

    def stop(self) -> None:
        subprocess.run([str(SERVER), "-k"], env=self._environment, stdin=subprocess.DEVNULL, check=False)
        subprocess.run([str(SERVER), "-w"], env=self._environment, stdin=subprocess.DEVNULL, check=False)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Editor]:
    made = Editor(tmp_path_factory.mktemp("wine"))
    yield made
    made.stop()


_DWORD = "its export writes every REG_DWORD as dword:, whatever its length"
_EMPTY = 'its export writes an empty REG_SZ as ""'
_ESCAPE = "it loses the rest of the file after a line that ends within an escape; Windows does not"
_EMPTY_TEXTS = '"a"=hex(1):\n"b"=hex(2):\n"c"=hex(7):\n"d"=hex(4):\n'
#: Differences that are Wine's: (lines, value) -> why.
KNOWN: dict[tuple[str, str], str] = {
    (_EMPTY_TEXTS, "d"): _DWORD,
    (_EMPTY_TEXTS, "a"): _EMPTY,
    ('"a"=hex(4):01,00,00,00\n"b"=hex(4):01,00\n', "b"): _DWORD,
    ('"x\\\ny"="1"\n"b"="2"\n', "b"): _ESCAPE,
}


def case_key(number: int) -> str:
    return f"{ROOT}\\{number}"


def files() -> list[tuple[str, str, bytes]]:
    """(key, lines, file) of every case of the tables."""
    made = []
    for lines, _expected in REGEDIT4:
        key = case_key(len(made))
        made.append((key, lines, f"REGEDIT4\n\n[{key}]\n{lines}".encode("cp1252")))
    for lines, _expected in REGEDIT5:
        key = case_key(len(made))
        made.append((key, lines, f"Windows Registry Editor Version 5.00\n\n[{key}]\n{lines}".encode("utf-16")))
    for section in (*LOST_SECTIONS, *NO_SECTIONS, *(section for section, _name in SECTIONS)):
        key = case_key(len(made))
        made.append((key, section, f'REGEDIT4\n\n[{key}]\n\n{section.format(key)}\n"v"="1"\n'.encode("cp1252")))
    return made


def below(observation: Observation, root: str) -> dict[str, dict[str, tuple[int, t.Any]]]:
    """All values of a key and the keys below it, by path."""

    def values(key: RegistryKey) -> dict[str, tuple[int, t.Any]]:
        return {value.name: (value.kind, value.data) for value in key.values}

    prefix = root.upper()
    return {
        key.path.upper(): values(key)
        for key in observation.walk()
        if key.exists and (key.path.upper() + "\\").startswith(prefix + "\\")
    }


def test_the_reader_and_the_editor_make_the_same_registry_of_every_case(editor: Editor) -> None:
    cases = files()
    registry = editor.import_all([content for _key, _lines, content in cases])
    different = []
    for key, lines, content in cases:
        ours = below(from_reg_export(content, os="ws2016", exchange=None, catalogue=load()).observation, key)
        theirs = below(registry, key)
        for path in ours.keys() | theirs.keys():
            left, right = ours.get(path, {}), theirs.get(path, {})
            for name in left.keys() | right.keys():
                if left.get(name) != right.get(name) and (lines, name) not in KNOWN:
                    different.append((lines, path, name, left.get(name), right.get(name)))
    assert different == [], "\n".join(map(repr, different))


def test_what_is_rendered_arrives_in_the_registry_as_it_was(editor: Editor) -> None:
    key = f"{ROOT}\\rendered"
    text = render_reg([(key, value.name, value) for value in RENDERED], comments=["a comment"])
    registry = editor.import_all([text.encode("utf-16")])
    assert below(registry, key) == {key.upper(): {value.name: (value.kind, value.data) for value in RENDERED}}


def test_a_deletion_that_is_rendered_deletes(editor: Editor) -> None:
    key = f"{ROOT}\\deleted"
    value = RegistryValue("a", 4, 1)
    first = render_reg([(key, "a", value), (key, "b", value), (key + "\\x", "c", value)])
    second = render_reg([(key, "a", None)], deleted_keys=[key + "\\x"])
    registry = editor.import_all([first.encode("utf-16"), second.encode("utf-16")])
    assert below(registry, key) == {key.upper(): {"b": (4, 1)}}
