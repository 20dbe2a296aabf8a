# SPDX-License-Identifier: Apache-2.0
"""How a model would run here, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ktdesk.cli.plan_text import figures

if TYPE_CHECKING:
    from ktdesk.planning.plan import Plan

_FITS = {
    "comfortable": "fits",
    "tight": "fits, with little memory left",
    "from_disk": "runs from the disk, slowly",
    "will_not_run": "will not run here",
}


def verdict_text(plan: Plan) -> str:
    """Return whether it fits, and how fast it answers: 'fits, 12 to 18 tokens/s'."""
    fit, speeds = plan.verdict.fit, list(plan.decode.values())
    if fit == "will_not_run" or not speeds:
        return _FITS[fit]
    rate = speeds[0].tokens_per_s
    return f"{_FITS[fit]}, {figures(rate.low)} to {figures(rate.high)} tokens/s"
