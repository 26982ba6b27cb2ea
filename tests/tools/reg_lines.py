# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of ``.reg`` files and what Windows makes of them.

Facts of Wine's conformance tests of "reg import", which ran on Windows 7 to 10.

One table for two tests: the reader against the table, and the table's lines against a real registry editor (Wine's).
"""

from __future__ import annotations

import typing as t

#: (kind, data) of a value, or None: Windows does not create it.
Expected = tuple[int, t.Any] | None


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


#: Lines of one REGEDIT4 file in one key -> values. Texts in hexadecimal are single bytes there.
REGEDIT4: tuple[tuple[str, dict[str, Expected]], ...] = (
    ('"a"=dword:00000123\n', {"a": (4, 0x123)}),
    ('@="Test"\n', {"": (1, "Test")}),
    ('""="Default"\n', {"": (1, "Default")}),
    ('"a"="No newline"', {"a": (1, "No newline")}),
    ('"a"=""\n', {"a": (1, "")}),
    ('  \t "a"="Blanks before"\n', {"a": (1, "Blanks before")}),
    ('"a"\t\t=\t  "Blanks around"  \t\n', {"a": (1, "Blanks around")}),
    # comments: ; anywhere behind a value, # only as a line of its own
    ('#"a"="1"\n;"b"="2"\n   #"c"="3"\n   ;"d"="4"\n', {"a": None, "b": None, "c": None, "d": None}),
    ('#comment\\\n"a"="1"\n;comment\\\n"b"="2"\n', {"a": (1, "1"), "b": (1, "2")}),
    ('"a"="1"#x\n"b"="2";x\n"c"=dword:1 #x\n"d"=dword:2 ;x\n', {"a": None, "b": (1, "2"), "c": None, "d": (4, 2)}),
    ('"a"="1"  ;x\n"b"="2"\t\t;x\n"c"="3"  #x\n', {"a": (1, "1"), "b": (1, "2"), "c": None}),
    ('"a"=#"x"\n"b"=;"x"\n"c"="#x"\n"d"=";x"\n', {"a": None, "b": None, "c": (1, "#x"), "d": (1, ";x")}),
    # dword: one to eight digits, nothing else
    ('"a"=dword:1\n"b"=dword:4444\n', {"a": (4, 1), "b": (4, 0x4444)}),
    ('"a"=dword:\n"b"=dword:hello\n"c"=dword:123456789\n"d"=dword:012345678\n', dict.fromkeys("abcd")),
    ('"a"=dword:12345678abc\n"b"=dword:12345678 abc\n"c"=dword:0x123\n"d"=dword:123 456\n', dict.fromkeys("abcd")),
    (
        '"a"=dword:1234;5678\n"b"=dword:1234 ;5678\n"c"=dword:1234#5678\n',
        {"a": (4, 0x1234), "b": (4, 0x1234), "c": None},
    ),
    ('"a"=dword:1234\\\n5678\n', {"a": None}),
    ('"a"=DWORD:1\n"b"=HEX:11\n', {"a": None, "b": None}),
    # quotation marks
    ('"a"="foo"bar"\n"b"="foo""bar"\n', {"a": None, "b": None}),
    ('"a"=\n"b"=\\"\n"c"=\\"x\\"\n"d"=\\"x"\n', dict.fromkeys("abcd")),
    ('"a"=x"\n"b"="x\n"c"=x\n', dict.fromkeys("abc")),
    ('a"="x"\n"b="x"\nc="x"\n"d=x"\n', {"a": None, "b": None, "c": None, "d": None, "d=x": None}),
    (
        '"double\\"quote"="valid \\"or\\" not"\n"single\'quote"=dword:8\n',
        {'double"quote': (1, 'valid "or" not'), "single'quote": (4, 8)},
    ),
    ('"back\\\\slash"="one\\\\two"\n"a/b"="c/d"\n', {"back\\slash": (1, "one\\two"), "a/b": (1, "c/d")}),
    ('"a"="\\0\n"b"="x\\0\n', {"a": None, "b": None}),
    # a name does not go on in the next line
    ('"x\\\ny"="1"\n"b"="2"\n', {"xy": None, "b": (1, "2")}),
    # deletion
    ('"a"=dword:1\n"a"=-\n', {"a": None}),
    ('"a"=dword:1\n"a"=  \t-\t  \n', {"a": None}),
    ('"a"=dword:1\n"a"=-"x"\n', {"a": (4, 1)}),
    ('"a"=dword:1\n"a"=- ;x\n', {"a": None}),
    ('"a"=dword:1\n"a"=- #x\n', {"a": (4, 1)}),
    ('"a"=dword:1\n"A"=dword:2\n', {"a": (4, 2)}),
    # kinds in hex(n): hexadecimal, 32 bits
    (
        '"a"=hex(0):56,00\n"b"=hex(10):56\n"c"=hex(7fff):56\n',
        {"a": (0, b"V\0"), "b": (0x10, b"V"), "c": (0x7FFF, b"V")},
    ),
    ('"a"=hex(ffffffff):56\n"b"=hex(100000000):56\n', {"a": (0xFFFFFFFF, b"V"), "b": None}),
    ('"a"=hex(0x2):56\n"b"=hex(0X2):56\n"c"=hex(x2):56\n', dict.fromkeys("abc")),
    ('"a"=hex(3):\n"b"=hex:\n"c"=hex(100):\n', {"a": (3, b""), "b": (3, b""), "c": (0x100, b"")}),
    (
        '"a"=hex(1):\n"b"=hex(2):\n"c"=hex(7):\n"d"=hex(4):\n',
        {"a": (1, b""), "b": (2, b""), "c": (7, b""), "d": (4, b"")},
    ),
    # bytes
    ('"a"=hex:11,22,\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:25,100,48\n"b"=hex:11,,22\n"c"=hex:,11\n', dict.fromkeys("abc")),
    ('"a"=hex:11  ;x\n"b"=hex:11\t;x\n"c"=hex:11  #x\n', {"a": (3, b"\x11"), "b": (3, b"\x11"), "c": None}),
    ('"a"=hex:25,48\\,4f\n"b"=hex:25,48,\\4f\n"c"=hex:\\25,48\n"d"=hex:25,4\\f\n', dict.fromkeys("abcd")),
    # hex data that goes on
    ('"a"=hex:11,22,\\\n  33,44\n', {"a": (3, b"\x11\x22\x33\x44")}),
    ('"a"=hex:11,22\\\n,33,44\n', {"a": None}),
    ('"a"=hex:11,22\\\n  33,44\n', {"a": None}),
    ('"a"=hex:11,2\\\n2,33\n', {"a": None}),
    ('"a"=hex:11,\\;x\n  22,\\\n  33\n', {"a": (3, b"\x11\x22\x33")}),
    ('"a"=hex:11,  \\  ;x\n  22\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:11,\\#x\n  22\n', {"a": None}),
    ('"a"=hex:11,22,\n  33\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:11,22,;x\n  33\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:11,\\\n\n \t\n  22\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:11,\\\n;x\n  ;x\n  22\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:11,\\\n  #x\n  22\n"b"="2"\n', {"a": None, "b": (1, "2")}),
    ('"a"=hex:11,\\\n  ,22\n"b"=hex:11,\\\n  22,,33\n', {"a": None, "b": None}),
    ('"a"=hex:\\\n  11,22\n', {"a": (3, b"\x11\x22")}),
    ('"a"=hex:,\\\n  11\n', {"a": None}),
    ('"a"=hex:11,\\\n\\\n  22\n', {"a": None}),
    ('"a"=hex:11,/\n  22\n', {"a": None}),
    ('"a"=hex:11,\\', {"a": (3, b"\x11")}),
    ('"a"=hex:11\\', {"a": None}),
    # what follows a line that goes on is taken into it, and lost with it
    ('"a"=hex:11,\\\n"b"="2"\n"c"="3"\n', {"a": None, "b": None, "c": (1, "3")}),
    ('"a"=hex:11\\\n"b"="2"\n', {"a": None, "b": (1, "2")}),
    ('"a"=hex:11,\\\n@="2"\n', {"a": None, "": None}),
    ('"a"=hex:11,\\\n#x\n@="2"\n', {"a": None, "": (1, "2")}),
    # texts: completed with the missing terminator
    ('"a"=hex(2):25,50,25\n"b"=hex(2):25,50,25,00\n', {"a": (2, "%P%"), "b": (2, "%P%")}),
    ('"a"=hex(7):4c,00,00\n"b"=hex(7):4c,00\n', {"a": (7, ("L",)), "b": (7, utf16("L\0"))}),
    ('"a"=hex(7):4c\n', {"a": (7, utf16("L\0"))}),
    ('"a"=hex(7):4c,69,\\\n  6e,65,00,00\n', {"a": (7, ("Line",))}),
)

#: The same for a file of version 5 in UTF-16, where texts in hexadecimal are UTF-16.
REGEDIT5: tuple[tuple[str, dict[str, Expected]], ...] = (
    ('"a"=hex(7):4c,00,00,00,00,00\n', {"a": (7, ("L",))}),
    ('"a"=hex(7):4c,00,00,00\n', {"a": (7, utf16("L\0"))}),
    ('"a"=hex(7):4c,00\n', {"a": (7, utf16("L\0"))}),
    ('"a"=hex(2):25,00,50,00,25,00\n', {"a": (2, "%P%")}),
    ('"a"=hex(1):4c,00,00,00\n', {"a": (1, "L")}),
    ('"a"=hex(b):01,00,00,00,00,00,00,00\n"b"=hex(b):01\n', {"a": (11, 1), "b": (11, b"\1")}),
    ('"a"=hex(4):01,00,00,00\n"b"=hex(4):01,00\n', {"a": (4, 1), "b": (4, b"\1\0")}),
    ('"\u00fc\u2215"="\u00e4\u20ac"\n', {"\u00fc\u2215": (1, "\u00e4\u20ac")}),
    ('"a"="1"\n@="2"\n"b"=-\n', {"a": (1, "1"), "": (1, "2"), "b": None}),
)

#: Section lines that Windows passes over; a value below them is lost. {} stands for the key of the test.
LOST_SECTIONS: tuple[str, ...] = (
    "[- {}\\x]",
    "[HKEY_LOCAL_MACHINES\\SOFTWARE\\x]",
    "[SOFTWARE\\x]",
    "[]",
    "[HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\x]",
)

#: Lines that Windows does not take for a section: the key that is open stays open.
NO_SECTIONS: tuple[str, ...] = ("{}\\x]", "[{}\\x", "[ {}\\x]", "[\t{}\\x]")

#: Section lines and the key below the test's key that Windows makes of them.
SECTIONS: tuple[tuple[str, str], ...] = (
    ("[{}\\x]", "x"),
    ("  [{}\\x]", "x"),
    ("[{}\\x] trailing", "x"),
    ("[{}\\x ]", "x "),
    ("[{}\\x]y]", "x]y"),
    ("[{}\\x\\]", "x"),
    ("[{}\\x\\\\]", "x"),
    ("[{}\\x/y]", "x/y"),
    ('[{}\\x"y]', 'x"y'),
)
