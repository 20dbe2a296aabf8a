# SPDX-License-Identifier: Apache-2.0
"""Which format a model writes in: its chat template, which shows it how, tells."""

from __future__ import annotations

from ktdesk.text.reply.calls import CallFormat
from ktdesk.text.reply.harmony import HarmonyFormat
from ktdesk.text.reply.json_calls import GRANITE, HERMES, LLAMA
from ktdesk.text.reply.marked import MarkedFormat, Marks
from ktdesk.text.reply.mistral import MISTRAL
from ktdesk.text.reply.parts import ReplyFormat
from ktdesk.text.reply.sections import DEEPSEEK, KIMI
from ktdesk.text.reply.tagged import GLM, MINIMAX, QWEN_CODER

_HARMONY = ("<|start|>assistant", "<|channel|>", "<|message|>")
REASONING = (
    Marks("<think>", "</think>"),
    Marks("[THINK]", "[/THINK]"),
    Marks("<seed:think>", "</seed:think>"),
)
# Granite and Hunyuan mark the answer, too.
_ANSWERS = (
    ("<response></response>", Marks("<response>", "</response>")),
    ("</answer>", Marks("<answer>", "</answer>")),
)
# What is all in a template that shows calls so. The first that fits counts: <tool_call> stands in
# several.
_CALLS: tuple[tuple[tuple[str, ...], CallFormat], ...] = (
    (DEEPSEEK.begin, DEEPSEEK),
    (KIMI.begin, KIMI),
    (MINIMAX.begin, MINIMAX),
    (("<tool_call>", "<arg_key>"), GLM),
    (("<tool_call>", "<function="), QWEN_CODER),
    (HERMES.begin, HERMES),
    (MISTRAL.begin, MISTRAL),
    (GRANITE.begin, GRANITE),
    (('{"name": ', '"parameters": ', "ipython"), LLAMA),
)


def reply_format(template: str) -> ReplyFormat:
    """Return the format of the replies that a chat template's source prepares for."""
    if all(mark in template for mark in _HARMONY):
        return HarmonyFormat()
    reasoning = next((marks for marks in REASONING if marks.end in template), None)
    calls = next((form for shown, form in _CALLS if all(s in template for s in shown)), None)
    answer = next((marks for shown, marks in _ANSWERS if shown in template), None)
    return MarkedFormat(reasoning, answer if reasoning else None, calls)
