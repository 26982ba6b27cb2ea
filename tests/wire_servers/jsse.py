# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Oracle's JSSE (any JDK from 11 on): versions, suites and their order exactly as asked for, SSL 3.0 included."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import typing as t

from .keys import Identity
from .processes import program
from .recipe import Recipe, Start

_SOURCE = pathlib.Path(__file__).with_name("Jsse.java")

# Everything that a JDK disables for good reasons and a test must see all the same.
_SECURITY = "jdk.tls.disabledAlgorithms=\njdk.tls.legacyAlgorithms=\njdk.certpath.disabledAlgorithms=\n"

#: JSSE's own names of versions.
VERSIONS = {
    "ssl_3_0": "SSLv3",
    "tls_1_0": "TLSv1",
    "tls_1_1": "TLSv1.1",
    "tls_1_2": "TLSv1.2",
    "tls_1_3": "TLSv1.3",
    "unified": "SSLv2Hello",
}


def jsse_name(suite: str) -> str:
    """JSSE calls the suites of SSL 3.0 by their old prefix."""
    old = ("_WITH_RC4_", "_WITH_3DES_", "_WITH_DES_", "_EXPORT_", "_WITH_NULL_MD5", "RSA_WITH_NULL_SHA")
    is_old = any(mark in suite for mark in old) and "ECDH" not in suite and not suite.endswith("NULL_SHA256")
    return suite.replace("TLS_", "SSL_", 1) if is_old else suite


class Jsse:
    """One process that opens as many servers as are asked for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def serve(self, versions: t.Iterable[str], suites: t.Iterable[str], order: str = "server") -> int:
        """Open a server and give its port. versions: our ids; suites: IANA names; order: ``server`` or ``client``."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the process has no pipes")
        line = "|".join((",".join(VERSIONS[v] for v in versions), ",".join(map(jsse_name, suites)), order))
        stdin.write(line + "\n")
        stdin.flush()
        answer = stdout.readline()
        if not answer:
            raise RuntimeError(f"JSSE did not open a server for {line}")
        return int(answer)


@contextlib.contextmanager
def jsse(folder: pathlib.Path, *identities: Identity, briefly: bool = True) -> t.Iterator[Jsse]:
    """briefly: for a few connections to each of many servers. Java then leaves its better compiler out, which takes
    time to begin with and computes handshakes in a third of the time afterwards.
    """
    security = folder / "jsse.security"
    security.write_text(_SECURITY)
    command = [
        program("java") or "java",
        f"-Djava.security.properties={security}",
        "-Xmx256m",
        *["-XX:TieredStopAtLevel=1"] * briefly,
    ]
    command += [str(_SOURCE), *(str(identity.pkcs12) for identity in identities)]
    with (folder / "jsse.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield Jsse(process)
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


#: Windows Server 2012 R2 as delivered, with an RSA certificate, in the order of its list.
WS2012R2 = (
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_RC4_128_MD5",
)  # fmt: skip
#: RC4, 3DES, DES and EXPORT between newer ones, as no product has them: what was put together afterwards shows.
MIXED = (
    "TLS_RSA_WITH_RC4_128_MD5", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
    "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_DES_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
)  # fmt: skip
_OLD = ("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2")


def _one(versions: t.Sequence[str], suites: t.Sequence[str]) -> Start:
    @contextlib.contextmanager
    def started(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity) -> t.Iterator[int]:
        with jsse(folder, rsa, briefly=False) as running:
            yield running.serve(versions, suites)

    return started


RECIPES = (
    Recipe("jsse_exchange_2013", ("java",), "tls", _one(_OLD, WS2012R2)),
    Recipe("jsse_mixed_order", ("java",), "tls", _one(("ssl_3_0", "tls_1_0"), MIXED)),
    Recipe("jsse_everything", ("java",), "tls", _one((*_OLD, "tls_1_3"), ("*",))),
)
