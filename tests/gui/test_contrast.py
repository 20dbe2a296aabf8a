# SPDX-License-Identifier: Apache-2.0
"""Texts can be read in both themes: WCAG's level AA, by its formula.

4.5 to 1 for texts, 3 to 1 for what marks a control or its focus.
"""

from __future__ import annotations

import tomllib

import pytest

from ui import resource

TEXTS = [
    ("text", ("window", "panel", "raised", "bubble", "hover", "code", "selection")),
    ("muted", ("window", "panel", "raised", "code")),
    ("accent", ("window", "panel", "raised")),
    ("on_accent", ("accent", "accent_hover")),
    ("link", ("window", "raised", "bubble")),
    ("warning_text", ("warning",)),
    ("error_text", ("window", "panel", "code")),
    ("code_text", ("code",)),
    ("code_number", ("code",)),
    ("code_keyword", ("code",)),
    ("code_name", ("code",)),
]
MARKS = [
    ("focus", ("window", "panel", "raised")),
    ("muted", ("raised",)),  # the frames of boxes to tick
    *((f"share_{name}", ("window",)) for name in (
        "attention", "dense", "shared", "head", "other", "routed", "cache", "working",
    )),
    *((f"device_{name}", ("window",)) for name in ("cpu", "card_0", "card_1", "card_2", "card_3")),
]  # fmt: skip


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # a known near miss


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, 4.5), (MARKS, 3.0)])
def test_contrast_is_enough(theme: str, pairs: list[tuple[str, tuple[str, ...]]], least: float):
    colours = tomllib.loads(resource(f"themes/{theme}.toml").read_text("utf-8"))
    poor = {
        f"{front} on {ground}": round(contrast(colours[front], colours[ground]), 2)
        for front, grounds in pairs
        for ground in grounds
        if contrast(colours[front], colours[ground]) < least
    }
    assert poor == {}
