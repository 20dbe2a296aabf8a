# SPDX-License-Identifier: Apache-2.0
"""Blocks of Markdown as HTML for a browser: code coloured by classes, formulas as drawings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from ktdesk.rendering import formulas
from ktdesk.rendering.blocks import MarkdownBlocks
from ktdesk.rendering.code import MOST, colour_of, lexer_of
from ktdesk.rendering.cuts import Block
from ktdesk.rendering.html import to_html
from ktdesk.rendering.svg import inline_svg

_SIZE, _LARGE_SIZE = 16.0, 18.0  # pixels of formulas in lines, and on lines of their own
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")  # what is shown of what follows a fence


class PageBlocks:
    """The HTML of a text that grows, a piece for each block. Used by one thread at a time."""

    def __init__(self, text: str = "") -> None:
        self._blocks = MarkdownBlocks()
        self._closed: list[str] = []
        self.push(text)

    def push(self, text: str) -> None:
        """Append text."""
        for at in self._blocks.push(text):
            if at < len(self._closed):
                self._closed[at] = self._render(self._blocks.blocks()[at])

    def html(self) -> list[str]:
        """Return the pieces; those of blocks that have ended are not rendered again."""
        blocks, count = self._blocks.blocks(), self._blocks.closed
        self._closed += map(self._render, blocks[len(self._closed) : count])
        return [*self._closed, *map(self._render, blocks[count:])]

    def _render(self, block: Block) -> str:
        return block_html(block, self._blocks.definitions)


def block_html(block: Block, definitions: Mapping[str, str]) -> str:
    """Return the HTML of a block. It holds no script, no style, and nothing that is fetched."""
    match block.kind:
        case "code":
            language = _LANGUAGE.match(block.language)
            label = escape(language[0]) if language else ""
            code = escape(block.source) if block.is_open else _coloured(block)
            return f'<figure class="code" data-language="{label}"><pre>{code}</pre></figure>'
        case "formula":
            drawing = "" if block.is_open else _drawn(block.source, is_inline=False)
            return f'<div class="formula">{drawing or _source(block.source)}</div>'
        case "table":
            return f'<div class="wide">{_text(block, definitions)}</div>'
        case "text":
            return _text(block, definitions)


def _text(block: Block, definitions: Mapping[str, str]) -> str:
    return to_html(block.source, definitions, _show_formula)


def _show_formula(tex: str, is_inline: bool) -> str:  # noqa: FBT001, RUF100 - a callback
    return _drawn(tex, is_inline=is_inline) or _source(tex)


def _source(tex: str) -> str:
    return f"<code>{escape(tex)}</code>"


@lru_cache(maxsize=1000)
def _drawn(tex: str, *, is_inline: bool) -> str:
    if not formulas.can_draw():
        formulas.load()
    size = _SIZE if is_inline else _LARGE_SIZE
    formula = formulas.draw_formula(tex, size, "currentColor", is_inline=is_inline)
    return inline_svg(formula, tex) if formula else ""


@lru_cache(maxsize=200)
def _coloured(block: Block) -> str:
    lexer = lexer_of(block.language) if block.language and len(block.source) <= MOST else None
    if lexer is None:
        return escape(block.source)
    parts: list[str] = []
    for _, kind, text in lexer.get_tokens_unprocessed(block.source):
        name = colour_of(str(kind))
        words = escape(text)
        parts.append(f'<span class="{name}">{words}</span>' if name else words)
    return "".join(parts)
