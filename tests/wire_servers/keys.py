# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Throw-away keys and certificates, made by the openssl program."""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess

PASSWORD = "wire"
NAME = "wire.example"


@dataclasses.dataclass(frozen=True)
class Identity:
    """A self-signed certificate with its key, as PEM and as PKCS12 (password ``PASSWORD``)."""

    key: pathlib.Path
    certificate: pathlib.Path
    pkcs12: pathlib.Path

    @property
    def der(self) -> bytes:
        return run("openssl", "x509", "-in", self.certificate, "-outform", "DER")


def run(*command: object) -> bytes:
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=120).stdout


def identity(folder: pathlib.Path, name: str, *algorithm: str) -> Identity:
    """Make an identity. algorithm: words for ``openssl req -newkey``."""
    made = Identity(folder / f"{name}.key", folder / f"{name}.pem", folder / f"{name}.p12")
    new = ("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={NAME}", "-newkey", *algorithm)
    run(*new, "-keyout", made.key, "-out", made.certificate)
    pair = ("-inkey", made.key, "-in", made.certificate)
    run("openssl", "pkcs12", "-export", *pair, "-out", made.pkcs12, "-passout", f"pass:{PASSWORD}")
    return made


def rsa(folder: pathlib.Path, bits: int = 2048) -> Identity:
    return identity(folder, f"rsa{bits}", f"rsa:{bits}")


def ecdsa(folder: pathlib.Path) -> Identity:
    return identity(folder, "ecdsa", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
