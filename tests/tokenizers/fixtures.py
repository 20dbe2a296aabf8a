# SPDX-License-Identifier: Apache-2.0
"""Vocabularies small enough to be kept: what of a real one the corpus can touch, and what the
tokeniser it belongs to made of the corpus.
"""

from __future__ import annotations

import json
import lzma
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from transformers.convert_slow_tokenizer import bytes_to_unicode

from tests.tokenizers.metadata import BYTE, CONTROL, NORMAL, SPACE, UNKNOWN, USER_DEFINED, Metadata

FOLDER = Path(__file__).parents[1] / "golden" / "vocabularies"
_FAMILIES = FOLDER / "families.json.xz"
_SPECIAL_KEPT = 8  # of each kind, besides those that the texts name


@dataclass(frozen=True)
class Fixture:
    """A part of a vocabulary. numbers: its tokens' numbers in the whole one. cases: texts with the
    numbers that the reference gave them.
    """

    source: str
    licence: str
    metadata: Metadata
    numbers: list[int]
    cases: list[tuple[str, list[int]]]


def read(name: str) -> Fixture:
    """Return a stored fixture."""
    return Fixture(**json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes())))


def write(name: str, fixture: Fixture) -> None:
    """Store a fixture."""
    _write(FOLDER / f"{name}.json.xz", asdict(fixture))


def _write(path: Path, stored: dict[str, Any]) -> None:
    FOLDER.mkdir(exist_ok=True)
    data = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def read_families() -> tuple[Metadata, dict[str, list[tuple[str, list[int]]]]]:
    """Return a vocabulary, and for each family the tokens that llama.cpp makes with it."""
    stored = json.loads(lzma.decompress(_FAMILIES.read_bytes()))
    return stored["metadata"], stored["cases"]


def write_families(metadata: Metadata, cases: dict[str, list[tuple[str, list[int]]]]) -> None:
    """Store what `read_families` returns."""
    _write(_FAMILIES, {"metadata": metadata, "cases": cases})


def reduced(metadata: Metadata, texts: list[str]) -> tuple[Metadata, list[int]]:
    """Return the tokens and merges that these texts can touch, and the tokens' numbers before.

    Merging a text meets only tokens that are parts of it, so no other changes what comes out.
    """
    prefix = "tokenizer.ggml."
    values = {key.removeprefix(prefix): value for key, value in metadata.items()}
    kept = _kept(values, texts)
    for key in ("tokens", "token_type", "scores"):
        if key in values:
            values[key] = [values[key][i] for i in kept]
    if "merges" in values:
        known = set(values["tokens"])
        pairs = (merge.split(" ", 1) for merge in values["merges"])
        values["merges"] = [
            f"{a} {b}" for a, b in pairs if a in known and b in known and a + b in known
        ]
    return {prefix + key: value for key, value in values.items()}, kept


def _kept(values: Metadata, texts: list[str]) -> list[int]:
    written = "\0".join(_written(values["model"], text) for text in texts)
    plain = "\0".join(texts)
    alphabet = set(bytes_to_unicode().values()) if values["model"] == "gpt2" else set[str]()
    seen = dict.fromkeys((CONTROL, USER_DEFINED, UNKNOWN), 0)
    kept = []
    for i, (token, kind) in enumerate(zip(values["tokens"], values["token_type"], strict=True)):
        if kind in seen:
            seen[kind] += 1
            if seen[kind] <= _SPECIAL_KEPT or token in plain:
                kept.append(i)
        elif kind == BYTE or (kind == NORMAL and (token in alphabet or token in written)):
            kept.append(i)
    return kept


def _written(model: str, text: str) -> str:
    """Return a text in the alphabet of the tokens, as it is and composed."""
    both = f"{text}\0{unicodedata.normalize('NFC', text)}"
    if model == "llama":
        return f"{SPACE}{both.replace(' ', SPACE)}"
    alphabet = bytes_to_unicode()
    return "\0".join("".join(alphabet[b] for b in part.encode()) for part in both.split("\0"))
