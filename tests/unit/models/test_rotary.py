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

SIZE, BASE, CONTEXT = 64, 10000.0, 4096
RELATIVE = 1e-6
YARN = {
    "scaling.type": "yarn",
    "scaling.factor": 4.0,
    "scaling.original_context_length": 1024,
}


def read(
    path: Path,
    scaling: dict[str, Any],
    factors: dict[str, Any] | None = None,
    size: int = SIZE,
    head: int = SIZE,
    **options: Any,
) -> Rope:
    writer = gguf.GGUFWriter(path / "model.gguf", "llama")
    for key, value in ({"freq_base": BASE} | scaling).items():
        kind = gguf.GGUFValueType.get_type(value)
        writer.add_key_value(f"llama.rope.{key}", value, kind)
    writer.add_context_length(CONTEXT)
    for name, values in (factors or {}).items():
        writer.add_tensor(f"{name}.weight", np.asarray(values, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return read_rope(Checkpoint.open(path / "model.gguf"), size, head, **options)


def expected(
    context: int = CONTEXT, seen: int = 0, **parameters: Any
) -> tuple[torch.Tensor, float]:
    """Return the frequencies, and the factor on cosine and sine. seen: tokens, of some kinds."""
    config = LlamaConfig(
        hidden_size=SIZE,
        num_attention_heads=1,
        max_position_embeddings=context,
        rope_parameters={"rope_theta": BASE} | parameters,
    )
    compute = ROPE_INIT_FUNCTIONS[parameters["rope_type"]]
    return compute(config, torch.device("cpu"), **({"seq_len": seen} if seen else {}))


def frequencies(rope: Rope) -> torch.Tensor:
    return torch.tensor(rope.spec.inverse_frequencies)


def test_a_factor_of_no_kind_is_linear(tmp_path: Path) -> None:
    rope = read(tmp_path, {"scaling.factor": 4.0})
    config = expected(rope_type="linear", factor=4.0)
    torch.testing.assert_close(frequencies(rope), config[0], rtol=RELATIVE, atol=0)


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
    rope = read(tmp_path, {}, factors={"rope_freqs": plain / values})  # as converters write them
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


@pytest.mark.parametrize("rounds", [False, True])
def test_yarn_with_borders_of_its_own(tmp_path: Path, *, rounds: bool) -> None:
    scaling = YARN | {"scaling.yarn_beta_fast": 20.0, "scaling.yarn_beta_slow": 3.0}
    scaling |= {"scaling.yarn_attn_factor": 1.5}
    rope = read(tmp_path, scaling, yarn_rounds=rounds)
    values, scale = expected(
        rope_type="yarn",
        factor=4.0,
        original_max_position_embeddings=1024,
        beta_fast=20.0,
        beta_slow=3.0,
        attention_factor=1.5,
        truncate=rounds,
    )
    torch.testing.assert_close(frequencies(rope), values, rtol=RELATIVE, atol=0)
    assert rope.spec.scale == scale


@pytest.mark.parametrize("context", [1024, 1025])
def test_longrope_chooses_by_the_context(tmp_path: Path, context: int) -> None:
    short, long = [1 + 0.01 * i for i in range(32)], [1.0 + i for i in range(32)]
    rope = read(
        tmp_path,
        {"scaling.original_context_length": 1024},  # files of this kind do not name it
        factors={"rope_factors_short": short, "rope_factors_long": long},
        context_tokens=context,
    )
    values, scale = expected(
        seen=context,
        rope_type="longrope",
        factor=4.0,
        original_max_position_embeddings=1024,
        short_factor=short,
        long_factor=long,
    )
    torch.testing.assert_close(frequencies(rope), values, rtol=RELATIVE, atol=0)
    assert rope.spec.scale == pytest.approx(scale, rel=RELATIVE)


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


@pytest.mark.parametrize(
    ("scaling", "message"),
    [
        ({"scaling.type": "dynamic"}, "an unknown way: dynamic"),
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
        read(tmp_path, {}, factors={"rope_freqs": np.ones(5)})
