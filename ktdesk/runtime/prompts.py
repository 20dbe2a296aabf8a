# SPDX-License-Identifier: Apache-2.0
"""What a model's template and tokeniser make of a request: its prompt, and how its answer reads."""

from __future__ import annotations

from ktdesk.errors import RequestError
from ktdesk.runtime.answer import AnswerText
from ktdesk.runtime.request import Request
from ktdesk.text.reply.parts import PlainReply, ReplyParser
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer


class Prompts:
    """Of one model. Thread-safe."""

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate) -> None:
        self._tokenizer, self._template = tokenizer, template

    def encode(self, request: Request) -> list[int]:
        """Return the tokens of a request's prompt. Raises TemplateError, RequestError."""
        text = self._prompt_text(request)
        # A template may write the first token itself.
        add_bos = self._tokenizer.adds_bos
        tokens = self._tokenizer.encode(text, add_bos=add_bos)
        bos = self._tokenizer.bos_id
        if add_bos and tokens[:2] == [bos, bos]:
            tokens = tokens[1:]
        if not tokens:
            raise RequestError("The prompt is empty.", hint="Write something to answer.")
        return tokens

    def _prompt_text(self, request: Request) -> str:
        if request.prompt is not None:
            return request.prompt
        template = self._template.for_tools(request.tools)
        prompt = template.render(request.messages, request.tools, request.template)
        return prompt + template.beginning(prompt, request.begun) if request.begun else prompt

    def answer_text(self, request: Request) -> AnswerText:
        """Return what makes events of the tokens of the answer."""
        # A chat's answer begins a text; what follows a raw prompt goes on with it.
        is_beginning = request.prompt is None and request.begun is None
        stream = self._tokenizer.stream(is_beginning=is_beginning)
        reply = self._reply(request)
        return AnswerText(self._tokenizer, stream, reply, request.options.stop)

    def _reply(self, request: Request) -> ReplyParser:
        """Return what takes the reply to a request apart."""
        if request.prompt is not None:
            return PlainReply()
        template = self._template.for_tools(request.tools)
        prompt = template.render(request.messages, request.tools, request.template)
        return template.reply_to(prompt, request.tools, request.begun)
