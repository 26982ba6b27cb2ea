# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong with what a host or a file said."""

from __future__ import annotations


class ObservationError(Exception):
    """An answer or a file that cannot be used; the text is one sentence that names what is wrong and where."""
