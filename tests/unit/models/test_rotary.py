# SPDX-License-Identifier: Apache-2.0
"""Rotary frequencies as `transformers` computes them, and numbers that cannot be.

The limit of 1e-6 is a few units in the last place of float32, in which `transformers` computes.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from transformers import DeepseekV3Config, LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.rotary import Rope, read_rope

SIZE, BASE = 64, 10000.0
RELATIVE = 1e-6


def read(
    path: Path, scaling: dict[str, Any], factors: Any = None, size: int = SIZE, head: int = SIZE
) -> Rope:
    writer = gguf.GGUFWriter(path / "model.gguf", "llama")
    for key, value in ({"freq_base": BASE} | scaling).items():
        kind = gguf.GGUFValueType.get_type(value)
        writer.add_key_value(f"llama.rope.{key}", value, kind)
    if factors is not None:
        writer.add_tensor("rope_freqs.weight", np.asarray(factors, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return read_rope(Checkpoint.open(path / "model.gguf"), size, head)


def expected(context: int = 4096, **parameters: Any) -> tuple[torch.Tensor, float]:
    """Return the frequencies, and the factor on cosine and sine."""
    config = LlamaConfig(
        hidden_size=SIZE,
        num_attention_heads=1,
        max_position_embeddings=context,
        rope_parameters={"rope_theta": BASE} | parameters,
    )
    return ROPE_INIT_FUNCTIONS[parameters["rope_type"]](config, torch.device("cpu"))


def frequencies(rope: Rope) -> torch.Tensor:
    return torch.tensor(rope.spec.inverse_frequencies)


def test_plain_frequencies(tmp_path: Path) -> None:
    rope = read(tmp_path, {})
    config = expected(rope_type="linear", factor=1.0)
    torch.testing.assert_close(frequencies(rope), config[0], rtol=RELATIVE, atol=0)
    assert (rope.spec.size, rope.spec.scale, rope.attention_factor) == (SIZE, 1.0, 1.0)


def test_linear_scaling(tmp_path: Path) -> None:
    rope = read(tmp_path, {"scaling.type": "linear", "scaling.factor": 4.0})
    values, scale = expected(rope_type="linear", factor=4.0)
    torch.testing.assert_close(frequencies(rope), values, rtol=RELATIVE, atol=0)
    assert (rope.spec.scale, rope.attention_factor) == (scale, 1.0)


def test_factors_of_llama_3(tmp_path: Path) -> None:
    values, _ = expected(
        rope_type="llama3",
        factor=8.0,
        low_freq_factor=1.0,
        high_freq_factor=4.0,
        original_max_position_embeddings=1024,
    )
    plain, _ = expected(rope_type="linear", factor=1.0)
    assert not torch.allclose(values, plain)
    rope = read(tmp_path, {}, factors=plain / values)  # as converters write them
    torch.testing.assert_close(frequencies(rope), values, rtol=RELATIVE, atol=0)


@pytest.mark.parametrize(("factor", "original"), [(4.0, 1024), (40.0, 4096), (8.0, 64)])
def test_yarn(tmp_path: Path, factor: float, original: int) -> None:
    scaling = {
        "scaling.type": "yarn",
        "scaling.factor": factor,
        "scaling.original_context_length": original,
    }
    rope = read(tmp_path, scaling)
    values, scale = expected(
        context=int(factor * original),
        rope_type="yarn",
        factor=factor,
        original_max_position_embeddings=original,
    )
    torch.testing.assert_close(frequencies(rope), values, rtol=RELATIVE, atol=0)
    assert rope.spec.scale == pytest.approx(scale, rel=RELATIVE)
    assert rope.attention_factor == 1.0


@pytest.mark.parametrize("mscale", [1.0, 0.707])
def test_yarn_of_deepseek_scales_the_scores_instead(tmp_path: Path, mscale: float) -> None:
    scaling = {
        "scaling.type": "yarn",
        "scaling.factor": 40.0,
        "scaling.original_context_length": 4096,
        "scaling.yarn_log_multiplier": 0.1 * mscale,  # as converters write it
    }
    rope = read(tmp_path, scaling)
    config = DeepseekV3Config(
        qk_rope_head_dim=SIZE,
        rope_parameters={
            "rope_type": "yarn",
            "rope_theta": BASE,
            "factor": 40.0,
            "original_max_position_embeddings": 4096,
            "mscale": mscale,
            "mscale_all_dim": mscale,
        },
    )
    values, scale = ROPE_INIT_FUNCTIONS["yarn"](config, torch.device("cpu"))
    torch.testing.assert_close(frequencies(rope), values, rtol=RELATIVE, atol=0)
    assert rope.spec.scale == pytest.approx(scale, rel=RELATIVE)
    sharper = 0.1 * mscale * math.log(40) + 1  # `yarn_get_mscale` in DeepSeek's own code
    assert rope.attention_factor == pytest.approx(sharper, rel=RELATIVE)


YARN = {
    "scaling.type": "yarn",
    "scaling.factor": 4.0,
    "scaling.original_context_length": 1024,
}


@pytest.mark.parametrize(
    ("scaling", "message"),
    [
        ({"scaling.type": "longrope"}, "an unknown way: longrope"),
        ({"freq_base": 0.0}, "freq_base is 0.0"),
        ({"freq_base": 1.0}, "freq_base is 1.0"),
        ({"freq_base": float("nan")}, "freq_base is nan"),
        (YARN | {"scaling.factor": 0.0}, "factor is 0.0"),
        (YARN | {"scaling.factor": float("inf")}, "factor is inf"),
        (YARN | {"scaling.original_context_length": 0}, "original_context_length is 0"),
        ({"scaling.type": "yarn"}, "does not say its llama.rope.scaling.original_context"),
    ],
)
def test_numbers_that_cannot_be(tmp_path: Path, scaling: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelFileError, match=message) as caught:
        read(tmp_path, scaling)
    assert caught.value.hint


@pytest.mark.parametrize(("size", "head"), [(0, 64), (7, 64), (128, 64), (2**32, 2**32)])
def test_sizes_that_do_not_fit_a_head(tmp_path: Path, size: int, head: int) -> None:
    with pytest.raises(ModelFileError, match=f"turns {size} dimensions"):
        read(tmp_path, {}, size=size, head=head)


def test_factors_for_another_number_of_frequencies(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="5 factors for 32 frequencies"):
        read(tmp_path, {}, factors=np.ones(5))
