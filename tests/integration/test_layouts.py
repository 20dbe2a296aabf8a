# SPDX-License-Identifier: Apache-2.0
"""However a model's file is laid out, it answers the same: alignment, version, number of files."""

from __future__ import annotations

import struct
from pathlib import Path

import gguf
import pytest

from ktdesk.engine import Engine
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.runtime.request import Message, Options, Request, Token
from tests.golden.retyped import write_quantised
from tests.tiny import tiny_llama, tiny_qwen3moe

OPTIONS = Options(temperature=0.0, max_tokens=8)


def answer(path: Path) -> list[int | None]:
    engine = Engine(threads=2)
    engine.load(path, context_tokens=64, weights="mapped")
    request = Request(messages=(Message("user", "hi"),), options=OPTIONS)
    events = list(engine.generate(request))
    engine.unload()
    return [event.id for event in events if isinstance(event, Token)]


def written(source: Path, path: Path, **layout: int) -> None:
    """Write a model once more with the `gguf` package, matrices in Q8_0 where rows allow it."""
    write_quantised(source, path, gguf.GGMLQuantizationType.Q8_0, **layout)


@pytest.fixture(scope="module", params=[tiny_llama, tiny_qwen3moe])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return request.param(tmp_path_factory.mktemp("layouts") / "source.gguf").path


@pytest.fixture(scope="module")
def expected(source: Path) -> list[int | None]:
    path = source.with_name("plain.gguf")
    written(source, path)
    return answer(path)


@pytest.mark.parametrize("alignment", [1, 2, 8, 4096])
def test_any_alignment(
    source: Path, expected: list[int | None], tmp_path: Path, alignment: int
) -> None:
    path = tmp_path / "model.gguf"
    written(source, path, alignment=alignment)
    assert answer(path) == expected


def test_version_two(source: Path, expected: list[int | None], tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    written(source, path)
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", 2))
    assert answer(path) == expected


def test_many_files(source: Path, expected: list[int | None], tmp_path: Path) -> None:
    written(source, tmp_path / "model.gguf", tensors_per_file=7)
    parts = sorted(tmp_path.glob("*.gguf"))
    assert len(parts) > 3
    for part in (parts[0], parts[2], parts[-1]):
        assert answer(part) == expected
    with Shelf([(tmp_path, Owner.KTDESK)]) as shelf:
        (entry,) = shelf.look().models
    assert entry.size_bytes == sum(part.stat().st_size for part in parts)
