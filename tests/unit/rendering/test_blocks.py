# SPDX-License-Identifier: Apache-2.0
"""Blocks of Markdown that arrives in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktdesk.rendering.blocks import MarkdownBlocks
from ktdesk.rendering.cuts import LIMIT, SECTION, Block

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
    "| a |\n",
    "|---|\n",
    "$$",
    "\\[",
    "\\]\n",
    "[a]: b\n",
    "[a] ",
    "word " * 150,
    "- item\n" * 300,
    "|x|\n" * 900,
    "long" * 900,
)
pieces = st.lists(
    st.sampled_from(PARTS) | st.text(alphabet="ab\n`-~ .1\r|$", max_size=6), max_size=40
)


def markdown_of(*texts: str) -> MarkdownBlocks:
    markdown = MarkdownBlocks()
    for text in texts:
        markdown.push(text)
    return markdown


def blocks_of(*texts: str) -> list[Block]:
    return markdown_of(*texts).blocks()


@given(pieces)
def test_pieces_give_the_same_blocks_as_the_whole(texts: list[str]) -> None:
    pieces, whole = markdown_of(*texts), markdown_of("".join(texts))
    assert pieces.blocks() == whole.blocks()
    assert pieces.closed == whole.closed
    assert pieces.definitions == whole.definitions


@pytest.mark.slow
@settings(max_examples=40)
@given(st.text(alphabet="ab\n`-~ .1\r|$\\[]:^", max_size=60), st.sampled_from(PARTS))
def test_letter_by_letter_gives_the_same_blocks_as_the_whole(text: str, part: str) -> None:
    text += part
    assert blocks_of(*text) == blocks_of(text)


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
    """But half a line that may become a fence or a table; headers of tables may come again."""
    shown = "".join(block.source + block.language for block in blocks_of(*texts, "\n"))
    whole = "".join(texts)
    for letter in "ab1#":
        assert shown.count(letter) >= whole.count(letter)


@given(pieces)
def test_blocks_outside_of_fences_stay_small(texts: list[str]) -> None:
    assert all(len(b.source) <= 2 * LIMIT for b in blocks_of(*texts) if b.kind != "code")


LONG = "word " * (SECTION // 5)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("one\ntwo\n\nthree", [Block("one\ntwo\n\nthree")]),
        (f"{LONG}\n\nend", [Block(LONG), Block("end")]),
        (f"- {LONG}\n\n- b\n\nend", [Block(f"- {LONG}\n\n- b"), Block("end")]),
        ("x\n```py\n1\n\n2\n```\ny", [Block("x"), Block("1\n\n2", "code", "py"), Block("y")]),
        ("```\nopen", [Block("open", "code", is_open=True)]),
        ("````\n```\n````\n", [Block("```", "code")]),
        ("half\n``", [Block("half")]),
        (
            "- a\n  ```\n  x\n    y\n  ```\n  more\n- b",
            [
                Block("- a"),
                Block("x\n  y", "code", indent=2),
                Block("more", indent=2),
                Block("- b"),
            ],
        ),
        (
            "see\n\n|a|b|\n|-|:-:|\n|1|2|\nend",
            [Block("see"), Block("|a|b|\n|-|:-:|\n|1|2|", "table"), Block("end")],
        ),
        ("x\n$$\na\n$$\ny", [Block("x"), Block("a", "formula"), Block("y")]),
        ("\\[ a \\]", [Block("a", "formula")]),
        ("$$ a $$ and more", [Block("$$ a $$ and more")]),
        ("$$\na", [Block("a", "formula", is_open=True)]),
        ("$$\na\n\nb $$", [Block("$$\na\n\nb $$")]),
    ],
)
def test_where_blocks_end(text: str, blocks: list[Block]) -> None:
    assert blocks_of(text) == blocks


def test_rows_after_the_cut_of_a_long_table_have_its_header() -> None:
    head, rows = "|a|b|\n|-|-|\n", "|1|2|\n" * 2000
    blocks = blocks_of(head + rows)
    assert len(blocks) > 3
    assert all(block.source.startswith(head) and block.kind == "table" for block in blocks)
    assert sum(block.source.count("|1|2|") for block in blocks) == 2000


def test_a_definition_that_comes_late_names_the_blocks_that_refer_to_it() -> None:
    markdown = MarkdownBlocks()
    assert markdown.push(f"[Tea] {LONG}\n\nother {LONG}\n\nend\n\n") == []
    assert markdown.push("[tea]: https://a.org") == [0]
    assert markdown.push("/b\n") == [0]
    assert markdown.push("more") == []
    assert markdown.definitions == {"tea": "https://a.org/b"}
