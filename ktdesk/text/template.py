# SPDX-License-Identifier: Apache-2.0
"""Conversations to prompt text, by the chat template that the model's file carries.

Templates are programs of strangers: they run in a sandbox, and what they may loop over and write
is bounded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
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
    """A template, compiled. An empty source is a model without one: then only rendering fails.

    bos, eos: the texts of the tokens that begin and end a sequence, which templates may write.
    Raises TemplateError if the source does not parse.
    """

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.filters["tojson"] = _to_json
        environment.globals.update(raise_exception=_refuse, strftime_now=_now)
        self._tokens = {"bos_token": bos, "eos_token": eos}
        try:
            self._template = environment.from_string(source) if source else None
        except jinja2.TemplateError as error:
            message = f"The model's chat template cannot be read: {error}."
            raise TemplateError(message, hint=_BROKEN) from error

    def render(self, messages: Sequence[ChatMessage], *, add_generation_prompt: bool = True) -> str:
        """Return the prompt text. Raises TemplateError with what the template objects to."""
        if self._template is None:
            raise TemplateError(_NO_TEMPLATE, hint=_RAW)
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


def _refuse(message: str) -> NoReturn:
    raise TemplateError(
        f"The model's chat template refuses the conversation: {message}",
        hint="Start a new conversation, or change its messages.",
    )


def _now(layout: str) -> str:
    return datetime.now().astimezone().strftime(layout)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
