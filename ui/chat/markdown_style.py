# SPDX-License-Identifier: Apache-2.0
"""How Markdown looks in a QTextDocument, as the style sheet of its HTML."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QFont, QTextDocument

from ui.theme import Theme, code_font

_SHEET = Template("""
p { margin: 0 0 8px 0; line-height: 145%; }
li { margin: 0 0 3px 0; line-height: 145%; }
ul, ol { margin: 0 0 8px 0; }
h1 { font-size: ${h1}pt; font-weight: 600; margin: 14px 0 8px 0; }
h2 { font-size: ${h2}pt; font-weight: 600; margin: 12px 0 6px 0; }
h3 { font-size: ${h3}pt; font-weight: 600; margin: 10px 0 6px 0; }
h4, h5, h6 { font-size: ${text}pt; font-weight: 600; margin: 8px 0 4px 0; }
code { font-family: $family; font-size: ${code}pt; background-color: $ground; }
pre { font-family: $family; font-size: ${code}pt; margin: 0; }
a { color: $link; }
table.cells { border: 1px solid $border; border-collapse: collapse; margin: 4px 0 8px 0; }
th.cell, td.cell { border: 1px solid $border; padding: 5px 9px; line-height: 120%; }
th.cell, td.cell { vertical-align: middle; }
th.cell { background-color: $panel; font-weight: 600; }
table.quote, table.note, table.code { margin: 2px 0 8px 0; }
table.code { background-color: $ground; }
table.code td { padding: 8px 12px; }
table.rule { margin: 10px 0; }
td.rule { border-top: 1px solid $border; font-size: 1pt; }
td.quote { border-left: 3px solid $border; padding: 2px 0 0 12px; color: $muted; }
""")


def set_html(document: QTextDocument, html: str, theme: Theme) -> None:
    """Show HTML of `to_html` in a document, in its font and the colours of the theme."""
    document.setDefaultStyleSheet(_sheet(document.defaultFont(), theme))
    document.setHtml(html)


def _sheet(font: QFont, theme: Theme) -> str:
    points = font.pointSizeF()
    families = ", ".join(f"'{name}'" for name in code_font(1).families())
    return _SHEET.substitute(
        family=families,
        text=points,
        code=round(points * 0.92, 2),  # monospaced letters look larger
        h1=round(points * 1.45, 2),
        h2=round(points * 1.25, 2),
        h3=round(points * 1.1, 2),
        ground=theme.colour("code").name(),
        panel=theme.colour("panel").name(),
        link=theme.colour("link").name(),
        border=theme.colour("border").name(),
        muted=theme.colour("muted").name(),
    )
