# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The approver's signature: of this key, over these bytes, and never a word about the key itself."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import typing as t

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from hypothesis import given
from hypothesis import strategies as st
from tools.examples import examples

from ansible_collections.msexchange.tls.plugins.plugin_utils._change import (
    SignatureError,
    fingerprint,
    sign,
    signer,
    verify,
)

pytestmark = pytest.mark.proves("plan_signature")

DATA = b'{"format_version": 1}\n'


def pem(key: t.Any, passphrase: bytes | None = None) -> bytes:
    """A private key as a file."""
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    made: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    return made


def public(key: t.Any) -> bytes:
    """Its public half as a file."""
    made: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return made


KEY, OTHER = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()


def test_a_signature_is_of_its_key_over_its_data() -> None:
    signature = sign(DATA, pem(KEY))
    verify(DATA, signature, public(KEY))
    assert sign(DATA, pem(KEY, b"secret"), "secret") == signature
    assert signer(pem(KEY)) == fingerprint(public(KEY)) != fingerprint(public(OTHER))


@examples(50)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_one_changed_byte_makes_it_worthless(position: int, change: int) -> None:
    signature = sign(DATA, pem(KEY))
    spoiled = bytearray(DATA)
    spoiled[position] ^= change
    with pytest.raises(SignatureError, match="not of this key over this plan"):
        verify(bytes(spoiled), signature, public(KEY))
    with pytest.raises(SignatureError, match="not of this key over this plan"):
        verify(DATA, bytes([signature[0] ^ change]) + signature[1:], public(KEY))


def test_another_key_and_a_signature_of_another_length_are_refused() -> None:
    with pytest.raises(SignatureError, match="somebody else signed it"):
        verify(DATA, sign(DATA, pem(OTHER)), public(KEY))
    with pytest.raises(SignatureError, match="has 65 bytes instead of 64"):
        verify(DATA, sign(DATA, pem(KEY)) + b"\n", public(KEY))


@pytest.mark.parametrize(
    ("key", "passphrase", "words"),
    [
        (pem(KEY, b"secret"), None, "The private key is encrypted. Give its passphrase."),
        (pem(KEY, b"secret"), "wrong", "the passphrase is wrong, or the file is damaged"),
        (pem(KEY), "secret", "is not encrypted, but a passphrase was given"),
        (b"", None, "The file is no private key in PEM"),
        (public(KEY), None, "The file is no private key in PEM"),
        (b"\xff" * 100, None, "The file is no private key in PEM"),
        (b"x" * 70_000, None, "A key file has at most 65536 bytes"),
        (pem(ec.generate_private_key(ec.SECP256R1())), None, "The private key is no Ed25519 key"),
        (pem(ed448.Ed448PrivateKey.generate()), None, "The private key is no Ed25519 key"),
    ],
)
def test_what_is_no_private_key_is_one_sentence_without_any_of_it(
    key: bytes, passphrase: str | None, words: str
) -> None:
    with pytest.raises(SignatureError) as caught:
        sign(DATA, key, passphrase)
    sentence = caught.value.sentence
    assert words in sentence
    material = [line.decode("ascii", "replace") for line in key.splitlines() if len(line) > 20 and b"-----" not in line]
    assert not [line for line in material if line in sentence]
    assert "wrong" not in sentence or "passphrase is wrong" in sentence


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (b"", "is no public key in PEM"),
        (pem(KEY), "It is a private key."),
        (public(ec.generate_private_key(ec.SECP256R1())), "is no Ed25519 key"),
    ],
)
def test_what_is_no_public_key_is_one_sentence(key: bytes, words: str) -> None:
    with pytest.raises(SignatureError) as caught:
        verify(DATA, b"x" * 64, key)
    assert words in caught.value.sentence


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_agrees_without_this_collection(tmp_path: pathlib.Path) -> None:
    for name, content in (("plan", DATA), ("plan.sig", sign(DATA, pem(KEY))), ("pub.pem", public(KEY))):
        (tmp_path / name).write_bytes(content)
    command = "openssl pkeyutl -verify -pubin -inkey pub.pem -rawin -in plan -sigfile plan.sig"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (tmp_path / "plan").write_bytes(DATA + b" ")
    assert subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False).returncode != 0
