# SPDX-License-Identifier: Apache-2.0
"""The logits after each token of an answer, one step for several tokens where guesses are right.

A step of a few tokens computes each as a step of its own would, bit for bit; so guesses change
nothing but the time. The caller chooses its tokens as ever, and never knows what was guessed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ktdesk.devices.logits import TokenLogits
from ktdesk.runtime.prompt_lookup import Costs, Guess, Guesser, History
from ktdesk.runtime.sequence import CachedSequence

# Tokens and the position of the first; the logits after each.
Run = Callable[[Sequence[int], int], Sequence[TokenLogits]]


class LookAhead:
    """Steps from where the cached sequence ends, on one answer.

    tokens: those of the sequence. end: a position that no token will reach. guesser None: a token
    at a time.
    """

    def __init__(
        self,
        run: Run,
        sequence: CachedSequence,
        tokens: Sequence[int],
        end: int,
        costs: Costs,
        guesser: Guesser | None,
    ) -> None:
        self._run, self._sequence, self._costs, self._guesser = run, sequence, costs, guesser
        self._history, self._end = History(end), end
        self._history.extend(tokens)
        self._guess, self._right = Guess((), 0), 0

    def after(self, token: int) -> TokenLogits:
        """Return the logits after one more token, valid until the next call."""
        self._history.extend([token])
        guessed = self._guess.tokens[self._right : self._right + 1]
        if guessed and self._guesser:
            self._guesser.learn(self._guess.seen, is_right=guessed == (token,))
        if guessed == (token,):
            self._right += 1
        else:
            self._step(token)
        self._sequence.append([token])
        return self._logits[self._right]

    def _step(self, token: int) -> None:
        position = len(self._sequence)
        if self._guesser:
            # Nobody will ask what comes after the last token.
            self._guess = self._guesser.choose(self._history, self._end - position - 2)
        self._right = 0
        start = time.monotonic()
        self._logits = self._run([token, *self._guess.tokens], position)
        self._costs.note(1 + len(self._guess.tokens), time.monotonic() - start)
