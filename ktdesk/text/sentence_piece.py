# SPDX-License-Identifier: Apache-2.0
"""SentencePiece vocabularies (`llama`, and `gemma4`, whose files list their pairs).

Spaces become U+2581; of all neighbours those are merged first that give the token with the highest
score. The library merges pairs by rank, not by score, so pairs are derived: every way to cut a
token in two others, the token with the highest score first. Ways to cut the same token have
different ranks then, where SentencePiece takes the leftmost place in the text. Tests find no text
where that makes a difference: a vocabulary that was trained by merging leads to a token along one
way in one place. Where a file gives all tokens one score, since it was made without SentencePiece's
own file, they are merged in the order of their numbers.
"""

from __future__ import annotations

from typing import Any

from tokenizers import Regex, decoders
from tokenizers.normalizers import Normalizer, Prepend, Replace, Sequence, Strip

from ktdesk.text.scheme import Scheme, merging
from ktdesk.text.vocabulary import Kind, Vocabulary

_SPACE = "\u2581"


def sentence_piece(vocabulary: Vocabulary) -> Scheme:
    """Return the scheme of a SentencePiece vocabulary. Raises ModelFileError if it is damaged."""
    ids = vocabulary.ids()
    lists_pairs = vocabulary.values.get("model") == "gemma4"
    unknown = vocabulary.token_id("unknown_token_id", 0)
    library: Any = merging(  # Any: the library's own types are partial
        vocabulary.path,
        ids,
        vocabulary.merges() if lists_pairs else _merges(vocabulary, ids),
        byte_fallback=Kind.BYTE in vocabulary.kinds,
        unk_token=None if unknown is None else vocabulary.tokens[unknown],
        fuse_unk=True,
    )
    adds_space = vocabulary.flag("add_space_prefix", default=not lists_pairs)
    collapses = vocabulary.flag("remove_extra_whitespaces", default=False)
    library.normalizer = _normalizer(adds_space, collapses)
    return Scheme(
        library,
        _surface,
        _decoder(adds_space),
        written_space=_SPACE,
        adds_space=adds_space,
        adds_bos=True,
        bos_id=ids.get("<s>"),
        eos_id=ids.get("</s>"),
    )


def _merges(vocabulary: Vocabulary, ids: dict[str, int]) -> list[tuple[str, str]]:
    tokens, kinds, scores = vocabulary.tokens, vocabulary.kinds, vocabulary.scores()
    normal = [i for i, kind in enumerate(kinds) if kind == Kind.NORMAL]
    normal.sort(key=lambda i: -scores[i])
    return [
        (text[:cut], text[cut:])
        for text in (tokens[i] for i in normal)
        for cut in range(1, len(text))
        if text[:cut] in ids and text[cut:] in ids
    ]


def _normalizer(adds_space: bool, collapses: bool) -> Normalizer:
    steps: list[Normalizer] = []
    if collapses:
        steps += [Strip(), Replace(Regex(" {2,}"), " ")]
    if adds_space:
        steps.append(Prepend(_SPACE))
    return Sequence([*steps, Replace(" ", _SPACE)])


def _decoder(adds_space: bool) -> decoders.Decoder:
    steps = [decoders.Replace(_SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)] if adds_space else steps)


def _surface(token: str) -> bytes:
    return token.replace(_SPACE, " ").encode("utf-8", "replace")
