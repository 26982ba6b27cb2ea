# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far it is, on standard error: a bar on a terminal, one line of text anywhere else."""

from __future__ import annotations

import contextlib
import shutil
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._answer import endpoint_name
from ansible_collections.msexchange.tls.plugins.plugin_utils._words import one_line

_CELLS = 30
# ECMA-48: to the first column, and erase to the end of the line.
_CLEAR = "\r\x1b[K"


class Progress:
    """Told by the prober after each endpoint; see ``_wire.Progress``."""

    def __init__(self, stream: t.TextIO | None) -> None:
        self._stream = stream
        self._moving = stream is not None and stream.isatty()

    def __call__(self, done: int, total: int, observation: t.Mapping[str, t.Any] | None) -> None:
        if self._moving:
            self._draw(progress_bar(done, total, observation, shutil.get_terminal_size().columns))
        elif observation is None:
            self._write(f"Asking {total} endpoint{'s' * (total != 1)} ...\n")

    def clear(self) -> None:
        """Leave no bar behind."""
        if self._moving:
            self._draw("")

    def _draw(self, text: str) -> None:
        self._write(_CLEAR + text)

    def _write(self, text: str) -> None:
        # Closed, or full: that nobody sees how far it is must not cost what is found out.
        with contextlib.suppress(OSError):
            if self._stream is not None:
                self._stream.write(text)
                self._stream.flush()


def progress_bar(done: int, total: int, observation: t.Mapping[str, t.Any] | None, width: int) -> str:
    """One line, shorter than ``width``, so that no terminal breaks it."""
    filled = _CELLS * done // max(total, 1)
    text = f"[{'#' * filled}{'-' * (_CELLS - filled)}] {done}/{total}"
    if observation is not None:
        text += f"  {endpoint_name(observation)}: {one_line(observation.get('status'), 40)}"
    return text[: max(width - 1, 1)]
