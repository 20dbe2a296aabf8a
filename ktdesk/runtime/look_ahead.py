# SPDX-License-Identifier: Apache-2.0
"""The logits after each token of an answer, one step for several tokens where guesses are right.

A step of a few tokens computes each as a step of its own would, bit for bit; so guesses change
nothing but the time. The caller chooses its tokens as ever, and never knows what was guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from ktdesk.devices.logits import TokenLogits
from ktdesk.runtime.member import Sent, Step
from ktdesk.runtime.prompt_lookup import Guess, Guesser, History
from ktdesk.runtime.sequence import CachedSequence

# Says the steps that it needs, and returns the logits.
Looking = Generator[Step, Sent, TokenLogits]


class LookAhead:
    """Steps from where the cached sequence ends, on one answer.

    tokens: those of the sequence. end: a position that no token will reach. guesser None: a token
    at a time. is_alone: whether guesses would take nobody's time.
    """

    def __init__(
        self,
        sequence: CachedSequence,
        tokens: Sequence[int],
        end: int,
        guesser: Guesser | None,
        is_alone: Callable[[], bool],
    ) -> None:
        self._sequence, self._guesser, self._is_alone = sequence, guesser, is_alone
        self._history, self._end = History(end), end
        self._history.extend(tokens)
        self._guess, self._right = Guess((), 0), 0

    def after(self, token: int) -> Looking:
        """Return the logits after one more token, valid until the next step."""
        self._history.extend([token])
        guessed = self._guess.tokens[self._right : self._right + 1]
        if guessed and self._guesser:
            self._guesser.learn(self._guess.seen, is_right=guessed == (token,))
        if guessed == (token,):
            self._right += 1
            yield Step(())  # the tokens so far are given out before the next is chosen
        else:
            yield from self._step(token)
        self._sequence.append([token])
        return self._logits[self._right]

    def _step(self, token: int) -> Looking:
        guess = Guess((), 0)
        if self._guesser and self._is_alone():
            # Nobody will ask what comes after the last token.
            guess = self._guesser.choose(self._history, self._end - len(self._sequence) - 2)
        logits = yield Step((token, *guess.tokens))
        assert logits
        # One who is not alone any more gets nothing for guesses.
        self._guess, self._right = Guess(guess.tokens[: len(logits) - 1], guess.seen), 0
        self._logits = logits
        return logits[0]
