# SPDX-License-Identifier: Apache-2.0
"""Model files whose header is whole but whose numbers lie: each is refused, or answers.

No value of any key may end in anything but an answer or an error that says what to do.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import gguf
import pytest

from ktdesk.engine import Engine
from ktdesk.errors import KernelError, KTDeskError
from ktdesk.runtime.request import Done, Failed, Message, Options, Request
from tests.tiny import Tiny, tiny_deepseek, tiny_llama
from tests.tiny.deepseek2 import YARN

U32, I32, F32, TEXT = (
    gguf.GGUFValueType.UINT32,
    gguf.GGUFValueType.INT32,
    gguf.GGUFValueType.FLOAT32,
    gguf.GGUFValueType.STRING,
)
LIES: list[tuple[Any, gguf.GGUFValueType]] = [
    (0, U32),
    (1, U32),
    (3, U32),
    (2**31, U32),
    (2**32 - 1, U32),
    (-1, I32),
    (0.0, F32),
    (-1.0, F32),
    (math.nan, F32),
    (math.inf, F32),
    ("text", TEXT),
]
# Values that neither the architecture nor the vocabulary reads.
SILENT = {"general.name", "llama.vocab_size", "deepseek2.vocab_size"}
OPTIONS = Options(temperature=0.0, max_tokens=2)


def answer_or_error(path: Path) -> KTDeskError | None:
    """Load a file and ask it something."""
    engine = Engine(threads=1)
    try:
        engine.load(path, context_tokens=32)
    except KTDeskError as error:
        return error
    request = Request(messages=(Message("user", "hi"),), options=OPTIONS)
    *_, last = engine.generate(request)
    engine.unload()
    assert isinstance(last, Done | Failed)
    return last.error if isinstance(last, Failed) else None


def changed(
    source: gguf.GGUFReader, path: Path, key: str, value: Any, kind: gguf.GGUFValueType
) -> Path:
    """Write a model with another value for one key."""
    writer = gguf.GGUFWriter(path, source.fields["general.architecture"].contents())
    for name, field in source.fields.items():
        if not name.startswith(("GGUF.", "general.architecture")) and name != key:
            inner = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(name, field.contents(), field.types[0], inner)
    if key != "general.architecture":
        writer.add_key_value(key, value, kind)
    for tensor in source.tensors:
        writer.add_tensor(tensor.name, tensor.data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def yarn(path: Path) -> Tiny:
    return tiny_deepseek(path, rope_parameters=YARN)


@pytest.fixture(scope="module", params=[tiny_llama, yarn])
def source(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> gguf.GGUFReader:
    return gguf.GGUFReader(request.param(tmp_path_factory.mktemp("bad") / "model.gguf").path)


@pytest.mark.parametrize(("value", "kind"), LIES)
def test_no_lie_breaks_the_program(
    source: gguf.GGUFReader, tmp_path: Path, value: Any, kind: gguf.GGUFValueType
) -> None:
    keys = [k for k in source.fields if not k.startswith("GGUF.") and k not in SILENT]
    for key in keys:
        error = answer_or_error(changed(source, tmp_path / "model.gguf", key, value, kind))
        assert not isinstance(error, KernelError), f"{key}: {error}"
        assert error is None or error.hint, f"{key}: {error}"
