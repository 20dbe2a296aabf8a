# SPDX-License-Identifier: Apache-2.0
"""The page that shows the figures: FAMILIES.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ktdesk.cli.families import Family

PAGE = Path(__file__).parents[2] / "FAMILIES.md"
_TEXT = Path(__file__).with_suffix(".md")
_HEADER = """\
| family | architecture | features | logits error | tokeniser | templates | llama.cpp |
|---|---|---|---|---|---|---|"""


def page(data: dict[str, Any]) -> str:
    """Return the page's text."""
    families = [Family.read(values) for values in data["families"]]
    return _TEXT.read_text("utf-8").format(**data, table="\n".join([_HEADER, *map(_row, families)]))


def _row(family: Family) -> str:
    cells = (
        family.models,
        f"`{family.architecture}`",
        ", ".join(family.features),
        f"{family.logits_error:.1e}",
        family.tokenizers,
        family.templates,
        family.agreement,
    )
    return f"| {' | '.join(map(str, cells))} |"
