# SPDX-License-Identifier: Apache-2.0
"""Every setting of KTDesk, once: type, default, title, help, limits, unit."""

from __future__ import annotations

from dataclasses import dataclass, field

from ktdesk.settings.fields import Section, setting


@dataclass(frozen=True)
class EngineSettings(Section):
    """How models are run."""

    name = "engine"

    threads: int = setting(
        0, "CPU threads", "0 takes one per physical core.", low=0, high=1024, unit="threads"
    )
    context_tokens: int = setting(
        0,
        "Context",
        "How much of a conversation the model sees; it costs memory. 0 lets the model decide.",
        low=0,
        high=1 << 24,
        unit="tokens",
    )
    cache_type: str = setting(
        "f16",
        "Cache",
        "How exactly the conversation is kept: f32 most, q8_0 in the least memory.",
        choices=("f16", "bf16", "q8_0", "f32"),
    )
    vram_mb: int = setting(
        0,
        "Graphics memory",
        "How much of a graphics card's memory may be used. 0 takes what is free.",
        low=0,
        high=1 << 24,
        unit="MB",
    )
    deferred_experts: int = setting(
        0,
        "Deferred experts",
        "How many of a token's experts are added one layer later, so that the processor works "
        "while the graphics card does: faster with a card, but answers get a little worse. "
        "`ktdesk perplexity` says by how much. 0: none.",
        low=0,
        high=64,
    )
    kept_mb: int = setting(
        1000,
        "Other conversations",
        "Memory for what was read of them, so that going back to one needs no reading.",
        low=0,
        high=1 << 24,
        unit="MB",
    )


@dataclass(frozen=True)
class SamplingSettings(Section):
    """How the next token is chosen. The names are those of a request's options."""

    name = "sampling"

    max_tokens: int = setting(
        0,
        "Longest answer",
        "0 lets an answer grow until the context is full.",
        low=0,
        high=1 << 24,
        unit="tokens",
    )
    temperature: float = setting(
        0.7, "Temperature", "Higher is more varied; 0 always takes the likeliest.", low=0, high=5
    )
    top_k: int = setting(
        40, "Top k", "Chooses among this many of the likeliest; 0: among all.", low=0, high=1 << 20
    )
    typical_p: float = setting(
        1.0,
        "Typical p",
        "Chooses among those about as surprising as is to be expected; 1: among all.",
        low=0,
        high=1,
    )
    top_p: float = setting(
        0.95, "Top p", "Chooses among the likeliest that share this probability.", low=0, high=1
    )
    min_p: float = setting(
        0.05, "Min p", "Leaves out what is this much rarer than the likeliest.", low=0, high=1
    )
    repetition_penalty: float = setting(
        1.0, "Repetition penalty", "Above 1 avoids what was already said.", low=0.1, high=5
    )
    presence_penalty: float = setting(
        0.0, "Presence penalty", "Above 0 avoids what was said, however often.", low=-2, high=2
    )
    frequency_penalty: float = setting(
        0.0,
        "Frequency penalty",
        "Above 0 avoids what was said, the more the more often.",
        low=-2,
        high=2,
    )
    penalty_tokens: int = setting(
        256,
        "Reach of penalties",
        "How far back these three look; 0: to the beginning.",
        low=0,
        high=1 << 24,
        unit="tokens",
    )
    dry_multiplier: float = setting(
        0.0, "DRY", "Above 0 avoids repeating whole passages; 0.8 is usual.", low=0, high=5
    )
    dry_base: float = setting(
        1.75, "DRY base", "How much more each further word of a repetition counts.", low=1, high=4
    )
    dry_allowed_length: int = setting(
        2, "DRY length", "Repetitions shorter than this are free.", low=1, high=1000, unit="tokens"
    )
    dry_tokens: int = setting(
        4096,
        "Reach of DRY",
        "How far back it looks for repetitions; 0: to the beginning.",
        low=0,
        high=1 << 24,
        unit="tokens",
    )
    seed: int | None = setting(
        None,
        "Seed",
        "The same seed gives the same answer; without one, each differs.",
        low=0,
        high=2**32 - 1,
    )
    context_full: str = setting(
        "stop",
        "When the context is full",
        "'stop' ends the answer; 'shift' lets the oldest turns go and reads the rest again.",
        choices=("stop", "shift"),
    )
    prompt_lookup: str = setting(
        "auto",
        "Prompt lookup",
        "Guesses words from those before, where that is faster; it changes no answer.",
        choices=("auto", "off"),
    )


@dataclass(frozen=True)
class InterfaceSettings(Section):
    """What KTDesk looks like, and what it remembers of its last use."""

    name = "interface"

    language: str = setting("", "Language", "A code such as 'de'; empty follows the system.")
    theme: str = setting(
        "system", "Theme", "'system' follows the desktop.", choices=("system", "light", "dark")
    )
    last_model: str = setting("", "Last model", "The path of the model that was used last.")
    window_geometry: str = setting("", "Window", "Place and size of the window, as it stores them.")
    sidebar: bool = setting(True, "Chats", "Whether the list of chats is shown at the side.")
    wizard_done: bool = setting(
        False, "First steps", "Whether they were finished, or skipped; they are shown once."
    )


@dataclass(frozen=True)
class ModelsSettings(Section):
    """Where models are."""

    name = "models"

    folders: tuple[str, ...] = setting(
        (), "More model folders", "Folders to look for models in, besides KTDesk's own."
    )


@dataclass(frozen=True)
class HardwareSettings(Section):
    """What the user says of the machine, in place of what KTDesk finds. 0 leaves what is found.

    Giga and mega are 10^9 and 10^6.
    """

    name = "hardware"

    cores: int = setting(0, "Cores", "Physical cores; 0: those found.", low=0, high=1024)
    memory_gb: int = setting(
        0, "Memory", "In all, also what is in use; 0: as found.", low=0, high=1 << 20, unit="GB"
    )
    available_gb: int = setting(
        0, "Free memory", "What models may take; 0: as found.", low=0, high=1 << 20, unit="GB"
    )
    bandwidth_gbs: int = setting(
        0, "Memory speed", "What all cores read; 0: as measured.", low=0, high=1 << 20, unit="GB/s"
    )
    int8_gops: int = setting(
        0,
        "Speed of int8 products",
        "Of all cores, with long prompts; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="GOP/s",
    )
    bf16_gops: int = setting(
        0,
        "Speed of bf16 products",
        "The same on tiles; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="GOP/s",
    )
    card_memory_mb: int = setting(
        0,
        "Memory of the card",
        "All that the first graphics card has; 0: as found.",
        low=0,
        high=1 << 24,
        unit="MB",
    )
    card_free_mb: int = setting(
        0,
        "Free memory of the card",
        "Of the first graphics card; 0: as found.",
        low=0,
        high=1 << 24,
        unit="MB",
    )
    card_bandwidth_gbs: int = setting(
        0,
        "Speed of the card's memory",
        "Of the first graphics card; 0: as measured.",
        low=0,
        high=1 << 20,
        unit="GB/s",
    )
    card_bf16_gops: int = setting(
        0,
        "Speed of the card's products",
        "Of the first graphics card, with long prompts; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="GOP/s",
    )
    to_card_gbs: int = setting(
        0, "Speed to the card", "Over the bus; 0: as measured.", low=0, high=1 << 20, unit="GB/s"
    )
    from_card_gbs: int = setting(
        0, "Speed from the card", "Over the bus; 0: as measured.", low=0, high=1 << 20, unit="GB/s"
    )
    disk_mbs: int = setting(
        0,
        "Disk speed",
        "Of the folders of models; 0: as measured.",
        low=0,
        high=1 << 30,
        unit="MB/s",
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Frozen: a change is a new object, made with `dataclasses.replace`."""

    engine: EngineSettings = field(default_factory=EngineSettings)
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    interface: InterfaceSettings = field(default_factory=InterfaceSettings)
    models: ModelsSettings = field(default_factory=ModelsSettings)
    hardware: HardwareSettings = field(default_factory=HardwareSettings)
