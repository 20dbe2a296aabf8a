# SPDX-License-Identifier: Apache-2.0
"""A plan in words and tables: the verdict first, then what it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from ktdesk.errors import format_bytes

if TYPE_CHECKING:
    from ktdesk.hardware import Machine
    from ktdesk.planning.needs import DeviceNeeds
    from ktdesk.planning.plan import Plan
    from ktdesk.planning.record import Outcome
    from ktdesk.planning.remedies import Saving
    from ktdesk.planning.speed import Speed

_FITS = {
    "comfortable": "It fits.",
    "tight": "It fits, but little memory is left for anything else.",
    "from_disk": "It runs, but slowly: what does not fit into memory is read from the disk again "
    "and again.",
    "will_not_run": "It will not run here as it is.",
}
_LIMITS = {
    "memory": "how fast the memory is read",
    "cores": "how fast the processor computes",
    "card_memory": "how fast the card's memory is read",
    "card_cores": "how fast the card computes",
    "slot": "how fast weights get to the card",
    "disk": "how fast the disk is read",
    "latency": "many short steps, one after another",
}
_REMEDIES = {
    "weights": "{value} saves {saved}",
    "context": "{value} context saves {saved}",
    "cache": "a {value} cache saves {saved}",
}


def plan_lines(plan: Plan, machine: Machine, measured: Mapping[str, Outcome]) -> Iterator[str]:
    """Yield a plan's lines. measured: what was measured of the model here, by kind of work."""
    yield from _verdict(plan)
    yield ""
    yield f"placement {plan.assignment.placement.name}"
    yield f"{'':12}{'weights':>10}{'cache':>10}{'work':>10}{'all':>10}{'free':>10}"
    for card, needs in plan.needs.cards.items():
        free = machine.gpus[card].free_bytes if card < len(machine.gpus) else 0
        yield _needs_line(f"card {card}", needs, free)
    yield _needs_line("memory", plan.needs.memory, machine.memory.available_bytes)
    yield ""
    yield from _speed_lines("answers after", plan.decode, measured.get("decode"))
    yield from _speed_lines("prompts of", plan.prefill, measured.get("prefill"))


def _verdict(plan: Plan) -> Iterator[str]:
    verdict = plan.verdict
    yield _FITS[verdict.fit]
    if not verdict.shortages:
        return
    lacking = " and ".join(
        f"{format_bytes(each.missing_bytes)} {_where(each.card)}" for each in verdict.shortages
    )
    remedies = "; ".join(map(_remedy, plan.savings))
    yield f"Short by {lacking}{f': {remedies}' if remedies else ''}."
    if all(saving.remedy != "weights" for saving in plan.savings):
        needs = plan.needs.cards | {-1: plan.needs.memory}
        enough = " and ".join(
            f"{format_bytes(needs[each.card].total)} {_where(each.card)}"
            for each in verdict.shortages
        )
        yield f"No less precise file is small enough; {enough}, all of it free, would do."


def _where(card: int) -> str:
    return "of memory" if card < 0 else f"on card {card}"


def _remedy(saving: Saving) -> str:
    tokens = int(saving.value) if saving.remedy == "context" else 0
    value = f"{tokens // 1024}K" if tokens and tokens % 1024 == 0 else saving.value
    return _REMEDIES[saving.remedy].format(value=value, saved=format_bytes(saving.saved_bytes))


def _needs_line(name: str, needs: DeviceNeeds, free_bytes: int) -> str:
    sizes = (*asdict(needs).values(), needs.total, free_bytes)
    return f"  {name:10}" + "".join(f"{format_bytes(size):>10}" for size in sizes)


def _speed_lines(what: str, speeds: Mapping[int, Speed], measured: Outcome | None) -> Iterator[str]:
    for tokens, speed in speeds.items():
        low, high = (figures(each) for each in (speed.tokens_per_s.low, speed.tokens_per_s.high))
        where = f"{what} {tokens} tokens"
        yield f"  {where:28}{low:>7} to {high:>5} tokens/s, limited by {_LIMITS[speed.limit]}"
    if measured:
        yield (
            f"  {'measured here':28}{figures(measured.measured):>7} tokens/s "
            f"({measured.at[:10]}, placement {measured.placement})"
        )


def figures(speed: float) -> str:
    """Return a speed with as many digits as say something: 0.05, 3.4, 120."""
    digits = 2 if speed < 1 else 1 if speed < 10 else 0
    return f"{speed:.{digits}f}"
