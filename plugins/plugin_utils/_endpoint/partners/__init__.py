# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mail partners: what their exchangers answer, and what a planned stage would end between them and us."""

from __future__ import annotations

from .judge import judge_partners
from .kinds import KINDS
from .senders import Sender, after_stage, senders_of

__all__ = ["KINDS", "Sender", "after_stage", "judge_partners", "senders_of"]
