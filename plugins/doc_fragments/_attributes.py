# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of the modules that speak to a host, and their action group. Internal to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """To be used after core's own fragments, which describe them.

    The plain one is for all modules, INFO for those that read, CHANGE for those that write; then ACTIONGROUP.
    """

    DOCUMENTATION = r"""
options: {}
attributes:
  platform:
    platforms: windows
  action:
    support: full
    details: Decides on the controller; the host only reads and writes registry values.
  async:
    support: none
    details: It plans on the controller between reading and writing.
  bypass_host_loop:
    support: none
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: It changes nothing in any mode.
  diff_mode:
    support: none
    details: It changes nothing.
"""

    CHANGE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: The same plan as in a real run, not carried out.
  diff_mode:
    support: full
"""

    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/msexchange.tls.tls) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - msexchange.tls.tls
"""
