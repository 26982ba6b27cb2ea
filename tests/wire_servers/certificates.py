# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates of every kind and the chains that they make, by the openssl program."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import functools
import hashlib
import itertools
import pathlib
import tempfile
import typing as t

from .keys import run

CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash")
SERVER = (
    "keyUsage=critical,digitalSignature,keyEncipherment",
    "extendedKeyUsage=serverAuth",
    "authorityKeyIdentifier=keyid",
    "subjectKeyIdentifier=hash",
)
NAME = "mail.example.org"
#: For ``openssl genpkey``.
ALGORITHMS: t.Mapping[str, tuple[str, ...]] = {
    "rsa2048": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "rsa1024": ("RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    "rsa_e3": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:3"),
    "p256": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p224": ("EC", "-pkeyopt", "ec_paramgen_curve:P-224"),
    "ed25519": ("ED25519",),
}
_serials = itertools.count(0x1001)


@dataclasses.dataclass(frozen=True)
class Made:
    """A certificate and its key, both PEM."""

    key: pathlib.Path
    certificate: pathlib.Path

    @property
    def der(self) -> bytes:
        return run("openssl", "x509", "-in", self.certificate, "-outform", "DER")

    def seen_by_openssl(self, *what: str) -> str:
        return run("openssl", "x509", "-in", self.certificate, "-noout", *what).decode()


@functools.cache
def _folder() -> pathlib.Path:
    folder = tempfile.TemporaryDirectory()
    _kept.append(folder)
    return pathlib.Path(folder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


@functools.cache
def key(algorithm: str, number: int) -> pathlib.Path:
    """A key that is made once; number: another key of the same kind."""
    made = _folder() / f"{algorithm}-{number}.key"
    run("openssl", "genpkey", "-algorithm", *ALGORITHMS[algorithm], "-out", made)
    return made


@functools.cache
def make(
    subject: str,
    *extensions: str,
    issuer: Made | None = None,
    algorithm: str = "rsa2048",
    number: int = 0,
    digest: str = "sha256",
    days: int = 90,
    pss: bool = False,
) -> Made:
    """A certificate that is valid from now on, self-signed without ``issuer``. subject: ``/CN=...``."""
    serial = next(_serials)
    own = key(algorithm, number)
    base = _folder() / f"{serial:x}"
    request, made, more = base.with_suffix(".csr"), base.with_suffix(".pem"), base.with_suffix(".cnf")
    more.write_text("\n".join(extensions) + "\n")
    run("openssl", "req", "-new", "-utf8", "-key", own, "-subj", subject, "-out", request)
    signer: tuple[object, ...] = ("-signkey", own)
    if issuer is not None:
        signer = ("-CA", issuer.certificate, "-CAkey", issuer.key)
    hashed = () if algorithm == "ed25519" and issuer is None else (f"-{digest}",)
    padding = ("-sigopt", "rsa_padding_mode:pss") if pss else ()
    words = ("openssl", "x509", "-req", "-in", request, "-days", days, "-set_serial", serial, *hashed, *padding)
    run(*words, *signer, "-extfile", more, "-out", made)
    return Made(own, made)


def root(**more: t.Any) -> Made:
    return make("/O=Example/CN=Root", *CA, number=1, days=3650, **more)


def intermediate(issuer: Made | None = None, **more: t.Any) -> Made:
    return make("/O=Example/CN=Issuing CA", *CA, issuer=issuer or root(), number=2, days=1800, **more)


def server(issuer: Made | None = None, names: str = f"DNS:{NAME}", **more: t.Any) -> Made:
    """The certificate of a server, by the intermediate; names: of the subject alternative name, empty for none."""
    alternative = (f"subjectAltName={names}",) if names else ()
    return make(f"/CN={NAME}", *SERVER, *alternative, issuer=issuer or intermediate(), **more)


def answer(*chains: t.Sequence[Made | bytes], authentication: str = "RSA", **more: t.Any) -> dict[str, t.Any]:
    """What ``endpoint_info`` would say of an endpoint with these chains."""
    ders = [[one.der if isinstance(one, Made) else one for one in chain] for chain in chains]
    every = list(dict.fromkeys(der for chain in ders for der in chain))
    return {
        "host": "ex01.example.org",
        "port": 443,
        "service": "https",
        "transport": "tls",
        "status": "answered",
        "certificates": [base64.b64encode(der).decode() for der in every],
        "chains": [
            {"authentication": authentication, "certificates": [every.index(der) for der in chain]} for chain in ders
        ],
        **more,
    }


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate."""
    return hashlib.sha256(der).hexdigest()


def today() -> datetime.date:
    """The day on which the certificates are made, as openssl sees it."""
    return datetime.datetime.now(datetime.timezone.utc).date()


def in_days(days: int) -> datetime.date:
    return today() + datetime.timedelta(days=days)


def other_hash(md5_signed: bytes, last: int) -> bytes:
    """A certificate signed with MD5 made into one with MD2 (2) or MD4 (3), which openssl does not sign with any more.

    The last byte of 1.2.840.113549.1.1.4 is changed in both places; the signature does not fit any more.
    """
    identifier = bytes.fromhex("06092a864886f70d010104")
    assert md5_signed.count(identifier) == 2
    return md5_signed.replace(identifier, identifier[:-1] + bytes([last]))
