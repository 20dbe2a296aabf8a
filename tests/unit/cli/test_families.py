# SPDX-License-Identifier: Apache-2.0
"""`ktdesk families`."""

from __future__ import annotations

import json

import pytest

from ktdesk.cli.families import Family, read_data


def test_each_family_is_named_with_its_figures(ktdesk) -> None:
    done = ktdesk("families")
    assert done.code == 0
    families = [Family.read(values) for values in read_data()["families"]]
    blocks = done.out.split("\n    features")
    assert len(blocks) == len(families) + 1
    for family, before, block in zip(families, blocks, blocks[1:], strict=False):
        assert before.endswith(f"{family.architecture}  ({family.models})")
        assert f"{family.logits_error:.1e}" in block
        assert str(family.tokenizers) in block


def test_lines_fit_a_narrow_terminal(ktdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    figures = [line for line in ktdesk("families").out.splitlines() if line.startswith(" ")]
    assert max(map(len, figures)) <= 60


def test_programs_get_the_data(ktdesk) -> None:
    assert json.loads(ktdesk("families", "--json").out) == read_data()


def test_what_was_not_compared_is_called_so() -> None:
    values = read_data()["families"][0]
    values["llama_cpp"] = {"F32": {"equal": 0, "cases": 0}}
    values["llama_cpp_models"] = {"F32": 0}
    assert Family.read(values).agreement == "F32 not compared"
