# SPDX-License-Identifier: Apache-2.0
"""Answers as HTML of a page: what they may hold, and that they grow as they are whole."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktdesk.rendering.formulas import Formula
from ktdesk.rendering.page import PageBlocks
from ktdesk.rendering.svg import inline_svg

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    '[x](https://a.example/"onmouseover=alert(1))',
    '<https://a.example/?"><script>alert(1)</script>>',
    '```"><script>alert(1)</script>\n</pre><script>alert(1)</script>\n```',
    "```html\n<script src=//evil.example></script><style>*{}</style>\n```",
    "$\\text{<script>alert(1)</script>}$",
    '$$\\color{url(https://evil.example)}{x} \\text{"onload="alert(1)}$$',
    "$$\\href{javascript:alert(1)}{x}$$",
    "| a | b |\n|---|---|\n| <iframe src=//evil.example> | <svg onload=alert(1)> |",
    '[^"><script>]: <script>alert(1)</script>\n\ntext[^"><script>]',
    "<style>@import '//evil.example'</style><link rel=stylesheet href=//evil.example>",
)
TAGS = {
    "a", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "em", "strong", "s", "code",
    "pre", "br", "table", "thead", "tbody", "tr", "th", "td", "sup", "div", "figure", "span",
    "svg", "g", "path", "rect", "line", "polyline", "polygon", "text",
}  # fmt: skip
PIECES = ("word ", "\n", "\n\n", "```", "```py\n", "$x$", "| a |\n", "[l]", "[l]: u\n")
FETCHING = {"src", "srcset", "style", "xlink:href", "action", "data", "poster", "background"}


class Guard(HTMLParser):
    """Fails at what could run or fetch anything."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in FETCHING, name
            assert "url(" not in (value or "") or name == "aria-label"
            if name == "href":
                assert tag == "a"
                assert (value or "").startswith(("http://", "https://", "mailto:")), value

    def handle_comment(self, data: str) -> None:
        pytest.fail("a comment")


def guard(text: str) -> None:
    guard = Guard()
    for piece in PageBlocks(text).html():
        guard.feed(piece)
    guard.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_runs_or_is_fetched(text: str) -> None:
    guard(text)
    guard(f"- {text}\n- x")


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "`", "$", "> ", "* "]), max_size=6))
def test_nothing_runs_in_any_mixture(parts: list[str]) -> None:
    guard("".join(parts))


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=12,
    )
)
def test_a_text_that_grows_looks_in_the_end_as_a_whole_one(parts: list[str]) -> None:
    growing = PageBlocks()
    for part in parts:
        growing.push(part)
        growing.html()
    assert growing.html() == PageBlocks("".join(parts)).html()


def test_code_has_classes_and_formulas_are_drawn() -> None:
    code, text, large = PageBlocks("```python\ndef f(): pass\n```\nso $x^2$\n$$\\frac12$$\n").html()
    assert '<span class="code_keyword">def</span>' in code
    assert 'data-language="python"' in code
    for piece in (text, large):
        assert "<svg" in piece
        assert "<path" in piece
        assert 'fill="currentColor"' in piece


def test_a_drawing_keeps_shapes_only() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="1" '
        'height="1" viewBox="0 0 1 1" onload="a()"><script>a()</script><image x:href="//e"/>'
        '<path d="M 0 0" fill="url(#e)" style="fill:url(//e)" onclick="a()"/>'
        "<foreignObject><b/></foreignObject><text>&lt;b&gt;</text></svg>"
    )
    shown = inline_svg(Formula(svg, 1, 1, 0.25), '"<x>')
    assert shown == (
        '<svg role="img" aria-label="&quot;&lt;x&gt;" data-descent="0.25" width="1" height="1" '
        'viewBox="0 0 1 1"><path d="M 0 0"></path><text>&lt;b&gt;</text></svg>'
    )
