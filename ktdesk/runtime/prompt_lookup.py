# SPDX-License-Identifier: Apache-2.0
"""Guesses of the next tokens: what came the last time after the tokens that now stand at the end.

Answers that copy, edit or quote are guessed well; free text is not, so guesses are made only while
they pay.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST, SHORTEST = 4, 2  # tokens at the end that must have been there before

_FIRST_CHANCE = 0.5  # of a guess, before any was tried: high enough to be tried
_INERTIA = 0.9  # of a chance
_TRIAL_EVERY = 32  # guesses that do not seem to pay: chances change with the text
_STEPS_REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """The tokens that may come next. seen: how many before them were there before."""

    tokens: tuple[int, ...]
    seen: int


_NOTHING = Guess((), 0)


class History:
    """The tokens of a sequence, to be searched. room: how many there can be."""

    def __init__(self, room: int) -> None:
        self._tokens: NDArray[np.int32] = np.empty(room, np.int32)
        self._count = 0

    def extend(self, tokens: Sequence[int]) -> None:
        """Append tokens."""
        self._tokens[self._count : self._count + len(tokens)] = tokens
        self._count += len(tokens)

    def guess(self, most: int) -> Guess:
        """Return what followed the newest among the longest likenesses of the end."""
        tokens = self._tokens[: self._count]
        found = _NOTHING
        ends = np.arange(self._count - 1)  # where the end may have been before
        for seen in range(1, LONGEST + 1):
            ends = ends[ends >= seen - 1]
            ends = ends[tokens[ends - seen + 1] == tokens[-seen]]
            if not len(ends):
                break
            if seen >= SHORTEST:
                after = int(ends[-1]) + 1
                found = Guess(tuple(tokens[after : after + most].tolist()), seen)
        return found


class Costs:
    """How long steps of 1, 2, .. tokens take, in seconds: the middle of the last ones."""

    def __init__(self, most_tokens: int) -> None:
        self._seconds = [deque[float](maxlen=_STEPS_REMEMBERED) for _ in range(most_tokens)]
        self._prepared = set[int]()

    def note(self, tokens: int, seconds: float) -> None:
        """Take a step's measure; not the first of so many tokens, which also prepares them."""
        if tokens in self._prepared:
            self._seconds[tokens - 1].append(seconds)
        self._prepared.add(tokens)

    def of(self, tokens: int) -> float:
        """Return the cost of a step; one that was never measured counts as one of a token."""
        known = self._seconds[tokens - 1] or self._seconds[0]
        return statistics.median(known) if known else 1.0


class Guesser:
    """Decides how many tokens of a guess to try, from how often guesses were right.

    One for each answer: texts differ. costs: of the model's steps, whatever the answer.
    """

    def __init__(self, costs: Costs, most: int) -> None:
        self._costs, self._most = costs, most
        self._chances = [_FIRST_CHANCE] * (LONGEST + 1)
        self._refused = 0
        self.right = 0  # tokens that were foreseen

    def choose(self, history: History, most: int) -> Guess:
        """Return the tokens to try, at most so many; none where that costs more than it gives."""
        guess = history.guess(min(most, self._most)) if most > 0 else _NOTHING
        if not guess.tokens:
            return _NOTHING
        count = max(range(len(guess.tokens) + 1), key=lambda n: self._tokens_per_s(guess.seen, n))
        if not count:
            self._refused += 1
            count = 1 if self._refused % _TRIAL_EVERY == 0 else 0
        return Guess(guess.tokens[:count], guess.seen)

    def learn(self, seen: int, *, is_right: bool) -> None:
        """Take in whether a token that was tried was right. seen: of its guess."""
        self.right += is_right
        self._chances[seen] += (1 - _INERTIA) * (is_right - self._chances[seen])

    def _tokens_per_s(self, seen: int, guessed: int) -> float:
        chance = self._chances[seen]
        expected = sum(chance**n for n in range(guessed + 1))
        return expected / self._costs.of(guessed + 1)
