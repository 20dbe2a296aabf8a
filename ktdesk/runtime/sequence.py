# SPDX-License-Identifier: Apache-2.0
"""The sequence whose rows stand in the model's cache, and what is kept of earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ktdesk.runtime.pages import PAGE_TOKENS, PageStore, common
from ktdesk.runtime.rows import CacheRows
from ktdesk.runtime.session_file import SessionLayout, read_session, write_session

# Rows that would be overwritten are kept if they are at least so many: fewer are soon read again.
LEAST_KEPT_TOKENS = PAGE_TOKENS


class CachedSequence:
    """Tokens whose rows stand in the cache; rows of others are in the store. Not thread-safe.

    layout: returns what files of these rows must share with the model; called when it is needed.
    """

    def __init__(
        self, rows: CacheRows, store: PageStore, layout: Callable[[], SessionLayout]
    ) -> None:
        self._rows, self._store, self._layout = rows, store, layout
        self._tokens: list[int] = []

    def __len__(self) -> int:
        return len(self._tokens)

    def append(self, tokens: Sequence[int]) -> None:
        """Note that the rows of these tokens were computed behind the others."""
        self._tokens += tokens

    def clear(self) -> None:
        """Forget the tokens and their rows; nothing of them goes to the store."""
        self._tokens.clear()

    def recall(self, tokens: Sequence[int]) -> int:
        """Make the cache hold the longest beginning of `tokens` that is known; return its length.

        What it held of another sequence goes to the store.
        """
        shared = common(self._tokens, tokens)
        if len(self._tokens) - shared >= LEAST_KEPT_TOKENS:
            self._store.save(self._tokens, self._rows.read)
        del self._tokens[shared:]
        for found in self._store.find(tokens):
            skip, stop = max(0, shared - found.start), found.tokens
            if skip < stop:
                self._rows.write(found.start, found.page.block, skip, stop)
                self._tokens += found.page.tokens[skip:stop]
        return len(self._tokens)

    def save(self, path: Path) -> None:
        """Write the tokens and their rows to a file. Raises SessionError."""
        write_session(path, self._layout(), self._tokens, self._rows.read)

    def restore(self, path: Path, context_tokens: int) -> None:
        """Put a file's tokens and rows, as many as fit, in the place of the present ones.

        Raises SessionError; then the cache holds as much as was whole.
        """
        self._store.save(self._tokens, self._rows.read)
        self.clear()
        for tokens, block in read_session(path, self._layout(), context_tokens):
            self._rows.write(len(self), block, 0, len(tokens))
            self._tokens += tokens
