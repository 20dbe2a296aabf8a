# SPDX-License-Identifier: Apache-2.0
"""Markdown on the screen: growing and whole look the same, and nothing in it can do anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktdesk.rendering import formulas
from ui.chat.blocks_view import BlocksView
from ui.chat.code_block import CodeBlock
from ui.chat.formula_block import FormulaBlock
from ui.chat.formula_image import formula_image
from ui.chat.text_block import TextBlock
from ui.theme import Theme

PARTS = (
    "# Title\n", "text ", "**bold** ", "`code` ", "\n\n", "- item\n", "  - inner\n", "1. one\n",
    "```py\nx = 1\n```\n", "```\nopen", "|a|b|\n|-|:-:|\n|1|2|\n", "$x^2$ ",
    "$$\n\\frac{1}{2}\n$$\n",
    "> quote\n", "- [x] done\n", "[t] ", "[t]: https://a.org\n", "word[^1] ", "[^1]: a note\n",
    "---\n", "مرحبا ", "中文。", "😀👩‍👩‍👧 ", "<b>x</b> ", "https://a.org/b. ",
    "\\(a\\) ", "$5 and $6 ",
)  # fmt: skip
HOSTILE = (
    '<img src="http://evil.org/x.png">',
    '<script>alert(1)</script>',
    "![x](http://evil.org/x.png)",
    "![x](file:///etc/hostname)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](qrc:/x.png) ![x](formula:0) ![x](//evil.org/x.png)",
    "[a](javascript:alert(1)) [a](JAVASCRIPT:alert(1)) [a](vbscript:x)",
    "[a](file:///etc/passwd) [a](data:text/html,x) [a](smb://evil.org/x) [a](\\\\evil\\x)",
    "<http://ok.org> <javascript:x>",
    '<a href="file:///etc/passwd">x</a>',
    "&lt;img src=http://evil.org&gt; &#60;img src=x&#62;",
    '```html"><img src="http://evil.org/x.png">\nx\n```',
    '```<img src="http://evil.org/x.png">\nx\n```',
    '| <img src="http://evil.org"> | b |\n|-|-|\n| ![x](http://evil.org) | "><b> |',
    '[x]: http://evil.org "\\"><img src=x>"\n\n[x]',
    "[^1]: <img src=http://evil.org>\n\ntext[^1]",
    "[^<img>]: x\n\na[^<img>]",
    '$\\text{<img src="http://evil.org">}$ \\(\\href{http://evil.org}{x}\\)',
    "$$\\includegraphics{/etc/passwd} \\input{/etc/passwd}$$",
    "$\\def\\a{aaaaaaaa}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a}\\b\\b\\b$",
    "$" + "\\frac{" * 60 + "x" + "}{y}" * 60 + "$",
    "$$" + "\\left(" * 40 + "x" + "\\right)" * 40 + "$$",
    "[" * 3000, "> " * 1500 + "x", "*" * 3000, "`" * 2999 + "x", "- " * 1500 + "x",
    "![" * 1000 + "](x)" * 1000, "_a" * 1500, "<" * 3000, "&" * 3000, "[a](" * 700,
    "|" * 3000 + "\n" + "|-" * 1400 + "|", "\u202e\u2066" * 500 + "x", "\0\ufffe\ufffd x",
    "e" + "\u0301" * 3000,
)  # fmt: skip
FORMULAS = (
    r"\frac{a}{b}", r"\sqrt[3]{x}", r"x_1^2", r"\sum_{i=1}^{n} i", r"\int_0^\infty e^{-x^2}\,dx",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}",
    r"\begin{cases} x & x > 0 \\ -x & x \le 0 \end{cases}", r"\lim_{x \to 0} \frac{\sin x}{x}",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}", r"\underbrace{a + b}_{n}", r"\overline{AB}",
    r"\hat{x} + \vec{v} + \dot{y}", r"\mathbb{R} \subset \mathbb{C}", r"\mathcal{L}\mathbf{x}",
    r"\alpha\beta\gamma\Delta\Omega", r"a \equiv b \pmod{n}", r"\left( \frac{1}{2} \right]",
    r"\nabla \times \vec{E} = -\frac{\partial \vec{B}}{\partial t}", r"\binom{n}{k}", r"\boxed{x}",
    r"A \xrightarrow{f} B", r"\text{if } x \in \{1, 2\}", r"\prod_{p} \frac{1}{1 - p^{-s}}",
    r"\begin{array}{cc} a & b \\ c & d \end{array}", r"x \ne y \le z \ge w", r"\tfrac{1}{2}",
    r"\stackrel{?}{=}", r"\oint_C f(z)\,dz", r"\ce{H2O}", r"e^{i\pi} + 1 = 0",
    r"v_{\text{速度}} = 3",
    r"\text{面积} = \pi r^2", r"\forall \epsilon > 0\ \exists \delta", r"P(A \mid B)", r"x' + x''",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def drawn() -> None:
    """Formulas can be drawn at once."""
    formulas.load()


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Iterator[BlocksView]:
    view = BlocksView(theme)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    return view


def picture(view: BlocksView) -> list[tuple[str, str]]:
    """Return what each block shows, and how."""
    shown: list[tuple[str, str]] = []
    for block in view.views:
        if isinstance(block, TextBlock):
            shown.append(("text", block.toHtml()))
        elif isinstance(block, CodeBlock):
            label = block.findChild(QLabel, "muted").text()
            shown.append(("code", f"{label}\n{block.editor.toPlainText()}"))
        else:
            shown.append(("formula", block.block.source))
    return shown


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.sampled_from(PARTS), max_size=14), st.lists(st.integers(0, 200), max_size=12))
def test_a_text_cut_anywhere_looks_as_the_whole_does(
    qtbot: QtBot, theme: Theme, parts: list[str], cuts: list[int]
) -> None:
    text = "".join(parts)
    growing, whole = BlocksView(theme), BlocksView(theme)
    for cut in sorted(min(cut, len(text)) for cut in cuts):
        growing.show_text(text[:cut])
    growing.show_text(text)
    whole.show_text(text)
    assert picture(growing) == picture(whole)
    growing.deleteLater()
    whole.deleteLater()


def test_another_text_takes_the_place_of_the_first(view: BlocksView) -> None:
    view.show_text("# one\n\n```py\n1\n```\n")
    view.show_text("two")
    assert [block.block.source for block in view.views] == ["two"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_loads_and_opens_nothing(
    view: BlocksView, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[QUrl] = []
    monkeypatch.setattr(
        TextBlock, "loadResource", lambda self, kind, name: asked.append(QUrl(name)) or QImage()
    )
    view.show_text(text)
    view.grab()
    assert [url.toString() for url in asked if url.scheme() != "formula"] == []
    opened: list[QUrl] = []
    view.link_clicked.connect(opened.append)
    for block in view.findChildren(TextBlock):
        for href in links(block.document()):
            block.anchorClicked.emit(QUrl(href))
    assert {url.scheme() for url in opened} <= {"http", "https", "mailto"}


def links(document: QTextDocument) -> list[str]:
    """Return the addresses of the links of a document."""
    found: list[str] = []
    block = document.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            form = iterator.fragment().charFormat()
            found += [form.anchorHref()] if form.isAnchor() and form.anchorHref() else []
            iterator += 1
        block = block.next()
    return found


def test_no_resource_is_given_out(view: BlocksView) -> None:
    view.show_text("text")
    block = view.views[0]
    for name in ("http://a.org/x.png", "file:///etc/hostname", "data:image/png;base64,x", "x"):
        assert block.loadResource(2, QUrl(name)).isNull()


@pytest.mark.parametrize("tex", FORMULAS)
def test_formulas_are_drawn(tex: str, qapp: QApplication) -> None:
    formula = formulas.draw_formula(tex, 16.0, "#102030", is_inline=False)
    assert formula is not None
    image = formula_image(formula, 2.0)
    assert image.width() == round(formula.width * 2)
    colours = {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert "#f00000" not in colours  # of a letter that stands in for another
    assert len(colours) > 0


@pytest.mark.parametrize(
    "tex", [r"\frac{1", "x^", r"\begin{x}", "&", "", r"\def\x{\x}\x", "{" * 99]
)
def test_what_cannot_be_drawn_has_no_picture(tex: str) -> None:
    assert formulas.draw_formula(tex, 16.0, "#000000", is_inline=True) is None


def test_a_formula_that_cannot_be_drawn_is_shown_as_it_is_written(view: BlocksView) -> None:
    view.show_text("so $x^$ and\n\n$$\n\\frac{1\n$$\n")
    text, formula = view.views
    assert "x^" in text.toPlainText()
    assert isinstance(formula, FormulaBlock)
    labels = [w.text() for w in formula.findChildren(QLabel) if w.isVisibleTo(formula)]
    assert labels == ["\\frac{1"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("costs $5 and $6", "costs $5 and $6"),
        ("a $ b $ c", "a $ b $ c"),
        ("`$x$`", "$x$"),
        ("\\$x$", "$x$"),
        ("$20,$30", "$20,$30"),
        ("$x$", "\ufffc"),
        ("\\(x\\)", "\ufffc"),
        ("a $$x$$ b", "a \ufffc b"),
    ],
)
def test_what_is_a_formula(view: BlocksView, text: str, shown: str) -> None:
    view.show_text(text)
    assert view.views[0].toPlainText().strip() == shown


def test_a_formula_in_a_line_stands_on_it(view: BlocksView) -> None:
    """The picture of an 'x' has its lowest ink where that of the letter x has it."""
    view.show_text("xx $x$")
    block = view.views[0]
    view.setStyleSheet("background: white; color: black;")
    image = block.grab().toImage()
    line = block.document().firstBlock().layout().lineAt(0)
    left = round(line.cursorToX(3)[0])
    assert lowest(image, 0, 12) == pytest.approx(lowest(image, left, image.width()), abs=1)


def lowest(image: QImage, left: int, right: int) -> int:
    """Return the lowest row with ink between two columns."""
    ground = image.pixelColor(image.width() // 2, 0)
    return max(
        y
        for y in range(image.height())
        for x in range(left, right)
        if abs(image.pixelColor(x, y).lightness() - ground.lightness()) > 100
    )


def test_tables_keep_their_alignment_and_wide_ones_scroll(view: BlocksView) -> None:
    view.show_text("|a|b|\n|:-:|-:|\n|1|2|\n")
    document = view.views[0].document()
    table = document.rootFrame().childFrames()[0]
    centre, right = (table.cellAt(1, at).firstCursorPosition() for at in (0, 1))
    assert centre.blockFormat().alignment() == Qt.AlignmentFlag.AlignHCenter
    assert right.blockFormat().alignment() & Qt.AlignmentFlag.AlignRight
    cells = 20
    row = "|" + "some words in a cell|" * cells
    view.show_text(f"{row}\n|{'-|' * cells}\n{row}\n")
    assert view.views[0].horizontalScrollBar().maximum() > 0


def test_text_from_right_to_left_begins_at_the_right(view: BlocksView) -> None:
    view.show_text("مرحبا بالعالم\n\nHello")
    first = view.views[0].document().firstBlock()
    assert first.textDirection() == Qt.LayoutDirection.RightToLeft
    assert first.next().textDirection() == Qt.LayoutDirection.LeftToRight


def test_code_gets_its_colours_when_it_is_whole(qtbot: QtBot, view: BlocksView) -> None:
    view.show_text("```python\ndef f():\n    return 'x'\n")
    (code,) = view.views
    assert not code.editor.document().firstBlock().layout().formats()
    view.show_text("```python\ndef f():\n    return 'x'\n```\n")
    layout = code.editor.document().firstBlock().layout()
    qtbot.waitUntil(lambda: bool(layout.formats()))
    assert (layout.formats()[0].start, layout.formats()[0].length) == (0, 3)


def drag(view: BlocksView, start: int, end: int) -> None:
    """Drag the mouse from the beginning of one block to the end of another."""
    first = view.views[start]
    area = getattr(first, "editor", first).viewport()
    last = view.views[end]
    goal = getattr(last, "editor", last).viewport()
    begin = area.mapToGlobal(QPoint(1, 3))
    place = goal.mapToGlobal(QPoint(goal.width() - 2, goal.height() - 2))
    for kind, at in ((QEvent.Type.MouseButtonPress, begin), (QEvent.Type.MouseMove, place)):
        button = Qt.MouseButton.LeftButton
        pressed = button if kind == QEvent.Type.MouseButtonPress else Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind, QPointF(area.mapFromGlobal(at)), QPointF(at), pressed, button,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(area, event)


def test_a_selection_over_blocks_is_copied_as_markdown(qtbot: QtBot, view: BlocksView) -> None:
    text = "Some **bold** $x^2$ text\n\n```py\nx = 1\n```\n\n$$\na + b\n$$\n\nthe end\n"
    view.show_text(text)
    QApplication.processEvents()
    drag(view, 0, 3)
    view.views[0].copy()
    copied = QGuiApplication.clipboard().text()
    assert copied.split() == text.split()
    assert view.has_selection


def test_a_part_of_a_block_is_copied_as_markdown(view: BlocksView) -> None:
    view.show_text("one **two** $x^2$ three")
    block = view.views[0]
    cursor = block.textCursor()
    cursor.setPosition(4)
    cursor.setPosition(9, cursor.MoveMode.KeepAnchor)
    block.setTextCursor(cursor)
    assert block.selected_markdown().strip() == "**two** $x^2$"
