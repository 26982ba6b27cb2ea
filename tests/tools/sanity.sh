#!/usr/bin/env bash
# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs `ansible-test sanity` on a copy of the project. Usage: sanity.sh CACHE [argument of ansible-test sanity ...]
#
# Left out: pslint, whose analyzer only the PowerShell Gallery has. validate-modules starts PowerShell for every module that is a .ps1;
# where there is none, it gets the other modules only.
set -euo pipefail

tools=$(cd "$(dirname "$0")" && pwd)
cache=$1
shift
bin=$(dirname "$(command -v ansible-test)")
python=$bin/python

copy=$("$python" "$tools/project_files.py" "$cache")
# A repository of its own, or ansible-test asks the one around it, which ignores the cache.
! command -v git >/dev/null || git init --quiet "$copy"
home=$(realpath -m "$cache/home")
"$python" "$tools/seed_ansible_test.py" "$home"

pwsh_folder=$("$tools/find_pwsh.sh" || true)
# A PATH without the shims of pyenv: ansible-test would try to compile with each of them.
path=$bin:${pwsh_folder:+$pwsh_folder:}/usr/local/bin:/usr/bin:/bin

run() {
  (cd "$copy" && HOME=$home PATH=$path "$bin/ansible-test" sanity --local --color no --truncate 0 \
    --python "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" "$@" </dev/null)
}

if [ -n "$pwsh_folder" ]; then
  run --skip-test pslint "$@"
else
  echo "sanity: no PowerShell here, validate-modules does not see the .ps1 modules (set MSEXCHANGE_TLS_PWSH to check them too)"
  run --skip-test pslint --skip-test validate-modules "$@"
  mapfile -t targets < <(cd "$copy" && ls plugins/modules/*.yml plugins/modules/*.py 2>/dev/null)
  [ ${#targets[@]} -eq 0 ] || run --test validate-modules "${targets[@]}"
fi
