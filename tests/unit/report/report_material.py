# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Material for reports: what the roles register for a server, written down by hand."""

from __future__ import annotations

import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._report import build_report

Data = dict[str, t.Any]

VERSIONS = ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2", "tls_1_3")
#: Meta characters of HTML, Markdown, terminals and templates, a direction override and a line break.
HOSTILE = (
    "</script><img src=x onerror=1>{{7*7}}|`[x](https://evil.example)`\x1b[31m\u202egnp.exe\n@all www.evil.example"
)


def protocol(effective: str, **more: t.Any) -> Data:
    """One setting as state_info returns it."""
    configured = effective if effective in ("enabled", "disabled") else None
    row = {"form": "set", "configured": configured, "effective": effective, "future": effective, "pending": False}
    return {**row, "origin": "registry", **more}


def rule(setting: str, verdict: str, *, before: t.Any = None, after: t.Any = None, **more: t.Any) -> Data:
    """One entry of ``rules``."""
    row = {"setting": setting, "rule": setting.replace(".", "-"), "stage": "retire", "act": "none", "reason": "differs"}
    return {**row, "verdict": verdict, "before": before, "after": after, "detail": "", "operations": [], **more}


def finding(name: str, severity: str, subject: str) -> Data:
    """One entry of ``findings``."""
    texts = {"message": "The two values contradict each other.", "reason": "Somebody set one of them by hand."}
    return {
        "id": name,
        "severity": severity,
        "subject": subject,
        **texts,
        "remedy": "Set both.",
        "sources": ["S1", "S2"],
    }


def state(on: t.Collection[str], rules: list[Data], findings: list[Data] | None = None, **more: t.Any) -> Data:
    """A result of state_info: these versions are on, all others off, on both sides."""
    settings = {
        f"protocols.{version}.{side}": protocol("enabled" if version in on else "disabled")
        for version in VERSIONS
        for side in ("client", "server")
    }
    return {
        "changed": False,
        "host": {
            "computer": "EX16-1",
            "origin": "host",
            "os": {"id": "ws2016", "name": "Windows Server 2016", "build": 14393, "ubr": 7428},
            "exchange": {
                "version": "ex2016",
                "build": "15.1.2507.66",
                "release": "Exchange 2016 CU23",
                "role": "mailbox",
            },
            "service": "in_service",
            "powershell": "5.1.14393.7428",
            "boot": "2026-11-26T08:00:00Z",
            "now": "2026-11-26T10:00:00Z",
        },
        "settings": settings,
        "suites": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
        "curves": ["NistP384", "NistP256"],
        "findings": findings or [],
        "profile": "exchange_current",
        "stage": "retire",
        "rules": rules,
        "stages": [
            {"stage": "prepare", "state": "effective", "detail": ""},
            {"stage": "obsolete", "state": "open", "detail": "2 settings are not as wanted."},
        ],
        "next_stage": "obsolete",
        "prepared": True,
        "debt": [],
        "reboot_required": False,
        "ignored": [],
        "read_errors": [],
        **more,
    }


def answer(host: str = "ex16-1.example", status: str = "answered", **states: str) -> Data:
    """One endpoint of endpoint_info; ``tls_1_2="accepted"`` and so on."""
    return {
        "host": host,
        "address": "192.0.2.16",
        "port": 443,
        "service": "https",
        "transport": "tls",
        "server_name": host,
        "status": status,
        "detail": "It answered every hello." if status == "answered" else "No answer within 10 seconds.",
        "versions": {
            version: {
                "state": found,
                "alert": 70 if found == "refused" else None,
                "suites": [{"id": 49200, "name": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}]
                if found == "accepted"
                else [],
                "order": "server",
                "complete": True,
            }
            for version, found in states.items()
        },
        "certificates": ["MIIB"],
        "connections": 7,
        "refused_hellos": 3,
    }


#: What the action adds to an answer, as far as the report shows it.
JUDGED: Data = {
    "group": "mail.example",
    "chains": [{"authentication": "RSA", "certificates": [0]}],
    "score": {"points": 85, "letter": "B", "complete": True, "deductions": []},
    "certificate_audit": {
        "chains": [{"certificates": [{"not_after": "2027-03-01T12:00:00Z"}, {"not_after": "2026-12-24T12:00:00Z"}]}]
    },
    "findings": [finding("certificate.sha1", "warning", "ex16-1.example:443 (https)")],
    "clients": [
        {"name": "Outlook on Windows 7", "outcome": "no_common_version", "detail": "It speaks TLS 1.0."},
        {"name": "Outlook on Windows 11", "outcome": "connects", "detail": "With TLS 1.2."},
        {"name": "Printer", "outcome": "unknown", "detail": "Not every suite is known."},
    ],
}


def partner(domain: str) -> Data:
    """A partner whose one exchanger would be lost."""
    mail = {"sender": "exchange_2016_smtp", "name": "Exchange 2016", "today": "chosen", "after": "refused"}
    exchanger = {**answer(f"mx1.{domain}", tls_1_0="accepted", tls_1_2="refused"), "mail": [mail]}
    lost = finding("partner.lost_after_stage", "error", domain)
    return {"domain": domain, "source": "mx", "detail": "", "endpoints": [exchanger], "findings": [lost]}


def material(name: str, before: t.Any = None, after: t.Any = None, **more: t.Any) -> Data:
    """One server as the action hands it over."""
    return {"name": name, "before": before, "after": after, "change": None, "wire": [], **more}


def make_report(*hosts: Data, title: str = "TLS audit of Example", **more: t.Any) -> Data:
    """A report at a fixed time of a fixed version."""
    return build_report(hosts, title=title, made_at="2026-11-26T10:00:00+00:00", version="1.0.0", **more)


def example_hosts() -> list[Data]:
    """Five servers, one for each thing that can become of a server."""
    before = state(
        ("ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"),
        [
            rule("protocols.tls_1_2.server", "pass", before="enabled", after="enabled", stage="prepare"),
            rule("protocols.tls_1_0.server", "fail", before="enabled", after="disabled"),
            rule("protocols.tls_1_1.server", "fail", before="enabled", after="disabled"),
            rule("protocols.ssl_3_0.server", "fail", before=None, after="disabled", stage="obsolete"),
            rule("ciphers.null", "unknown", detail="The registry key could not be read.", stage="obsolete"),
            rule("hashes.md5", "exempt", before=None, after="disabled", detail="Ticket CHG-1 until 2027-01-31."),
            rule("protocols.tls_1_3.server", "not_applicable", stage="tls13"),
        ],
        [
            finding("protocols.half_configured", "error", "protocols.tls_1_0.server"),
            finding("winhttp.mask_ssl_3_0", "warning", "winhttp.native.default_secure_protocols"),
        ],
        read_errors=[{"path": r"HKEY_LOCAL_MACHINE\SYSTEM\Select", "code": 5, "text": "Access is denied."}],
    )
    after = state(
        ("tls_1_2",),
        [
            rule("protocols.tls_1_2.server", "pass", before="enabled", after="enabled", stage="prepare"),
            rule("protocols.tls_1_0.server", "pass", before="disabled", after="disabled"),
            rule("hashes.md5", "exempt", before=None, after="disabled", detail="Ticket CHG-1 until 2027-01-31."),
        ],
        [finding("winhttp.mask_ssl_3_0", "warning", "winhttp.native.default_secure_protocols")],
    )
    change = {
        "changed": True,
        "change": "chg-20261126-1",
        "profile": "exchange_current",
        "stage": "retire",
        "reached": "obsolete",
        "next_stage": "retire",
        "complete": False,
        "journal": r"C:\ProgramData\msexchange_tls\changes\chg-20261126-1.json",
        "undo": "",
        "operations": [
            {
                "op": "set",
                "path": r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Hashes\MD5",
                "name": "Enabled",
                "before": None,
                "after": {"kind": 4, "data": 0},
            }
        ],
        "gates": [
            {
                "stage": "retire",
                "scope": "organisation",
                "kind": "organisation",
                "reason": "ex13 is not prepared.",
                "remedy": "Bring it to stage prepare first.",
            }
        ],
    }
    refused = dict.fromkeys(("ssl_3_0", "tls_1_0"), "refused")
    wire = [
        {**answer(ssl_2_0="refused_by_close", tls_1_1="unknown", tls_1_2="accepted", **refused), **JUDGED},
        answer("ex16-1.example", status="timeout", tls_1_2="unknown"),
    ]
    mixed = state(("ssl_3_0", "tls_1_0"), [rule("protocols.tls_1_2.server", "unknown")], reboot_required=True)
    mixed["settings"]["protocols.tls_1_2.server"] = protocol("mixed", configured="enabled", pending=True)
    mixed["debt"] = ["chg-20261125-9"]
    return [
        material("ex16-1.example", before, after, change=change, wire=wire),
        material(
            "ex13", mixed, wire=[{**answer("ex13.example", tls_1_0="accepted"), **JUDGED, "certificates": ["MIIC"]}]
        ),
        material("ex19", before, {"failed": True, "msg": "Access to the registry was denied."}),
        material("edge1", {"unreachable": True, "msg": "timed out"}),
        material("ex16-2"),
    ]
