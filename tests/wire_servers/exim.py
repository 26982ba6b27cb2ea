# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exim as SMTP server, a second one beside Postfix: TLS by GnuTLS. Its package and that of Postfix exclude each other,
so it is unpacked (``dpkg -x``) where both are wanted; it needs the user that it was built with.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import typing as t

from .keys import Identity
from .processes import free_port, program, running
from .recipe import Recipe

#: Who Exim becomes; Debian's is built with this name.
USER = "Debian-exim"

_CIPHERS = (
    "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+3DES-CBC:+AES-128-CCM:+CAMELLIA-128-CBC:+SHA384:+SHA256:+DHE-RSA"
    ":%SERVER_PRECEDENCE"
)


def missing_user() -> str:
    """Why it cannot run although it is installed; empty when it can."""
    if os.geteuid() != 0:
        return "only root may start it"
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return f"there is no user {USER}"
    return ""


@contextlib.contextmanager
def _exim(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity, readable: bool = True) -> t.Iterator[int]:
    port, home = free_port(), folder / "exim"
    (home / "spool").mkdir(parents=True)
    (home / "log").mkdir()
    key = home / "key.pem"
    key.write_bytes(rsa.key.read_bytes())
    user = pwd.getpwnam(USER)
    for path in (home, home / "spool", home / "log", *([key] if readable else [])):
        os.chown(path, user.pw_uid, user.pw_gid)
    key.chmod(0o400)
    config = home / "exim.conf"
    config.write_text(
        f"primary_hostname = wire.example\nspool_directory = {home}/spool\nlog_file_path = {home}/log/%slog\n"
        f"pid_file_path = {home}/exim.pid\nlocal_interfaces = 127.0.0.1\ndaemon_smtp_ports = {port}\n"
        f"tls_advertise_hosts = *\ntls_certificate = {rsa.certificate}\ntls_privatekey = {key}\n"
        f"tls_require_ciphers = {_CIPHERS}\nrfc1413_hosts =\nhost_lookup =\nsmtp_accept_max = 0\n"
        "keep_environment =\nsmtp_enforce_sync = false\n"
    )
    os.chmod(config, 0o644)
    with running([program("exim4"), "-C", config, "-bdf"], port, home / "output"):
        yield port


def without_key(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.ContextManager[int]:
    """It cannot read its key: STARTTLS is offered, and then declined with 454."""
    return _exim(folder, rsa, ecdsa, readable=False)


RECIPES = (Recipe("exim", ("exim4",), "smtp", _exim),)
