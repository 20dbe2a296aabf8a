# SPDX-License-Identifier: Apache-2.0
"""All settings of KTDesk, each declared once: here, in `running`, `figures` and `connecting`."""

from __future__ import annotations

from dataclasses import dataclass, field

from ktdesk.settings.connecting import (
    DownloadsSettings,
    NetworkSettings,
    ServerSettings,
    SourcesSettings,
    UpdatesSettings,
)
from ktdesk.settings.fields import Section, setting
from ktdesk.settings.figures import HardwareSettings
from ktdesk.settings.running import EngineSettings, SamplingSettings


@dataclass(frozen=True)
class InterfaceSettings(Section):
    """What KTDesk looks like, and what it remembers of its last use."""

    name = "interface"

    language: str = setting("", "Language", "A code such as 'de'; empty follows the system.")
    theme: str = setting(
        "system", "Theme", "'system' follows the desktop.", choices=("system", "light", "dark")
    )
    advanced: bool = setting(
        False,
        "Advanced mode",
        "Shows everything that can be set, and the rules of placements as text.",
    )
    close_while_downloading: str = setting(
        "ask",
        "Closing during downloads",
        "'go on' keeps fetching in the tray; 'quit' goes on at the next start.",
        choices=("ask", "go on", "quit"),
    )
    serve_at_start: bool = setting(
        False, "Start with the window", "Whether the server starts when KTDesk's window opens."
    )
    last_model: str = setting(
        "", "Last model", "The path of the model that was used last.", level="internal"
    )
    window_geometry: str = setting(
        "", "Window", "Place and size of the window, as it stores them.", level="internal"
    )
    sidebar: bool = setting(
        True, "Chats", "Whether the list of chats is shown at the side.", level="internal"
    )
    wizard_done: bool = setting(
        False,
        "First steps",
        "Whether they were finished, or skipped; they are shown once.",
        level="internal",
    )


@dataclass(frozen=True)
class ModelsSettings(Section):
    """Where models are."""

    name = "models"

    folders: tuple[str, ...] = setting(
        (),
        "More model folders",
        "Folders to look for models in, besides KTDesk's own.",
        one_a_line=True,
    )
    downloads: str = setting(
        "", "Folder for downloads", "The one of them that new models go to; empty: KTDesk's own."
    )
    other_programs: bool = setting(
        True,
        "Models of other programs",
        "Whether those of LM Studio, Ollama, llama.cpp and the Hugging Face cache are shown, too.",
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Frozen: a change is a new object, made with `dataclasses.replace`."""

    engine: EngineSettings = field(default_factory=EngineSettings)
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    interface: InterfaceSettings = field(default_factory=InterfaceSettings)
    models: ModelsSettings = field(default_factory=ModelsSettings)
    hardware: HardwareSettings = field(default_factory=HardwareSettings)
    downloads: DownloadsSettings = field(default_factory=DownloadsSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    sources: SourcesSettings = field(default_factory=SourcesSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    updates: UpdatesSettings = field(default_factory=UpdatesSettings)
