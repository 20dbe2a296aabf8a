# SPDX-License-Identifier: Apache-2.0
"""What sampling needs to know of a model's tokens: made once for a model, when first needed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ktdesk.errors import RequestError
from ktdesk.runtime.grammar import Grammars
from ktdesk.runtime.request import Options
from ktdesk.runtime.sampler import Sampler
from ktdesk.text.reply.choice import REASONING
from ktdesk.text.tokenizer import Tokenizer


class Vocabulary:
    """The tokens of a model, and the samplers that choose among them. Thread-safe."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer, self._lock = tokenizer, threading.Lock()
        self._breakers = lru_cache(maxsize=4)(self._find_breakers)

    def sampler(self, options: Options, prompt: Sequence[int] = ()) -> Sampler:
        """Return a sampler for the answer to a prompt. A grammar begins after the reasoning.

        Raises RequestError if an option is out of range, or its grammar or schema is wrong.
        """
        for token in options.logit_bias:
            if not 0 <= token < self._tokenizer.vocabulary_size:
                raise RequestError(
                    f"The option logit_bias names the token {token}; the model's are 0 to "
                    f"{self._tokenizer.vocabulary_size - 1}.",
                    hint="Give tokens of this model.",
                )
        has_dry = options.dry_multiplier > 0
        with self._lock:
            constraint = self._grammars.constraint(options)
        if constraint:
            constraint.wait_for = self._end_of_reasoning(prompt)
        return Sampler(
            options,
            breakers=self._breakers(options.dry_breakers) if has_dry else None,
            constraint=constraint,
        )

    @cached_property
    def _grammars(self) -> Grammars:
        return Grammars(self._tokenizer)

    def _end_of_reasoning(self, prompt: Sequence[int]) -> int | None:
        """Return the token that ends the reasoning that a prompt ends within, if it does."""
        for marks in REASONING:
            begin, end = (self._tokenizer.encode(mark) for mark in (marks.begin, marks.end))
            if len(begin) == len(end) == 1:
                last = next((token for token in reversed(prompt) if token in begin + end), None)
                if last == begin[0]:
                    return end[0]
        return None

    def _find_breakers(self, texts: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return whether a token holds one of the texts, or marks something, for all [V]."""
        wanted = [text.encode() for text in texts if text]
        tokens = map(self._tokenizer.token_bytes, range(self._tokenizer.vocabulary_size))
        return np.array([not token or any(part in token for part in wanted) for token in tokens])
