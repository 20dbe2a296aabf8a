# SPDX-License-Identifier: Apache-2.0
"""What makes tokens likelier or less likely: bias, and penalties for what was already said.

Every step takes candidates in ascending order of their ids and returns them with new logits. What
it takes or gives is in units of logits, before the temperature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ktdesk.runtime.candidates import Candidates, Ids, Logits
from ktdesk.runtime.request import Options

# A longer one is penalised like this: with the usual base 1.75, 1e60 times as much as one token.
LONGEST_REPEAT = 256
_MOST = 1e30  # what is taken is never more, and float32 can hold it

_Change = Callable[[Logits, Ids], Logits]  # of old logits [M], those of tokens with these indices


def changes(options: Options) -> tuple[float, ...]:
    """Return numbers above zero for options that may raise a logit, below for those that lower."""
    return (
        *options.logit_bias.values(),
        1 - options.repetition_penalty,
        -options.presence_penalty,
        -options.frequency_penalty,
        -options.dry_multiplier,
    )


def add_bias(ids: Ids, logits: Logits, bias: Mapping[int, float]) -> Candidates:
    """Add a number to the logits of some tokens."""
    if not bias:
        return ids, logits
    tokens = np.fromiter(bias.keys(), np.intp)
    values = np.fromiter(bias.values(), np.float32)
    return ids, _with(ids, logits, tokens, lambda old, which: old + values[which])


def repetition(ids: Ids, logits: Logits, said: Sequence[int], penalty: float) -> Candidates:
    """Divide the logits of tokens that were said by the penalty; multiply those below zero."""
    if penalty == 1 or not said:
        return ids, logits

    def changed(old: Logits, which: Ids) -> Logits:
        del which
        return np.where(old > 0, old / penalty, old * penalty)

    return ids, _with(ids, logits, np.unique(said), changed)


def presence_and_frequency(
    ids: Ids, logits: Logits, said: Sequence[int], presence: float, frequency: float
) -> Candidates:
    """Take `presence` from tokens that were said, and `frequency` for each time they were."""
    if (presence == 0 and frequency == 0) or not said:
        return ids, logits
    tokens, counts = np.unique(said, return_counts=True)
    taken = (presence + frequency * counts).astype(np.float32)
    return ids, _with(ids, logits, tokens, lambda old, which: old - taken[which])


def dry(
    ids: Ids,
    logits: Logits,
    said: Sequence[int],
    breakers: NDArray[np.bool_],
    *,
    multiplier: float,
    base: float,
    allowed_length: int,
) -> Candidates:
    """Take from tokens that would continue a repetition of what was said before.

    If the last L tokens stood before and token t came after them, t loses
    multiplier * base ** (L - allowed_length), where L is the largest there is and at least
    allowed_length. Repetitions do not go across breakers, nor begin with them. breakers: [V],
    whether a token is one.
    """
    if multiplier == 0 or len(said) < 2:
        return ids, logits
    followers, lengths = repeats(np.array(said, np.intp), breakers)
    long = lengths >= allowed_length
    tokens, where = np.unique(followers[long], return_inverse=True)
    longest = np.zeros(len(tokens))
    np.maximum.at(longest, where, lengths[long])
    taken = np.minimum(multiplier * base ** (longest - allowed_length), _MOST).astype(np.float32)
    return ids, _with(ids, logits, tokens, lambda old, which: old - taken[which])


def repeats(said: Ids, breakers: NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """Return the tokens that followed where the last ones stood before, and how many did.

    One pair for each earlier place of the last token [N].
    """
    last = len(said) - 1
    breaks = breakers[said]
    ends = np.flatnonzero(said[:last] == said[last])
    ends = ends[~breaks[ends + 1]] if not breaks[last] else ends[:0]
    lengths = np.ones(len(ends), np.intp)
    going = np.arange(len(ends))
    for size in range(1, LONGEST_REPEAT):
        if not len(going) or breaks[last - size]:
            break
        going = going[ends[going] >= size]
        going = going[said[ends[going] - size] == said[last - size]]
        lengths[going] += 1
    return said[ends + 1], lengths


def _with(ids: Ids, logits: Logits, tokens: Ids, change: _Change) -> Logits:
    """Return a copy of the logits with those of some tokens changed, where they are candidates."""
    places = np.minimum(np.searchsorted(ids, tokens), len(ids) - 1)
    which = np.flatnonzero(ids[places] == tokens)
    changed = logits.copy()
    changed[places[which]] = change(logits[places[which]], which)
    return changed
