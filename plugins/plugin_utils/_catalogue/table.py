# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML as the catalogue reads it: every mapping knows its line, nothing is guessed, nothing is silently overwritten."""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml

from .errors import CatalogueError

#: libyaml is ten times faster; every forked worker of ansible may have to read the tables again.
_Base: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Record(dict[str, t.Any]):
    """A mapping of a data file, with the line on which it begins (1 = first)."""

    line: int = 0


class _TableLoader(_Base):  # type: ignore[misc]
    """Safe YAML without the surprises of YAML 1.1: ``off`` is a word, ``2022-04-20`` is text, a key may stand once."""

    yaml_implicit_resolvers: t.ClassVar[dict[str, t.Any]] = {}


def _mapping(loader: t.Any, node: yaml.MappingNode) -> Record:
    record = Record()
    record.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise CatalogueError(loader.file, line, f"the key {key!r} is not a word")
        if key in record:
            raise CatalogueError(loader.file, line, f"the key '{key}' stands twice in one record")
        record[key] = loader.construct_object(value_node, deep=True)
    return record


_TableLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_TableLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_TableLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile("^(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+)$"), list("0123456789")
)


def parse_table(text: str, file: str) -> t.Any:
    """Parse the text of a data file; ``file`` is its name for messages. Raises CatalogueError."""
    loader = _TableLoader(text)
    loader.file = file
    try:
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CatalogueError(file, mark.line + 1 if mark else 1, f"is not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise CatalogueError(file, 1, f"is not valid YAML: {error}") from None
    finally:
        loader.dispose()


def read_table(folder: pathlib.Path, file: str) -> t.Any:
    """Read one data file of the catalogue. Raises CatalogueError, also when the installation lacks the file."""
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(file, 1, f"cannot be read, the collection is not completely installed: {error}") from None
    return parse_table(text, file)
