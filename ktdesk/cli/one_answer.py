# SPDX-License-Identifier: Apache-2.0
"""One answer, printed; then the command ends. `ktdesk run` and `ktdesk chat --prompt` give it."""

from __future__ import annotations

from typing import Any

from ktdesk.cli.answer import Answer, ask, stats_json, stats_line
from ktdesk.cli.kept_chat import Keeping
from ktdesk.cli.program import Program
from ktdesk.engine import Engine
from ktdesk.errors import Cancelled
from ktdesk.runtime.model_info import model_json
from ktdesk.runtime.request import Request
from ktdesk.text.messages import Message


def answer_once(
    engine: Engine,
    request: Request,
    program: Program,
    kept: Keeping | None = None,
    *,
    as_json: bool,
) -> int:
    """Print the answer to a request, and keep it; return the exit code.

    Raises Cancelled, after what there is of the answer, if it was stopped; else KTDeskError.
    """
    answer = ask(engine, request, program.terminal, is_shown=not as_json)
    if kept and answer.text:
        kept.keep((*request.messages, Message("assistant", answer.text, answer.reasoning)))
        kept.keep_rows(engine, program.terminal, request.template)
    if as_json:
        program.terminal.json(_as_json(answer, engine))
    else:
        program.terminal.line()
        program.terminal.note(stats_line(answer.stats))
    if answer.reason == "cancelled":
        raise Cancelled
    return 0


def _as_json(answer: Answer, engine: Engine) -> dict[str, Any]:
    assert engine.info is not None
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "tokens": answer.tokens,
        "reason": answer.reason,
        "stats": stats_json(answer.stats),
        "model": model_json(engine.info, engine.threads),
    }
