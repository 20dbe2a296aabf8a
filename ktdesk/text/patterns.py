# SPDX-License-Identifier: Apache-2.0
r"""Patterns by which byte-level vocabularies cut text, in the syntax of Oniguruma.

A pattern need not match everything: what lies between two matches is a piece, too.
"""

from __future__ import annotations

# Parts that patterns share.
_SUFFIXES = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_BEFORE_WORD = r"[^\r\n\p{L}\p{N}]?"
_SYMBOLS = r" ?[^\s\p{L}\p{N}]+"
_SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}", r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
_NOT_HAN = r"&&[^\p{Han}]"
_ASCII_SYMBOL_WORD = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"
_HAN_KANA = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"


def _cased(end: str, suffixes: str = "", without: str = "") -> str:
    """Return words as the tokenisers since GPT-4o cut them: where lower case turns into upper.

    end: what follows them. suffixes: what they may end with. without: letters they do not have.
    """
    upper, lower = f"[{_UPPER}{without}]", f"[{_LOWER}{without}]"
    words = rf"{_BEFORE_WORD}{upper}*{lower}+{suffixes}|{_BEFORE_WORD}{upper}+{lower}*{suffixes}"
    return f"{words}|{end}"


def _uncased(end: str, word: str = r"\p{L}+") -> str:
    """Return words as the tokenisers since GPT-4 cut them, after suffixes like 's."""
    return f"{_SUFFIXES}|{_BEFORE_WORD}{word}|{end}"


DIGIT = r"\p{N}"
UP_TO_THREE_DIGITS = r"\p{N}{1,3}"
LINES = r"[^\n]+|\n+"

GPT2 = rf"'s|'t|'re|'ve|'m|'ll|'d| ?\p{{L}}+| ?\p{{N}}+|{_SYMBOLS}|\s+(?!\S)|\s+"
CL100K = _uncased(rf"\p{{N}}{{1,3}}|{_SYMBOLS}[\r\n]*|{_SPACES}")
QWEN2 = _uncased(rf"\p{{N}}|{_SYMBOLS}[\r\n]*|{_SPACES}")
QWEN35 = _uncased(rf"\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{_SPACES}", r"[\p{L}\p{M}]+")
MINICPM5 = _uncased(rf"\p{{N}}+|{_SYMBOLS}[\r\n]*|{_SPACES}")
SEED_CODER = _uncased(rf"\p{{N}}| ?[^\s\p{{L}}\p{{N}}\r\n]+|{_SPACES}")
UFAKZEKA = rf"{_BEFORE_WORD}\p{{L}}+|\p{{N}}|{_SYMBOLS}[\r\n]*|{_SPACES}"
EXAONE_MOE = _uncased(
    rf"\p{{N}}|{_SYMBOLS}[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+",
    r"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+",
)
BAILING = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"
    r"|\s*[\r\n]|\s+(?!\S)|\s+"
)

O200K = _cased(rf"\p{{N}}{{1,3}}|{_SYMBOLS}[\r\n/]*|{_SPACES}", f"{_SUFFIXES}?")
TEKKEN = _cased(rf"\p{{N}}|{_SYMBOLS}[\r\n/]*|{_SPACES}")
KIMI = r"\p{Han}+|" + _cased(
    rf"\p{{N}}{{1,3}}|{_SYMBOLS}[\r\n]*|{_SPACES}", f"{_SUFFIXES}?", _NOT_HAN
)
YOUTU = (
    "[\uac00-\ud7a3\u3131-\u318e]+"
    "|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f]+"
    f"|[\u3105-\u312f]+|{_HAN_KANA}",
    _cased(rf"\p{{N}}|{_SYMBOLS}[\r\n/]*|{_SPACES}", f"{_SUFFIXES}?"),
)

DEEPSEEK3 = (
    UP_TO_THREE_DIGITS,
    _HAN_KANA,
    rf"{_ASCII_SYMBOL_WORD}|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+"
    rf"| ?[\p{{P}}\p{{S}}]+[\r\n]*|{_SPACES}",
)
SPARK = (
    rf"{_ASCII_SYMBOL_WORD}|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+"
    r"| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+"
)
# Letters that have a case, of the Unicode version that these models' tokenisers were made with.
_CASED_LETTERS = (
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af"
    "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1"
    "\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd"
    "\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d"
    "\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4"
    "\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec"
    "\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128"
    "\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b"
    "\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787"
    "\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a"
    "\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2"
    "\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943"
)
_ASIAN = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
DEEPSEEK_LLM = (
    r"[\r\n]",
    rf"\s?[{_CASED_LETTERS}]+",
    "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+",
    r"\s+$",
    _ASIAN,
    r"\p{N}+",
)
DEEPSEEK_CODER = (r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", _ASIAN, DIGIT)

_THREE_DIGITS = "[0-9][0-9][0-9]"
FALCON = (r"[\p{P}\$\+<=>\^~\|`]+", GPT2, _THREE_DIGITS)
UNNAMED = (r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", _THREE_DIGITS)
