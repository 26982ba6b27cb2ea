# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names: the nearest valid one for an error sentence, and suites with the curve taken off."""

from __future__ import annotations

import difflib
import functools
import typing as t

#: Before Windows 10 and Server 2016 the curve is a suffix of the suite name (S3).
_CURVE_SUFFIXES: t.Mapping[str, str] = {"_P256": "NistP256", "_P384": "NistP384", "_P521": "NistP521"}


@functools.lru_cache(maxsize=4096)
def bare_suite(name: str) -> tuple[str, str | None]:
    """Split a suite name as Schannel stores it into the suite and its curve.

    ``TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P384`` -> (``TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256``, ``NistP384``);
    without a suffix the curve is None.
    """
    for suffix, curve in _CURVE_SUFFIXES.items():
        if name.endswith(suffix):
            return name[: -len(suffix)], curve
    return name, None


def nearest(name: str, names: t.Iterable[str]) -> str | None:
    """The valid name that looks most like ``name`` (case ignored), or None when nothing comes near."""
    by_folded = {candidate.casefold(): candidate for candidate in sorted(names, reverse=True)}
    found = difflib.get_close_matches(name.casefold(), sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
