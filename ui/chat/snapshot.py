# SPDX-License-Identifier: Apache-2.0
"""What makes an answer: the model, and every setting that it is made with."""

from __future__ import annotations

import dataclasses
from typing import Any

from ktdesk.chats.choices import ChatChoices
from ui.chat.model_presenter import ModelPresenter
from ui.settings_store import SettingsStore


def snapshot(
    model: ModelPresenter, store: SettingsStore, choices: ChatChoices
) -> tuple[str, dict[str, Any]]:
    """Return the loaded model's name, and the settings, which are kept with an answer."""
    info = model.info
    settings: dict[str, Any] = {
        "sampling": dataclasses.asdict(choices.over(model.own.over(store.settings.sampling))),
        "engine": dataclasses.asdict(model.engine_settings),
    }
    if info:
        settings["model"] = {
            "path": str(info.path),
            "weight_types": info.weight_types,
            "placement": info.placement,
            "context_tokens": info.context_tokens,
        }
    return (info.name if info else ""), settings
