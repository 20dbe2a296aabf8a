# SPDX-License-Identifier: Apache-2.0
"""What there is to choose from when a model is planned: contexts, placements, and their texts."""

from __future__ import annotations

from pathlib import Path

from ktdesk.errors import PlacementError
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.placement import Placement, read_placement_file, shipped_placements
from ktdesk.planning.context import choose_context
from ktdesk.planning.plan import Planner, Wishes
from ktdesk.whole_file import whole_file

_SHORTEST = 4096


def context_stops(most_tokens: int) -> tuple[int, ...]:
    """Return contexts to choose from: doubling from 4096 on, and the most there can be."""
    stops: list[int] = []
    stop = _SHORTEST
    while stop < most_tokens:
        stops.append(stop)
        stop *= 2
    return (*stops, most_tokens)


def contexts_of(planner: Planner, wanted: int) -> tuple[int, tuple[int, ...]]:
    """Return the context that a model would be loaded with, and all that can be chosen.

    More than the model was made for becomes what it was made for.
    """
    checkpoint = planner.checkpoint
    most = checkpoint.count(f"{checkpoint.architecture}.context_length")
    chosen = choose_context(checkpoint, min(wanted, most))
    return chosen, tuple(sorted({chosen, *context_stops(most)}))


def make_wishes(
    context_tokens: int, cache_type: str, vram_mb: int, placement: Placement | None
) -> Wishes:
    """Return wishes in terms of the settings."""
    return Wishes(
        context_tokens=context_tokens,
        cache_type=CacheType(cache_type),
        vram_bytes=vram_mb * 1_000_000,
        placement=placement,
    )


def shipped_texts(architecture: str) -> dict[str, str]:
    """Return the texts of the placements that come with KTDesk for such models, by name."""
    return {
        placement.name: placement.write()
        for placement in shipped_placements()
        if placement.model in ("", architecture)
    }


def parse_rules(text: str, file: Path, planner: Planner) -> Placement:
    """Read a placement's text for a model, as if it were in a file.

    Raises PlacementError; with the line, where there is one to blame.
    """
    placement = Placement.parse(file.stem, text, file.parent)
    try:
        placement.check_model(planner.checkpoint.architecture)
    except PlacementError as error:
        error.line = _line_of_model(text)
        raise
    return placement


def read_rules(file: Path) -> str:
    """Return the text of a file. Raises PlacementError if it cannot be read."""
    return read_placement_file(file)


def save_rules(file: Path, text: str) -> None:
    """Write a file whole, with its folder. Raises PlacementError if it cannot be written."""
    try:
        with whole_file(file) as stream:
            stream.write(text.encode())
    except OSError as error:
        message = f"The placement file {file} cannot be written: {error}."
        raise PlacementError(message, hint="Choose another folder.") from error


def _line_of_model(text: str) -> int:
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if line.startswith("model:")), 0)
