# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/endpoints.md says what the code does: its tables, and the file of clients that it shows."""

from __future__ import annotations

import re

import pytest
from tools.endpoints_page import PAGE, page

from ansible_collections.msexchange.tls.plugins.plugin_utils._endpoint import read_clients

pytestmark = pytest.mark.proves("documents")

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_of_the_page_are_those_of_the_data() -> None:
    assert page(TEXT) == TEXT, "run: make docs/endpoints.md"


def test_the_file_of_clients_that_it_shows_can_be_read() -> None:
    (example,) = (block for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL) if block.startswith("clients:"))
    (client,) = read_clients(example, "example.yml")
    assert (client.id, client.rsa_max_bits) == ("scanner_room_7", 2048)
