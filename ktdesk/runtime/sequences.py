# SPDX-License-Identifier: Apache-2.0
"""The rows of the caches, shared out among sequences; and what is kept of earlier ones.

A sequence stands in one piece, since kernels read it so, in front of free rows that it grows into.
Where these end, what nobody goes on with makes room, and goes to the store; then the others move
apart. Their order stays, so that moves never cross.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ktdesk.errors import SessionError
from ktdesk.runtime.pages import PAGE_TOKENS, PageStore, common
from ktdesk.runtime.rows import Bytes, CacheRows
from ktdesk.runtime.sequence import CachedSequence
from ktdesk.runtime.session_file import SessionLayout, read_session, write_session

# Rows that would be overwritten are kept if they are at least so many: fewer are soon read again.
LEAST_KEPT_TOKENS = PAGE_TOKENS
# What is known is read again if it is less, and less than half: that takes no longer, and so what
# all texts begin with does not move the borders of chunks.
_LEAST_KNOWN_TOKENS = 16


class Sequences:
    """Up to `most` sequences in the caches. Not thread-safe.

    layout: returns what files of these rows must share with the model; called when it is needed.
    """

    def __init__(
        self, rows: CacheRows, store: PageStore, layout: Callable[[], SessionLayout], most: int
    ) -> None:
        self._rows, self._store, self._layout, self.most = rows, store, layout, most
        self._all: list[CachedSequence] = []  # in the order in which they stand
        self._uses = 0

    def begin(
        self, tokens: Sequence[int], spare: int, *, in_turn: bool = False
    ) -> CachedSequence | None:
        """Return a sequence to read tokens into and write more behind them; None without room.

        It may be one that has some of them; `recall` brings the rest of what is known. spare: how
        many more rows there should be. in_turn: several that begin alike go on by turns, a few
        tokens each; so they stand side by side as far as there is room, each with free rows behind.
        """
        wanted = min(len(tokens) + spare, self._rows.count)
        if self._needed_by_busy() + wanted > self._rows.count:
            return None
        idle = [each for each in self._all if not each.is_busy]
        # Of equally near ones, the one that has the least besides.
        nearest = max(
            idle, key=lambda each: (common(each.tokens, tokens), -len(each)), default=None
        )
        if nearest is not None and self._may_take(nearest, tokens, in_turn=in_turn):
            found = nearest
        else:
            if nearest is not None and in_turn:
                nearest.used = self._next_use()  # it is to be copied, so others go before it
            found = self._new_or_oldest()
        # Its other tokens need no room, but stay until they are overwritten.
        self._keep_rest(found, tokens)
        self._start(found)
        for each in self._all:
            each.is_in_turn = in_turn and (each.is_in_turn or each is found)
        fits = self.grow(found, wanted)
        assert fits
        return found

    def end(self, sequence: CachedSequence) -> None:
        """Let a sequence stay for whoever goes on with it, as long as its room is not needed."""
        sequence.is_busy = sequence.is_held = False
        sequence.wanted = 0

    def recall(self, sequence: CachedSequence, tokens: Sequence[int]) -> int:
        """Make a sequence the longest beginning of `tokens` that is known; return its length.

        All of its rows come from one place: those of the same tokens differ in rounding by what
        they were read together with, and an answer should not depend on who else was there.
        What it was besides goes to the store.
        """
        self._keep_rest(sequence, tokens)
        others = (each for each in self._all if each is not sequence)
        nearest = max(others, key=lambda each: common(each.tokens, tokens), default=sequence)
        shared = common(nearest.tokens, tokens)
        pages = self._store.find(tokens)
        stored = sum(page.tokens for page in pages)
        if stored > max(shared, len(sequence)):
            sequence.tokens.clear()
            for found in pages:
                self._rows.write(sequence.base + found.start, found.page.block, found.tokens)
                sequence.append(found.page.tokens[: found.tokens])
        elif shared > len(sequence):
            self._rows.copy(nearest.base, sequence.base, shared)
            sequence.tokens[:] = tokens[:shared]
        if len(sequence) < _LEAST_KNOWN_TOKENS and 2 * len(sequence) < len(tokens):
            sequence.tokens.clear()
        return len(sequence)

    def has_room(self, sequence: CachedSequence, wanted: int) -> bool:
        """Whether a sequence has so many rows without moving anything."""
        at = self._all.index(sequence)
        after = self._all[at + 1].base if at + 1 < len(self._all) else self._rows.count
        return after - sequence.base >= wanted

    def grow(self, sequence: CachedSequence, wanted: int) -> bool:
        """Let a sequence have so many rows; return whether it has. No sequence may be held."""
        if wanted - sequence.needed + self._needed_by_busy() > self._rows.count:
            return False
        sequence.wanted = max(sequence.wanted, wanted)
        if not self.has_room(sequence, wanted):
            self._make_room()
            self._spread()
        return True

    def park(self, sequence: CachedSequence) -> Bytes:
        """Take a sequence out of the caches; return its rows, for `unpark`."""
        self._all.remove(sequence)
        return self._rows.read(sequence.base, sequence.base + len(sequence))

    def unpark(self, sequence: CachedSequence, block: Bytes, spare: int) -> bool:
        """Bring a sequence back; return whether there was room for it. Fewer than `most` run."""
        wanted = max(sequence.wanted, min(len(sequence) + spare, self._rows.count))
        if self._needed_by_busy() + wanted > self._rows.count:
            return False
        while len(self._all) >= self.most:
            self._forget(self._oldest_idle())
        tokens, sequence.tokens = sequence.tokens, []
        sequence.base = self._rows.count
        self._all.append(sequence)
        self.grow(sequence, wanted)
        self._rows.write(sequence.base, block, len(tokens))
        sequence.tokens = tokens
        return True

    def drop(self) -> None:
        """Empty the caches: what stands there goes to the store. Nothing may be busy."""
        for each in sorted(self._all, key=lambda each: each.used):
            self._forget(each)

    def clear(self) -> None:
        """Empty the caches; nothing of them goes to the store."""
        self._all.clear()

    def save(self, path: Path, tokens: Sequence[int] | None) -> int:
        """Write what is known of tokens, or what was used last, to a file; return how many.

        Raises SessionError, also if there is nothing.
        """
        if tokens is None:
            sequence = max(self._all, key=lambda each: each.used, default=CachedSequence(0))
        else:
            sequence = self.begin(tokens, 0)
            assert sequence is not None, "nothing else is busy"
            self.recall(sequence, tokens)
            self.end(sequence)
        if not len(sequence):
            raise SessionError(
                "There is nothing to save: the model has read nothing of this conversation.",
                hint="Save it after an answer.",
            )

        def read(start: int, stop: int) -> Bytes:
            return self._rows.read(sequence.base + start, sequence.base + stop)

        write_session(path, self._layout(), sequence.tokens, read)
        return len(sequence)

    def restore(self, path: Path, context_tokens: int) -> int:
        """Bring a file's tokens and rows into the caches, as many as fit; return how many.

        Raises SessionError; then the caches hold as much as was whole.
        """
        self.drop()
        sequence = CachedSequence(0)
        self._all.append(sequence)
        self._start(sequence)
        self.end(sequence)
        for tokens, block in read_session(path, self._layout(), context_tokens):
            self._rows.write(len(sequence), block, len(tokens))
            sequence.append(tokens)
        return len(sequence)

    def _may_take(self, nearest: CachedSequence, tokens: Sequence[int], *, in_turn: bool) -> bool:
        """Whether a sequence may lose what it has besides the beginning that tokens share."""
        shared = common(nearest.tokens, tokens)
        if in_turn and self._needed_by_busy() + len(nearest) + len(tokens) <= self._rows.count:
            return shared == len(nearest)
        return 2 * shared > len(nearest)

    def _new_or_oldest(self) -> CachedSequence:
        """Return a sequence that nobody goes on with. There must be one, or room for one more."""
        if len(self._all) >= self.most:
            return self._oldest_idle()
        self._all.append(CachedSequence(self._rows.count))
        return self._all[-1]

    def _next_use(self) -> int:
        self._uses += 1
        return self._uses

    def _start(self, sequence: CachedSequence) -> None:
        sequence.used, sequence.is_busy = self._next_use(), True

    def _needed_by_busy(self) -> int:
        return sum(each.needed for each in self._all if each.is_busy)

    def _keep_rest(self, sequence: CachedSequence, tokens: Sequence[int]) -> None:
        """Reduce a sequence to what it has in common with tokens; the rest goes to the store."""
        shared = common(sequence.tokens, tokens)
        if len(sequence) - shared >= LEAST_KEPT_TOKENS:
            self._keep(sequence)
        del sequence.tokens[shared:]

    def _keep(self, sequence: CachedSequence) -> None:
        base = sequence.base
        self._store.save(
            sequence.tokens, lambda start, stop: self._rows.read(base + start, base + stop)
        )

    def _oldest_idle(self) -> CachedSequence:
        """Return one that nobody goes on with. There must be one."""
        idle = (each for each in self._all if not each.is_busy)
        return min(idle, key=lambda each: each.used)

    def _forget(self, sequence: CachedSequence) -> None:
        if len(sequence) >= LEAST_KEPT_TOKENS:
            self._keep(sequence)
        self._all.remove(sequence)

    def _make_room(self) -> None:
        """Let sequences go that nobody goes on with, the oldest first, until the rest fits."""
        while sum(each.needed for each in self._all) > self._rows.count:
            self._forget(self._oldest_idle())

    def _spread(self) -> None:
        """Share the free rows out among those that go on. What stands in the way moves."""
        going_on = sum(each.goes_on for each in self._all)
        free = (self._rows.count - sum(each.needed for each in self._all)) // going_on
        places, place = list[int](), 0
        for each in self._all:
            places.append(place)
            place += each.needed + free * each.goes_on
        moves = list(zip(self._all, places, strict=True))
        # Down from the front, then up from the back: nobody is in the way any more.
        for each, target in moves:
            if target < each.base:
                self._move(each, target)
        for each, target in reversed(moves):
            if target > each.base:
                self._move(each, target)

    def _move(self, sequence: CachedSequence, target: int) -> None:
        assert not sequence.is_held
        self._rows.copy(sequence.base, target, len(sequence))
        sequence.base = target
