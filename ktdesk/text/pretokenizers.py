# SPDX-License-Identifier: Apache-2.0
"""How each family of byte-level vocabularies cuts text before merging: `tokenizer.ggml.pre`.

The patterns (patterns.py) and habits are facts of the models' own tokenisers. Where llama.cpp
simplifies a pattern, the original is taken: models were trained with it. Three of llama.cpp's
families are missing, `cohere2moe`, `superbpe` and `tiny_aya`: they count digits from the end of a
number, which takes hours for a text that is one long number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, PreTokenizer, Sequence, Split

from ktdesk.text import patterns as p


@dataclass(frozen=True)
class Family:
    """One family's habits.

    cuts: patterns, each applied to the pieces that the ones before leave.
    whole_words_first: a piece that the vocabulary has is one token, even where merges give others.
    adds_bos: prompts begin with the first token, unless the file says otherwise.
    composes: letters and accents are composed first (Unicode NFC).
    """

    cuts: tuple[str, ...]
    whole_words_first: bool = False
    adds_bos: bool = False
    composes: bool = False


_GPT2 = Family((p.GPT2,))
_DIGIT_BY_DIGIT = Family((p.DIGIT, p.GPT2))
_LLAMA3 = Family((p.CL100K,), whole_words_first=True, adds_bos=True)
_QWEN2 = Family((p.QWEN2,), composes=True)
_GPT4O = Family((p.O200K,), whole_words_first=True)
_DEEPSEEK3 = Family(p.DEEPSEEK3)
_GLM4 = Family((p.CL100K,), whole_words_first=True)
_BAILING = Family((p.BAILING,))

FAMILIES: dict[str, Family] = {
    "a.x-4.0": _GPT2,
    "bailingmoe": _BAILING,
    "bailingmoe2": _BAILING,
    "chatglm-bpe": Family((p.CL100K,)),
    "codeshell": _DIGIT_BY_DIGIT,
    "command-r": replace(_DIGIT_BY_DIGIT, composes=True),
    "dbrx": Family((p.CL100K,)),
    "deepseek-coder": Family(p.DEEPSEEK_CODER),
    "deepseek-llm": Family(p.DEEPSEEK_LLM),
    "deepseek-r1-qwen": Family((p.QWEN2,)),
    "deepseek-v3": _DEEPSEEK3,
    "default": Family(p.UNNAMED),
    "exaone": _DIGIT_BY_DIGIT,
    "exaone-moe": Family((p.EXAONE_MOE,)),
    "exaone4": _GPT2,
    "falcon": Family(p.FALCON),
    "falcon-h1": _LLAMA3,
    "falcon3": _LLAMA3,
    "gigachat": _GPT2,
    "glm4": _GLM4,
    "glm5": _GLM4,
    "gpt-2": _GPT2,
    "gpt-4o": _GPT4O,
    "granite-docling": _GPT2,
    "grok-2": Family((p.QWEN2,)),
    "hunyuan": _QWEN2,
    "hunyuan-dense": _DEEPSEEK3,
    "hy_v4": _DEEPSEEK3,
    "jais": _GPT2,
    "joyai-llm": _DEEPSEEK3,
    "kanana2": _GPT4O,
    "kimi-k2": Family((p.KIMI,), whole_words_first=True),
    "kormo": Family((p.QWEN2,)),
    "laguna": Family((p.LINES, p.QWEN2)),
    "lfm2": _LLAMA3,
    "llada-moe": _BAILING,
    "llama-bpe": _LLAMA3,
    "llama-v3": _LLAMA3,
    "llama3": _LLAMA3,
    "llama4": _GPT4O,
    "megrez": Family((p.QWEN2,)),
    "mellum": _GPT2,
    "mellum2": _DIGIT_BY_DIGIT,
    "midm-2.0": _LLAMA3,
    "minerva-7b": _DIGIT_BY_DIGIT,
    "minicpm5": Family((p.UP_TO_THREE_DIGITS, p.MINICPM5), whole_words_first=True),
    "minimax-m2": Family((p.O200K,)),
    "mpt": replace(_GPT2, composes=True),
    "olmo": replace(_GPT2, composes=True),
    "phi-2": _GPT2,
    "pixtral": _LLAMA3,
    "qwen2": _QWEN2,
    "qwen35": Family((p.QWEN35,), composes=True),
    "refact": _DIGIT_BY_DIGIT,
    "seed-coder": Family((p.SEED_CODER,)),
    "smaug-bpe": Family((p.CL100K,)),
    "smollm": _DIGIT_BY_DIGIT,
    "solar-open": Family((p.QWEN2,)),
    "spark2_5": Family((*p.DEEPSEEK3[:-1], p.SPARK, p.DIGIT)),
    "stablelm2": _QWEN2,
    "starcoder": _DIGIT_BY_DIGIT,
    "tekken": Family((p.TEKKEN,), whole_words_first=True, adds_bos=True),
    "trillion": _GPT2,
    "ufakzeka": Family((p.UFAKZEKA,)),
    "youtu": Family(p.YOUTU, whole_words_first=True),
}


def pre_tokenizer(family: Family) -> PreTokenizer:
    """Return what cuts text as the family does, and writes it in the alphabet of bytes."""
    cuts = [Split(Regex(pattern), "isolated") for pattern in family.cuts]
    return Sequence([*cuts, ByteLevel(add_prefix_space=False, use_regex=False)])
