# SPDX-License-Identifier: Apache-2.0
"""Presets: instructions and settings of answers under a name, to begin chats with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from ktdesk.chats.catalog import Catalog
from ktdesk.settings import SamplingSettings, allowed_among

PRESETS = "presets"  # what is remembered
MOST_NAME = 80  # characters


@dataclass(frozen=True, slots=True)
class Preset:
    """sampling: values by the names of settings; what is not there follows the program."""

    name: str
    instructions: str = ""
    sampling: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Presets:
    """Those that are kept beside the chats. Every method may raise ChatsError."""

    def __init__(self, chats: Catalog) -> None:
        self._chats = chats

    def all(self) -> list[Preset]:
        """Return them by name; what is damaged is left out."""
        kept = self._chats.remembered(PRESETS)
        entries = cast("list[Any]", kept) if isinstance(kept, list) else []
        presets = filter(None, map(_preset, entries))
        return sorted(presets, key=lambda preset: preset.name.casefold())

    def keep(self, preset: Preset) -> None:
        """Keep a preset, in place of one with its name."""
        name = " ".join(preset.name.split())[:MOST_NAME]
        if name:
            named = Preset(name, preset.instructions, preset.sampling)
            self._write([*(each for each in self.all() if each.name != name), named])

    def delete(self, name: str) -> None:
        """Forget a preset. Chats that began with it stay as they are."""
        self._write([each for each in self.all() if each.name != name])

    def _write(self, presets: list[Preset]) -> None:
        self._chats.remember(PRESETS, [asdict(preset) for preset in presets])


def _preset(kept: Any) -> Preset | None:
    values = cast("dict[str, Any]", kept) if isinstance(kept, dict) else {}
    name, instructions = values.get("name"), values.get("instructions")
    if not (isinstance(name, str) and name):
        return None
    sampling = allowed_among(SamplingSettings, values.get("sampling"))
    return Preset(name, instructions if isinstance(instructions, str) else "", sampling)
