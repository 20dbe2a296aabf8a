# SPDX-License-Identifier: Apache-2.0
"""Settings of how models are run, and how they answer."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.settings.fields import Section, setting


@dataclass(frozen=True)
class EngineSettings(Section):
    """How models are run."""

    name = "engine"

    threads: int = setting(
        0,
        "CPU threads",
        "0 takes one per physical core.",
        low=0,
        high=1024,
        unit="threads",
        level="advanced",
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
        level="advanced",
    )
    vram_mb: int = setting(
        0,
        "Graphics memory",
        "How much of a graphics card's memory may be used. 0 takes what is free.",
        low=0,
        high=1 << 24,
        unit="MB",
        level="advanced",
    )
    deferred_experts: int = setting(
        0,
        "Deferred experts",
        "How many of a token's experts are added one layer later, so that the processor works "
        "while the graphics card does: faster with a card, but answers get a little worse. "
        "`ktdesk perplexity` says by how much. 0: none.",
        low=0,
        high=64,
        level="advanced",
    )
    parallel: int = setting(
        8,
        "Answers at a time",
        "Requests that are answered together, far faster than one after another. They share the "
        "context's memory; while there is no room, they take turns.",
        low=1,
        high=8,
        level="advanced",
    )
    kept_mb: int = setting(
        1000,
        "Other conversations",
        "Memory for what was read of them, so that going back to one needs no reading.",
        low=0,
        high=1 << 24,
        unit="MB",
        level="advanced",
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
        40,
        "Top k",
        "Chooses among this many of the likeliest; 0: among all.",
        low=0,
        high=1 << 20,
        level="advanced",
    )
    typical_p: float = setting(
        1.0,
        "Typical p",
        "Chooses among those about as surprising as is to be expected; 1: among all.",
        low=0,
        high=1,
        level="advanced",
    )
    top_p: float = setting(
        0.95,
        "Top p",
        "Chooses among the likeliest that share this probability.",
        low=0,
        high=1,
        level="advanced",
    )
    min_p: float = setting(
        0.05,
        "Min p",
        "Leaves out what is this much rarer than the likeliest.",
        low=0,
        high=1,
        level="advanced",
    )
    repetition_penalty: float = setting(
        1.0,
        "Repetition penalty",
        "Above 1 avoids what was already said.",
        low=0.1,
        high=5,
        level="advanced",
    )
    presence_penalty: float = setting(
        0.0,
        "Presence penalty",
        "Above 0 avoids what was said, however often.",
        low=-2,
        high=2,
        level="advanced",
    )
    frequency_penalty: float = setting(
        0.0,
        "Frequency penalty",
        "Above 0 avoids what was said, the more the more often.",
        low=-2,
        high=2,
        level="advanced",
    )
    penalty_tokens: int = setting(
        256,
        "Reach of penalties",
        "How far back these three look; 0: to the beginning.",
        low=0,
        high=1 << 24,
        unit="tokens",
        level="advanced",
    )
    dry_multiplier: float = setting(
        0.0,
        "DRY",
        "Above 0 avoids repeating whole passages; 0.8 is usual.",
        low=0,
        high=5,
        level="advanced",
    )
    dry_base: float = setting(
        1.75,
        "DRY base",
        "How much more each further word of a repetition counts.",
        low=1,
        high=4,
        level="advanced",
    )
    dry_allowed_length: int = setting(
        2,
        "DRY length",
        "Repetitions shorter than this are free.",
        low=1,
        high=1000,
        unit="tokens",
        level="advanced",
    )
    dry_tokens: int = setting(
        4096,
        "Reach of DRY",
        "How far back it looks for repetitions; 0: to the beginning.",
        low=0,
        high=1 << 24,
        unit="tokens",
        level="advanced",
    )
    seed: int | None = setting(
        None,
        "Seed",
        "The same seed gives the same answer; without one, each differs.",
        low=0,
        high=2**32 - 1,
        level="advanced",
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
        level="advanced",
    )
