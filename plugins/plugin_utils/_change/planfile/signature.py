# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A detached signature (Ed25519, RFC 8032) that binds the approver to the bytes of a plan file.

The signature file holds the 64 bytes as they are, so that ``openssl pkeyutl -verify -rawin`` can check them too. No key
material appears in any error.
"""

from __future__ import annotations

import contextlib
import hashlib

from .errors import SignatureError

# ansible-core needs it, so it is there; but a plugin must be importable without (ansible-test sanity --test import).
with contextlib.suppress(ImportError):
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: Appended to the name of the plan.
SUFFIX = ".sig"
_LENGTH = 64
#: An encrypted Ed25519 key in PEM takes some 300 bytes.
_LARGEST_KEY = 65_536


def sign(data: bytes, private_key: bytes, passphrase: str | None = None) -> bytes:
    """The signature of ``data``. ``private_key``: PEM, perhaps encrypted. Raises SignatureError."""
    return _private_key(private_key, passphrase).sign(data)


def signer(private_key: bytes, passphrase: str | None = None) -> str:
    """The fingerprint of the public half of a private key. Raises SignatureError."""
    return _fingerprint(_private_key(private_key, passphrase).public_key())


def verify(data: bytes, signature: bytes, public_key: bytes) -> None:
    """Return if ``signature`` is that of this key over this data; else raise SignatureError."""
    key = _public_key(public_key)
    if len(signature) != _LENGTH:
        raise SignatureError(
            f"The signature has {len(signature)} bytes instead of {_LENGTH}. Have the plan signed again."
        )
    try:
        key.verify(signature, data)
    except InvalidSignature:
        raise SignatureError(
            "The signature is not of this key over this plan: the plan was changed after it was signed, or somebody "
            "else signed it. Look at the plan, then have it signed again."
        ) from None


def fingerprint(public_key: bytes) -> str:
    """SHA-256 over the key itself (SubjectPublicKeyInfo, DER), to name the approver in a journal."""
    return _fingerprint(_public_key(public_key))


def _fingerprint(key: Ed25519PublicKey) -> str:
    form = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(form).hexdigest()


def _private_key(pem: bytes, passphrase: str | None) -> Ed25519PrivateKey:
    _require_size(pem)
    secret = passphrase.encode("utf-8", "surrogatepass") if passphrase else None
    try:
        key = serialization.load_pem_private_key(pem, secret)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise SignatureError(_why_not(pem, secret)) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError("The private key is no Ed25519 key. Make one with: openssl genpkey -algorithm ed25519.")
    return key


def _public_key(pem: bytes) -> Ed25519PublicKey:
    _require_size(pem)
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        hint = " It is a private key." if b"PRIVATE KEY" in pem else ""
        raise SignatureError(
            f"The key to verify with is no public key in PEM.{hint} Make it with: openssl pkey -in key.pem -pubout."
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise SignatureError("The key to verify with is no Ed25519 key.")
    return key


def _require_size(pem: bytes) -> None:
    if len(pem) > _LARGEST_KEY:
        raise SignatureError(f"A key file has at most {_LARGEST_KEY} bytes; this one is something else.")


def _why_not(pem: bytes, secret: bytes | None) -> str:
    if b"ENCRYPTED" in pem and secret is None:
        return "The private key is encrypted. Give its passphrase."
    if b"ENCRYPTED" in pem:
        return "The private key cannot be read: the passphrase is wrong, or the file is damaged."
    if b"PRIVATE KEY" in pem and secret is not None:
        return "The private key is not encrypted, but a passphrase was given. Take one of them away."
    return "The file is no private key in PEM. Make one with: openssl genpkey -algorithm ed25519."
