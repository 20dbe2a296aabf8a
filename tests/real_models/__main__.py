# SPDX-License-Identifier: Apache-2.0
"""Compares real models' greedy answers and perplexity with llama.cpp's, and writes what was found:
python -m tests.real_models FOLDER. The folder keeps what is fetched (1.5 GB).
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.text.tokenizer import Tokenizer
from tests.golden.retyped import write_exact
from tests.real_models import llama_cpp
from tests.real_models.compare import (
    THREADS,
    Answer,
    Perplexity,
    answers,
    judged,
    perplexity_in,
    perplexity_of,
    weight_types,
)
from tests.real_models.llama_cpp import LlamaCpp
from tests.real_models.models import MODELS, RealModel
from tests.tokenizers import packages

RESULTS = Path(__file__).parent.parent / "golden" / "real_models.json"


def main() -> None:
    """Compare every model."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_models", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--only",
        choices=[model.name for model in MODELS],
        help="a model's name; the others' results stay as they are",
    )
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    logging.disable()
    packages.add_libraries(folder, (llama_cpp.PACKAGE,))
    for model in MODELS:
        if arguments.only in (None, model.name):
            store(model.name, compared(model, folder))


def store(name: str, result: dict[str, Any]) -> None:
    """Write what was found about a model in place of what was known."""
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    text = json.dumps({**results, name: result}, ensure_ascii=False, indent=1)
    RESULTS.write_text(text + "\n", "utf-8")


def compared(model: RealModel, folder: Path) -> dict[str, Any]:
    """Return what was found about a model, and say it."""
    path = model.file(folder)
    exact = write_exact(path, folder / "exact.gguf")
    try:
        found, ours, theirs = measured(model, path, exact)
    finally:
        exact.unlink()
    say(model.name, found, ours, theirs)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {
            "ktdesk": version("ktdesk"),
            "cyllama": f"{version('cyllama')} (llama.cpp {llama_cpp.RELEASE})",
        },
        "packages": [f"{package}=={model.version}" for package in model.packages],
        "sha256": model.sha256,
        "weight_types": weight_types(path),
        "perplexity": {"ktdesk": asdict(ours), "llama.cpp": asdict(theirs)},
        "answers": [asdict(answer) for answer in found],
    }


def measured(
    model: RealModel, path: Path, exact: Path
) -> tuple[list[Answer], Perplexity, Perplexity]:
    """Return answers, KTDesk's perplexity and llama.cpp's. One model is in memory at a time."""
    checkpoint = Checkpoint.open(path)
    tokenizer = Tokenizer.from_metadata(path, checkpoint.metadata)
    prompts = model.prompts(checkpoint)
    tokens = answers(exact, prompts, tokenizer)
    ours = Perplexity(
        exact=perplexity_of(exact, CacheType.F32, tokenizer),
        stored=perplexity_of(path, CacheType.F16, tokenizer),
    )
    reference = LlamaCpp(exact, exact=True, threads=THREADS)
    pairs = zip(prompts, tokens, strict=True)
    found = [judged(reference, prompt, answer, tokenizer) for prompt, answer in pairs]
    their_exact = perplexity_in(reference, tokenizer)
    reference.close()
    reference = LlamaCpp(path, exact=False, threads=THREADS)
    theirs = Perplexity(exact=their_exact, stored=perplexity_in(reference, tokenizer))
    reference.close()
    return found, ours, theirs


def say(name: str, found: list[Answer], ours: Perplexity, theirs: Perplexity) -> None:
    """Print a table."""
    lines = [name]
    for answer in found:
        verdict = "same" if answer.equal == answer.tokens else f"{answer.behind:.1e} nats behind"
        if not answer.agrees:
            verdict = f"DIFFERENT, {verdict}"
        lines.append(f"  {answer.equal:2} of {answer.tokens:2} tokens, {verdict}: {answer.text!r}")
    for who, perplexity in (("KTDesk", ours), ("llama.cpp", theirs)):
        off = perplexity.stored / perplexity.exact - 1
        lines.append(
            f"  perplexity, {who}: {perplexity.exact:.4f} in float32, "
            f"{perplexity.stored:.4f} as stored ({off:+.2%})"
        )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
