# SPDX-License-Identifier: Apache-2.0
"""The model files of the benchmark: KTDesk loads them, and they are what they should be."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from ktdesk.errors import KTDeskError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.text.tokenizer import Tokenizer
from tests.bench import ktdesk_side, synthetic
from tests.bench.routing import tokens_per_expert
from tests.bench.shapes import SHAPES, VOCABULARY, tensors
from tests.bench.work import Work
from tests.unit.bench.conftest import SMALL


def test_the_file_holds_the_tensors_of_the_shape(small_file: Path) -> None:
    found = Checkpoint.open(small_file).tensors
    expected = {t.name: (int(t.type), t.shape, t.size_bytes) for t in tensors(SMALL)}
    assert {t.name: (t.type, t.shape, t.size_bytes) for t in found.values()} == expected


def test_weight_types_take_turns_over_the_layers() -> None:
    types = {t.name: t.type.name for t in tensors(SHAPES["v2-lite"])}
    names = [types[f"blk.{layer}.ffn_down_shexp.weight"] for layer in (1, 2, 3)]
    assert names == ["Q6_K", "Q4_K", "Q6_K"]


def test_each_word_of_the_vocabulary_is_one_token(small_file: Path) -> None:
    tokenizer = Tokenizer.from_metadata(small_file, Checkpoint.open(small_file).metadata)
    assert tokenizer.vocabulary_size == VOCABULARY
    ids = tokenizer.encode(" k zq aaz bqx")
    assert [tokenizer.decode([i]) for i in ids] == [" k", " zq", " aaz", " bqx"]
    assert tokenizer.decode(tokenizer.encode("Größe, 大小!")) == "Größe, 大小!"


@pytest.mark.parametrize("work", [Work(20, 0), Work(0, 5), Work(0, 5, 30)], ids=lambda w: w.name)
def test_ktdesk_does_the_work(small_file: Path, work: Work) -> None:
    assert ktdesk_side.measure(small_file, 1, work, VOCABULARY) > 0


def test_every_token_is_counted_at_each_of_its_experts(small_file: Path) -> None:
    tokens = 400  # more than one chunk
    layers = tokens_per_expert(small_file, 1, tokens, VOCABULARY)
    # Of the last layer's experts, only those of the last token are computed.
    used = SMALL.experts_used
    assert [int(counts.sum()) for counts in layers] == [tokens * used, used]
    assert layers[0].min() > 0


def test_a_file_is_written_once() -> None:
    path = synthetic.model_file(SMALL)
    written = path.stat().st_mtime_ns
    assert path.stat().st_size >= synthetic.model_bytes(SMALL)
    assert synthetic.model_file(SMALL) == path
    assert path.stat().st_mtime_ns == written
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_full_disk_is_said_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10_000_000))
    with pytest.raises(KTDeskError, match="has 10 MB free, the model needs"):
        synthetic.model_file(SMALL)


def test_what_is_half_written_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(shape: object, path: Path) -> None:
        path.write_bytes(b"GGUF")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(synthetic, "write_model", write)
    with pytest.raises(KTDeskError, match="cannot be written: No space left"):
        synthetic.model_file(SMALL)
    assert list(synthetic.data_folder().rglob("small*")) == []
