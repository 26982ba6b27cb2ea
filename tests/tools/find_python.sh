#!/usr/bin/env bash
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Prints the path of the best Python on PATH that can make a virtual environment: 3.13, 3.12, 3.11, then whatever newer one there is.
# Every candidate is started, because a name on PATH proves nothing: the shims of pyenv stand there for versions that are not selected.
set -euo pipefail

incomplete=
for name in python3.13 python3.12 python3.11 python3.14 python3; do
  while read -r candidate; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null </dev/null || continue
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null </dev/null; then
      echo "$candidate"
      exit 0
    fi
    incomplete=$candidate
  done < <(type -ap "$name" || true)
done

if [ -n "$incomplete" ]; then
  echo "$incomplete cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2
else
  echo "No Python 3.11 or newer that runs was found on PATH; install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
fi
exit 1
