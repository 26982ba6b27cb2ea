# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many random examples a property test takes: all that it asks for, or a fixed few for each of many mutants."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

#: Set to a number by a run that repeats the tests very often: no property test takes more examples than that.
FEW = "MSEXCHANGE_TLS_FEW_EXAMPLES"


def examples(count: int) -> settings:
    """The settings of a property test that wants ``count`` examples."""
    few = os.environ.get(FEW)
    large = [HealthCheck.too_slow, HealthCheck.data_too_large]
    if few is None:
        return settings(max_examples=count, suppress_health_check=large)
    # Always the same examples; and nobody looks at the smallest one that fails.
    return settings(
        max_examples=min(count, int(few)),
        suppress_health_check=large,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
    )
