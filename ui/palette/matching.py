# SPDX-License-Identifier: Apache-2.0
"""How well letters that were typed fit a title: in their order, best at the beginnings of words."""

from __future__ import annotations

from collections.abc import Iterable

_START, _NEXT, _WITHIN = 8, 5, 1  # for a letter at the start of a word, after the last one, else
_WHOLE = 20  # for letters that begin a word together, as they were typed
_SKIPPED_MOST = 3  # letters between two that fit; more is chance


def score(typed: str, texts: Iterable[str]) -> int:
    """Return how well what was typed fits the best of some texts; 0 if it does not.

    Every word must fit the text. Nothing typed fits everything.
    """
    words = typed.casefold().split()
    if not words:
        return 1
    return max((_score_words(words, text.casefold()) for text in texts if text), default=0)


def _score_words(words: list[str], text: str) -> int:
    scores = [_score_word(word, text) for word in words]
    return sum(scores) if all(scores) else 0


def _score_word(word: str, text: str) -> int:
    found = text.find(word)
    if found >= 0:
        starts = [at for at in _places(word, text) if _is_start(text, at)]
        return len(word) * _NEXT + (_WHOLE + _START if starts else 0)
    return max((_score_from(word, text, at) for at in _places(word[0], text)), default=0)


def _score_from(word: str, text: str, at: int) -> int:
    """Return how well a word's letters fit one after another, the first at a place."""
    if not _is_start(text, at):
        return 0
    total, last = _START, at
    for letter in word[1:]:
        if text[last + 1 : last + 2] == letter:
            last, total = last + 1, total + _NEXT
            continue
        near = _next_place(letter, text, last)
        if near is None:
            return 0
        total += _START if _is_start(text, near) else _WITHIN
        last = near
    return total


def _next_place(letter: str, text: str, last: int) -> int | None:
    """Return where a letter begins a later word, or else stands not far away."""
    later = [at for at in _places(letter, text) if at > last]
    starts = [at for at in later if _is_start(text, at)]
    if starts:
        return starts[0]
    near = [at for at in later if at - last <= _SKIPPED_MOST]
    return near[0] if near else None


def _places(part: str, text: str) -> list[int]:
    found, at = list[int](), text.find(part)
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1)
    return found


def _is_start(text: str, at: int) -> bool:
    """Return whether a word begins here; each sign of Chinese is one."""
    return at == 0 or not text[at - 1].isalnum() or not text[at].isascii()
