# SPDX-License-Identifier: Apache-2.0
"""Makes small_models.json and small_quantised.json again: which tokens llama.cpp prefers.

It is asked with the tests' small models, in float32 and quantised.

    python tests/golden/make_small.py

That it can load the files and agrees shows that they are laid out as its converter does it.
Needs llama.cpp as a Python module; README.md says which.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import torch
from cyllama.llama import llama_cpp
from gguf import GGMLQuantizationType
from torch import Tensor

from ktdesk.formats.gguf import Checkpoint
from tests.golden.retyped import write_quantised
from tests.integration.test_logits import MODELS, TOKENS
from tests.integration.test_quantised_logits import KINDS, Preferred
from tests.tiny.shared import VOCABULARY

FOLDER = Path(__file__).parent
AGREEMENT = 1e-3  # of the largest logit; llama.cpp's GELU is a table in half precision

# Where llama.cpp does something else than the models' own code, which is what KTDesk follows, or
# loads less than the tests' models have.
_CHUNK = "takes 8192 for the chunk of every file"
_GROUPS = "scores groups by two experts each, V2 by one"
_LATENTS = "knows by the number of layers that queries have no latents"
_TIED = "wants a head of its own in every file"
OTHERWISE = {
    "deepseek nextn": "knows no layers of this architecture that predict further tokens",
    "deepseek without q latents": _LATENTS,
    "deepseek v2": _GROUPS,
    "deepseek v2-lite": _LATENTS,
    "ernie4_5-moe": "wants experts in every layer after the dense ones",
    "gpt-oss": "rounds the borders of YaRN",
    "kimi-k2": "takes YaRN's usual borders in every file",
    "llama4": _CHUNK,
    "llama4 beyond its original context": _CHUNK,
    "llama4 like Maverick": _CHUNK,
    "moonlight": _LATENTS,
    "phi3": "has no window for this architecture",
    "qwen2moe tied": _TIED,
}


class Model(llama_cpp.LlamaModel):
    """A model; the package looks for a number that its own class lacks."""

    n_vocab = VOCABULARY


def logits(path: Path) -> Tensor:
    """Return what llama.cpp computes for TOKENS in float32, [T, V]."""
    model = Model(path_model=str(path), params=llama_cpp.LlamaModelParams(), verbose=False)
    options = llama_cpp.LlamaContextParams()
    options.n_ctx = options.n_batch = options.n_ubatch = 256
    # It reads these from files of one architecture only.
    metadata = Checkpoint.open(path).metadata
    scaling = f"{metadata['general.architecture']}.rope.scaling"
    options.yarn_beta_fast = metadata.get(f"{scaling}.yarn_beta_fast", -1.0)
    options.yarn_beta_slow = metadata.get(f"{scaling}.yarn_beta_slow", -1.0)
    options.type_k = options.type_v = options.flash_attn_type = 0
    context = llama_cpp.LlamaContext(model=model, params=options, verbose=False)
    batch = llama_cpp.LlamaBatch(n_tokens=256, embd=0, n_seq_max=1)
    for position, token in enumerate(TOKENS):
        batch.add(token, position, [0], True)
    context.decode(batch)
    return torch.tensor([context.get_logits_ith(i)[:VOCABULARY] for i in range(len(TOKENS))])


def agreement(name: str, path: Path, tokens: dict[str, list[int]]) -> str:
    """Say how far llama.cpp agrees about a model; note its tokens if it does."""
    if name in OTHERWISE:
        return f"not compared: llama.cpp {OTHERWISE[name]}"
    tiny = MODELS[name](path)
    try:
        expected, actual = tiny.logits(TOKENS), logits(path)
    except ValueError as error:
        return f"DOES NOT LOAD: {error}"
    difference = float((actual - expected).abs().max() / expected.abs().max())
    if difference > AGREEMENT:
        return f"DOES NOT AGREE: {difference:.1e}"
    tokens[name] = actual.argmax(-1).tolist()
    return f"{difference:.1e}"


def preferred(path: Path, kind: str) -> Preferred:
    """Return what llama.cpp prefers after each token with a model's weights in another type."""
    quantised = path.with_name(f"{kind}.gguf")
    found = logits(write_quantised(path, quantised, GGMLQuantizationType[kind]))
    first, second = found.topk(2).values.unbind(-1)
    leads = ((first - second) / found.abs().max()).tolist()
    return {"tokens": found.argmax(-1).tolist(), "leads": [round(lead, 3) for lead in leads]}


def main() -> None:
    """Say of each model whether llama.cpp agrees, and write the tokens of those where it does."""
    llama_cpp.disable_logging()
    llama_cpp.llama_backend_init()
    tokens: dict[str, list[int]] = {}
    quantised: dict[str, dict[str, Preferred]] = {kind: {} for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        for name in MODELS:
            found = agreement(name, path, tokens)
            sys.stdout.write(f"{name}: {found}\n")
            if name in tokens:
                for kind, models in quantised.items():
                    models[name] = preferred(path, kind)
    for file, content in (("small_models", tokens), ("small_quantised", quantised)):
        (FOLDER / f"{file}.json").write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
