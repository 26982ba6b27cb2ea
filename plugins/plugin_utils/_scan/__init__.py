# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line for ports: ``endpoint_info`` without Ansible, for one-off scans.

    python -m ansible_collections.msexchange.tls.plugins.plugin_utils._scan smtp://mail.example.com

Asks and judges as the module and the action do; only what a person types and sees is its own.
"""

from __future__ import annotations

from .course import main

__all__ = ["main"]
