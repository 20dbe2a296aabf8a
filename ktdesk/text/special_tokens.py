# SPDX-License-Identifier: Apache-2.0
"""Tokens that are found in a text before it is cut and merged, and those that end an answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tokenizers import AddedToken

from ktdesk.text.vocabulary import Kind, Vocabulary

_BAR = "\N{FULLWIDTH VERTICAL LINE}"
# Tokens that end an answer in the models' own formats, whether or not the file says so. They are
# control tokens, whatever kind it gives them.
_ENDS = frozenset(
    {
        "<|im_end|>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|eot|>",
        "<|eom|>",
        "<|EOT|>",
        "<|end|>",
        "<|return|>",
        "<|call|>",
        "<|calls|>",
        "<|flush|>",
        "<|eos|>",
        "<|hy_eos|>",
        "<|role_end|>",
        "<|end_of_sentence|>",
        "<|END_OF_TURN_TOKEN|>",
        "<end_of_turn>",
        "<end_of_utterance>",
        "[e~[",
        "<turn|>",
        "<|tool_response>",
        f"<{_BAR}end▁of▁sentence{_BAR}>",
        "<|fim_pad|>",
        "<|repo_name|>",
        "<|file_sep|>",
    }
)
# Those that other vocabularies have as plain text: they end an answer only as control tokens.
_CONTROL_ENDS = frozenset({"</s>", "<eos>", "<EOT>", "[EOS]", "[EOT]"})
# GLM ends an answer where somebody else begins to speak.
_GLM_ENDS = frozenset({"<|user|>", "<|observation|>"})
_GLM = frozenset({"chatglm-bpe", "glm4", "glm5"})
_END_KEYS = ("eos_token_id", "eot_token_id", "eom_token_id")

# In these formats `<|end|>` ends a message of several, not the answer.
_SEVERAL_MESSAGES = ({"<|return|>", "<|call|>"}, {"<|flush|>", "<|calls|>"})

# Tokens of Phi 3 that do not take the space after them.
_KEEPS_SPACE = frozenset({"<unk>", "<s>", "<|endoftext|>"})


def with_ends_as_control(vocabulary: Vocabulary) -> Vocabulary:
    """Return the vocabulary with every token that only ends answers as a control token."""
    pairs = zip(vocabulary.tokens, vocabulary.kinds, strict=True)
    kinds = [Kind.CONTROL if token in _ENDS else kind for token, kind in pairs]
    return replace(vocabulary, kinds=kinds)


def end_ids(vocabulary: Vocabulary) -> set[int]:
    """Return the tokens that end an answer: those the file names, and those known by text."""
    texts = _ENDS | _CONTROL_ENDS
    if vocabulary.values.get("pre") in _GLM:
        texts |= _GLM_ENDS
    if any(marks <= set(vocabulary.tokens) for marks in _SEVERAL_MESSAGES):
        texts -= {"<|end|>"}
    pairs = enumerate(zip(vocabulary.tokens, vocabulary.kinds, strict=True))
    known = {i for i, (token, kind) in pairs if kind == Kind.CONTROL and token in texts}
    named = (vocabulary.token_id(key) for key in _END_KEYS)
    return known | {i for i in named if i is not None}


def found_whole(vocabulary: Vocabulary, kinds: Collection[Kind]) -> list[AddedToken]:
    """Return the tokens of some kinds as the library wants them."""
    takes_space = vocabulary.architecture == "phi3" and vocabulary.values.get("model") == "llama"
    return [
        AddedToken(
            token,
            special=kind != Kind.USER_DEFINED,
            normalized=False,
            rstrip=takes_space and token not in _KEEPS_SPACE,
        )
        for token, kind in zip(vocabulary.tokens, vocabulary.kinds, strict=True)
        if kind in kinds and token
    ]
