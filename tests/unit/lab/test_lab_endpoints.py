# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's TLS listeners: real handshakes where OpenSSL can, the right first flight where it cannot, the registry as
of the boot.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import struct
import subprocess
import typing as t

import pytest
from lab import Lab, certificate_store
from lab.hello import ClientHello, HelloError, HelloReader
from lab.tls_tables import SUITES, VERSIONS

from .conftest import StartLab

pytestmark = [
    pytest.mark.proves("lab_model"),
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning"),
]

SERVER = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\{}\\Server"
RC4 = SUITES["TLS_RSA_WITH_RC4_128_SHA"].number
REFUSED = (ssl.SSLError, ConnectionError)
PYTHON = {"tls_1_0": ssl.TLSVersion.TLSv1, "tls_1_2": ssl.TLSVersion.TLSv1_2, "tls_1_3": ssl.TLSVersion.TLSv1_3}


def handshake(port: int, version: str, ciphers: str = "ALL:@SECLEVEL=0") -> tuple[str, str]:
    """Version and suite of a completed handshake. Raises ssl.SSLError, OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers)
    context.minimum_version = context.maximum_version = PYTHON[version]
    with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain) as secure:
        cipher = secure.cipher()
        return str(secure.version()), cipher[0] if cipher else ""


def s_client(port: int, *words: str) -> str:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *words]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr


def hello(version: int, *suites: int) -> bytes:
    """A ClientHello of SSL 3.0 to TLS 1.2 without extensions."""
    body = (
        struct.pack(">H", version)
        + bytes(32)
        + b"\0"
        + struct.pack(f">H{len(suites)}H", 2 * len(suites), *suites)
        + b"\1\0"
    )
    message = b"\1" + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHH", 22, min(version, 0x0301), len(message)) + message


def exchange(port: int, data: bytes, before: t.Sequence[bytes] = ()) -> bytes:
    """What comes back on ``data``; ``before`` are lines sent first, each after an answer."""
    with socket.create_connection(("127.0.0.1", port), 10) as peer:
        for line in before:
            peer.recv(4096)
            peer.sendall(line)
        if before:
            peer.recv(4096)
        peer.sendall(data)
        return peer.recv(65536)


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("https", []),
        ("https_backend", []),
        ("smtp", ["-starttls", "smtp"]),
        ("submission", ["-starttls", "smtp"]),
        ("imap", ["-starttls", "imap"]),
        ("imaps", []),
        ("pop3", ["-starttls", "pop3"]),
        ("pop3s", []),
    ],
)
def test_openssl_finishes_a_handshake_on_every_endpoint(start_lab: StartLab, service: str, words: list[str]) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    said = s_client(lab.port("ex1", service), *words, "-tls1_2")
    assert "Cipher is ECDHE-RSA-AES256-GCM-SHA384" in said
    assert "CN = ex1.contoso.example" in said


def test_tls_1_3_and_the_edge_sync_port_answer_too(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022", edge1="edge2019_ws2019")
    assert handshake(lab.port("ex1", "https"), "tls_1_3") == ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
    assert handshake(lab.port("edge1", "edgesync"), "tls_1_2")[0] == "TLSv1.2"


def test_smtp_has_no_tls_1_3_although_windows_has(start_lab: StartLab) -> None:
    lab = start_lab("exse_ws2025")
    assert "Cipher is (NONE)" in s_client(lab.port("ex1", "smtp"), "-starttls", "smtp", "-tls1_3")


def test_the_suite_is_the_servers_choice(start_lab: StartLab) -> None:
    lab = start_lab("ex2016_ws2016_grouppolicy")
    offered = "AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0"
    assert handshake(lab.port("ex1", "https"), "tls_1_2", offered)[1] == "ECDHE-RSA-AES256-GCM-SHA384"
    assert (
        handshake(lab.port("ex1", "https"), "tls_1_2", "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0")[1]
        == "ECDHE-RSA-AES128-SHA"
    )


def test_tls_1_0_and_diffie_hellman_work_on_an_old_server(start_lab: StartLab) -> None:
    lab = start_lab("ex2013_ws2012r2")
    assert handshake(lab.port("ex1", "https"), "tls_1_0")[0] == "TLSv1"
    assert (
        handshake(lab.port("ex1", "https"), "tls_1_2", "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0")[1]
        == "DHE-RSA-AES256-GCM-SHA384"
    )


@pytest.mark.parametrize("version", ["ssl_3_0", "tls_1_0", "tls_1_2"])
def test_rc4_and_ssl_3_0_get_a_server_hello_with_certificate(start_lab: StartLab, version: str) -> None:
    lab = start_lab("ex2013_ws2012r2")
    number = VERSIONS[version]
    answer = exchange(lab.port("ex1", "https"), hello(number, RC4))
    assert answer[:3] == struct.pack(">BH", 22, number)
    assert answer[5] == 2
    assert struct.unpack(">H", answer[9:11]) == (number,)
    assert struct.unpack(">H", answer[44 + 32 : 46 + 32]) == (RC4,)
    assert answer[-4:] == b"\x0e\0\0\0"  # ServerHelloDone


def test_a_refusal_is_an_alert_or_a_reset_as_the_persona_says(start_lab: StartLab) -> None:
    lab = start_lab(
        "ex2019cu15_ws2022",
        rough={"persona": "ex2019cu15_ws2022", "refuses": "rst"},
        quiet={"persona": "ex2019cu15_ws2022", "refuses": "close"},
    )
    old = hello(VERSIONS["tls_1_0"], RC4)
    assert exchange(lab.port("ex1", "https"), old) == bytes.fromhex("15030100020246")
    assert exchange(lab.port("quiet", "https"), old) == b""
    with pytest.raises(ConnectionResetError):
        exchange(lab.port("rough", "https"), old)


def test_an_endpoint_follows_the_registry_as_of_the_last_boot(start_lab: StartLab) -> None:
    lab = start_lab("ex2013_ws2012r2", eager={"persona": "ex2013_ws2012r2", "obeys": "write"})
    for name in ("ex1", "eager"):
        key = SERVER.format("TLS 1.0")
        lab.host(name).registry.create(key)
        lab.host(name).registry.set_value(key, "Enabled", 4, bytes(4))
    assert handshake(lab.port("ex1", "https"), "tls_1_0")[0] == "TLSv1"
    with pytest.raises(REFUSED):
        handshake(lab.port("eager", "https"), "tls_1_0")
    lab.reboot("ex1")
    with pytest.raises(REFUSED):
        handshake(lab.port("ex1", "https"), "tls_1_0")


def test_a_server_in_maintenance_serves_https_but_no_mail(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    lab.host("ex1").set_maintenance(True)
    assert handshake(lab.port("ex1", "https"), "tls_1_2")[0] == "TLSv1.2"
    with socket.create_connection(("127.0.0.1", lab.port("ex1", "smtp")), 10) as peer:
        assert peer.recv(100).startswith(b"421 4.3.2")
    with pytest.raises(REFUSED):
        handshake(lab.port("ex1", "imaps"), "tls_1_2")
    lab.host("ex1").set_maintenance(False)
    assert handshake(lab.port("ex1", "imaps"), "tls_1_2")[0] == "TLSv1.2"


def test_pop_and_imap_of_2013_know_tls_1_0_only(start_lab: StartLab) -> None:
    lab = start_lab(ex1={"persona": "ex2013_ws2012r2", "pop_imap": True})
    assert handshake(lab.port("ex1", "imaps"), "tls_1_0")[0] == "TLSv1"
    with pytest.raises(REFUSED):
        handshake(lab.port("ex1", "imaps"), "tls_1_2")


def test_the_registry_names_the_certificate_that_https_presents(start_lab: StartLab) -> None:
    lab = start_lab("ex2019cu15_ws2022")
    presented = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", lab.port("ex1", "https"))))
    registry = lab.host("ex1").registry
    bound = registry.value(f"{certificate_store.BINDINGS}\\0.0.0.0:443", "SslCertHash")
    assert bound is not None
    assert bound.content == hashlib.sha1(presented).digest()
    blob = registry.value(f"{certificate_store.STORE}\\{bound.content.hex().upper()}", "Blob")
    assert blob is not None
    assert blob.content.endswith(struct.pack("<III", 32, 1, len(presented)) + presented)
    assert registry.written(certificate_store.BINDINGS) < lab.host("ex1").boot


def test_remote_desktop_begins_tls_after_its_own_negotiation(start_lab: StartLab) -> None:
    lab = start_lab("exse_ws2025")
    request = bytes.fromhex("030000130ee000000000000100080001000000")
    with socket.create_connection(("127.0.0.1", lab.port("ex1", "rdp")), 10) as peer:
        peer.sendall(request)
        assert peer.recv(100)[5] == 0xD0
        peer.sendall(hello(VERSIONS["tls_1_2"], SUITES["TLS_RSA_WITH_AES_128_GCM_SHA256"].number))
        assert peer.recv(4096)[0] == 22


def test_a_tls_1_3_choice_that_openssl_would_not_make_is_answered_by_hand(start_lab: StartLab) -> None:
    lab: Lab = start_lab("exse_ws2025")
    versions, share = struct.pack(">HHBH", 43, 3, 2, 0x0304), struct.pack(">HHHHH", 51, 38, 36, 29, 32) + bytes(32)
    groups, algorithms = struct.pack(">HHHH", 10, 4, 2, 29), struct.pack(">HHHH", 13, 4, 2, 0x0804)
    extensions = versions + share + groups + algorithms
    body = (
        b"\3\3"
        + bytes(32)
        + b"\0"
        + struct.pack(">HHH", 4, 0x1303, 0x1301)
        + b"\1\0"
        + struct.pack(">H", len(extensions))
        + extensions
    )
    message = b"\1" + len(body).to_bytes(3, "big") + body
    answer = exchange(lab.port("ex1", "https"), struct.pack(">BHH", 22, 0x0301, len(message)) + message)
    assert answer[5] == 2
    assert struct.unpack(">H", answer[44:46]) == (0x1301,)


# -- reading a hello ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_hello_is_read_however_it_is_cut(size: int) -> None:
    data, reader = hello(0x0303, 0x002F, RC4), HelloReader()
    found: ClientHello | None = None
    for at in range(0, len(data), size):
        found = reader.feed(data[at : at + size])
    assert found is not None
    assert found.suites == (0x002F, RC4)
    assert found.versions == (0x0300, 0x0301, 0x0302, 0x0303)


def test_an_old_hello_in_the_form_of_ssl_2_0_is_read() -> None:
    body = struct.pack(">BHHHH", 1, 0x0301, 6, 0, 16) + bytes([0, 0, 5, 1, 0, 0x80]) + bytes(16)
    found = HelloReader().feed(struct.pack(">H", 0x8000 | len(body)) + body)
    assert found is not None
    assert found.old_form
    assert found.suites == (5,)
    assert found.versions == (0x0002, 0x0300, 0x0301)


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00\x05\x02\0\0\1\0", b"\x16\x03\x01\x00\x05\x01\0\0\1\0"]
)
def test_what_is_no_hello_is_an_error(data: bytes) -> None:
    with pytest.raises(HelloError):
        HelloReader().feed(data)
