# SPDX-License-Identifier: Apache-2.0
"""One answer from its prompt to its end: read in chunks, sample, emit, and say which step is next.

It computes nothing but its prompt, and goes on when the batch resumes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from ktdesk.devices.logits import TokenLogits
from ktdesk.errors import Cancelled
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.answer import AnswerText
from ktdesk.runtime.batch import Batch
from ktdesk.runtime.chances import chances
from ktdesk.runtime.context_window import Encode, Prompt, fit_prompt
from ktdesk.runtime.look_ahead import LookAhead
from ktdesk.runtime.member import Answering, Member, Sent, Step
from ktdesk.runtime.prompt_lookup import Guesser
from ktdesk.runtime.request import (
    Chances,
    Done,
    Event,
    Prefill,
    Request,
    Stats,
    StopReason,
)
from ktdesk.runtime.sampler import Sampler
from ktdesk.runtime.sequence import CachedSequence
from ktdesk.runtime.sequences import Sequences
from ktdesk.runtime.step import PromptChunk
from ktdesk.text.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what is ready for its answer."""

    request: Request
    prompt: Prompt
    sampler: Sampler
    text: AnswerText
    guesser: Guesser | None


@dataclass
class _Now:
    """What has become of a request. Times in seconds of a monotonic clock."""

    asked: Asked
    member: Member
    sequence: CachedSequence
    prompt: Prompt  # the present one
    start_s: float = field(default_factory=time.monotonic)
    cached_tokens: int = 0  # of the first prompt
    answer: list[int] = field(default_factory=list[int])
    first_token_s: float = 0.0

    @property
    def tokens(self) -> list[int]:
        """All that the model is to have seen."""
        return self.prompt.tokens + self.answer


class Answerer:
    """Answers on a model's batch. encode, check_model: as of a `Runner`."""

    def __init__(
        self,
        model: Decoder,
        tokenizer: Tokenizer,
        encode: Encode,
        context_tokens: int,
        sequences: Sequences,
        batch: Batch,
        check_model: Callable[[], None],
    ) -> None:
        self._model, self._tokenizer, self._encode = model, tokenizer, encode
        self._context_tokens, self._sequences = context_tokens, sequences
        self._batch, self._check_model = batch, check_model

    def answer(self, asked: Asked, member: Member, sequence: CachedSequence) -> Answering:
        """Yield the events of an answer, and the steps that it needs."""
        now = _Now(asked, member, sequence, asked.prompt)
        reason: StopReason
        try:
            logits = yield from self._read(now, asked.prompt.tokens)
            now.first_token_s = time.monotonic()
            reason = yield from self._write(now, logits)
        except Cancelled:
            reason = "cancelled"
        yield from asked.text.flush()
        yield Done(reason, self._stats(now), asked.text.stopped_by)

    def _read(self, now: _Now, tokens: list[int]) -> Generator[Event | Step, Sent, TokenLogits]:
        """Read the tokens that are not in the cache; return the logits after the last."""
        logits: TokenLogits | None = None
        sequence, size = now.sequence, self._model.chunk_tokens
        sequence.wanted = max(sequence.wanted, len(tokens))
        self._note_cached(now, self._sequences.recall(sequence, tokens[:-1]))
        yield Prefill(len(sequence), len(tokens))
        while (done := len(sequence)) < len(tokens):
            if 0 < done >= len(tokens) - STEP_TOKENS:
                yield Prefill(len(tokens), len(tokens))  # no other word may come after a step
                return (yield from _in_steps(sequence, tokens))
            chunk = tokens[done : done + size]
            reading = PromptChunk(
                self._model, chunk, done, base=sequence.base, cancelled=now.member.cancelled
            )
            sequence.is_held = True
            try:
                for share in reading:
                    yield Prefill(done + int(share * len(chunk)), len(tokens))
                logits = TokenLogits.at_hand(reading.logits[0])
            finally:
                sequence.is_held = False
            self._check_model()
            sequence.append(chunk)
            if (read := len(sequence)) < len(tokens):
                # Another answer may have read the same meanwhile.
                self._note_cached(now, self._sequences.recall(sequence, tokens[:-1]) - read)
            yield Prefill(len(sequence), len(tokens))
        assert logits is not None
        return logits

    def _note_cached(self, now: _Now, tokens: int) -> None:
        if not now.first_token_s:
            now.cached_tokens += tokens

    def _write(self, now: _Now, logits: TokenLogits) -> Generator[Event | Step, Sent, StopReason]:
        """Yield the tokens of the answer; return why there are no more."""
        asked, options = now.asked, now.asked.request.options
        tokens, steps = now.tokens, self._look_ahead(now)
        while not now.member.cancelled.is_set():  # nor between tokens that were guessed
            token = asked.sampler.sample(logits, tokens)
            if token in self._tokenizer.end_ids:
                return "end"
            tokens.append(token)
            now.answer.append(token)
            yield from asked.text.push(token, self._chances(options.logprobs, logits, token))
            if asked.text.is_stopped:
                return "stop"
            if asked.sampler.is_complete:
                return "end"
            if len(now.answer) == options.max_tokens:
                return "length"
            if len(tokens) < self._context_tokens:
                logits = yield from steps.after(token)
            elif self._shift(now):
                tokens, steps = now.tokens, self._look_ahead(now)
                logits = yield from self._read(now, tokens)
            else:
                return "context"
        return "cancelled"

    def _chances(self, count: int | None, logits: TokenLogits, token: int) -> Chances | None:
        if count is None:
            return None
        return chances(logits.whole(), token, count, self._tokenizer.token_bytes)

    def _look_ahead(self, now: _Now) -> LookAhead:
        """Return the steps from here to the end of the answer, or of the context."""
        most = now.asked.request.options.max_tokens or self._context_tokens
        end = min(len(now.prompt.tokens) + most, self._context_tokens)
        guesser = now.asked.guesser
        return LookAhead(now.sequence, now.tokens, end, guesser, lambda: self._batch.is_alone)

    def _shift(self, now: _Now) -> bool:
        """Let the oldest turns go; return whether that has made room. The rest is to be read."""
        written = len(now.answer)
        request = now.asked.request
        prompt = fit_prompt(request, self._encode, self._context_tokens, written)
        if len(prompt.tokens) + written >= self._context_tokens:
            return False
        now.prompt = prompt
        return True

    def _stats(self, now: _Now) -> Stats:
        end = time.monotonic()
        first = now.first_token_s or end
        return Stats(
            prompt_tokens=len(now.asked.prompt.tokens),
            cached_tokens=now.cached_tokens,
            generated_tokens=len(now.answer),
            first_token_s=first - now.start_s,
            prefill_s=first - now.start_s,
            decode_s=end - first,
            context_used=len(now.tokens),
            context_tokens=self._context_tokens,
            guessed_tokens=now.asked.guesser.right if now.asked.guesser else 0,
            dropped_messages=now.prompt.dropped_messages,
            together=now.member.together,
        )


def _in_steps(
    sequence: CachedSequence, tokens: Sequence[int]
) -> Generator[Step, Sent, TokenLogits]:
    """Read the last few tokens of a prompt as those of an answer are, in steps that others share.

    A chunk of so few takes longer, and each prompt would need its own.
    """
    while True:
        done = len(sequence)
        logits = yield Step(tokens[done:])
        assert logits
        sequence.append(tokens[done : done + len(logits)])
        if len(sequence) == len(tokens):
            return logits[-1]
