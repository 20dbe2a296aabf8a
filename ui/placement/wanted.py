# SPDX-License-Identifier: Apache-2.0
"""What a plan is made for. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from ktdesk.settings import EngineSettings

if TYPE_CHECKING:
    from ktdesk.operators.placement import Placement
    from ktdesk.planning.plan import Planner, Wishes


@dataclass(frozen=True, slots=True)
class Wanted:
    """Wishes in terms of the settings. is_context_set: else it is up to each model.

    stops: the contexts to choose from; none until a model is known.
    """

    context_tokens: int
    cache_type: str
    vram_mb: int
    is_context_set: bool
    stops: tuple[int, ...] = ()

    @classmethod
    def of(cls, engine: EngineSettings) -> Self:
        """Return what the settings say."""
        context = engine.context_tokens
        return cls(context, engine.cache_type, engine.vram_mb, is_context_set=bool(context))

    def fitted(self, planner: Planner) -> Self:
        """Return the same with a context that the model has. Raises ModelFileError."""
        from ktdesk.planning.choices import contexts_of

        wanted = self.context_tokens if self.is_context_set else 0
        context, stops = contexts_of(planner, wanted)
        return replace(self, context_tokens=context, stops=stops)

    def wishes(self, placement: Placement | None) -> Wishes:
        """Return what a planner understands."""
        from ktdesk.planning.choices import make_wishes

        return make_wishes(self.context_tokens, self.cache_type, self.vram_mb, placement)

    def settings(self) -> Iterator[tuple[str, object]]:
        """Yield names and values of the engine's settings."""
        if self.is_context_set:
            yield "context_tokens", self.context_tokens
        yield "cache_type", self.cache_type
        yield "vram_mb", self.vram_mb
