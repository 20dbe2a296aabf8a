# SPDX-License-Identifier: Apache-2.0
"""The environment that chat templates are written for: Jinja as `transformers` runs it.

Templates are programs of strangers: nothing here reaches a file or an object of this program.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ktdesk.errors import TemplateError


def refuse(message: str) -> NoReturn:
    """Raise TemplateError: what a template calls if it cannot write the conversation."""
    raise TemplateError(
        f"The model's chat template refuses the conversation: {message}",
        hint="Start a new conversation, or change its messages.",
    )


def compile_template(source: str) -> jinja2.Template:
    """Compile a chat template. Raises what Jinja raises, or RecursionError."""
    environment: Any = _Sandbox(  # Any: jinja2's types are partial
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols", _GenerationBlock],
    )
    environment.filters["tojson"] = _to_json
    environment.globals.update(raise_exception=refuse, strftime_now=_now)
    return environment.from_string(source)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Changes nothing that it is given, but for lists.

    Some templates of Kimi-K2 keep a queue of calls. What they are given is made for them alone.
    """

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        is_queue = isinstance(obj, list) and attr in ("append", "pop")
        return is_queue or super().is_safe_attribute(obj, attr, value)


class _GenerationBlock(Extension):
    """{% generation %}: marks what a model has written, for training; here it is a plain block."""

    tags = {"generation"}  # noqa: RUF012 - jinja2's own way

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the block as a call, so that its variables are its own."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        call = self.call_method("_write")
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _write(self, caller: Any) -> str:
        return caller()


def _now(layout: str) -> str:
    return datetime.now().strftime(layout)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,  # the order of templates that give them without names
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )
