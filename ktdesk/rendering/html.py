# SPDX-License-Identifier: Apache-2.0
"""Markdown to HTML that a QTextDocument reads, and a browser. HTML in it is shown as it is written.

There are no pictures but those of formulas, and no links but to the web, so that nothing in an
answer can fetch or run anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

OPENABLE = ("http", "https", "mailto")
ShowFormula = Callable[[str, bool], str]  # TeX, and whether it stands in a line -> HTML

_FORMULA = re.compile(
    r"\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]"
    r"|\$\$(?P<double>[^$`]+?)\$\$"
    r"|\$(?![\s$])(?P<single>(?:[^$\\`]|\\.)+?)(?<![\s\\])\$(?!\d)",
    re.DOTALL,
)
_ADDRESS = re.compile(r"https?://[!#-%&(-;=?-_a-z|~]*[A-Za-z0-9/=&#%_~-]")  # of ASCII only
_TASK = re.compile(r"\[([ xX])\]\s+")
_QUOTES = 4  # levels that have a bar; Qt's time for a table in a table doubles with each
_DEEPEST = 20  # levels of quotes and lists; more is none for people


def to_html(source: str, definitions: Mapping[str, str], show_formula: ShowFormula) -> str:
    """Return HTML for Markdown. definitions: of links and footnotes, in the words of the text."""
    environment: dict[str, Any] = {
        "formula": show_formula,
        "quotes": 0,
        "references": dict(_references(tuple(definitions.items()))),
        "footnotes": {"refs": {f":{label[1:]}": -1 for label in definitions if label[0] == "^"}},
    }
    return _parser().render(source, environment)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST, "html": False}, renderer_cls=_Html)
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    parser.use(footnote_plugin, inline=False, move_to_end=False)
    parser.renderer = _Html(parser)  # without the plugin's own ways
    parser.inline.ruler.before("escape", "formula", _formula)
    return parser


@lru_cache(maxsize=4)
def _references(definitions: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    environment: dict[str, Any] = {}
    links = (f"[{label}]: {words}\n" for label, words in definitions if label[0] != "^")
    _parser().parse("\n".join(links), environment)
    return environment.get("references", {})


def _formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001, RUF100 - the parser's
    if state.src[state.pos] not in "\\$":
        return False
    match = _FORMULA.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = next(text for text in match.groups() if text is not None).strip()
        token.meta = {"inline": match.lastgroup in ("round", "single")}
    state.pos = match.end()
    return True


class _Html(RendererHTML):
    """Each method renders the tokens of its name."""

    def formula(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """Render a formula."""
        del options
        return env["formula"](tokens[at].content, tokens[at].meta["inline"])

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render text; addresses in it are links."""
        del options, env
        content = tokens[idx].content
        if "://" not in content or _is_in_link(tokens, idx):
            return escape(content)
        parts: list[str] = []
        at = 0
        for match in _ADDRESS.finditer(content):
            address = escape(match[0])
            parts += (escape(content[at : match.start()]), f'<a href="{address}">{address}</a>')
            at = match.end()
        return "".join(parts) + escape(content[at:])

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the words for a picture, which is not fetched."""
        token = tokens[idx]
        words = escape(self.renderInlineAsText(token.children, options, env))
        return f"[{words or escape(str(token.attrs.get('src', '')))}]"

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render code in a line."""
        del options, env
        return f"<code>{escape(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render code that is only indented."""
        del options, env
        code = escape(tokens[idx].content.rstrip("\n"))
        return f'<table class="code" width="100%"><tr><td><pre>{code}</pre></td></tr></table>'

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render code in a quote."""
        return self.code_block(tokens, idx, options, env)

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the beginning of a link, if it may be opened."""
        del options, env
        address = str(tokens[idx].attrs.get("href", ""))
        is_openable = address.partition(":")[0].lower() in OPENABLE
        return f'<a href="{escape(address)}">' if is_openable else "<a>"

    def blockquote_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the beginning of a quote."""
        del tokens, idx, options
        env["quotes"] += 1
        return '<table class="quote" width="100%"><tr><td class="quote">' * (
            env["quotes"] <= _QUOTES
        )

    def blockquote_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the end of a quote."""
        del tokens, idx, options
        env["quotes"] -= 1
        return "</td></tr></table>" * (env["quotes"] < _QUOTES)

    def hr(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render a rule."""
        del tokens, idx, options, env
        return '<table class="rule" width="100%"><tr><td class="rule"></td></tr></table>'

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the beginning of a table."""
        del tokens, idx, options, env
        return '<table class="cells" cellspacing="0">'

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the beginning of a cell of the header."""
        del options, env
        return f'<th class="cell"{_alignment(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the beginning of a cell."""
        del options, env
        return f'<td class="cell"{_alignment(tokens[idx])}>'

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render the beginning of an item; one of a list of tasks has a box."""
        del options, env
        inline = tokens[idx + 2] if idx + 2 < len(tokens) else None
        task = _TASK.match(inline.content) if inline and inline.type == "inline" else None
        if not (task and inline and inline.children):
            return "<li>"
        first = inline.children[0]
        first.content = first.content[task.end() :]
        return '<li class="unchecked">' if task[1] == " " else '<li class="checked">'

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Render what refers to a footnote."""
        del options, env
        return f"<sup>{escape(tokens[idx].meta['label'])}</sup>"

    def footnote_reference_open(
        self, tokens: Sequence[Token], idx: int, options: Any, env: Any
    ) -> str:
        """Render the beginning of a footnote, where it stands."""
        del options, env
        label = escape(tokens[idx].meta["label"])
        return f'<table class="note"><tr><td><sup>{label}</sup>&nbsp;</td><td>'

    def footnote_reference_close(
        self, tokens: Sequence[Token], idx: int, options: Any, env: Any
    ) -> str:
        """Render the end of a footnote."""
        del tokens, idx, options, env
        return "</td></tr></table>"


def _alignment(cell: Token) -> str:
    style = str(cell.attrs.get("style", ""))
    return f' align="{style.partition(":")[2]}"' if style.startswith("text-align:") else ""


def _is_in_link(tokens: Sequence[Token], at: int) -> bool:
    kinds = [token.type for token in tokens[:at] if token.type in ("link_open", "link_close")]
    return bool(kinds) and kinds[-1] == "link_open"
