# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make audit-reg``: judge an export of the registry editor with state_info, print the table, keep the JSON."""

from __future__ import annotations

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import textwrap
import typing as t

from ansible_collections.msexchange.tls.plugins.plugin_utils._report import state_words

HERE = pathlib.Path(__file__).resolve().parent
Result = t.Mapping[str, t.Any]
Row = tuple[str, ...]
#: What somebody has to look at, worst first.
OPEN = ("fail", "unknown", "exempt")
VERDICTS = ("pass", *OPEN, "not_applicable")


def judge(export: pathlib.Path, system: str, exchange: str, result: pathlib.Path) -> Result:
    """Run the play beside this file and return what state_info answered; it is in ``result`` too."""
    words = {
        "audit_reg_file": str(export.resolve()),
        "audit_reg_os": system,
        "audit_reg_exchange": exchange,
        "audit_reg_result": str(result.resolve()),
    }
    result.unlink(missing_ok=True)
    command = ["ansible-playbook", "-i", "localhost,", "-e", json.dumps(words), str(HERE / "audit_reg.yml")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if not result.exists():
        raise SystemExit(f"audit-reg: the play wrote no result.\n{done.stdout}{done.stderr}")
    answer: Result = json.loads(result.read_text(encoding="utf-8"))
    return answer


def table(head: Row, rows: t.Sequence[Row], width: int) -> str:
    """Rows under a head; columns are as wide as their longest text, only the last one takes the rest and wraps."""
    sizes = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head) - 1)]
    rest = max(30, width - sum(sizes) - 2 * len(sizes))
    lines = []
    for row in (head, tuple("-" * len(name) for name in head), *rows):
        first = "".join(f"{text:{size}}  " for text, size in zip(row, sizes))
        wrapped = textwrap.wrap(row[-1], rest) or [""]
        lines += [(first + wrapped[0]).rstrip(), *(" " * len(first) + more for more in wrapped[1:])]
    return "\n".join(lines)


def sections(result: Result) -> t.Iterator[tuple[str, Row, list[Row]]]:
    """Title, head and rows of every table that has rows."""
    stages = [(one["stage"], one["state"], one["detail"]) for one in result["stages"]]
    open_rules = [one for verdict in OPEN for one in result["rules"] if one["verdict"] == verdict]
    # The state first: why a rule is there says nothing of this server.
    rules = [(one["verdict"], one["setting"], state_words(one) or one["detail"]) for one in open_rules]
    findings = [(one["severity"], one["subject"], f"{one['message']} {one['remedy']}") for one in result["findings"]]
    ignored = [(str(one["line"]), one["text"], one["why"]) for one in result["ignored"]]
    for title, head, rows in (
        (f"Stages of {result['profile']}", ("STAGE", "STATE", "WHY"), stages),
        ("Settings that are not as the baseline wants them", ("VERDICT", "SETTING", "DETAIL"), rules),
        ("Findings", ("SEVERITY", "SUBJECT", "WHAT AND WHAT TO DO"), findings),
        ("Lines of the export that do not count", ("LINE", "TEXT", "WHY"), ignored),
    ):
        if rows:
            yield title, head, rows


def summary(result: Result) -> str:
    """One line: how many rules got which verdict."""
    verdicts = [one["verdict"] for one in result["rules"]]
    counts = ", ".join(f"{verdicts.count(one)} {one}" for one in VERDICTS if one in verdicts)
    return f"{len(verdicts)} rules: {counts}" if verdicts else "No rule applies here."


def main() -> int:
    """Judge, print, and return the exit code: 0 judged, 1 could not be judged."""
    parser = argparse.ArgumentParser(prog="audit-reg", description=__doc__)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--os", default="", help="operating system of the export: 2016, 2012r2, ws2022 ...")
    parser.add_argument("--exchange", default="", help="build of Exchange, e.g. 15.1.2507.6, or none")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("out"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    target = options.out / f"{options.export.stem}.json"
    result = judge(options.export, options.os, options.exchange, target)
    if result.get("failed"):
        print(f"audit-reg: {result['msg']}", file=sys.stderr)
        return 1
    width = shutil.get_terminal_size((160, 40)).columns
    for title, head, rows in sections(result):
        print(f"{title}\n\n{textwrap.indent(table(head, rows, width - 2), '  ')}\n")
    print(f"{summary(result)}\nAll of it: {target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
