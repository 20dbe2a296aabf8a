# SPDX-License-Identifier: Apache-2.0
"""Compares KTDesk's tokens with those of real tokenisers and of llama.cpp, and writes what
`make test` needs: python -m tests.tokenizers FOLDER. The folder keeps what is fetched (250 MB).
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import gguf

from ktdesk.text.tokenizer import Tokenizer
from tests.tokenizers import families, fixtures, packages
from tests.tokenizers.corpus import overlapping, texts
from tests.tokenizers.fixtures import Fixture, reduced
from tests.tokenizers.llama_cpp import LlamaCpp, write_vocabulary
from tests.tokenizers.metadata import CONTROL, NORMAL, SPACE, USER_DEFINED, Metadata
from tests.tokenizers.sources import SOURCES, Reference, Source

RESULTS = fixtures.FOLDER.parent / "tokenizers.json"
_BETWEEN = "\n__ggml_vocab_test__\n"  # the texts beside llama.cpp's vocabularies
_FAMILY_TEXTS = 300


@dataclass(frozen=True)
class Result:
    """How many texts became the same tokens."""

    kind: str
    pre: str
    vocabulary: str
    reference: str
    cases: int
    equal: int


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="python -m tests.tokenizers", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    logging.disable()
    packages.add_libraries(folder)
    llama_cpp = LlamaCpp()
    results = [
        *(result for name in SOURCES for result in compare_source(folder, name, llama_cpp)),
        *compare_vectors(packages.llama_cpp_vocabularies(folder)),
        *compare_families(folder, llama_cpp),
    ]
    libraries = ("tokenizers", *(name.split("==")[0] for name in packages.LIBRARIES))
    report = {
        "versions": {name: version(name) for name in libraries},
        "results": [asdict(result) for result in results],
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def compare_source(folder: Path, name: str, llama_cpp: LlamaCpp) -> Iterable[Result]:
    """Compare with a real tokeniser and with llama.cpp; store what can be stored."""
    source = SOURCES[name]
    reference = source.open(packages.unpacked(folder, source.package, source.version))
    special = named(reference.metadata)
    plain = [*texts(), *special] if reference.finds_special else texts()
    runs = runs_of(reference.metadata)
    cases = [(t, reference.encode(t)) for t in [*plain, *runs]]
    tokenizer = Tokenizer.from_metadata(Path(name), reference.metadata)
    whose = f"{source.package} {source.version}"
    yield result(name, reference.metadata, whose, tokenizer, cases)
    same = [t for t in [*texts(), *special, *runs] if comparable(reference.metadata, t)]
    path = folder / "vocabulary.gguf"
    write_vocabulary(path, reference.metadata)
    pairs = list(zip(same, llama_cpp.encode(path, same), strict=True))
    yield result(name, reference.metadata, "llama.cpp", tokenizer, pairs)
    if source.licence:
        store(name, source, reference, cases[: len(plain)])


def runs_of(metadata: Metadata) -> list[str]:
    """Return texts where merging by score could go several ways; none where ranks say the way.

    Tokens with the score 0 are left out: SentencePiece may find them whole, and converters lose
    that.
    """
    if metadata["tokenizer.ggml.model"] == "gpt2":
        return []
    keys = ("tokens", "token_type", "scores")
    rows = zip(*(metadata[f"tokenizer.ggml.{key}"] for key in keys), strict=True)
    return overlapping(
        [t.replace(SPACE, " ") for t, kind, score in rows if kind == NORMAL and score]
    )


def named(metadata: Metadata) -> list[str]:
    """Return texts with the vocabulary's own special tokens in them."""
    tokens, kinds = (metadata[f"tokenizer.ggml.{key}"] for key in ("tokens", "token_type"))
    found: list[str] = []
    for kind in (CONTROL, USER_DEFINED):
        some = [t for t, k in zip(tokens, kinds, strict=True) if k == kind and t.strip()][:6]
        for a, b in pairwise(some):
            found += [f"{a}user\nHi there{b}\n {a} x{b}{b}", f"{a[:-1]} {a} {b[1:]}  {b}"]
    return found


def store(name: str, source: Source, reference: Reference, cases: list[Any]) -> None:
    """Write a fixture."""
    part, numbers = reduced(reference.metadata, [text for text, _ in cases])
    whose = f"{source.package} {source.version}"
    fixtures.write(name, Fixture(whose, source.licence, part, numbers, cases))


def compare_vectors(models: Path) -> Iterable[Result]:
    """Compare with the vocabularies that llama.cpp's sources carry, and the tokens beside them."""
    for path in sorted(models.glob("ggml-vocab-*.gguf.out")):
        vocabulary = path.with_suffix("")
        fields = gguf.GGUFReader(vocabulary).fields
        metadata = {key: field.contents() for key, field in fields.items()}
        if metadata["tokenizer.ggml.model"] not in {"gpt2", "llama", "gemma4"}:
            continue
        with vocabulary.with_suffix(".gguf.inp").open(encoding="utf-8", newline="") as file:
            inputs = file.read().split(_BETWEEN)
        outputs = [[int(i) for i in line.split()] for line in path.read_text().splitlines()]
        metadata.setdefault("tokenizer.ggml.pre", "default")
        pairs = zip(inputs, outputs, strict=False)
        cases = [(text, ids) for text, ids in pairs if comparable(metadata, text)]
        tokenizer = Tokenizer.from_metadata(vocabulary, metadata)
        yield result(vocabulary.stem, metadata, packages.LLAMA_CPP, tokenizer, cases)


def compare_families(folder: Path, llama_cpp: LlamaCpp) -> Iterable[Result]:
    """Compare every family's cuts with llama.cpp's, and store a part of it."""
    whole = texts()
    metadata = families.train(whole)
    some = whole[:: len(whole) // _FAMILY_TEXTS]
    stored: dict[str, list[tuple[str, list[int]]]] = {}
    path = folder / "vocabulary.gguf"
    for pre in families.compared():
        metadata["tokenizer.ggml.pre"] = pre
        write_vocabulary(path, metadata)
        same = [text for text in whole if families.comparable(pre, text)]
        cases = list(zip(same, llama_cpp.encode(path, same), strict=True))
        tokenizer = Tokenizer.from_metadata(path, metadata)
        yield result("trained on the corpus", metadata, "llama.cpp", tokenizer, cases)
        stored[pre] = [(text, ids) for text, ids in cases if text in some]
    fixtures.write_families(metadata, stored)


def comparable(metadata: Metadata, text: str) -> bool:
    """Whether llama.cpp is to take a text as we do."""
    scored = metadata["tokenizer.ggml.model"] != "gpt2"
    return families.comparable("sentence-piece" if scored else metadata["tokenizer.ggml.pre"], text)


def result(
    name: str, metadata: Metadata, reference: str, tokenizer: Tokenizer, cases: list[Any]
) -> Result:
    """Count the texts that became the same tokens, and say it."""
    kind, pre = (str(metadata[f"tokenizer.ggml.{key}"]) for key in ("model", "pre"))
    equal = sum(tokenizer.encode(text) == ids for text, ids in cases)
    line = f"{kind} {pre}: {equal} of {len(cases)} texts as {reference}, vocabulary {name}\n"
    sys.stdout.write(line)
    return Result(kind, pre, name, reference, len(cases), equal)


if __name__ == "__main__":
    main()
