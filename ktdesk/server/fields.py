# SPDX-License-Identifier: Apache-2.0
"""What bodies of requests are made of. Types are taken as they are: no text counts as a number."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ktdesk.server.failures import ApiError

Count = Annotated[int, Field(ge=1, le=1 << 24)]
Seed = Annotated[int, Field(ge=-(1 << 63), lt=1 << 64)]
Schema = dict[str, Any]


class Strict(BaseModel):
    """A body that may have no other fields."""

    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())


class Loose(BaseModel):
    """A part of a body whose other fields are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, protected_namespaces=())


class EngineFields(BaseModel):
    """What KTDesk's engine takes beyond the APIs, under the names of `Options`."""

    top_k: int | None = Field(None, ge=0, le=1 << 24)
    typical_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    penalty_tokens: int | None = Field(None, ge=0, le=1 << 24)
    dry_multiplier: float | None = None
    dry_base: float | None = None
    dry_allowed_length: Count | None = None
    dry_tokens: int | None = Field(None, ge=0, le=1 << 24)
    dry_breakers: list[str] | None = None
    context_full: Literal["stop", "shift"] | None = None
    prompt_lookup: Literal["auto", "off"] | None = None
    grammar: str | None = None

    def engine_options(self) -> dict[str, Any]:
        """Return these fields as `Options` has them."""
        values = {name: getattr(self, name) for name in EngineFields.model_fields}
        breakers = self.dry_breakers
        return values | {"dry_breakers": None if breakers is None else tuple(breakers)}


def stop_texts(stop: str | list[str] | None) -> tuple[str, ...] | None:
    """Return the texts before which an answer ends."""
    return None if stop is None else (stop,) if isinstance(stop, str) else tuple(stop)


def bias_of(bias: dict[str, float] | None) -> dict[int, float] | None:
    """Return a bias by tokens, whose numbers JSON has as texts. Raises ApiError."""
    if bias is None:
        return None
    if wrong := [name for name in bias if not (name.isdecimal() and len(name) < 10)]:
        raise ApiError(400, f"{wrong[0][:50]!r} is not the number of a token.", param="logit_bias")
    return {int(name): value for name, value in bias.items()}


def no_reasoning(effort: str | None) -> bool | None:
    """Return what a word for how much to reason says of whether to."""
    return None if effort is None else effort != "none"


def schema_text(schema: Schema) -> str:
    """Return a JSON schema as text."""
    return json.dumps(schema)
