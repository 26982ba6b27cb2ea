# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which report a file holds: its name and version, checked before anything is rendered from it."""

from __future__ import annotations

import typing as t

from .plain import clean

#: Says what kind of file this is.
SCHEMA = "msexchange.tls/report"
#: Raised when a field changes its meaning or goes; new fields do not raise it. Older versions stay readable.
SCHEMA_VERSION = 1

Data = dict[str, t.Any]


class ReportError(Exception):
    """The data is no report of ours, or one of a later version; one sentence with the remedy."""


class Readable(Data):
    """A report that was looked at: one that these renderers understand, every text of it fit to be shown."""


def readable(report: t.Any) -> Readable:
    """The report, looked at once however many views are made of it.

    :raises ReportError: it is something else
    """
    return report if isinstance(report, Readable) else Readable(clean(checked(report)))


def checked(report: t.Any) -> Data:
    """The report itself, when it is one that these renderers understand.

    :raises ReportError: it is something else
    """
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        raise ReportError(f"This is no report of msexchange.tls: the field schema must say {SCHEMA}.")
    version = report.get("schema_version")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise ReportError(
            f"The report has version {version!r} of the form, this collection reads versions 1 to {SCHEMA_VERSION}: "
            "use the version of the collection that wrote it, or a later one."
        )
    return report
