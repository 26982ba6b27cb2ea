# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is sent asks for neither more nor less than the catalogue's reading, in fewer bytes."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load
from ansible_collections.msexchange.tls.plugins.plugin_utils._task import read_request

SENT = read_request(load().reading)


def spelled_out(requests: list[dict[str, t.Any]]) -> list[str]:
    """Every key alone, with the defaults of host_read, in an order that does not count."""
    found = []
    for request in requests:
        how = {"depth": 0, **{name: item for name, item in request.items() if name not in ("path", "below")}}
        paths = [f"{request['path']}\\{name}" for name in request.get("below", ())] or [request["path"]]
        found += [json.dumps({"path": path, **how}, sort_keys=True) for path in paths]
    return sorted(found)


def test_every_key_of_the_reading_is_asked_for_as_the_catalogue_says() -> None:
    assert spelled_out(SENT["keys"]) == spelled_out(list(load().reading["keys"]))
    assert spelled_out(SENT["user_keys"]) == spelled_out(list(load().reading["user_keys"]))


def test_files_keep_what_is_not_taken_for_granted() -> None:
    assert [{"content": False, **file} for file in SENT["files"]] == load().reading["files"]
    assert SENT["journal"] is True


def test_a_choice_of_no_value_at_all_is_not_lost() -> None:
    assert any(request.get("values") == [] for request in SENT["keys"])


def test_keys_asked_for_alike_share_what_they_begin_with() -> None:
    assert len(json.dumps(SENT)) < 0.8 * len(json.dumps(load().reading))
