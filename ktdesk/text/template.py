# SPDX-License-Identifier: Apache-2.0
"""Conversations to prompt text, by the chat template that the model's file carries.

Templates are programs of strangers: they run in a sandbox that reaches no file and no object of
this program, and what they may write is bounded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NoReturn, Protocol

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ktdesk.errors import TemplateError

MAX_PROMPT_CHARACTERS = 32 << 20

_NO_TEMPLATE = "The model has no chat template: it was not made for conversations."
_RAW = "Give it raw text to continue (ktdesk chat --raw), or choose an instruct model."
_BROKEN = "Choose another file of the model, or give it raw text to continue (ktdesk chat --raw)."


class ChatMessage(Protocol):
    """One turn of a conversation."""

    @property
    def role(self) -> str:
        """Who speaks: system, user or assistant."""
        ...

    @property
    def content(self) -> str:
        """What is said."""
        ...


class ChatTemplate:
    """A template. An empty source is a model without one.

    It is compiled when it is first used: who gives raw text needs none, so a broken one hurts only
    conversations. bos, eos: the texts of the tokens that begin and end a sequence, which templates
    may write.
    """

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        self._source = source
        self._tokens = {"bos_token": bos, "eos_token": eos}

    def render(self, messages: Sequence[ChatMessage], *, add_generation_prompt: bool = True) -> str:
        """Return the prompt text.

        Raises TemplateError if there is no template, it cannot be read, or it objects.
        """
        turns = [{"role": m.role, "content": m.content} for m in messages]
        pieces = self._template.generate(
            messages=turns, add_generation_prompt=add_generation_prompt, **self._tokens
        )
        text, size = list[str](), 0
        try:
            for piece in pieces:
                text.append(piece)
                size += len(piece)
                if size > MAX_PROMPT_CHARACTERS:
                    _refuse(f"it writes more than {MAX_PROMPT_CHARACTERS} characters")
        except TemplateError:
            raise
        except Exception as error:  # the template's own fault, whatever it is
            message = f"The model's chat template failed: {error}."
            raise TemplateError(message, hint=_BROKEN) from error
        return "".join(text)

    @cached_property
    def _template(self) -> jinja2.Template:
        if not self._source:
            raise TemplateError(_NO_TEMPLATE, hint=_RAW)
        try:
            return _environment().from_string(self._source)
        except Exception as error:  # a text that is deep or odd enough breaks the parser itself
            message = f"The model's chat template cannot be read: {error}."
            raise TemplateError(message, hint=_BROKEN) from error


def _environment() -> ImmutableSandboxedEnvironment:
    """Return the environment that templates are written for: that of `transformers`."""
    environment: Any = ImmutableSandboxedEnvironment(  # Any: jinja2's types are partial
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals.update(raise_exception=_refuse, strftime_now=_now)
    return environment


def _refuse(message: str) -> NoReturn:
    raise TemplateError(
        f"The model's chat template refuses the conversation: {message}",
        hint="Start a new conversation, or change its messages.",
    )


def _now(layout: str) -> str:
    return datetime.now().astimezone().strftime(layout)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
