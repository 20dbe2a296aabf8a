# SPDX-License-Identifier: Apache-2.0
"""Say where a model's weights go on this computer, how fast it will be, and what would help.

for example:
  ktdesk plan unsloth/DeepSeek-V3.1-GGUF:Q4_K_M
  ktdesk plan DeepSeek-R1-Q4_K_M.gguf --context 32768 --write my.yaml
  ktdesk chat --model DeepSeek-R1-Q4_K_M.gguf --placement my.yaml

No weight is read, so a model need not be here: OWNER/NAME[:QUANT] is planned from its header, and
without QUANT the one to recommend here is taken. What answers on this computer were measured to
have corrects the prediction.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktdesk.cli.library.elsewhere import find_elsewhere, is_elsewhere
from ktdesk.cli.model_choice import choose_file
from ktdesk.cli.plan_text import plan_lines
from ktdesk.cli.program import Program
from ktdesk.cli.setting_arguments import (
    add_engine_arguments,
    add_model_argument,
    add_placement_argument,
    engine_settings,
)
from ktdesk.errors import PlacementError, format_bytes

if TYPE_CHECKING:
    from ktdesk.cli.library.elsewhere import ModelElsewhere
    from ktdesk.hardware import Machine
    from ktdesk.planning.plan import Plan
    from ktdesk.planning.record import Outcome
    from ktdesk.planning.speed import Speed


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of this command."""
    add_model_argument(parser)
    add_placement_argument(parser)
    help_text = "write the placement to a new .yaml file, to be edited and used with --placement"
    parser.add_argument("--write", type=Path, metavar="FILE", help=help_text)
    add_engine_arguments(parser)


def run(arguments: Namespace, program: Program) -> int:
    """Print the plan; return 1 if the model will not run as it is."""
    from ktdesk.library.shelf.loading import prepare_load
    from ktdesk.planning.this_machine import open_planner, plan_as_loaded
    from ktdesk.planning.verdict import Fit

    settings = program.settings.engine
    if is_elsewhere(arguments.model):
        found = find_elsewhere(arguments.model, program, engine_settings(arguments, settings))
        planner, about = found.planner, _about(found)
        placement = arguments.placement or "auto"
        program.terminal.note(_chosen(found))
    else:
        path = choose_file(arguments.model, program)
        planner, about = open_planner(path), {"path": str(path)}
        model = prepare_load(path)
        settings, placement = model.own.over(settings), model.placement(arguments.placement)
    plan = plan_as_loaded(planner, engine_settings(arguments, settings), placement)
    machine, measured = planner.machine, {each.work: each for each in planner.measured}
    if arguments.write:
        _write(plan, arguments.write)
    if arguments.json:
        about = {"model": planner.checkpoint.name} | about
        program.terminal.json(about | _json(plan, machine, measured))
    else:
        for line in plan_lines(plan, machine, measured):
            program.terminal.line(line)
        if arguments.write:
            program.terminal.note(f"The placement is in {arguments.write}.")
    return int(plan.verdict.fit is Fit.WILL_NOT_RUN)


def _about(found: ModelElsewhere) -> dict[str, Any]:
    listing, variant = found.listing, found.variant
    return {
        "source": listing.source,
        "repository": listing.repository,
        "revision": listing.revision,
        "quantisation": variant.label,
        "size_bytes": variant.size_bytes,
        "files": [file.path for file in variant.files],
    }


def _chosen(found: ModelElsewhere) -> str:
    variant = found.variant
    parts = f" in {len(variant.files)} parts" if len(variant.files) > 1 else ""
    others = f", of {found.of} quantisations" if found.of > 1 else ""
    name = f"{found.listing.repository}:{variant.label}"
    return f"{name}: {format_bytes(variant.size_bytes)}{parts}{others}."


def _write(plan: Plan, path: Path) -> None:
    """Write a plan's placement to a file that is not there yet. Raises PlacementError."""
    if path.suffix not in (".yaml", ".yml"):
        raise PlacementError(
            f"A placement cannot be written to {path}: only files that end in .yaml are read.",
            hint=f"Write it to {path.name}.yaml.",
        )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(plan.assignment.placement_in_use().write())
    except FileExistsError as error:
        message = f"There is a file {path} already; it may have been edited."
        raise PlacementError(message, hint="Choose another name, or delete it.") from error
    except OSError as error:
        message = f"The placement cannot be written to {path}: {error.strerror}."
        raise PlacementError(message, hint="Choose another folder.") from error


def _json(plan: Plan, machine: Machine, measured: Mapping[str, Outcome]) -> dict[str, Any]:
    def speeds(of: Mapping[int, Speed]) -> list[dict[str, Any]]:
        return [
            {"tokens": tokens, **asdict(speed.tokens_per_s), "limit": speed.limit}
            for tokens, speed in of.items()
        ]

    placement = plan.assignment.placement_in_use()
    return {
        "fit": plan.verdict.fit,
        "shortages": [asdict(shortage) for shortage in plan.verdict.shortages],
        "disk_bytes": plan.verdict.disk_bytes,
        "savings": [asdict(saving) for saving in plan.savings],
        "placement": placement.name,
        "text": placement.write(),
        "context_tokens": max(plan.decode),
        "memory": asdict(plan.needs.memory) | {"free": machine.memory.available_bytes},
        "cards": {
            str(card): asdict(needs)
            | {"free": machine.gpus[card].free_bytes if card < len(machine.gpus) else 0}
            for card, needs in plan.needs.cards.items()
        },
        "decode": speeds(plan.decode),
        "prefill": speeds(plan.prefill),
        "measured": {work: asdict(outcome) for work, outcome in measured.items()},
    }
