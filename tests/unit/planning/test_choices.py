# SPDX-License-Identifier: Apache-2.0
"""What can be chosen when a model is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.errors import PlacementError
from ktdesk.planning.choices import (
    context_stops,
    contexts_of,
    parse_rules,
    read_rules,
    save_rules,
    shipped_texts,
)
from ktdesk.planning.plan import Planner
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import card, machine


@pytest.fixture
def planner(known: Known) -> Planner:
    return Planner(known("DeepSeek-V2-Lite"), machine(64, card()))


@pytest.mark.parametrize(
    ("most", "stops"),
    [(512, (512,)), (8192, (4096, 8192)), (10000, (4096, 8192, 10000))],
)
def test_contexts_double_up_to_what_the_model_was_made_for(most: int, stops: tuple) -> None:
    assert context_stops(most) == stops


def test_a_context_of_the_settings_is_one_of_those_to_choose_from(planner: Planner) -> None:
    chosen, stops = contexts_of(planner, 5000)
    assert chosen == 5000
    assert 5000 in stops
    most = stops[-1]
    assert contexts_of(planner, 10 * most)[0] == most


def test_every_shipped_text_can_be_read_again(planner: Planner) -> None:
    texts = shipped_texts("deepseek2")
    assert {"one_gpu", "deepseek_r1_24gb"} <= texts.keys()
    assert "mixtral_8x7b_24gb" not in texts
    for name, text in texts.items():
        assert parse_rules(text, Path(f"{name}.yaml"), planner).write() == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('rules:\n  - match: "**"\n    use: "*.cpu"\n  - match: a\n    use: linear.cpuu\n', 4),
        ('rules:\n  - match: "**\n', 3),
        ('about: x\nmodel: llama\nrules:\n  - match: "**"\n    use: "*.cpu"\n', 2),
        ('rules:\n  - match: "**"\n    use: "*.cpu"\n  - clas: routed\n    use: "*.cpu"\n', 4),
    ],
)
def test_errors_know_their_line(planner: Planner, text: str, line: int) -> None:
    with pytest.raises(PlacementError) as caught:
        parse_rules(text, Path("mine.yaml"), planner)
    assert caught.value.line == line


def test_a_line_of_a_file_that_is_extended_is_not_one_of_the_text(
    planner: Planner, tmp_path: Path
) -> None:
    (tmp_path / "base.yaml").write_text('rules:\n  - match: "**"\n    use: "*.cpuu"\n')
    with pytest.raises(PlacementError, match="Line 2") as caught:
        parse_rules("extends: base.yaml\nabout: mine\n", tmp_path / "mine.yaml", planner)
    assert caught.value.line == 0


def test_rules_are_saved_whole_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "some.yaml"
    save_rules(file, "rules: []\n")
    assert read_rules(file) == "rules: []\n"
    with pytest.raises(PlacementError, match="cannot be written"):
        save_rules(file / "below.yaml", "")
    with pytest.raises(PlacementError, match="cannot be read"):
        read_rules(tmp_path / "none.yaml")
