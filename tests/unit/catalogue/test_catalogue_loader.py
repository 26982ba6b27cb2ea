# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loader: names that are near, and broken data files that are refused with their line."""

from __future__ import annotations

import contextlib
import pathlib
import shutil
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
import yaml

from ansible_collections.msexchange.tls.plugins.plugin_utils import _catalogue
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import CatalogueError, bare_suite, load, nearest
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue.load import load_from
from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue.table import parse_table

pytestmark = pytest.mark.proves("catalogue_facts")

DATA = pathlib.Path(_catalogue.__file__).parent / "data"

Breaker = t.Callable[[str, str, str], CatalogueError]


@pytest.fixture
def broken(tmp_path: pathlib.Path) -> Breaker:
    """Replace one text in one file of a copy of the tables and return the error that loading raises."""

    def load_with(file: str, old: str, new: str) -> CatalogueError:
        shutil.copytree(DATA, tmp_path / "data")
        path = tmp_path / "data" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(CatalogueError) as caught:
            load_from(tmp_path / "data")
        return caught.value

    return load_with


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("settings/protocols.yml", "kind: protocol", "kind: protokol", ["'protokol'", "did you mean 'protocol'?"]),
        ("settings/protocols.yml", "  title: SSL 2.0", "  titel: SSL 2.0", ["'title' is missing"]),
        ("settings/schannel.yml", "  unit: milliseconds", "  units: milliseconds", ["'units'", "mean 'unit'?"]),
        ("settings/dotnet.yml", '{"*": disabled}', '{"*": disabeld}', ["no meaning of a flag", "'disabeld'"]),
        ("settings/dotnet.yml", '{"*": disabled}', "{ws2015: disabled}", ["'ws2015'", "did you mean 'ws2025'?"]),
        ("settings/schannel.yml", '  defaults: {"*": 1}\n', "", ["'defaults' and 'no_default'"]),
        ("settings/schannel.yml", "key: HKEY_LOCAL_MACHINE", "key: HKLM", ["begin with HKEY_LOCAL_MACHINE"]),
        ("settings/dotnet.yml", "  sources: [S1, S15]", "  sources: S1", ["'sources' must be a list of names"]),
        ("suites/forward_secret.yml", "versions: [tls_1_3]", "versions: [tls13]", ["'tls13'", "'tls_1_3'?"]),
        ("suites/forward_secret.yml", "number: 0x1301", "number: many", ["'number' must be a number"]),
        ("suites/forward_secret.yml", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", ["defined twice"]),
        ("suite_lists/server_2016_and_later.yml", "ws2019:", "ws2016:", ["'ws2016' stands twice"]),
        ("suite_lists/windows_10_and_11.yml", "os: win10", "os: win_10", ["'win_10'", "did you mean 'win10'?"]),
        ("suite_lists/windows_10_and_11.yml", "same_as: ws2022", "same_as: ws2o22", ["did you mean 'ws2022'?"]),
        ("operating_systems.yml", "builds: [7600, 7601]", "builds: [7601, 7600]", ["first and the last build"]),
        ("operating_systems.yml", "client: false", "client: no", ["must be true or false", "'no'"]),
        ("exchange_releases.yml", "15.0.1497.2", "15.0.1497", ["four numbers with points"]),
        ("exchange_releases.yml", "date: 2013-02-12", "date: 12.02.2013", ["a date like"]),
        ("exchange_releases.yml", "can: [tls_1_2]", "can: [tls_1_4]", ["'tls_1_4'", "did you mean"]),
        ("sources.yml", "S1: ", "S1: [", ["is not valid YAML"]),
        ("reading.yml", "values: [Current]", "value: [Current]", ["'value' is unknown", "did you mean 'values'?"]),
        ("reading.yml", "values: [Current]", "values: Current", ["'values' must be a list of texts"]),
        ("reading.yml", "values: [Current]", "values: [Current, CURRENT]", ["names a value twice"]),
        ("reading.yml", "depth: 4", "depth: 65", ["'depth' must be 0 to 64"]),
        ("reading.yml", "depth: 4", "deep: 4", ["'depth' is missing"]),
        ("reading.yml", "HKEY_LOCAL_MACHINE", "HKLM", ["'path' is no path of a registry key"]),
        ("reading.yml", "path: 'Software", "path: 'HKEY_USERS\\Software", ["'path' is no path of a registry key"]),
        ("reading.yml", "value: SslCertHash", "name: SslCertHash", ["'value' is missing"]),
        ("reading.yml", "user_keys:", "users:", ["'user_keys' is missing"]),
        ("reading.yml", "    value: MsiInstallPath\n", "", ["'value' is missing"]),
    ],
)
def test_a_mistake_in_a_table_is_refused_with_file_line_and_the_nearest_name(
    broken: Breaker, file: str, old: str, new: str, words: list[str]
) -> None:
    error = broken(file, old, new)
    assert all(word in str(error) for word in words), str(error)


def test_the_line_of_a_mistake_is_the_line_of_its_record(broken: Breaker) -> None:
    lines = (DATA / "settings/dotnet.yml").read_text(encoding="utf-8").splitlines()
    error = broken("settings/dotnet.yml", "kind: flag", "kind: flags")
    assert error.file == "settings/dotnet.yml"
    assert lines[error.line - 1].startswith("- id: ")
    assert lines[error.line : error.line + 2][-1] == "  kind: flag"


@pytest.mark.parametrize("depth", [1, 9])
def test_a_value_that_is_left_out_may_not_come_with_another_key(broken: Breaker, depth: int) -> None:
    above = f"keys:\n  - {{path: 'HKEY_LOCAL_MACHINE\\software\\Microsoft\\Windows NT', depth: {depth}}}\n"
    error = broken("reading.yml", "keys:\n", above)
    assert "'values' would be in vain" in error.text
    assert r"software\\Microsoft\\Windows NT" in error.text
    lines = (DATA / "reading.yml").read_text(encoding="utf-8").splitlines()
    assert "CurrentBuildNumber" in lines[error.line - 2]


def test_a_missing_table_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(CatalogueError, match=r"operating_systems\.yml:1: cannot be read, the collection is not"):
        load_from(tmp_path)


def test_all_tables_are_valid_for_an_ordinary_yaml_reader_too() -> None:
    for path in DATA.rglob("*.yml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8")), path


def test_words_that_yaml_1_1_takes_for_something_else_stay_words() -> None:
    text = "{off: [on, no, yes, null, ~, 1.10, 2022-04-20, 12:30, 0o7, '1'], number: [7, 0x1F], truth: true}"
    assert parse_table(text, "x.yml") == {
        "off": ["on", "no", "yes", "null", "~", "1.10", "2022-04-20", "12:30", "0o7", "1"],
        "number": [7, 31],
        "truth": True,
    }


@pytest.mark.parametrize("text", ["a: &x [1]\nb: !!python/object:os.system {}", "{1: 2}", "- !unknown x", "a: 1\na: 2"])
def test_what_is_no_plain_data_is_refused(text: str) -> None:
    with pytest.raises(CatalogueError, match=r"^x\.yml:\d+: "):
        parse_table(text, "x.yml")


@hypothesis.given(st.text(max_size=200))
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    with contextlib.suppress(CatalogueError):
        parse_table(text, "x.yml")


def test_the_catalogue_is_read_once() -> None:
    assert load() is load()


@pytest.mark.parametrize(
    ("name", "suite", "curve"),
    [
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "NistP384"),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "NistP256"),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA_P521", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "NistP521"),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", None),
        ("TLS_RSA_WITH_AES_128_CBC_SHA_P999", "TLS_RSA_WITH_AES_128_CBC_SHA_P999", None),
    ],
)
def test_the_curve_is_taken_off_a_suite_name(name: str, suite: str, curve: str | None) -> None:
    assert bare_suite(name) == (suite, curve)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("protocols.tls_1_2.sever", "protocols.tls_1_2.server"),
        ("PROTOCOLS.TLS_1_2.SERVER", "protocols.tls_1_2.server"),
        ("cipher.null", "ciphers.null"),
        ("something else entirely", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_a_help_and_not_a_guess(name: str, found: str | None) -> None:
    assert nearest(name, load().settings) == found


@hypothesis.given(st.lists(st.text(max_size=20), max_size=10), st.text(max_size=20))
def test_the_nearest_name_is_always_one_of_the_names(names: list[str], name: str) -> None:
    assert nearest(name, names) in {None, *names}
    assert nearest(name, [*names, name]) is not None or not name
