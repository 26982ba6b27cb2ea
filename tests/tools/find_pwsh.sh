#!/usr/bin/env bash
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Prints the folder of a Linux `pwsh`; exit code 1 and nothing where there is none. Looked for in the lab's PowerShell
# ($MSEXCHANGE_TLS_PWSH, else ../shared/pwsh beside the checkout), then on PATH.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
lab=${MSEXCHANGE_TLS_PWSH:-$root/../shared/pwsh}
if [ -x "$lab/unpack" ]; then
  unpacked=$("$lab/unpack")
  if "$unpacked/linux-x64/pwsh" -NoProfile -Command exit </dev/null >/dev/null 2>&1; then
    echo "$unpacked/linux-x64"
    exit 0
  fi
fi
installed=$(command -v pwsh) && dirname "$installed"
