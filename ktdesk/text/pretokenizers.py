# SPDX-License-Identifier: Apache-2.0
"""How each family of byte-level vocabularies cuts text before merging: `tokenizer.ggml.pre`.

The patterns are facts of the models' own tokenisers.
"""

from __future__ import annotations

from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, PreTokenizer, Sequence, Split

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_DEEPSEEK3 = (
    r"\p{N}{1,3}",
    "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"
    r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
)

PATTERNS: dict[str, tuple[str, ...]] = {
    "default": (_GPT2,),
    "gpt-2": (_GPT2,),
    "smollm": (r"\p{N}", _GPT2),
    "qwen2": (_WORDS + r"|\p{N}" + _REST,),
    "llama-bpe": (_WORDS + r"|\p{N}{1,3}" + _REST,),
    "deepseek-v3": _DEEPSEEK3,
}

# Families that take a piece as one token if the vocabulary has it, even where merges give others.
WHOLE_WORDS_FIRST = frozenset({"llama-bpe"})


def pre_tokenizer(name: str) -> PreTokenizer:
    """Return the pre-tokeniser of a family, a key of PATTERNS."""
    cuts = [Split(Regex(pattern), "isolated") for pattern in PATTERNS[name]]
    return Sequence([*cuts, ByteLevel(add_prefix_space=False, use_regex=False)])
