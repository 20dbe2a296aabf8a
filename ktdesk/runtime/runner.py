# SPDX-License-Identifier: Apache-2.0
"""The loop: prompt to tokens, prefill in chunks, decode, sample, emit, cancel.

One sequence at a time. The cache keeps the last one, so that the next turn of a conversation reads
only what is new.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from threading import Event as Flag

from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import Cancelled, RequestError
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.answer import AnswerText
from ktdesk.runtime.request import Done, Event, Prefill, Request, Stats, StopReason
from ktdesk.runtime.sampler import Sampler
from ktdesk.runtime.step import DecodeStep, EagerStep, prefill
from ktdesk.runtime.vocabulary import Vocabulary
from ktdesk.text.reply.parts import PlainReply, ReplyParser
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer

# Tokens per prefill step. Longer chunks reuse each weight more often, shorter ones report progress
# more often. On the shape of DeepSeek-V2-Lite, 256 gave 229 tokens/s and 512 gave 252 (2 cores,
# November 2026).
PREFILL_CHUNK_TOKENS = 512


@dataclass
class _Clock:
    """When the parts of a request began and ended, in seconds of a monotonic clock."""

    start: float
    first_token: float = 0.0
    end: float = 0.0


class Runner:
    """Serves requests on one loaded model, one after another. Not thread-safe.

    check_model: called before a request and after every step; it raises KTDeskError if what was
    computed is worthless, since the model's file went away.
    """

    def __init__(
        self,
        model: Decoder,
        device: CpuDevice,
        tokenizer: Tokenizer,
        template: ChatTemplate,
        context_tokens: int,
        *,
        captures: bool,
        check_model: Callable[[], None],
    ) -> None:
        self.context_tokens = context_tokens
        self._model, self._tokenizer, self._template = model, tokenizer, template
        self._decode = DecodeStep(model, device) if captures else EagerStep(model)
        self._vocabulary = Vocabulary(tokenizer)
        self._check_model = check_model
        self._cached: list[int] = []  # the tokens whose rows stand in the cache

    def run(self, request: Request, cancelled: Flag) -> Iterator[Event]:
        """Yield Prefill events, Token and ToolCall events, then one Done.

        Raises KTDeskError if the request cannot be served.
        """
        self._check_model()
        clock = _Clock(time.monotonic())
        prompt = self.encode(request)
        sampler = self._vocabulary.sampler(request.options, prompt)
        self._check_length(prompt)
        reused = self._reuse(prompt)
        answer: list[int] = []
        reason: StopReason
        try:
            logits = yield from self._prefill(prompt, cancelled)
            clock.first_token = clock.end = time.monotonic()
            reason = yield from self._generate(request, prompt, answer, logits, sampler, cancelled)
        except Cancelled:
            reason = "cancelled"
        clock.end = time.monotonic()
        yield Done(reason, self._stats(prompt, reused, answer, clock))

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
        return template.render(request.messages, request.tools, request.template)

    def _reply(self, request: Request) -> ReplyParser:
        """Return what takes the reply to a request apart."""
        if request.prompt is not None:
            return PlainReply()
        template = self._template.for_tools(request.tools)
        return template.reply_to(self._prompt_text(request), request.tools)

    def _check_length(self, prompt: list[int]) -> None:
        if len(prompt) >= self.context_tokens:
            raise RequestError(
                f"The prompt has {len(prompt)} tokens; the context has room for "
                f"{self.context_tokens}, and the answer needs some of it.",
                hint="Shorten the conversation, start a new one, or load the model with a longer "
                "context.",
            )

    def _reuse(self, prompt: list[int]) -> int:
        """Keep what the cache shares with the prompt, but for its last token; return how many."""
        pairs = enumerate(zip(self._cached, prompt[:-1], strict=False))
        shared = next((i for i, (a, b) in pairs if a != b), min(len(self._cached), len(prompt) - 1))
        del self._cached[shared:]
        return shared

    def _prefill(self, prompt: list[int], cancelled: Flag) -> Generator[Event, None, Tensor]:
        def check() -> None:
            if cancelled.is_set():
                raise Cancelled

        logits: Tensor | None = None
        yield Prefill(len(self._cached), len(prompt))
        while len(self._cached) < len(prompt):
            start = len(self._cached)
            chunk = prompt[start : start + PREFILL_CHUNK_TOKENS]
            logits = prefill(self._model, chunk, start, check=check)[0]
            self._check_model()
            self._cached += chunk
            yield Prefill(len(self._cached), len(prompt))
        assert logits is not None
        return logits

    def _generate(
        self,
        request: Request,
        prompt: list[int],
        answer: list[int],
        logits: Tensor,
        sampler: Sampler,
        cancelled: Flag,
    ) -> Generator[Event, None, StopReason]:
        # A chat's answer begins a text; what follows a raw prompt goes on with it.
        stream = self._tokenizer.stream(is_beginning=request.prompt is None)
        reply = self._reply(request)
        text = AnswerText(self._tokenizer, stream, reply, request.options.stop)
        room = self.context_tokens - len(prompt)
        limit = min(request.options.max_tokens or room, room)
        reason: StopReason = "length"
        while len(answer) < limit:
            if cancelled.is_set():
                reason = "cancelled"
                break
            token = sampler.sample(logits.numpy(), prompt + answer)
            if token in self._tokenizer.end_ids:
                reason = "end"
                break
            answer.append(token)
            yield from text.push(token)
            if text.is_stopped:
                reason = "stop"
                break
            if sampler.is_complete:
                reason = "end"
                break
            if len(answer) < limit:
                logits = self._decode.run(token, len(self._cached))
                self._check_model()
                self._cached.append(token)
        yield from text.flush()
        return reason

    def _stats(self, prompt: list[int], reused: int, answer: list[int], clock: _Clock) -> Stats:
        first = clock.first_token or clock.end
        return Stats(
            prompt_tokens=len(prompt),
            cached_tokens=reused,
            generated_tokens=len(answer),
            first_token_s=first - clock.start,
            prefill_s=first - clock.start,
            decode_s=clock.end - first,
            context_used=len(prompt) + len(answer),
            context_tokens=self.context_tokens,
        )
