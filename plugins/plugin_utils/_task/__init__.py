# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task from its options to its result, without Ansible: requests to the host, answers, sentences, result data."""

from __future__ import annotations

from .answer import CONTRACT, Errand, HostError, check_answer, failed_with, fault_words, known_loss, lost_words
from .arguments import AMONG_OTHERS, CHANGE, JUDGE, Spec
from .lost import Lost, lost_by
from .members import members
from .outcome import ChangeError, check_outcome
from .request import deeper, read_request, these_keys, wanted_lists, wanted_settings, write_request
from .result import builds, configured_data, errors_data, host_data, settings_data
from .servers import server_behind
from .shared import SharedError, answers_of, registered, with_shared

__all__ = [
    "AMONG_OTHERS",
    "CHANGE",
    "CONTRACT",
    "JUDGE",
    "ChangeError",
    "Errand",
    "HostError",
    "Lost",
    "SharedError",
    "Spec",
    "answers_of",
    "builds",
    "check_answer",
    "check_outcome",
    "configured_data",
    "deeper",
    "errors_data",
    "failed_with",
    "fault_words",
    "host_data",
    "known_loss",
    "lost_by",
    "lost_words",
    "members",
    "read_request",
    "registered",
    "server_behind",
    "settings_data",
    "these_keys",
    "wanted_lists",
    "wanted_settings",
    "with_shared",
    "write_request",
]
