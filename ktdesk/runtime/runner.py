# SPDX-License-Identifier: Apache-2.0
"""What a loaded model does: it answers requests, several at a time; it measures, saves, restores.

What the caches or the store hold of a request is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ktdesk.devices.buffers import Part
from ktdesk.devices.logits import TokenLogits
from ktdesk.errors import RequestError
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.kernels.streams import Flag
from ktdesk.models.decoder import Decoder
from ktdesk.runtime.answering import Answerer, Asked
from ktdesk.runtime.batch import Batch
from ktdesk.runtime.context_window import fit_prompt
from ktdesk.runtime.member import Hear
from ktdesk.runtime.option_limits import check_begun
from ktdesk.runtime.prompt_lookup import Costs, Guesser
from ktdesk.runtime.prompts import Prompts
from ktdesk.runtime.request import Event, PromptSize, Request
from ktdesk.runtime.sequences import Sequences
from ktdesk.runtime.step import DecodeStep, EagerStep
from ktdesk.runtime.token_reading import TokenReader
from ktdesk.runtime.vocabulary import Vocabulary
from ktdesk.runtime.window_logits import WindowLogits, window_logits
from ktdesk.text.template import ChatTemplate
from ktdesk.text.tokenizer import Tokenizer


class Runner:
    """Serves requests on one loaded model. `run` is thread-safe, and so is what says so.

    check_model: called before a request and after every step; it raises KTDeskError if what was
    computed is worthless, since the model's file went away.
    """

    def __init__(
        self,
        model: Decoder,
        tokenizer: Tokenizer,
        template: ChatTemplate,
        context_tokens: int,
        sequences: Sequences,
        *,
        captures: bool,
        check_model: Callable[[], None],
    ) -> None:
        self.context_tokens = context_tokens
        self._model, self._tokenizer = model, tokenizer
        self._prompts = Prompts(tokenizer, template)
        self._decode = decode = DecodeStep(model) if captures else EagerStep(model)
        self._looks_ahead = captures  # other operators promise nothing of steps of several tokens
        self._costs = Costs(STEP_TOKENS)
        self._check_model, self._sequences = check_model, sequences
        self._vocabulary = Vocabulary(tokenizer)
        self.reader = TokenReader(model, decode, sequences, context_tokens, check_model)

        def step(parts: Sequence[Part], cancelled: Flag | None) -> Sequence[TokenLogits]:
            logits = decode.run_parts(parts, cancelled)
            check_model()
            return logits

        # Nothing of these refers to the runner: the model's memory goes with its last reference.
        self._batch = Batch(step, sequences, self._costs)
        self._answerer = Answerer(
            model,
            tokenizer,
            self._prompts.encode,
            context_tokens,
            sequences,
            self._batch,
            check_model,
        )

    def run(
        self,
        request: Request,
        cancelled: Flag,
        on_end: Callable[[], None],
        hear: Hear | None = None,
    ) -> Iterator[Event]:
        """Yield Prefill events, Token and ToolCall events, then one Done; see `Engine.generate`.

        on_end: called, from any thread, when no more will be computed for it, if any ever was.
        Raises KTDeskError if the request cannot be served.
        """
        self._check_model()
        check_begun(request)
        prompt = fit_prompt(request, self._prompts.encode, self.context_tokens)
        sampler = self._vocabulary.sampler(request.options, prompt.tokens)
        self._check_length(prompt.tokens)
        looks_ahead = self._looks_ahead and request.options.prompt_lookup == "auto"
        guesser = Guesser(self._costs, STEP_TOKENS - 1) if looks_ahead else None
        asked = Asked(request, prompt, sampler, self._prompts.answer_text(request), guesser)
        yield from self._batch.answer(
            prompt.tokens,
            lambda member, sequence: self._answerer.answer(asked, member, sequence),
            cancelled,
            on_end,
            hear,
        )

    def end_cancelled(self) -> None:
        """End the requests that are cancelled, also if nobody waits for their events."""
        self._batch.end_cancelled()

    def text_logits(self, text: str, *, by_steps: bool) -> Iterator[WindowLogits]:
        """Yield logits for tokens of a text; see `Engine.text_losses` and `text_logits`."""
        self._check_model()
        self._sequences.drop()  # rows are overwritten
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
        if request is None:
            return self._sequences.save(path, None)
        prompt = fit_prompt(request, self._prompts.encode, self.context_tokens)
        return self._sequences.save(path, prompt.tokens)

    def restore_session(self, path: Path) -> int:
        """Put a file's rows into the caches; see `Engine.restore_session`."""
        return self._sequences.restore(path, self.context_tokens)

    def measure(self, request: Request) -> PromptSize:
        """Return how much of the context a request would take; see `Engine`. Thread-safe."""
        prompt = fit_prompt(request, self._prompts.encode, self.context_tokens)
        return PromptSize(len(prompt.tokens), prompt.dropped_messages, self.context_tokens)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has by itself. Thread-safe."""
        return len(self._tokenizer.encode(text))

    def encode(self, request: Request) -> list[int]:
        """Return the tokens of a request's prompt. Raises TemplateError, RequestError."""
        return self._prompts.encode(request)

    def _check_length(self, prompt: list[int]) -> None:
        if len(prompt) >= self.context_tokens:
            raise RequestError(
                f"The prompt has {len(prompt)} tokens; the context has room for "
                f"{self.context_tokens}, and the answer needs some of it.",
                hint="Shorten the conversation, start a new one, let its oldest turns go when the "
                "context is full, or load the model with a longer context.",
            )
