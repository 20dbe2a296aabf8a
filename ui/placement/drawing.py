# SPDX-License-Identifier: Apache-2.0
"""What is drawn of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktdesk.planning.plan import Plan
    from ktdesk.planning.record import Outcome
    from ktdesk.planning.shares import DeviceShares, MapCell, RuleMatches
    from ktdesk.planning.speed import Speed
    from ui.placement.presenter import PlacementPresenter


@dataclass(frozen=True, slots=True)
class Drawing:
    """Bars, curves, table, map and measurements; all empty where there is no plan.

    decode, prefill: by tokens before, and by tokens of the prompt. on_cards: experts, by layer.
    """

    plan: Plan | None = None
    bars: Sequence[DeviceShares] = ()
    decode: dict[int, Speed] | None = None
    prefill: dict[int, Speed] | None = None
    table: Sequence[RuleMatches] = ()
    cells: Sequence[MapCell] = ()
    on_cards: Mapping[int, frozenset[int]] = field(default_factory=dict[int, frozenset[int]])
    outcomes: Sequence[Outcome] = ()


def draw(now: PlacementPresenter) -> Drawing:
    """Return what is to be drawn of the present plan."""
    if now.planner is None or now.plan is None:
        return Drawing()
    from ktdesk.planning.shares import device_shares, experts_on_cards, layer_map, rule_matches

    plan, planner, context = now.plan, now.planner, now.wanted.context_tokens
    return Drawing(
        plan,
        bars=device_shares(plan, planner.machine, context, now.wanted.vram_mb * 1_000_000),
        decode=planner.decode_curve(plan, context),
        prefill=plan.prefill,
        table=rule_matches(plan),
        cells=layer_map(plan),
        on_cards=experts_on_cards(plan),
        outcomes=planner.measured,
    )
