# SPDX-License-Identifier: Apache-2.0
"""Where each of very many rows lies, of which only those that were looked at are measured."""

from __future__ import annotations

from bisect import bisect_right


class RowHeights:
    """Heights in pixels. A row that was not measured is taken to be as high as `estimate`."""

    def __init__(self, estimate: int, gap: int) -> None:
        self._estimate, self._gap = estimate, gap
        self._heights: list[int | None] = []
        self._tops: list[int] = [0]  # as far as they are known to be right; one more than rows

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """The height of all, with the gaps between them."""
        return max(0, self.top(len(self._heights)) - self._gap)

    def insert(self, first: int, count: int) -> None:
        """Make room for rows that have not been measured."""
        self._heights[first:first] = [None] * count
        del self._tops[first + 1 :]

    def remove(self, first: int, count: int) -> None:
        """Forget rows."""
        del self._heights[first : first + count]
        del self._tops[first + 1 :]

    def height(self, row: int) -> int:
        """Return the height of a row."""
        height = self._heights[row]
        return self._estimate if height is None else height

    def set(self, row: int, height: int) -> bool:
        """Take a measurement; return whether it says something new."""
        if self._heights[row] == height:
            return False
        self._heights[row] = height
        del self._tops[row + 1 :]
        return True

    def top(self, row: int) -> int:
        """Return how far below the first row's top a row begins."""
        tops = self._tops
        for at in range(len(tops) - 1, row):
            tops.append(tops[at] + self.height(at) + self._gap)
        return tops[row]

    def at(self, y: int) -> int:
        """Return the row at a place, or the nearest one. There must be rows."""
        self.top(len(self._heights))
        return min(max(0, bisect_right(self._tops, y) - 1), len(self._heights) - 1)
