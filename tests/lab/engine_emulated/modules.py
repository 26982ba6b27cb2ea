# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules of ansible.windows that the plays use, answered from the simulated host."""

from __future__ import annotations

import typing as t

from .. import winvalue
from ..registry import Registry, RegistryError

if t.TYPE_CHECKING:
    from ..host import LabHost

Answer = dict[str, t.Any]
_HIVES = {
    "HKLM:": "HKEY_LOCAL_MACHINE",
    "HKCU:": "HKEY_CURRENT_USER",
    "HKU:": "HKEY_USERS",
    "HKCR:": "HKEY_CLASSES_ROOT",
    "HKCC:": "HKEY_CURRENT_CONFIG",
}
_KINDS = {"none": 0, "string": 1, "expandstring": 2, "binary": 3, "dword": 4, "multistring": 7, "qword": 11}


def _failed(text: str) -> Answer:
    return {"changed": False, "failed": True, "msg": text}


def win_ping(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """pong."""
    data = args.get("data", "pong")
    return (
        _failed("Unhandled exception while executing module: boom")
        if data == "crash"
        else {"changed": False, "ping": data}
    )


def setup(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """The facts that plays look at."""
    system = host.system
    client = bool(system.get("client"))
    facts = {
        "ansible_os_family": "Windows",
        "ansible_system": "Win32NT",
        "ansible_distribution": f"Microsoft {system['name']}",
        "ansible_distribution_version": host.kernel_version,
        "ansible_distribution_major_version": host.kernel_version.split(".")[0],
        "ansible_os_name": f"Microsoft {system['name']}",
        "ansible_os_product_type": "workstation" if client else "server",
        "ansible_kernel": host.kernel_version,
        "ansible_architecture": "64-bit",
        "ansible_hostname": host.computer,
        "ansible_nodename": host.fqdn,
        "ansible_fqdn": host.fqdn,
        "ansible_domain": host.persona.domain,
        "ansible_windows_domain": host.persona.domain,
        "ansible_windows_domain_member": True,
        "ansible_powershell_version": int(host.powershell.split(".")[0]),
        "ansible_user_id": "ansible",
        "ansible_lastboot": host.boot_text(),
        "ansible_uptime_seconds": int((host.clock.now() - host.boot) / 10_000_000),
        "ansible_reboot_pending": False,
        "ansible_env": {"COMPUTERNAME": host.computer, "ProgramData": "C:\\ProgramData", "SystemRoot": "C:\\Windows"},
        "ansible_memtotal_mb": 65536,
        "gather_subset": args.get("gather_subset", ["all"]),
        "module_setup": True,
    }
    return {"changed": False, "ansible_facts": facts}


def win_service_info(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """Services, by name or all; wildcards at the end only."""
    wanted = str(args.get("name") or "*").lower()
    found = [
        {
            "name": service.name,
            "display_name": service.name,
            "start_mode": service.start,
            "state": "started" if service.running else "stopped",
        }
        for service in host.services()
        if service.name.lower() == wanted or (wanted.endswith("*") and service.name.lower().startswith(wanted[:-1]))
    ]
    return {"changed": False, "exists": bool(found), "services": found}


def win_regedit(host: LabHost, args: t.Mapping[str, t.Any]) -> Answer:
    """One value or key, as the module of ansible.windows treats it (no hive files)."""
    options = {name: value for name, value in args.items() if not name.startswith("_ansible_")}
    text = str(options.get("path") or options.get("key") or "")
    drive, dummy, rest = text.partition("\\")
    if drive.upper() not in _HIVES:
        return _failed(f"path: {text} is not a valid powershell path, see module documentation for examples.")
    path = f"{_HIVES[drive.upper()]}\\{rest}"
    name = str(options.get("name") or options.get("entry") or options.get("value") or "")
    check = bool(args.get("_ansible_check_mode"))
    try:
        if options.get("state", "present") == "absent":
            changed = _absent(host.registry, path, name, bool(options.get("delete_key", True)), check)
            return {"changed": changed, "data_changed": False, "data_type_changed": False}
        return _present(host.registry, path, name, options, check)
    except (RegistryError, ValueError) as error:
        return _failed(f"failed to change registry property '{name}' at {text}: {error}")


def _absent(registry: Registry, path: str, name: str, delete_key: bool, check: bool) -> bool:
    if registry.find(path, writing=True) is None:
        return False
    if delete_key and not name:
        if not check:
            registry.delete_tree(path)
        return True
    if registry.value(path, name) is None:
        return False
    if not check:
        registry.delete_value(path, name)
    return True


def _present(registry: Registry, path: str, name: str, options: t.Mapping[str, t.Any], check: bool) -> Answer:
    kind_name = str(options.get("type") or options.get("datatype") or "string").lower()
    if kind_name not in _KINDS:
        return _failed(f"value of type must be one of: {', '.join(_KINDS)}. Got no match for: {kind_name}")
    kind = _KINDS[kind_name]
    content = _content(kind, options.get("data"), bool(name))
    answer: Answer = {"changed": False, "data_changed": False, "data_type_changed": False}
    if not registry.exists(path):
        answer["changed"] = True
        if check:
            return answer
        registry.create(path)
    if content is None:
        return answer
    before = registry.value(path, name)
    if before is not None and (before.kind, before.content) == (kind, content):
        return answer
    if before is not None:
        answer.update(data_type_changed=before.kind != kind, data_changed=before.content != content)
    answer["changed"] = True
    if not check:
        registry.set_value(path, name, kind, content)
    return answer


def _content(kind: int, data: t.Any, named: bool) -> bytes | None:
    """The bytes that the module would write, None for nothing. Raises ValueError."""
    if kind in (winvalue.REG_BINARY, winvalue.REG_NONE):
        return (
            bytes(data)
            if isinstance(data, list)
            else bytes.fromhex(str(data or "").lower().removeprefix("hex:").replace(",", " "))
        )
    if kind in (winvalue.REG_DWORD, winvalue.REG_QWORD):
        number = int(str(data), 0) if isinstance(data, str) else int(data or 0)
        return number.to_bytes(4 if kind == winvalue.REG_DWORD else 8, "little")
    if kind == winvalue.REG_MULTI_SZ:
        items = data if isinstance(data, list) else [] if data is None else [data]
        return winvalue.encode(kind, [str(item) for item in items])
    if data is None:
        return winvalue.encode(kind, "") if named else None
    return winvalue.encode(kind, str(data))
