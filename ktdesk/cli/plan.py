# SPDX-License-Identifier: Apache-2.0
"""Say where a model's weights go on this computer, how fast it will be, and what would help."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ktdesk.cli.model_choice import choose_model
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import add_engine_arguments, engine_settings
from ktdesk.errors import format_bytes

if TYPE_CHECKING:
    from ktdesk.planning.needs import DeviceNeeds
    from ktdesk.planning.plan import Plan
    from ktdesk.planning.speed import Speed

_FITS = {
    "comfortable": "It fits.",
    "tight": "It fits, but little memory is left for anything else.",
    "from_disk": "It does not fit into memory: {disk} would be read from the disk, which is slow.",
    "will_not_run": "It will not run here as it is.",
}
_LIMITS = {
    "memory": "the main memory",
    "cores": "the processor's cores",
    "card_memory": "the card's memory",
    "card_cores": "the card's cores",
    "slot": "the card's slot",
    "disk": "the disk",
    "latency": "short steps, one after another",
}
_REMEDIES = {
    "weights": "{value} weights save {saved}",
    "context": "a context of {value} tokens saves {saved}",
    "cache": "a cache in {value} saves {saved}",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    help_text = "as for `ktdesk chat --model`"
    parser.add_argument("model", metavar="MODEL", nargs="?", default=SUPPRESS, help=help_text)
    parser.add_argument("--model", metavar="PATH|NAME", help="the same")
    help_text = "plan for this one; by default for the fastest that fits"
    parser.add_argument("--placement", metavar="NAME|FILE", default="auto", help=help_text)
    add_engine_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Print the plan; return 1 if the model will not run as it is."""
    from ktdesk.planning.this_machine import plan_here
    from ktdesk.planning.verdict import Fit

    path = choose_model(arguments.model, program)
    plan = plan_here(path, engine_settings(arguments, program.settings.engine), arguments.placement)
    if arguments.json:
        program.terminal.json(_json(plan))
    else:
        for line in _lines(plan):
            program.terminal.line(line)
    return int(plan.verdict.fit is Fit.WILL_NOT_RUN)


def _lines(plan: Plan) -> Iterator[str]:
    disk = format_bytes(plan.verdict.disk_bytes)
    yield _FITS[plan.verdict.fit].format(disk=disk)
    for shortage in plan.verdict.shortages:
        yield f"{_device(shortage.card)} is short by {format_bytes(shortage.missing_bytes)}."
    for saving in plan.savings:
        saved = format_bytes(saving.saved_bytes)
        yield f"  {_REMEDIES[saving.remedy].format(value=saving.value, saved=saved)}"
    yield ""
    yield f"placement {plan.assignment.placement.name}"
    for card, needs in plan.needs.cards.items():
        yield _needs_line(_device(card), needs)
    yield _needs_line(_device(-1), plan.needs.memory)
    yield from _speed_lines("decode", "after", plan.decode)
    yield from _speed_lines("prefill", "of", plan.prefill)


def _needs_line(name: str, needs: DeviceNeeds) -> str:
    parts = ", ".join(f"{part} {format_bytes(size)}" for part, size in asdict(needs).items())
    return f"  {name:12}{format_bytes(needs.total):>10}: {parts}"


def _speed_lines(name: str, word: str, speeds: Mapping[int, Speed]) -> Iterator[str]:
    for tokens, speed in speeds.items():
        low, high = speed.tokens_per_s.low, speed.tokens_per_s.high
        where = f"{name} {word} {tokens} tokens"
        yield f"  {where:28}{low:8.1f} to {high:.1f} tokens/s, limited by {_LIMITS[speed.limit]}"


def _device(card: int) -> str:
    return "memory" if card < 0 else f"card {card}"


def _json(plan: Plan) -> dict[str, Any]:
    def speeds(of: Mapping[int, Speed]) -> list[dict[str, Any]]:
        return [
            {"tokens": tokens, **asdict(speed.tokens_per_s), "limit": speed.limit}
            for tokens, speed in of.items()
        ]

    return {
        "fit": plan.verdict.fit,
        "shortages": [asdict(shortage) for shortage in plan.verdict.shortages],
        "disk_bytes": plan.verdict.disk_bytes,
        "savings": [asdict(saving) for saving in plan.savings],
        "placement": plan.assignment.placement.name,
        "rules": [
            {"match": rule.match, "use": rule.use, "with": dict(rule.options)}
            for rule in plan.assignment.placement.rules
        ],
        "memory": asdict(plan.needs.memory),
        "cards": {str(card): asdict(needs) for card, needs in plan.needs.cards.items()},
        "decode": speeds(plan.decode),
        "prefill": speeds(plan.prefill),
    }
