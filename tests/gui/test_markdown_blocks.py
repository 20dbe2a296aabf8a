# SPDX-License-Identifier: Apache-2.0
"""Blocks of Markdown that arrives in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.chat.markdown_blocks import Block, MarkdownBlocks

PARTS = (
    "text",
    "\n",
    "\n\n",
    "- item",
    "1. one",
    "  ",
    "```",
    "```py\n",
    "~~~\n",
    "`",
    "# T",
    "| a |",
)
pieces = st.lists(
    st.sampled_from(PARTS) | st.text(alphabet="ab\n`-~ .1\r", max_size=6), max_size=40
)


def blocks_of(*texts: str) -> list[Block]:
    markdown = MarkdownBlocks()
    for text in texts:
        markdown.push(text)
    return markdown.blocks()


@given(pieces)
def test_pieces_give_the_same_blocks_as_the_whole(texts: list[str]) -> None:
    assert blocks_of(*texts) == blocks_of("".join(texts))


@given(pieces)
def test_closed_blocks_never_change(texts: list[str]) -> None:
    markdown = MarkdownBlocks()
    closed: list[Block] = []
    for text in texts:
        markdown.push(text)
        assert markdown.blocks()[: len(closed)] == closed
        closed = markdown.blocks()[: markdown.closed]


@given(pieces)
def test_no_letter_of_the_text_is_lost(texts: list[str]) -> None:
    """But the names of languages, which are no text, and marks of fences."""
    shown = "".join(block.source + (block.language or "") for block in blocks_of(*texts))
    whole = "".join(texts)
    for letter in "ab1#|":
        assert shown.count(letter) == whole.count(letter)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("one\ntwo\n\nthree", [Block("one\ntwo"), Block("three")]),
        ("- a\n\n- b\n\n  still b\n\nend", [Block("- a\n\n- b\n\n  still b"), Block("end")]),
        ("x\n```py\n1\n\n2\n```\ny", [Block("x"), Block("1\n\n2", "py"), Block("y")]),
        ("```\nopen", [Block("open", "")]),
        ("````\n```\n````\n", [Block("```", "")]),
        ("- a\n  ```\n  x\n    y\n  ```\n", [Block("- a"), Block("x\n  y", "")]),
        ("half\n``", [Block("half")]),
    ],
)
def test_where_blocks_end(text: str, blocks: list[Block]) -> None:
    assert blocks_of(text) == blocks
