# SPDX-License-Identifier: Apache-2.0
"""Which tokenisers and chat templates the models of an architecture have, by their files.

A vocabulary of bytes is known by its family, `tokenizer.ggml.pre`; a SentencePiece one by its name
among the results of `tests.tokenizers`. A template by its name in tests/golden/templates.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ktdesk.cli.families import Share

_GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True)
class Texts:
    """The tokenisers and the templates of an architecture."""

    tokenizers: tuple[str, ...]
    templates: tuple[str, ...] = ()


_GRANITE3 = Texts(("refact",), ("granite-3.3",))
TEXTS: dict[str, Texts] = {
    "bailingmoe2": Texts(("bailingmoe2",)),
    "deepseek2": Texts(
        ("deepseek-llm", "deepseek-v3", "glm4"),
        (
            "deepseek-v3",
            "deepseek-v3.1",
            "kimi-k2",
            "kimi-k2-instruct",
            "kimi-k2-thinking",
            "glm-4.7-flash",
        ),
    ),
    "ernie4_5-moe": Texts(()),
    "gemma3": Texts(("gemma-3",), ("gemma-3",)),
    "glm4moe": Texts(("glm4",), ("glm-4.6",)),
    "gpt-oss": Texts(("gpt-4o",), ("gpt-oss",)),
    "granite": _GRANITE3,
    "granitemoe": _GRANITE3,
    "hunyuan-moe": Texts(("hunyuan",)),
    "llama": Texts(
        ("llama-bpe", "tekken", "llama-2", "ggml-vocab-llama-spm", "mistral-v1", "mistral-v3"),
        (
            "llama-3",
            "meta-llama-Llama-3.1-8B-Instruct",
            "meta-llama-Llama-3.2-3B-Instruct",
            "mistral-nemo",
            "mistral-small-3.2",
        ),
    ),
    "llama4": Texts(("llama4",), ("llama-4",)),
    "minimax-m2": Texts(("minimax-m2",), ("minimax-m2",)),
    "olmoe": Texts(("olmo",)),
    "phi3": Texts(("ggml-vocab-phi-3", "gpt-4o"), ("microsoft-Phi-3.5-mini-instruct",)),
    "qwen2": Texts(("qwen2", "deepseek-r1-qwen"), ("qwen2.5", "deepseek-r1-distill")),
    "qwen2moe": Texts(("qwen2",)),
    "qwen3": Texts(("qwen2",), ("qwen3",)),
    "qwen3moe": Texts(("qwen2",), ("qwen3", "qwen3-coder")),
}


def tokenizer_cases(architecture: str) -> Share:
    """Return in how many cases KTDesk made the tokens of the real tokeniser or of llama.cpp."""
    results = json.loads((_GOLDEN / "tokenizers.json").read_text("utf-8"))["results"]
    known = TEXTS[architecture].tokenizers
    return _sum(r for r in results if r["pre" if r["kind"] == "gpt2" else "vocabulary"] in known)


def template_cases(architecture: str) -> Share:
    """Return in how many cases KTDesk wrote what `transformers` writes."""
    counts = json.loads((_GOLDEN / "templates.json").read_text("utf-8"))
    return _sum(counts[name] for name in TEXTS[architecture].templates)


def _sum(counts) -> Share:
    pairs = [(count["equal"], count["cases"]) for count in counts]
    return Share(sum(e for e, _ in pairs), sum(c for _, c in pairs))
