# SPDX-License-Identifier: Apache-2.0
"""One model's answers and perplexity, in KTDesk and in llama.cpp."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.step import EagerStep, prefill
from ktdesk.text.tokenizer import Tokenizer
from tests.golden.measure import TEXT, TIE, TOKENS, build, last_logits, perplexity
from tests.logits import whole
from tests.real_models.llama_cpp import LlamaCpp

THREADS = 1  # of llama.cpp, whose threads spin: with others at work two are slower than one


@dataclass(frozen=True)
class Answer:
    """A greedy answer of KTDesk, in float32.

    equal: how many of its tokens llama.cpp prefers, too, after those before. behind: how far one
    that it does not prefer is behind its choice, at most, in nats.
    """

    prompt: str
    text: str
    tokens: int
    equal: int
    behind: float

    @property
    def agrees(self) -> bool:
        """Whether both give the same, or differ where two tokens are as likely."""
        return self.behind < TIE


@dataclass(frozen=True)
class Perplexity:
    """Of the text beside the golden files; `exact` in float32, `stored` with the file's weights."""

    exact: float
    stored: float


def weight_types(path: Path) -> dict[str, int]:
    """Return how many tensors of each type a file has."""
    checkpoint = Checkpoint.open(path)
    return dict(Counter(checkpoint.weight(name).type.name for name in checkpoint.tensors))


def greedy(model: Decoder, prompt: list[int], ends: frozenset[int]) -> list[int]:
    """Return the likeliest tokens after a prompt, with that which ends the answer."""
    step, logits, tokens = EagerStep(model), prefill(model, prompt, 0)[-1], list[int]()
    while True:
        tokens.append(int(logits.argmax()))
        if len(tokens) == TOKENS or tokens[-1] in ends:
            return tokens
        logits = whole(step.run(tokens[-1:], len(prompt) + len(tokens) - 1))


def answers(exact: Path, prompts: list[str], tokenizer: Tokenizer) -> list[list[int]]:
    """Return KTDesk's greedy answers, in float32."""
    model = build(exact, CacheType.F32)
    return [greedy(model, encode(tokenizer, prompt), tokenizer.end_ids) for prompt in prompts]


def encode(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Return a prompt's tokens, with that which begins it if the model wants one."""
    return tokenizer.encode(prompt, add_bos=tokenizer.adds_bos)


def judged(llama_cpp: LlamaCpp, prompt: str, answer: list[int], tokenizer: Tokenizer) -> Answer:
    """Compare an answer with what llama.cpp prefers. Raises SystemExit if it reads otherwise."""
    tokens = llama_cpp.encode(prompt)
    if tokens != encode(tokenizer, prompt):
        raise SystemExit(f"llama.cpp makes other tokens of {prompt!r}")
    rows = llama_cpp.chosen_from(tokens, answer).log_softmax(-1)
    behind = [float(row.max() - row[token]) for row, token in zip(rows, answer, strict=True)]
    ends = [llama_cpp.vocabulary.is_eog(token) for token in answer]
    if ends != [token in tokenizer.end_ids for token in answer]:
        raise SystemExit(f"llama.cpp ends its answer to {prompt!r} elsewhere")
    text = tokenizer.decode(answer)
    return Answer(prompt, text, len(answer), behind.count(0.0), round(max(behind), 6))


def perplexity_of(path: Path, cache: CacheType, tokenizer: Tokenizer) -> float:
    """Return KTDesk's perplexity."""
    tokens = encode(tokenizer, TEXT.read_text("utf-8"))
    bos = tokenizer.bos_id if tokenizer.adds_bos else None
    return perplexity(last_logits(build(path, cache)), tokens, bos)


def perplexity_in(llama_cpp: LlamaCpp, tokenizer: Tokenizer) -> float:
    """Return llama.cpp's perplexity."""
    tokens = llama_cpp.encode(TEXT.read_text("utf-8"))
    bos = tokenizer.bos_id if tokenizer.adds_bos else None
    return perplexity(llama_cpp.last_logits, tokens, bos)
