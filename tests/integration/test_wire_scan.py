# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line for ports, as a process of its own, against OpenSSL and against peers that mean harm."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import pty
import signal
import socket
import subprocess
import sys
import threading
import typing as t

import pytest
from integration.controller import Controller, task
from wire_servers.keys import Identity, ecdsa, rsa
from wire_servers.preambles import PREAMBLES
from wire_servers.processes import program
from wire_servers.programs import openssl
from wire_servers.splice import splice

pytestmark = [
    pytest.mark.proves("scan"),
    pytest.mark.skipif(program("openssl") is None, reason="needs the program openssl"),
]

COLLECTIONS = pathlib.Path(__file__).parents[2] / ".cache" / "collections"
SCAN = "ansible_collections.msexchange.tls.plugins.plugin_utils._scan"
TLS_1_0_ONLY = ("-tls1", "-cipher", "ALL:@SECLEVEL=0")
TLS_1_2_ONLY = ("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384")
HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return rsa(folder), ecdsa(folder)


def scan(*words: object, program_text: str = "") -> subprocess.CompletedProcess[str]:
    """Run it with nothing of this process but the collections; ``program_text``: instead of ``-m``."""
    start = ["-c", program_text] if program_text else ["-m", SCAN]
    return subprocess.run(
        [sys.executable, *start, *(str(word) for word in words)],
        env={"PYTHONPATH": str(COLLECTIONS), "PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_result_is_that_of_the_action_to_the_last_word(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    own = tmp_path / "own.yml"
    own.write_text(
        "clients:\n"
        "  - id: scanner_room_7\n    name: Scanner in room 7\n    services: [https]\n"
        "    lowest: tls_1_0\n    highest: tls_1_0\n    suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n"
    )
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"ex1": HERE}}}))
    with (
        openssl(tmp_path, *identities, *TLS_1_0_ONLY) as old,
        openssl(tmp_path, *identities, *TLS_1_2_ONLY) as new,
        splice(old, PREAMBLES["smtp"]) as mail,
    ):
        common = {"names": ["mail.example.org"], "group": "vip", "exchange": "15.2.1748.10"}
        arguments = {
            "endpoints": [
                {"host": "127.0.0.1", "port": old, "service": "https", **common},
                {"host": "127.0.0.1", "port": new, "service": "https", **common},
                {"host": "127.0.0.1", "port": mail.port, "service": "smtp", **common},
            ],
            "partners": [{"domain": "old.example", "hosts": ["127.0.0.1"], "port": mail.port}],
            "details": ["groups"],
            "verify": True,
            "clients": str(own),
            "stage": "obsolete",
        }
        theirs = Controller(tmp_path, inventory).play(task("asked", "endpoint_info", arguments)).result("asked")
        done = scan(
            f"127.0.0.1:{old}", f"https://127.0.0.1:{new}", f"smtp://127.0.0.1:{mail.port}",
            "--names", "mail.example.org", "--group", "vip", "--exchange", "15.2.1748.10",
            "--partner", "old.example=127.0.0.1", "--partner-port", mail.port, "--details", "groups",
            "--verify", "--clients", own, "--stage", "obsolete", "--json", "-",
        )  # fmt: skip
    ours = json.loads(done.stdout)
    assert ours == {name: theirs[name] for name in ("endpoints", "groups", "findings", "partners")}
    assert any(client["verified"] for client in ours["endpoints"][0]["clients"])
    assert done.returncode == 1


WITHOUT_ANSIBLE = """
import json, sys

class NoAnsible:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ansible", "winrm", "jinja2", "requests"):
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, NoAnsible())
from ansible_collections.msexchange.tls.plugins.plugin_utils._scan import main
status = main(sys.argv[1:])
foreign = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(json.dumps([name for name in foreign if not name.startswith("_")]), file=sys.stderr)
sys.exit(status)
"""


def test_it_needs_no_ansible_and_nothing_but_cryptography_and_yaml(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities, *TLS_1_2_ONLY) as port:
        done = scan(f"127.0.0.1:{port}", program_text=WITHOUT_ANSIBLE)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    # cython_runtime: a part of yaml.
    assert {"cryptography", "yaml"} <= loaded <= {"ansible_collections", "cryptography", "yaml", "cython_runtime"}


def test_a_table_is_shown_and_the_json_is_kept_in_a_file(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    file = tmp_path / "result.json"
    with openssl(tmp_path, *identities, *TLS_1_2_ONLY) as port:
        done = scan(f"127.0.0.1:{port}", "--json", file)
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("Endpoint ")
    assert second.startswith(f"127.0.0.1:{port} (https)  TLS 1.2 ")
    assert all(len(line) <= 120 for line in done.stdout.splitlines())
    assert done.stderr == "Asking 1 endpoint ...\n"
    (endpoint,) = json.loads(file.read_text())["endpoints"]
    assert endpoint["versions"]["tls_1_2"]["suites"][0]["name"] == "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"


def test_exactly_what_is_wanted_is_in_force_or_not(
    tmp_path: pathlib.Path, identities: tuple[Identity, Identity]
) -> None:
    with openssl(tmp_path, *identities, *TLS_1_2_ONLY) as port:
        wanted = ("--mode", "conformance", "--versions", "tls_1_2", "--suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
        done = scan(f"127.0.0.1:{port}", *wanted)
        other = scan(f"127.0.0.1:{port}", "--mode", "conformance", "--versions", "tls_1_3")
    assert (done.returncode, other.returncode) == (0, 1)
    assert f"127.0.0.1:{port} (https): in force." in done.stdout
    assert f"127.0.0.1:{port} (https): deviates." in other.stdout


def test_where_nothing_answers_nothing_is_proven() -> None:
    done = scan("smtp://127.0.0.1:1")
    assert done.returncode == 3
    assert "127.0.0.1:1 (smtp)  unreachable: " in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["smpt://ex01"], "did you mean smtp?"),
        (["ex01", "--exchange", "CU15"], "no build of Exchange"),
        (["ex01", "--clients", "missing.yml"], "missing.yml cannot be read"),
        (["ex01", "--json", "missing/result.json"], "no folder missing"),
        (["--partner", "a.example", "--senders", "outlook"], "no client that sends mail"),
        (["ex01", "--ehlo-name", "a\r\nQUIT"], "ehlo_name"),
        (["ex01:70000"], "is not between 1 and 65535"),
        (["ex01", "--timeout", "nan"], "at most 3600 seconds"),
        (["--partner", "a.example", "--timeout", "inf"], "at most 3600 seconds"),
        (["ex01", "--json", "x" * 300], "File name too long"),
    ],
)
def test_wrong_usage_is_one_sentence_before_any_connection(words: list[str], expected: str) -> None:
    done = scan(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 1


@contextlib.contextmanager
def saying(text: bytes, arrived: threading.Event | None = None) -> t.Iterator[int]:
    """A peer that says one thing to everybody, or nothing at all, and keeps the connection."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(server.accept()[0])
                    kept[-1].sendall(text)
                    if arrived is not None:
                        arrived.set()

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        # close() alone leaves accept() waiting.
        server.shutdown(socket.SHUT_RDWR)
    for connection in kept:
        connection.close()


def test_what_a_peer_says_cannot_steer_the_terminal() -> None:
    with saying(b"554 \x1b]0;owned\x07\x1b[2J\xe2\x80\xae\xff no service\r\n") as port:
        shown = scan(f"smtp://127.0.0.1:{port}")
        data = scan(f"smtp://127.0.0.1:{port}", "--json", "-")
    assert "no service" in shown.stdout
    assert all(line.isprintable() for line in shown.stdout.splitlines())
    assert all(" " <= letter <= "~" or letter == "\n" for letter in data.stdout)
    assert shown.returncode == data.returncode == 3


@pytest.fixture
def minds_interrupts() -> t.Iterator[None]:
    """What a shell starts in the background ignores Ctrl-C, and so would the programs that a test starts there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("minds_interrupts")
def test_ctrl_c_ends_it_with_a_sentence() -> None:
    environment = {"PYTHONPATH": str(COLLECTIONS), "PATH": os.environ["PATH"]}
    arrived = threading.Event()
    with saying(b"", arrived) as port:
        command = [sys.executable, "-m", SCAN, f"127.0.0.1:{port}", "--timeout", "300"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert arrived.wait(120)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "Asking 1 endpoint ...\nStopped before all had answered; nothing was judged.\n"


def test_a_terminal_sees_a_bar_and_a_reader_that_leaves_early_sees_no_traceback() -> None:
    environment = {"PYTHONPATH": str(COLLECTIONS), "PATH": os.environ["PATH"], "COLUMNS": "80"}
    reading, writing = os.pipe()
    os.close(reading)
    ours, terminal = pty.openpty()
    command = [sys.executable, "-m", SCAN, "smtp://127.0.0.1:1"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=terminal)
    os.close(writing)
    os.close(terminal)
    seen = b""
    # The end of a terminal is an error on Linux.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            seen += piece
    os.close(ours)
    assert process.wait(120) == 130
    assert b"[##############################] 1/1  127.0.0.1:1 (smtp): unreachable" in seen
    assert b"Traceback" not in seen


@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
def test_a_table_that_cannot_be_shown_is_one_sentence_and_the_file_is_written_all_the_same(
    tmp_path: pathlib.Path, stdout: str
) -> None:
    file = tmp_path / "found.json"
    command = f"exec {sys.executable} -m {SCAN} 127.0.0.1:1 --json {file} {stdout}"
    environment = {"PYTHONPATH": str(COLLECTIONS), "PATH": os.environ["PATH"]}
    done = subprocess.run(["sh", "-c", command], env=environment, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    asked, sentence = done.stderr.splitlines()
    assert asked == "Asking 1 endpoint ..."
    assert sentence.startswith("What was found cannot be shown: ")
    assert json.loads(file.read_text())["endpoints"][0]["status"] == "unreachable"


def test_a_file_that_cannot_be_written_does_not_cost_the_table() -> None:
    done = scan("127.0.0.1:1", "--json", "/dev/full")
    assert done.returncode == 2
    assert "127.0.0.1:1 (https)" in done.stdout
    assert done.stderr.splitlines()[-1] == "--json: /dev/full cannot be written: No space left on device."
