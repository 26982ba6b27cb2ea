# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that go to a host when a change takes itself back. The only module of this room that opens any."""

from __future__ import annotations

import base64
import functools
import pathlib
import re

_HERE = pathlib.Path(__file__).parent
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)


@functools.cache
def load_script() -> str:
    """host_revert.ps1, byte by byte as a site may have signed it, in base64."""
    return base64.b64encode((_HERE / "host_revert.ps1").read_bytes()).decode("ascii")


@functools.cache
def load_task() -> str:
    """The definition of the task without its comments, as text that is yet to become UTF-16."""
    text = (_HERE / "task.xml").read_text(encoding="ascii")
    return _COMMENT.sub("", text).replace('encoding="UTF-8"', 'encoding="UTF-16"')
