#!/usr/bin/python
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._wire import CONDITIONS, CallerError, argument_spec, observe


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONDITIONS)
    try:
        module.exit_json(changed=False, **observe(module.params))
    except CallerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
