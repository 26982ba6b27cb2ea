# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check of a port is, and what it looks at."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.msexchange.tls.plugins.module_utils._wire import Suite, suite_by_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import (
    Server,
    endpoint_name,
    suite_names,
    versions_of,
)
from ansible_collections.msexchange.tls.plugins.plugin_utils._finding import Kind

#: In the order of time.
VERSION_NAMES: t.Mapping[str, str] = {
    "ssl_2_0": "SSL 2.0",
    "ssl_3_0": "SSL 3.0",
    "tls_1_0": "TLS 1.0",
    "tls_1_1": "TLS 1.1",
    "tls_1_2": "TLS 1.2",
    "tls_1_3": "TLS 1.3",
}
_MORE = 3


@dataclasses.dataclass(frozen=True)
class Port:
    """One answer, what stands behind it, and whether it spoke TLS at all."""

    answer: t.Mapping[str, t.Any]
    server: Server
    answered: bool

    @property
    def name(self) -> str:
        """``host:port (service)``."""
        return endpoint_name(self.answer)

    def state(self, version: str) -> str:
        """accepted, refused, refused_by_close or unknown."""
        if not self.answered:
            return "unknown"
        return str(versions_of(self.answer).get(version, {}).get("state", "unknown"))

    def accepted(self, *versions: str) -> list[str]:
        """Which of these (all without any) are accepted, the oldest first."""
        return [version for version in versions or VERSION_NAMES if self.state(version) == "accepted"]

    def suites(self, *versions: str) -> tuple[Suite, ...]:
        """The suites that were accepted in these versions, each once, in the order they were first seen in."""
        names = (
            name for version in self.accepted(*versions) for name in suite_names(versions_of(self.answer)[version])
        )
        found = (suite_by_name(name) for name in dict.fromkeys(names))
        return tuple(suite for suite in found if suite is not None)

    def complete(self, version: str) -> bool:
        """Whether every suite of this version is known."""
        return versions_of(self.answer).get(version, {}).get("complete") is True

    def fact(self, name: str) -> t.Any:
        """One of the facts; None where no answer told it."""
        facts = self.answer.get("facts")
        return facts.get(name) if self.answered and isinstance(facts, t.Mapping) else None


@dataclasses.dataclass(frozen=True)
class Check(Kind):
    """A kind of finding about a port; ``run`` gives a sentence for each hit."""

    run: t.Callable[[Port], t.Iterable[str]]


def version_words(versions: t.Iterable[str]) -> str:
    """``TLS 1.0 and TLS 1.1``."""
    names = [VERSION_NAMES[version] for version in versions]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def suite_words(suites: t.Sequence[Suite]) -> str:
    """The first few by name, the rest as a number."""
    words = ", ".join(suite.name for suite in suites[:_MORE])
    return words if len(suites) <= _MORE else f"{words} and {len(suites) - _MORE} more"
