# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry will say when operations are done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.examples import examples
from tools.observations import observations, registry_values
from tools.registry import BEFORE, NOW, on_host, state_of

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._host import Observation, RegistryValue
from ansible_collections.msexchange.tls.plugins.plugin_utils._plan import Operation
from ansible_collections.msexchange.tls.plugins.plugin_utils._state import after, read_state

pytestmark = pytest.mark.proves("idempotent")

SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
SERVER = SCHANNEL + r"\Protocols\TLS 1.0\Server"
ZERO, ONE = RegistryValue("Enabled", 4, 0), RegistryValue("DisabledByDefault", 4, 1)


def sets(path: str, *values: RegistryValue) -> list[Operation]:
    return [Operation("set", path, value.name, None, value) for value in values]


def test_a_set_creates_the_key_and_the_keys_above_it_with_the_time_of_now() -> None:
    observation = after(on_host("[SCHANNEL]\n"), sets(SERVER, ZERO, ONE))
    assert observation.value(SERVER, "Enabled") == ZERO
    assert observation.written(SERVER) == NOW
    schannel = observation.key(SCHANNEL)
    assert schannel is not None
    assert [(key.path, key.written) for key in schannel.keys] == [(SCHANNEL + r"\Protocols", NOW)]
    assert schannel.written == BEFORE


def test_a_key_that_is_written_to_has_the_time_of_now() -> None:
    observation = on_host('[SCHANNEL]\n"EventLogging"=dword:1\n')
    assert after(observation, sets(SCHANNEL, RegistryValue("EventLogging", 4, 7))).written(SCHANNEL) == NOW
    deleted = after(observation, [Operation("delete_value", SCHANNEL, "EventLogging", None, None)])
    assert deleted.written(SCHANNEL) == NOW
    assert after(observation, []).written(SCHANNEL) == BEFORE


def test_a_key_of_the_control_set_in_use_is_the_same_key() -> None:
    numbered = SCHANNEL.replace("CurrentControlSet", "ControlSet001")
    select = '[HKLM\\SYSTEM\\Select]\n"Current"=dword:1\n'
    observation = on_host(f'{select}[{numbered}]\n"EventLogging"=dword:1\n')
    observation = after(observation, sets(SCHANNEL, RegistryValue("EventLogging", 4, 7)))
    observation = after(observation, sets(numbered + r"\Protocols", ZERO))
    schannel = observation.key(SCHANNEL)
    assert schannel is not None
    assert [(value.name, value.data) for value in schannel.values] == [("EventLogging", 7)]
    assert observation.value(SCHANNEL + r"\Protocols", "Enabled") == ZERO
    deep = after(observation, sets(numbered.replace("SCHANNEL", r"Unseen\Deep"), ZERO))
    assert deep.value(SCHANNEL.replace("SCHANNEL", r"Unseen\Deep"), "Enabled") == ZERO
    for path in (SCHANNEL, numbered):
        gone = after(observation, [Operation("delete_value", path, "EventLogging", None, None)])
        assert gone.value(SCHANNEL, "EventLogging") is None


def test_the_prediction_is_pending_until_the_boot() -> None:
    found = read_state(after(on_host("[SCHANNEL]\n"), sets(SERVER, ZERO, ONE)), load()).settings[
        "protocols.tls_1_0.server"
    ]
    assert (found.configured, found.effective, found.future, found.pending) == ("disabled", "mixed", "disabled", True)


def test_a_set_replaces_in_any_case_and_leaves_other_values_alone() -> None:
    observation = on_host('[SCHANNEL]\n"EventLogging"=dword:1\n"Foreign"="x"\n')
    changed = after(observation, sets(SCHANNEL.lower(), RegistryValue("eventlogging", 4, 7)))
    key = changed.key(SCHANNEL)
    assert key is not None
    assert [(value.name, value.data) for value in key.values] == [("EventLogging", 7), ("Foreign", "x")]


def test_a_deleted_value_is_absent_and_read() -> None:
    observation = on_host('[SCHANNEL]\n"EventLogging"=dword:1\n')
    changed = after(observation, [Operation("delete_value", SCHANNEL, "EventLogging", None, None)])
    assert changed.value(SCHANNEL, "EventLogging") is None
    assert changed.was_read(SCHANNEL)


def test_a_deleted_key_does_not_exist() -> None:
    observation = on_host("[SCHANNEL\\Ciphers\\NULL]\n")
    changed = after(observation, [Operation("delete_key", SCHANNEL + r"\Ciphers\NULL", "", None, None)])
    key = changed.key(SCHANNEL + r"\Ciphers\NULL")
    assert key is not None
    assert key.exists is False


def test_a_key_that_was_asked_for_and_absent_exists_after_a_set_in_it() -> None:
    path = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
    suites = RegistryValue("Functions", 1, "TLS_RSA_WITH_AES_256_GCM_SHA384")
    state = read_state(after(on_host("[SCHANNEL]\n"), sets(path, suites)), load())
    assert state.future_suites == ("TLS_RSA_WITH_AES_256_GCM_SHA384",)
    assert state.settings["curves.group_policy"].form.value == "absent"


def test_no_operation_changes_no_meaning() -> None:
    text = '[SCHANNEL\\Protocols\\TLS 1.0\\Server]\n"Enabled"=dword:0\n[DOTNET]\n"SchUseStrongCrypto"=dword:1\n'
    before = state_of(text)
    assert read_state(after(before.observation, []), load()).settings == before.settings


PLACES = sorted({place.key for setting in load().settings.values() for place in setting.places if not setting.per_user})


@examples(150)
@given(observations(), st.sampled_from(PLACES), registry_values())
def test_what_was_set_is_there_unless_the_key_may_not_be_read(
    observation: Observation, path: str, value: RegistryValue
) -> None:
    changed = after(observation, sets(path, value))
    found = changed.value(path, value.name)
    if changed.was_read(path):
        assert found is not None
        assert (found.kind, found.data) == (value.kind, value.data)


@examples(100)
@given(
    observations(),
    st.lists(
        st.tuples(st.sampled_from(PLACES), registry_values(), st.sampled_from(["set", "delete_value", "delete_key"])),
        max_size=5,
    ),
)
def test_any_operations_on_anything_give_an_observation_that_has_a_state(
    observation: Observation, steps: list[tuple[str, RegistryValue, str]]
) -> None:
    operations = [Operation(op, path, value.name, None, value if op == "set" else None) for path, value, op in steps]
    read_state(after(observation, operations), load())


def test_an_operation_that_wants_a_value_and_has_none_does_nothing() -> None:
    observation = on_host("[SCHANNEL]\n")
    assert after(observation, [Operation("set", SERVER, "Enabled", None, None)]).key(SERVER) == observation.key(SERVER)


@pytest.mark.parametrize("path", ["", "HKEY_LOCAL_MACHINE", "nonsense"])
def test_a_strange_path_does_not_fail(path: str) -> None:
    observation = after(on_host("[SCHANNEL]\n"), [*sets(path, ZERO), *sets(SERVER, ONE)])
    assert observation.value(SERVER, "DisabledByDefault") == ONE
