# SPDX-License-Identifier: Apache-2.0
"""Pictures of formulas as a part of a page: only shapes and letters, whatever drew them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from html import escape

from ktdesk.rendering.formulas import Formula

_SHAPES = {"path", "rect", "line", "polyline", "polygon", "circle", "ellipse", "g", "text"}
_ATTRIBUTES = {
    "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "points",
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray",
    "font-size", "text-anchor", "transform", "viewBox",
}  # fmt: skip


def inline_svg(formula: Formula, tex: str) -> str:
    """Return a formula as an element of HTML; its source is what screen readers say.

    data-descent is how far, in pixels, it goes below the line that letters stand on.
    """
    root = ElementTree.fromstring(formula.svg)  # noqa: S314, RUF100 - made by ziamath
    inside = "".join(map(_element, root))
    return (
        f'<svg role="img" aria-label="{escape(tex)}" data-descent="{formula.descent:.2f}"'
        f"{_attributes(root)}>{inside}</svg>"
    )


def _element(element: ElementTree.Element) -> str:
    name = _local(element.tag)
    if name not in _SHAPES:
        return ""
    inside = escape(element.text or "") if name == "text" else ""
    return f"<{name}{_attributes(element)}>{inside}{''.join(map(_element, element))}</{name}>"


def _attributes(element: ElementTree.Element) -> str:
    return "".join(
        f' {name}="{escape(value)}"'
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and "url" not in value.lower()
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
