# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real TLS for the lab's servers: certificates, OpenSSL contexts that do exactly one thing, and a session pumped
through memory.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime
import ipaddress
import pathlib
import ssl
import typing as t
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from .tls_tables import ORDER, Suite

if t.TYPE_CHECKING:
    from .host import LabHost

_VERSIONS = {
    "tls_1_0": ssl.TLSVersion.TLSv1,
    "tls_1_1": ssl.TLSVersion.TLSv1_1,
    "tls_1_2": ssl.TLSVersion.TLSv1_2,
    "tls_1_3": ssl.TLSVersion.TLSv1_3,
}
_OFF = {
    "tls_1_0": ssl.OP_NO_TLSv1,
    "tls_1_1": ssl.OP_NO_TLSv1_1,
    "tls_1_2": ssl.OP_NO_TLSv1_2,
    "tls_1_3": ssl.OP_NO_TLSv1_3,
}
# RFC 7919, ffdhe2048
_FFDHE2048 = int(
    "FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695A9E13641146433FBCC939DCE249B3EF97D2FE363630C75D8F681B202AEC4617A"
    "D3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935984F0C70E0E68B77E2A689DAF3EFE8721DF158A136ADE73530ACCA4F483A797A"
    "BC0AB182B324FB61D108A94BB2C8E3FBB96ADAB760D7F4681D4F42A3DE394DF4AE56EDE76372BB190B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F61"
    "9172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005C58EF1837D1683B2C6F34A26C1B2EFFA886B423861285C97FFFFFFFFFFFFFFFF",
    16,
)


def _dh_parameters(prime: int, generator: int) -> str:
    """PKCS #3 parameters as PEM: a DER sequence of two integers."""
    body = b"".join(_der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in (prime, generator))
    text = base64.encodebytes(_der(0x30, body)).decode("ascii")
    return f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n"


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = b"" if length < 128 else length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size) if size else length]) + size + content


@contextlib.contextmanager
def _without_warnings() -> t.Iterator[None]:
    """Old versions are what the lab is about; Python need not warn of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


class Certificates:
    """Keys, certificates and contexts of an estate, made when first needed. The keys are shared by all hosts: they
    protect nothing.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {}
        self._chains: dict[str, tuple[bytes, pathlib.Path]] = {}
        self._contexts: dict[tuple[t.Any, ...], ssl.SSLContext] = {}

    def kind(self, host: LabHost) -> str:
        """Type of the host's certificate: rsa or ecdsa."""
        return str(host.persona.certificate.get("type", "rsa"))

    def der(self, host: LabHost) -> bytes:
        """The host's certificate."""
        return self._chain(host)[0]

    def context(self, host: LabHost, obeys: str) -> ssl.SSLContext:
        """A context that offers everything the host's Schannel offers and OpenSSL can do (for WinRM over HTTPS)."""
        state, kind = host.schannel_state(obeys), self.kind(host)
        found = self._plain(host)
        with _without_warnings():
            for version, flag in _OFF.items():
                if version not in state.versions:
                    found.options |= flag
        names = [
            suite.openssl
            for version in ORDER
            for suite in state.offer(version, kind)
            if suite.openssl and version != "tls_1_3"
        ]
        found.set_ciphers(":".join([*dict.fromkeys(names), "@SECLEVEL=0"]) if names else "NULL-MD5:@SECLEVEL=0")
        return found

    def exact(self, host: LabHost, version: str, suite: Suite, server_order: bool) -> ssl.SSLContext:
        """A context that does this version with this suite and nothing else (in TLS 1.3: what OpenSSL has, in
        server's or client's order).
        """
        identity = (host.name, version, suite.name, server_order)
        if identity not in self._contexts:
            found = self._plain(host)
            with _without_warnings():
                found.minimum_version = found.maximum_version = _VERSIONS[version]
            if version != "tls_1_3":
                found.set_ciphers(f"{suite.openssl}:@SECLEVEL=0")
            elif not server_order:
                found.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
            self._contexts[identity] = found
        return self._contexts[identity]

    def _plain(self, host: LabHost) -> ssl.SSLContext:
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.set_ciphers("ALL:@SECLEVEL=0")
        with _without_warnings():
            found.minimum_version = ssl.TLSVersion.TLSv1
        found.load_cert_chain(self._chain(host)[1])
        found.load_dh_params(str(self._dh_file()))
        found.num_tickets = 0
        return found

    def _dh_file(self) -> pathlib.Path:
        path = self._folder / "dh.pem"
        if not path.exists():
            path.write_text(_dh_parameters(_FFDHE2048, 2), encoding="ascii")
        return path

    def _key(self, kind: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
        if kind not in self._keys:
            self._keys[kind] = (
                ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
            )
        return self._keys[kind]

    def _chain(self, host: LabHost) -> tuple[bytes, pathlib.Path]:
        if host.name not in self._chains:
            key = self._key(self.kind(host))
            certificate = _certificate(host, key)
            path = self._folder / f"{host.name}.pem"
            path.write_bytes(
                certificate.public_bytes(serialization.Encoding.PEM)
                + key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
            self._chains[host.name] = (certificate.public_bytes(serialization.Encoding.DER), path)
        return self._chains[host.name]


def _certificate(host: LabHost, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    wanted = host.persona.certificate
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host.fqdn)])
    now = datetime.datetime.now(datetime.timezone.utc)
    names: list[x509.GeneralName] = [
        x509.DNSName(host.fqdn),
        x509.DNSName(f"mail.{host.persona.domain}"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
    )
    builder = builder.not_valid_before(now - datetime.timedelta(days=float(wanted.get("age_days", 100))))
    builder = builder.not_valid_after(now + datetime.timedelta(days=float(wanted.get("left_days", 600))))
    return builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())


class Session:
    """One TLS connection on the server's side, over an asyncio stream whose first bytes were already read."""

    def __init__(
        self, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes
    ) -> None:
        self._reader, self._writer = reader, writer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._incoming.write(first)
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def handshake(self) -> tuple[str, str]:
        """Version and suite by OpenSSL's names. Raises ssl.SSLError, EOFError."""
        await self._until_done(self._object.do_handshake)
        cipher = self._object.cipher()
        return str(self._object.version()), cipher[0] if cipher else ""

    async def read(self) -> bytes:
        """Some plaintext, b"" at the end. Raises ssl.SSLError."""
        try:
            return t.cast(bytes, await self._until_done(lambda: self._object.read(65536)))
        except (EOFError, ssl.SSLZeroReturnError):
            return b""

    async def write(self, data: bytes) -> None:
        """Sends plaintext."""
        await self._until_done(lambda: self._object.write(data))

    async def _until_done(self, step: t.Callable[[], t.Any]) -> t.Any:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._reader.read(65536)
                if not data:
                    raise EOFError("the peer closed the connection") from None
                self._incoming.write(data)
                continue
            except ssl.SSLError:
                await self._flush()
                raise
            await self._flush()
            return result

    async def _flush(self) -> None:
        if waiting := self._outgoing.read():
            self._writer.write(waiting)
            await self._writer.drain()
