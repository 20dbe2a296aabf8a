# SPDX-License-Identifier: Apache-2.0
"""The loop: prompt to tokens, prefill in chunks, decode, sample, emit, cancel.

One sequence at a time. What the cache or the store holds of it is not read again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag

from ktdesk.devices.logits import TokenLogits
from ktdesk.errors import Cancelled, RequestError, SessionError
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.answer import AnswerText
from ktdesk.runtime.chances import chances
from ktdesk.runtime.context_window import Prompt, fit_prompt
from ktdesk.runtime.look_ahead import LookAhead
from ktdesk.runtime.option_limits import check_begun
from ktdesk.runtime.prompt_lookup import Costs, Guesser
from ktdesk.runtime.request import (
    Chances,
    Done,
    Event,
    Prefill,
    PromptSize,
    Request,
    Stats,
    StopReason,
)
from ktdesk.runtime.sampler import Sampler
from ktdesk.runtime.sequence import CachedSequence
from ktdesk.runtime.step import DecodeStep, EagerStep, PromptChunk
from ktdesk.runtime.token_reading import TokenReader
from ktdesk.runtime.vocabulary import Vocabulary
from ktdesk.runtime.window_logits import WindowLogits, window_logits
from ktdesk.text.reply.parts import PlainReply, ReplyParser
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer


@dataclass
class _Answering:
    """A request, and what has become of it. Times in seconds of a monotonic clock."""

    request: Request
    cancelled: Flag
    sampler: Sampler
    text: AnswerText
    guesser: Guesser | None
    start_s: float
    prompt: Prompt  # the present one
    prompt_tokens: int  # of the first one
    cached_tokens: int  # of these
    answer: list[int] = field(default_factory=list[int])
    first_token_s: float = 0.0

    @property
    def tokens(self) -> list[int]:
        """All that the model is to have seen."""
        return self.prompt.tokens + self.answer


class Runner:
    """Serves requests on one loaded model, one after another. Not thread-safe.

    check_model: called before a request and after every step; it raises KTDeskError if what was
    computed is worthless, since the model's file went away.
    """

    def __init__(
        self,
        model: Decoder,
        tokenizer: Tokenizer,
        template: ChatTemplate,
        context_tokens: int,
        sequence: CachedSequence,
        *,
        captures: bool,
        check_model: Callable[[], None],
    ) -> None:
        self.context_tokens = context_tokens
        self._model, self._tokenizer, self._template = model, tokenizer, template
        self._decode = DecodeStep(model) if captures else EagerStep(model)
        self._looks_ahead = captures  # other operators promise nothing of steps of several tokens
        self._costs = Costs(STEP_TOKENS)
        self._check_model, self._sequence = check_model, sequence
        self._vocabulary = Vocabulary(tokenizer)
        self.reader = TokenReader(model, self._decode, sequence, context_tokens, check_model)

    def run(self, request: Request, cancelled: Flag) -> Iterator[Event]:
        """Yield Prefill events, Token and ToolCall events, then one Done.

        Raises KTDeskError if the request cannot be served.
        """
        start = time.monotonic()
        self._check_model()
        check_begun(request)
        prompt = fit_prompt(request, self.encode, self.context_tokens)
        sampler = self._vocabulary.sampler(request.options, prompt.tokens)
        self._check_length(prompt.tokens)
        looks_ahead = self._looks_ahead and request.options.prompt_lookup == "auto"
        now = _Answering(
            request,
            cancelled,
            sampler,
            self._answer_text(request),
            Guesser(self._costs, STEP_TOKENS - 1) if looks_ahead else None,
            start,
            prompt,
            len(prompt.tokens),
            self._sequence.recall(prompt.tokens[:-1]),
        )
        reason: StopReason
        try:
            logits = yield from self._prefill(prompt.tokens, cancelled)
            now.first_token_s = time.monotonic()
            reason = yield from self._generate(now, logits)
        except Cancelled:
            reason = "cancelled"
        yield from now.text.flush()
        yield Done(reason, self._stats(now), now.text.stopped_by)

    def text_logits(self, text: str, *, by_steps: bool) -> Iterator[WindowLogits]:
        """Yield logits for tokens of a text; see `Engine.text_losses` and `text_logits`."""
        self._check_model()
        self._sequence.recall([])  # its rows are overwritten
        logits = window_logits(
            self._model,
            self._decode,
            self._tokenizer.encode(text),
            context_tokens=self.context_tokens,
            bos=self._tokenizer.bos_id if self._tokenizer.adds_bos else None,
            by_steps=by_steps,
        )
        for some in logits:
            self._check_model()
            yield some

    def save_session(self, path: Path, request: Request | None) -> int:
        """Write to a file what is known of a request's prompt; see `Engine.save_session`."""
        self._check_model()
        if request:
            prompt = fit_prompt(request, self.encode, self.context_tokens)
            self._sequence.recall(prompt.tokens)
        if not len(self._sequence):
            raise SessionError(
                "There is nothing to save: the model has read nothing of this conversation.",
                hint="Save it after an answer.",
            )
        self._sequence.save(path)
        return len(self._sequence)

    def restore_session(self, path: Path) -> int:
        """Put a file's rows into the cache; see `Engine.restore_session`."""
        self._sequence.restore(path, self.context_tokens)
        return len(self._sequence)

    def measure(self, request: Request) -> PromptSize:
        """Return how much of the context a request would take; see `Engine.measure`."""
        prompt = fit_prompt(request, self.encode, self.context_tokens)
        return PromptSize(len(prompt.tokens), prompt.dropped_messages, self.context_tokens)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has by itself. Thread-safe."""
        return len(self._tokenizer.encode(text))

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

    def _answer_text(self, request: Request) -> AnswerText:
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

    def _check_length(self, prompt: list[int]) -> None:
        if len(prompt) >= self.context_tokens:
            raise RequestError(
                f"The prompt has {len(prompt)} tokens; the context has room for "
                f"{self.context_tokens}, and the answer needs some of it.",
                hint="Shorten the conversation, start a new one, let its oldest turns go when the "
                "context is full, or load the model with a longer context.",
            )

    def _prefill(self, tokens: list[int], cancelled: Flag) -> Generator[Event, None, TokenLogits]:
        """Read the tokens that are not in the cache; return the logits after the last."""
        logits: TokenLogits | None = None
        done, size = len(self._sequence), self._model.chunk_tokens
        yield Prefill(done, len(tokens))
        while done < len(tokens):
            chunk = tokens[done : done + size]
            reading = PromptChunk(self._model, chunk, done)
            for share in reading:
                if cancelled.is_set():
                    raise Cancelled
                yield Prefill(done + int(share * len(chunk)), len(tokens))
            logits = TokenLogits.at_hand(reading.logits[0])
            self._check_model()
            self._sequence.append(chunk)
            done += len(chunk)
            yield Prefill(done, len(tokens))
        assert logits is not None
        return logits

    def _generate(self, now: _Answering, logits: TokenLogits) -> Generator[Event, None, StopReason]:
        """Yield the tokens of the answer; return why there are no more."""
        tokens, steps = now.tokens, self._look_ahead(now)
        while not now.cancelled.is_set():
            token = now.sampler.sample(logits, tokens)
            if token in self._tokenizer.end_ids:
                return "end"
            tokens.append(token)
            now.answer.append(token)
            yield from now.text.push(token, self._chances(now, logits, token))
            if now.text.is_stopped:
                return "stop"
            if now.sampler.is_complete:
                return "end"
            if len(now.answer) == now.request.options.max_tokens:
                return "length"
            if len(tokens) < self.context_tokens:
                logits = steps.after(token)
            elif self._shift(now):
                tokens, steps = now.tokens, self._look_ahead(now)
                logits = yield from self._prefill(tokens, now.cancelled)
            else:
                return "context"
        return "cancelled"

    def _chances(self, now: _Answering, logits: TokenLogits, token: int) -> Chances | None:
        count = now.request.options.logprobs
        if count is None:
            return None
        return chances(logits.whole(), token, count, self._tokenizer.token_bytes)

    def _look_ahead(self, now: _Answering) -> LookAhead:
        """Return the steps from here to the end of the answer, or of the context."""
        most = now.request.options.max_tokens or self.context_tokens
        end = min(len(now.prompt.tokens) + most, self.context_tokens)
        return LookAhead(self._step, self._sequence, now.tokens, end, self._costs, now.guesser)

    def _step(self, tokens: Sequence[int], position: int) -> Sequence[TokenLogits]:
        """Return the logits after each of a few tokens."""
        logits = self._decode.run(tokens, position)
        self._check_model()
        return logits

    def _shift(self, now: _Answering) -> bool:
        """Let the oldest turns go; return whether that has made room. The rest is to be read."""
        written = len(now.answer)
        prompt = fit_prompt(now.request, self.encode, self.context_tokens, written)
        if len(prompt.tokens) + written >= self.context_tokens:
            return False
        now.prompt = prompt
        self._sequence.recall(now.tokens[:-1])
        return True

    def _stats(self, now: _Answering) -> Stats:
        end = time.monotonic()
        first = now.first_token_s or end
        return Stats(
            prompt_tokens=now.prompt_tokens,
            cached_tokens=now.cached_tokens,
            generated_tokens=len(now.answer),
            first_token_s=first - now.start_s,
            prefill_s=first - now.start_s,
            decode_s=end - first,
            context_used=len(now.tokens),
            context_tokens=self.context_tokens,
            guessed_tokens=now.guesser.right if now.guesser else 0,
            dropped_messages=now.prompt.dropped_messages,
        )
