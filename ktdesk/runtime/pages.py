# SPDX-License-Identifier: Apache-2.0
"""`PageStore`: what was read of many conversations, kept beside the cache of the present one.

A page holds the cache rows of a fixed number of tokens; the last page of a sequence may hold fewer.
Pages form a tree: a page continues the one before it, so that what conversations begin with in
common is there once. A page goes only when none continues it, the least recently used one first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from ktdesk.runtime.rows import Bytes

PAGE_TOKENS = 64

Read = Callable[[int, int], Bytes]  # the block of the tokens from one position to another


@dataclass(eq=False, slots=True)
class Page:
    """Rows of some tokens after those of all pages before.

    references: pages that continue it, and one more while a sequence is saved behind it.
    """

    before: Page | None
    tokens: tuple[int, ...]
    block: Bytes
    references: int = 0
    after: dict[tuple[int, ...], Page] = field(default_factory=dict[tuple[int, ...], "Page"])


@dataclass(frozen=True, slots=True)
class Found:
    """A page whose first `tokens` tokens stand in a sequence from position `start` on."""

    page: Page
    start: int
    tokens: int


class PageStore:
    """Pages within a budget of bytes. Not thread-safe."""

    def __init__(self, budget_bytes: int, page_tokens: int = PAGE_TOKENS) -> None:
        self.budget_bytes, self.page_tokens = budget_bytes, page_tokens
        self.size_bytes = 0
        self._roots: dict[tuple[int, ...], Page] = {}
        self._pages: dict[Page, None] = {}  # the least recently used first

    def __len__(self) -> int:
        return len(self._pages)

    def find(self, tokens: Sequence[int]) -> list[Found]:
        """Return the pages that hold the longest beginning of a sequence, in its order."""
        found: list[Found] = []
        page: Page | None = None
        start = 0
        while start < len(tokens):
            part = tuple(tokens[start : start + self.page_tokens])
            page, shared = self._nearest(page, part)
            if page is None:
                break
            found.append(Found(page, start, shared))
            start += shared
            if shared < self.page_tokens:
                break
        self._touch(found[-1].page if found else None)
        return found

    def save(self, tokens: Sequence[int], read: Read) -> None:
        """Keep the rows of a sequence, as far as they are not here and there is room for them."""
        page: Page | None = None
        for start in range(0, len(tokens), self.page_tokens):
            part = tuple(tokens[start : start + self.page_tokens])
            near, shared = self._nearest(page, part)
            if near is None or shared < len(part):
                near = self._add(page, part, partial(read, start, start + len(part)))
            if near is None:
                break
            page = near
        self._touch(page)

    def _nearest(self, page: Page | None, part: tuple[int, ...]) -> tuple[Page | None, int]:
        """Return the page behind `page` that begins most like `part`, and how many tokens do."""
        after = self._after(page)
        if part in after:
            return after[part], len(part)
        shared, best = 0, None
        for tokens, other in after.items():
            if (count := common(tokens, part)) > shared:
                shared, best = count, other
        return best, shared

    def _add(
        self, before: Page | None, part: tuple[int, ...], read: Callable[[], Bytes]
    ) -> Page | None:
        """Make a page of a block; return None if there is no room for it."""
        if before:
            before.references += 1  # the room must not be made of what it continues
        self._drop_beginnings(before, part)
        block = read()
        if not self._make_room(block.nbytes):
            if before:
                before.references -= 1
            return None
        page = Page(before, part, block)
        self._after(before)[part] = page
        self._pages[page] = None
        self.size_bytes += block.nbytes
        return page

    def _drop_beginnings(self, before: Page | None, part: tuple[int, ...]) -> None:
        """Remove last pages of which a new one holds all and more."""
        for tokens, page in list(self._after(before).items()):
            if tokens == part[: len(tokens)]:
                self._remove(page)

    def _make_room(self, size_bytes: int) -> bool:
        while self.size_bytes + size_bytes > self.budget_bytes:
            oldest = next((page for page in self._pages if not page.references), None)
            if oldest is None:
                return False
            self._remove(oldest)
        return True

    def _remove(self, page: Page) -> None:
        del self._after(page.before)[page.tokens], self._pages[page]
        self.size_bytes -= page.block.nbytes
        if page.before:
            page.before.references -= 1

    def _after(self, page: Page | None) -> dict[tuple[int, ...], Page]:
        return page.after if page else self._roots

    def _touch(self, last: Page | None) -> None:
        """Make a page and those before it the ones that were used last."""
        for page in _backwards(last):
            del self._pages[page]
            self._pages[page] = None


def _backwards(page: Page | None) -> Iterator[Page]:
    while page:
        yield page
        page = page.before


def common(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many tokens two sequences begin with in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
