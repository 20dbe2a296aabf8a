# SPDX-License-Identifier: Apache-2.0
"""Quantisations, told from the names that publishers give their files."""

from __future__ import annotations

import pytest

from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.variants import (
    find_variant,
    is_model,
    no_models,
    variant_with,
    variants_of,
)


def files(*paths: str, size: int = 10) -> list[RemoteFile]:
    return [RemoteFile(path, size, "") for path in paths]


def shards(stem: str, count: int, *, without: tuple[int, ...] = ()) -> list[str]:
    numbers = (number for number in range(1, count + 1) if number not in without)
    return [f"{stem}-{number:05d}-of-{count:05d}.gguf" for number in numbers]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("Qwen3-30B-A3B-Q4_K_M.gguf", "Q4_K_M"),
        ("Qwen3-30B-A3B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("UD-IQ1_S/DeepSeek-V3.1-UD-IQ1_S.gguf", "UD-IQ1_S"),
        ("UD-TQ1_0/Kimi-K2-Instruct-UD-TQ1_0.gguf", "UD-TQ1_0"),
        ("Qwen_Qwen3-235B-A22B-Q3_K_XL.gguf", "Q3_K_XL"),
        ("model-IQ4_NL.gguf", "IQ4_NL"),
        ("model-IQ2_XXS.gguf", "IQ2_XXS"),
        ("model-Q4_0_8_8.gguf", "Q4_0_8_8"),
        ("model.Q8_0.gguf", "Q8_0"),
        ("model-q6_k.gguf", "Q6_K"),
        ("model-Q6_K_L.gguf", "Q6_K_L"),
        ("model-Q4_1.gguf", "Q4_1"),
        ("DeepSeek-R1-0528-IQ4_KS_R4.gguf", "IQ4_KS_R4"),
        ("Kimi-K2-smol-IQ4_KSS.gguf", "SMOL-IQ4_KSS"),
        ("DeepSeek-IQ2_KL.gguf", "IQ2_KL"),
        ("DeepSeek-IQ3_KT.gguf", "IQ3_KT"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("gpt-oss-20b-MXFP4_MOE.gguf", "MXFP4_MOE"),
        ("gpt-oss-20b-F16.gguf", "F16"),
        ("model-fp16.gguf", "FP16"),
        ("GLM-4.5-Air-BF16.gguf", "BF16"),
        ("BF16/model.gguf", "BF16"),
        ("Qwen2.5-Q4.gguf", "Q4"),
        ("nothing-said.gguf", "nothing-said"),
        ("Q3x-model.gguf", "Q3x-model"),
    ],
)
def test_labels(path: str, label: str) -> None:
    (variant,) = variants_of(files(path))
    assert variant.label == label


def test_shards_are_one_row_in_their_order() -> None:
    paths = shards("DeepSeek-R1-UD-Q2_K_XL/DeepSeek-R1-UD-Q2_K_XL", 12)
    (variant,) = variants_of(files(*reversed(paths)))
    assert variant.label == "UD-Q2_K_XL"
    assert [file.path for file in variant.files] == paths
    assert variant.missing == ()
    assert variant.size_bytes == 120


def test_shards_that_a_repository_lacks_are_named() -> None:
    (variant,) = variants_of(files(*shards("m-Q4_K_M", 9, without=(1, 5))))
    assert variant.missing == (1, 5)


def test_a_repository_as_it_is() -> None:
    found = variants_of(
        [
            *files("README.md", "config.json", "imatrix_unsloth.dat", "m.imatrix.gguf"),
            *files("mmproj-F16.gguf", "model-mmproj-BF16.gguf", size=5),
            *files("m-Q8_0.gguf", size=80),
            *files("m-Q4_K_M.gguf", size=45),
            *files(*shards("Q6_K/m-Q6_K", 2), size=33),
        ]
    )
    assert [(v.label, v.size_bytes) for v in found] == [
        ("Q4_K_M", 45), ("Q6_K", 66), ("Q8_0", 80)
    ]  # fmt: skip


def test_variants_that_would_be_called_the_same_have_their_files_names() -> None:
    found = variants_of(files("small-Q4_K_M.gguf", "large-Q4_K_M.gguf", "large-Q8_0.gguf"))
    assert [v.label for v in found] == ["Q8_0", "large-Q4_K_M", "small-Q4_K_M"]


def test_a_shard_beyond_the_last_is_a_file_by_itself() -> None:
    found = variants_of(files(*shards("m-Q4_0", 2), "m-Q4_0-00004-of-00002.gguf"))
    assert sorted(len(v.files) for v in found) == [1, 2]


def test_a_variant_is_found_by_its_label_or_a_file() -> None:
    variants = variants_of(
        files("m-UD-Q4_K_XL.gguf", "m-Q4_K_M.gguf", *shards("BF16/m-BF16", 2), "m-UD-Q2_K.gguf")
    )
    assert find_variant(variants, "q4_k_m") is variant_with(variants, "m-Q4_K_M.gguf")
    assert find_variant(variants, "Q4_K_XL") is variant_with(variants, "m-UD-Q4_K_XL.gguf")
    assert find_variant(variants, "UD") is None
    assert find_variant(variants, "Q5_K_M") is None
    bf16 = variant_with(variants, "BF16/m-BF16-00002-of-00002.gguf")
    assert bf16 is variant_with(variants, "BF16")
    assert bf16 is not None
    assert bf16.label == "BF16"
    assert variant_with(variants, "README.md") is None


def test_what_is_no_model() -> None:
    assert not is_model("mmproj.gguf")
    assert not is_model("a/ggml-vocab-x.gguf")
    assert not is_model("model.safetensors")
    assert is_model("Draftsman-7B.GGUF")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m.Q4_K_M.gguf.part1of5", "cut into pieces"),
        ("m.Q4_K_M.gguf-split-a", "cut into pieces"),
        ("m.Q4_K_M.gguf.part-aa", "cut into pieces"),
        ("model.safetensors", "no whole model in GGUF"),
        ("m.gguf.md5", "no whole model in GGUF"),
    ],
)
def test_why_a_repository_has_nothing_to_fetch(name: str, message: str) -> None:
    assert variants_of(files(name)) == ()
    error = no_models("a/b", files(name))
    assert message in str(error)
    assert error.hint
