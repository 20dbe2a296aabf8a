# SPDX-License-Identifier: Apache-2.0
"""FAMILIES.md and `ktdesk families` say what was measured, of every architecture there is.

If one of these fails after a change: `python -m tests.families`.
"""

from __future__ import annotations

import pytest

from ktdesk.cli.families import Family, read_data
from ktdesk.models.architectures import ARCHITECTURES
from tests.families.__main__ import models_of
from tests.families.known import TEXTS, template_cases, tokenizer_cases
from tests.families.page import PAGE, page
from tests.integration import test_quantised_logits as quantised
from tests.integration.test_logits import MODELS, PREFERRED, RELATIVE

FAMILIES = [Family.read(values) for values in read_data()["families"]]


def test_every_architecture_is_there() -> None:
    assert [family.architecture for family in FAMILIES] == list(ARCHITECTURES)
    assert TEXTS.keys() == ARCHITECTURES.keys()


def test_every_small_model_was_measured() -> None:
    assert sum(family.small_models for family in FAMILIES) == len(MODELS)
    for kind, models in {"F32": PREFERRED, **quantised.PREFERRED}.items():
        assert sum(family.llama_cpp_models[kind] for family in FAMILIES) == len(models)


def test_the_page_is_that_of_the_data() -> None:
    assert PAGE.read_text("utf-8") == page(read_data())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.architecture)
def test_the_figures_are_those_of_the_tests(family: Family) -> None:
    assert 0 < family.logits_error < RELATIVE
    assert family.models == models_of(family.architecture)
    assert family.tokenizers == tokenizer_cases(family.architecture)
    assert family.templates == template_cases(family.architecture)
