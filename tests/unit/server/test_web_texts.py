# SPDX-License-Identifier: Apache-2.0
"""The texts of the page in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import ktdesk.server.web as web
from ktdesk.server.web.growing import Stage

FOLDER = Path(web.__file__).parent
TEXTS = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    english, chinese = TEXTS["en"], TEXTS["zh"]
    assert list(english) == list(chinese)
    for name, text in english.items():
        places = re.findall(r"\{\w+\}", text)
        assert sorted(re.findall(r"\{\w+\}", chinese[name])) == sorted(places)
        assert chinese[name].strip()


def test_every_text_that_is_used_is_there_and_every_one_there_is_used() -> None:
    scripts = [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in ("parts", "page")]
    page = (FOLDER / "page.html").read_text(encoding="utf-8")
    used = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', page))
    for inside in re.findall(r"say\(([^)]*)\)", "".join(scripts)):
        used |= set(re.findall(r'"(\w+)"', inside))
    stages = set(get_args(Stage))  # by the name that the server gives
    assert used | stages == set(TEXTS["en"])
