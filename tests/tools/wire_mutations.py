# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damage many recorded flights and feed them to everything that reads them.

Usage: PYTHONPATH=tests:.cache/collections python tests/tools/wire_mutations.py [COUNT [SEED]]; a million by default.
"""

from __future__ import annotations

import sys

from wire_servers.mutations import run


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for name, times in run(count, seed).most_common():
        print(f"{times:>10} {name}")


if __name__ == "__main__":
    main()
