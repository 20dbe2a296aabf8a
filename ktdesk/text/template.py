# SPDX-License-Identifier: Apache-2.0
"""Conversations to prompt text, by the chat template that the model's file carries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import jinja2

from ktdesk.errors import TemplateError
from ktdesk.text.messages import Message, TemplateOptions, Tool
from ktdesk.text.reply.begun import BegunReply
from ktdesk.text.reply.choice import reply_format
from ktdesk.text.reply.parts import ReplyFormat, ReplyParser
from ktdesk.text.sandbox import compile_template, refuse
from ktdesk.text.template_values import messages_for, options_for, tools_for

MAX_PROMPT_CHARACTERS = 32 << 20

_NO_TEMPLATE = "The model has no chat template: it was not made for conversations."
_RAW = "Give it raw text to continue (ktdesk chat --raw), or choose an instruct model."
_BROKEN = "Choose another file of the model, or give it raw text to continue (ktdesk chat --raw)."


class ChatTemplate:
    """A template. An empty source is a model without one.

    It is compiled when it is first used: who gives raw text needs none, so a broken one hurts only
    conversations. bos, eos: the texts of the tokens that begin and end a sequence, which templates
    may write. tool_use: the template that the file has for conversations with tools, if it is
    another.
    """

    def __init__(
        self, source: str, *, bos: str, eos: str, tool_use: ChatTemplate | None = None
    ) -> None:
        self.source = source
        self._tokens = {"bos_token": bos, "eos_token": eos}
        self._tool_use = tool_use

    def for_tools(self, tools: Sequence[Tool]) -> ChatTemplate:
        """Return the template for conversations in which these tools are offered."""
        return self._tool_use if tools and self._tool_use else self

    def render(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool] = (),
        options: TemplateOptions | None = None,
        *,
        add_generation_prompt: bool = True,
    ) -> str:
        """Return the prompt text.

        Raises TemplateError if there is no template, it cannot be read, or it objects.
        """
        template = self._template
        try:
            values: dict[str, object] = {
                **self._tokens,
                **options_for(options or TemplateOptions()),
                "messages": messages_for(messages, self.source),
                "tools": tools_for(tools),
                "add_generation_prompt": add_generation_prompt,
            }
            return _write(template, values)
        except TemplateError:
            raise
        except Exception as error:  # the template's own fault, whatever it is
            message = f"The model's chat template failed: {error}."
            raise TemplateError(message, hint=_BROKEN) from error

    def reply_to(
        self, prompt: str, tools: Sequence[Tool], begun: Message | None = None
    ) -> ReplyParser:
        """Return what takes the reply to a prompt of this template apart.

        begun: what was said of it before; then what comes is the rest.
        """
        parser = self._format.parser(prompt, tools)
        if begun is None:
            return parser
        return BegunReply(parser, self._format.beginning(prompt, begun), begun)

    def beginning(self, prompt: str, begun: Message) -> str:
        """Return what a model has written that has said this so far in reply to a prompt."""
        return self._format.beginning(prompt, begun)

    @cached_property
    def _format(self) -> ReplyFormat:
        return reply_format(self.source)

    @cached_property
    def _template(self) -> jinja2.Template:
        if not self.source:
            raise TemplateError(_NO_TEMPLATE, hint=_RAW)
        try:
            return compile_template(self.source)
        except Exception as error:  # a text that is deep or odd enough breaks the parser itself
            message = f"The model's chat template cannot be read: {error}."
            raise TemplateError(message, hint=_BROKEN) from error


def _write(template: jinja2.Template, values: dict[str, object]) -> str:
    text, size = list[str](), 0
    for piece in template.generate(values):
        text.append(piece)
        size += len(piece)
        if size > MAX_PROMPT_CHARACTERS:
            refuse(f"it writes more than {MAX_PROMPT_CHARACTERS} characters")
    return "".join(text)
