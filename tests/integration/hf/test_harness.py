# SPDX-License-Identifier: Apache-2.0
"""lm-eval measures the same with the engine as with `transformers`. Runs where it is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ktdesk.hf import KTModelForCausalLM, KTTokenizer
from tests.integration.hf.conftest import BATCH
from tests.tiny import Tiny

huggingface = pytest.importorskip("lm_eval.models.huggingface")
lm_eval = pytest.importorskip("lm_eval")
Instance = pytest.importorskip("lm_eval.api.instance").Instance

tqdm = pytest.importorskip("tqdm")
tqdm.tqdm.monitor_interval = 0  # else it leaves a thread behind

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.logs(".")]  # it has its own
RELATIVE = 1e-4

QUESTIONS = [
    {"question": "The river has two", "answers": [" voices", " names", " banks"], "right": 0},
    {"question": "In summer it", "answers": [" shouts", " whispers", " sleeps"], "right": 1},
    {"question": "The sea is", "answers": [" far", " he", " near the hills"], "right": 2},
]


def both(model: KTModelForCausalLM, tiny: Tiny, tokenizer: KTTokenizer) -> list[Any]:
    """Return the harness over the engine, and over `transformers`."""
    tiny.reference.generation_config.eos_token_id = model.generation_config.eos_token_id
    return [
        huggingface.HFLM(pretrained=each, tokenizer=tokenizer, batch_size=2, backend="causal")
        for each in (model, tiny.reference)
    ]


def asked(kind: str, *each: tuple[Any, ...]) -> list[Any]:
    return [Instance(request_type=kind, doc={}, arguments=args, idx=0) for args in each]


def test_likelihoods_and_texts(
    model: KTModelForCausalLM, tiny: Tiny, tokenizer: KTTokenizer
) -> None:
    ours, theirs = both(model, tiny, tokenizer)
    pairs = asked("loglikelihood", *((text, " and more") for text in BATCH))
    for (found, is_best), (expected, was_best) in zip(
        ours.loglikelihood(pairs), theirs.loglikelihood(pairs), strict=True
    ):
        assert found == pytest.approx(expected, rel=RELATIVE)
        assert is_best == was_best
    rolling = asked("loglikelihood_rolling", *((text,) for text in BATCH))
    assert ours.loglikelihood_rolling(rolling) == pytest.approx(
        theirs.loglikelihood_rolling(rolling), rel=RELATIVE
    )
    how = {"until": ["."], "max_gen_toks": 16, "do_sample": False}
    until = asked("generate_until", *((text, how) for text in BATCH))
    assert ours.generate_until(until) == theirs.generate_until(until)


def test_a_task(
    model: KTModelForCausalLM, tiny: Tiny, tokenizer: KTTokenizer, tmp_path: Path
) -> None:
    data = tmp_path / "questions.jsonl"
    data.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    task = {
        "task": "rivers",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(data)}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{question}}",
        "doc_to_choice": "{{answers}}",
        "doc_to_target": "right",
        "target_delimiter": "",
        "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}],
    }
    ours, theirs = (
        lm_eval.simple_evaluate(each, tasks=[dict(task)], bootstrap_iters=0)["results"]
        for each in both(model, tiny, tokenizer)
    )
    assert ours == theirs
