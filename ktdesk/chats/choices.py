# SPDX-License-Identifier: Apache-2.0
"""What a chat has otherwise than the program: its model, and how its answers are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ktdesk.settings import SamplingSettings, allowed_among

_MOST_PATH = 4096  # characters


@dataclass(frozen=True, slots=True)
class ChatChoices:
    """model None: the one that is chosen for the program. sampling: values by their names."""

    model: Path | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> ChatChoices:
        """Return the choices in a chat's settings; what is damaged of them is left out."""
        model = settings.get("model")
        return cls(
            Path(model) if isinstance(model, str) and 0 < len(model) <= _MOST_PATH else None,
            allowed_among(SamplingSettings, settings.get("sampling")),
        )

    @property
    def settings(self) -> dict[str, Any]:
        """What `read` reads."""
        model = {"model": str(self.model)} if self.model else {}
        return {**model, **({"sampling": dict(self.sampling)} if self.sampling else {})}

    def over(self, sampling: SamplingSettings) -> SamplingSettings:
        """Return the settings that hold elsewhere, with these over them."""
        return replace(sampling, **self.sampling)

    def choosing(self, name: str, value: Any) -> ChatChoices:
        """Return the same with a setting of its own."""
        return replace(self, sampling={**self.sampling, name: value})

    def following(self, name: str) -> ChatChoices:
        """Return the same without an own value of a setting."""
        kept = {each: value for each, value in self.sampling.items() if each != name}
        return replace(self, sampling=kept)
