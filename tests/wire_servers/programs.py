# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recipes: programs with TLS by other people, set up so that they accept as much as they can.

Each is a context manager that gives a port. What is not installed is skipped by the tests; nothing is installed here.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import typing as t

from . import exim, jsse, old_node
from .keys import PASSWORD, Identity, run
from .processes import free_port, program, running
from .recipe import Recipe, Start

_GNUTLS = (
    "NONE:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+CIPHER-ALL:+MAC-ALL:+KX-ALL:+SIGN-ALL:+COMP-NULL:+CTYPE-ALL:"
    "+GROUP-ALL:+ANON-DH:+ANON-ECDH:+3DES-CBC:+ARCFOUR-128:+NULL:%SERVER_PRECEDENCE"
)
_OPENSSL_ALL = "ALL:eNULL:@SECLEVEL=0"
#: As Exchange is today, in OpenSSL's names: four suites of TLS 1.2; those of TLS 1.3 come by themselves.
HARDENED = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"


def openssl(folder: pathlib.Path, rsa: Identity, ecdsa: Identity, *more: str) -> t.ContextManager[int]:
    port = free_port()
    command = [program("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-cert", rsa.certificate]
    command += ["-key", rsa.key, "-dcert", ecdsa.certificate, "-dkey", ecdsa.key]
    return running([*command, *(more or ("-cipher", _OPENSSL_ALL, "-serverpref"))], port, folder / "openssl.log")


def _openssl_client_order(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.ContextManager[int]:
    return openssl(folder, rsa, ecdsa, "-cipher", _OPENSSL_ALL)


def _gnutls(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.ContextManager[int]:
    port = free_port()
    command = [program("gnutls-serv"), "--port", port, "--priority", _GNUTLS]
    for one in (rsa, ecdsa):
        command += ["--x509keyfile", one.key, "--x509certfile", one.certificate]
    return running(command, port, folder / "gnutls.log")


def _gnutls_1_3(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.ContextManager[int]:
    port = free_port()
    command = [program("gnutls-serv"), "--port", port, "--priority", "NORMAL", "--x509keyfile", rsa.key]
    return running([*command, "--x509certfile", rsa.certificate], port, folder / "gnutls13.log")


@contextlib.contextmanager
def _nss(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.Iterator[int]:
    """NSS: a second implementation of SSL 3.0, RC4 and 3DES; silent to SSL 2.0 framing."""
    base, port = f"sql:{folder / 'nss'}", free_port()
    (folder / "nss").mkdir()
    run(program("certutil"), "-N", "-d", base, "--empty-password")
    run(program("pk12util"), "-i", rsa.pkcs12, "-d", base, "-W", PASSWORD, "-K", "")
    suites = ":" + ":".join(f"{number:04X}" for number in _NSS_SUITES)
    command = [
        program("selfserv"),
        "-V",
        "ssl3:tls1.2",
        "-H",
        "1",
        "-d",
        base,
        "-n",
        "wire.example",
        "-p",
        port,
        "-w",
        "",
    ]
    with running([*command, "-c", suites], port, folder / "nss.log"):
        yield port


_NSS_SUITES = (
    0x0001, 0x0002, 0x0004, 0x0005, 0x0009, 0x000A, 0x002F, 0x0035, 0x003B, 0x003C, 0x003D, 0x009C, 0x009D, 0xC011,
    0xC012, 0xC013, 0xC014, 0xC027, 0xC028, 0xC02F, 0xC030, 0xCCA8,
)  # fmt: skip


def _nginx(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.ContextManager[int]:
    return nginx(folder, (rsa, ecdsa), [free_port()], "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", _OPENSSL_ALL)


def _nginx_hardened(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity) -> t.ContextManager[int]:
    return nginx(folder, (rsa,), [free_port()], "TLSv1.2 TLSv1.3", HARDENED)


def nginx(
    folder: pathlib.Path, identities: t.Sequence[Identity], ports: t.Sequence[int], protocols: str, ciphers: str
) -> t.ContextManager[int]:
    """One nginx that listens on all the ports; gives the last of them."""
    pairs = "".join(f"ssl_certificate {one.certificate}; ssl_certificate_key {one.key};" for one in identities)
    listens = " ".join(f"listen 127.0.0.1:{port} ssl;" for port in ports)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr; "
        "worker_rlimit_nofile 8192; events { worker_connections 4096; } http { access_log off; "
        f"server {{ {listens} ssl_protocols {protocols}; "
        f"ssl_ciphers {ciphers}; ssl_prefer_server_ciphers on; {pairs} }} }}"
    )
    return running([program("nginx"), "-e", "stderr", "-p", folder, "-c", config], ports[-1], folder / "nginx.log")


def _dovecot(protocol: str) -> Start:
    def start(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity) -> t.ContextManager[int]:
        port, home = free_port(), folder / protocol
        home.mkdir()
        service = {"imap": "imap-login", "pop3": "pop3-login"}[protocol]
        config = home / "dovecot.conf"
        config.write_text(
            f"base_dir = {home}/run\nprotocols = {protocol}\nlog_path = /dev/stderr\nssl = yes\nlisten = 127.0.0.1\n"
            f"ssl_cert = <{rsa.certificate}\nssl_key = <{rsa.key}\nssl_min_protocol = TLSv1\n"
            f"ssl_cipher_list = ALL:@SECLEVEL=0\nssl_prefer_server_ciphers = yes\ndefault_process_limit = 200\n"
            f"service {service} {{\n chroot =\n service_count = 0\n inet_listener {protocol} {{\n port = {port}\n }}\n"
            f" inet_listener {protocol}s {{\n port = 0\n }}\n}}\n"
            "passdb {\n driver = static\n args = nopassword=y\n}\n"
        )
        return running([program("dovecot"), "-F", "-c", config], port, home / "log")

    return start


def _slapd(transport: str) -> Start:
    def start(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity) -> t.ContextManager[int]:
        port, home = free_port(), folder / f"slapd-{transport}"
        (home / "db").mkdir(parents=True)
        config = home / "slapd.conf"
        config.write_text(
            f"TLSCertificateFile {rsa.certificate}\nTLSCertificateKeyFile {rsa.key}\n"
            "include /etc/ldap/schema/core.schema\n"
            "TLSCipherSuite NORMAL:+VERS-TLS1.0:+VERS-TLS1.1\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
            f'database mdb\nsuffix "dc=wire,dc=example"\ndirectory {home}/db\n'
        )
        scheme = "ldaps" if transport == "tls" else "ldap"
        command = [program("slapd"), "-d", "0", "-f", config, "-h", f"{scheme}://127.0.0.1:{port}"]
        return running(command, port, home / "log")

    return start


def _xrdp(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity) -> t.ContextManager[int]:
    port, config = free_port(), folder / "xrdp.ini"
    config.write_text(
        f"[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:{port}\nsecurity_layer=negotiate\n"
        f"certificate={rsa.certificate}\nkey_file={rsa.key}\ntls_ciphers={_OPENSSL_ALL}\n"
        "ssl_protocols=TLSv1, TLSv1.1, TLSv1.2, TLSv1.3\n"
        f"[Logging]\nLogFile={folder}/xrdp-own.log\nLogLevel=ERROR\nEnableSyslog=false\n"
        "[Channels]\n[Xorg]\nname=Xorg\nlib=libxup.so\n"
    )
    return running([program("xrdp"), "-n", "-c", config], port, folder / "xrdp.log")


@contextlib.contextmanager
def _postfix(folder: pathlib.Path, rsa: Identity, _ecdsa: Identity, limit: int = 50) -> t.Iterator[int]:
    """Postfix as SMTP server; limit: connections at once per client before it says 421."""
    port, home = free_port(), folder / "postfix"
    for part in ("config", "spool", "data"):
        (home / part).mkdir(parents=True)
    os.chmod(folder, 0o755)
    run("chown", "postfix", home / "data")
    (home / "config" / "master.cf").write_text(
        f"127.0.0.1:{port} inet n - n - 100 smtpd\nanvil unix - - n - 1 anvil\ntlsmgr unix - - n 1000? 1 tlsmgr\n"
        "cleanup unix n - n - 0 cleanup\nrewrite unix - - n - - trivial-rewrite\nproxymap unix - - n - - proxymap\n"
        "postlog unix-dgram n - n - 1 postlogd\n"
    )
    (home / "config" / "main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {home}/spool\ndata_directory = {home}/data\n"
        "myhostname = wire.example\nmynetworks = 192.0.2.1/32\nsmtpd_tls_security_level = may\n"
        f"smtpd_tls_cert_file = {rsa.certificate}\nsmtpd_tls_key_file = {rsa.key}\n"
        "smtpd_tls_protocols = >=TLSv1\nsmtpd_tls_ciphers = low\ntls_low_cipherlist = ALL:@SECLEVEL=0\n"
        "tls_preempt_cipherlist = yes\nsmtpd_client_event_limit_exceptions =\nsmtpd_relay_restrictions = reject\n"
        f"smtpd_client_connection_count_limit = {limit}\nsmtpd_tls_session_cache_database =\n"
        "maillog_file = /dev/stdout\n"
    )
    command = [program("postfix"), "-c", home / "config", "start-fg"]
    with running(command, port, home / "log"):
        try:
            yield port
        finally:
            stop = [str(program("postfix")), "-c", str(home / "config"), "stop"]
            subprocess.run(stop, capture_output=True, check=False)


def _postfix_limited(folder: pathlib.Path, rsa: Identity, ecdsa: Identity) -> t.ContextManager[int]:
    return _postfix(folder, rsa, ecdsa, limit=3)


RECIPES = (
    Recipe("openssl", ("openssl",), "tls", openssl),
    Recipe("openssl_client_order", ("openssl",), "tls", _openssl_client_order, order="client"),
    Recipe("gnutls", ("gnutls-serv",), "tls", _gnutls),
    Recipe("gnutls_1_3", ("gnutls-serv",), "tls", _gnutls_1_3, order="client"),
    Recipe("nss", ("selfserv", "certutil", "pk12util"), "tls", _nss),
    Recipe("nginx", ("nginx",), "tls", _nginx),
    Recipe("nginx_hardened", ("nginx",), "tls", _nginx_hardened),
    Recipe("dovecot_imap", ("dovecot",), "imap", _dovecot("imap"), over_floor=6),
    Recipe("dovecot_pop3", ("dovecot",), "pop3", _dovecot("pop3"), over_floor=6),
    Recipe("slapd_ldaps", ("slapd",), "tls", _slapd("tls"), order=None, over_floor=3),
    Recipe("slapd_starttls", ("slapd",), "ldap", _slapd("ldap"), order=None, over_floor=3),
    Recipe("xrdp", ("xrdp",), "rdp", _xrdp, order=None),
    Recipe("postfix", ("postfix",), "smtp", _postfix),
    Recipe("postfix_limited", ("postfix",), "smtp", _postfix_limited, limited=True),
    *exim.RECIPES,
    *old_node.RECIPES,
    *jsse.RECIPES,
)
