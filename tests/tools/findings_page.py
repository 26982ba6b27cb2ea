# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write ``docs/findings.md`` from the table of findings: ``python tests/tools/findings_page.py`` (or ``make
docs/findings.md``).
"""

from __future__ import annotations

import pathlib
import sys

_ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = _ROOT / "docs/findings.md"


def main() -> int:
    """The page is the only thing that is written."""
    sys.path[:0] = [str(_ROOT / ".cache/collections"), str(_ROOT / "tests")]
    from tools.findings_document import render_findings

    from ansible_collections.msexchange.tls.plugins.plugin_utils._catalogue import load

    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render_findings(load()), encoding="utf-8")
    print(f"written: {PAGE.relative_to(_ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
