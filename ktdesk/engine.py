# SPDX-License-Identifier: Apache-2.0
"""`Engine`: load, generate, cancel, unload. Knows nothing of windows, sockets or terminals.

Torch is imported when the first model is loaded, not with this module: a window that opens before
that is on the screen at once.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk.errors import Cancelled, KTDeskError, RequestError
from ktdesk.hardware import physical_cores
from ktdesk.kernels.streams import Flag
from ktdesk.runtime.model_info import ModelInfo
from ktdesk.runtime.perplexity import TextLosses
from ktdesk.runtime.progress import LoadProgress, Report
from ktdesk.runtime.request import NOTHING_DONE, Done, Event, Failed, PromptSize, Request
from ktdesk.runtime.turn import Turn
from ktdesk.settings import EngineSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ktdesk.models.homes import Home
    from ktdesk.runtime.loading import LoadedModel
    from ktdesk.runtime.member import Hear

log = logging.getLogger(__name__)

DEFAULT_KEPT_BYTES = EngineSettings().kept_mb * 1_000_000
DEFAULT_PARALLEL = EngineSettings().parallel


def _ignore(progress: LoadProgress) -> None:
    del progress


class Engine:
    """Runs one model. Thread-safe: it answers some requests at a time, others wait, in order.

    threads: 0 takes one per physical core.
    """

    def __init__(self, *, threads: int = 0) -> None:
        self.threads = threads or physical_cores()
        self._turn = Turn()  # answers share it; whoever replaces the model or its caches does not
        self._model: LoadedModel | None = None
        # To cancel requests; held by their iterators alone.
        self._flags: weakref.WeakValueDictionary[str, Flag] = weakref.WeakValueDictionary()
        self._load_cancelled = threading.Event()

    @property
    def info(self) -> ModelInfo | None:
        """What is loaded, or None."""
        model = self._model
        return model.info if model else None

    def load(
        self,
        path: Path,
        *,
        placement: str = "auto",
        context_tokens: int = 0,
        cache_type: str = "f16",
        weights: Home = "auto",
        kept_bytes: int = DEFAULT_KEPT_BYTES,
        vram_bytes: int = 0,
        deferred_experts: int = 0,
        parallel: int = DEFAULT_PARALLEL,
        progress: Report = _ignore,
    ) -> ModelInfo:
        """Load a model in place of the one that is loaded; running requests are cancelled.

        placement: 'auto', a name that KTDesk knows, or the path of a .yaml file. context_tokens 0
        takes what the model was made for, up to a default. cache_type: a choice of that setting.
        weights: 'auto' copies them into memory as they are read fastest, if they fit; 'mapped'
        leaves them in the file. kept_bytes: for what was read of conversations besides the last
        one, so that going back to one needs no reading; at most a quarter of what is free is taken.
        vram_bytes: what may be taken of a GPU's memory; 0 is all that is free. deferred_experts: of
        a token's experts on the CPU, so many are added one layer later while answers are written,
        where the placement does not say otherwise. It changes answers a little. parallel: how many
        requests are answered at a time, at most; they share the context's memory, and each gets the
        answer that it would get alone.

        Raises KTDeskError if the model cannot be loaded, Cancelled after `cancel_load`: then no
        model is loaded.
        """
        self._load_cancelled.clear()
        self._cancel_all()
        with self._turn.taken():
            from ktdesk.runtime.loading import load_model

            def report(now: LoadProgress) -> None:
                if self._load_cancelled.is_set():
                    raise Cancelled
                progress(now)

            self._model = None
            self._model = load_model(
                path,
                placement,
                context_tokens,
                cache_type,
                self.threads,
                report,
                weights=weights,
                kept_bytes=kept_bytes,
                vram_bytes=vram_bytes,
                deferred_experts=deferred_experts,
                parallel=parallel,
            )
            log.info("loaded %s with placement %s", path.name, self._model.info.placement)
            return self._model.info

    def cancel_load(self) -> None:
        """Stop a load that is under way, from any thread."""
        self._load_cancelled.set()

    def generate(
        self, request: Request, *, model: Path | None = None, hear: Hear | None = None
    ) -> Iterator[Event]:
        """Answer a request: Prefill events, Token and ToolCall events, then one Done or Failed.

        All is computed while somebody waits for an event of this request, or of another one.
        model: the path of the one that is to answer, None for whichever is loaded. It fails if
        another one is when its turn has come. hear: gets all events but the last as they come, on
        the thread that computes, which it must not hold up; then the last alone is yielded.
        """
        flag = Flag()
        self._flags[request.id] = flag
        return self._events(request, flag, model, hear)

    def cancel(self, request_id: str) -> None:
        """Stop a request, from any thread; its iterator then yields Done. Ignores unknown ids."""
        if flag := self._flags.get(request_id):
            flag.set()

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has. Waits for nobody; from any thread.

        Raises RequestError if no model is loaded.
        """
        return self._loaded().runner.count_tokens(text)

    def measure(self, request: Request) -> PromptSize:
        """Return how much of the context a request would take. Waits for nobody; from any thread.

        Raises RequestError, TemplateError as `generate` would fail, but not for its length.
        """
        return self._loaded().runner.measure(request)

    def text_losses(self, text: str, *, by_steps: bool = False) -> Iterator[TextLosses]:
        """Yield what tokens of a text cost the model, in nats, as they become known.

        Text is read in windows of `perplexity.WINDOW` tokens, or of the context if that is shorter;
        the second half of each counts, but for its first token. by_steps: compute that half token
        by token, as answers are. Waits its turn. Raises RequestError for a text that is too short,
        and what `generate` fails with.
        """
        with self._turn.taken():
            for some in self._loaded().runner.text_logits(text, by_steps=by_steps):
                yield some.losses()

    def text_logits(self, text: str) -> Iterator[NDArray[np.float32]]:
        """Yield logits [V] for tokens of a text, one after another, computed as answers are.

        The tokens, and what this fails with, are those of `text_losses` by steps.
        """
        with self._turn.taken():
            for some in self._loaded().runner.text_logits(text, by_steps=True):
                yield from some.logits.numpy()

    def read_tokens(
        self, tokens: Sequence[int], *, outputs: int = 1, in_turn: bool = False
    ) -> NDArray[np.float32]:
        """Return the logits [outputs, V] after the last of some tokens of one sequence.

        For callers that choose the next token themselves: with it, they ask for all tokens again,
        of which those that are known are not read again. in_turn: other sequences that begin as
        this one does are read between its turns; what they share is copied. Waits its turn. Raises
        RequestError for tokens that the model does not have or the context has no room for, and
        what `generate` fails with.
        """
        with self._turn.taken():
            return self._loaded().runner.reader.read(tokens, outputs, in_turn=in_turn)

    def save_session(self, path: Path, request: Request | None = None) -> int:
        """Write to a file what the model has read of a conversation; return how many tokens.

        request: the conversation, as it would be asked again; None: what was answered last. Waits
        its turn. The file is written whole or not at all, in place of one that is there.
        Raises SessionError if there is nothing to save or it cannot be written; RequestError,
        TemplateError as `generate` would fail.
        """
        with self._turn.taken():
            return self._loaded().runner.save_session(path, request)

    def restore_session(self, path: Path) -> int:
        """Take up what `save_session` wrote, also after a restart; return how many tokens.

        The next request that begins with them does not read them again. Waits its turn. Raises
        SessionError if the file is missing, damaged, or of another model, type of cache or version.
        """
        with self._turn.taken():
            return self._loaded().runner.restore_session(path)

    def expert_counts(self) -> NDArray[np.int64] | None:
        """Return how often the experts of each layer were chosen, [layers, experts].

        Since the model was loaded, by tokens of answers, and a few of prompts; of layers on a card
        it is a sample. None without a model; empty for one without experts, or of operators that
        are not counted. Waits for nobody; from any thread.
        """
        model = self._model
        return model.use.counts if model else None

    def unload(self) -> None:
        """Give the model's memory back; running requests are cancelled."""
        self.cancel_load()
        self._cancel_all()
        with self._turn.taken():
            self._model = None

    def _cancel_all(self) -> None:
        for flag in list(self._flags.values()):
            flag.set()
        if model := self._model:
            model.runner.end_cancelled()

    def _events(
        self, request: Request, flag: Flag, wanted: Path | None, hear: Hear | None
    ) -> Generator[Event, None, None]:
        try:
            ticket = self._turn.take(flag.is_set, is_shared=True)
            # Not with the last event: whoever unloads need not wait for a caller who takes none.
            give_back = partial(self._turn.give_back, ticket)
            try:
                model = self._loaded()
                if wanted is not None and model.info.path != wanted:
                    raise RequestError(
                        "Another model was loaded before the request had its turn.",
                        hint="Ask for the one that is loaded now.",
                    )
                for event in model.runner.run(request, flag, give_back, hear):
                    try:
                        yield event
                    finally:  # what takes time comes when nobody waits for the answer any more
                        if isinstance(event, Done):
                            model.learn(event.stats)
            finally:
                give_back()
        except Cancelled:
            yield Done("cancelled", NOTHING_DONE)
        except KTDeskError as error:
            yield Failed(error)

    def _loaded(self) -> LoadedModel:
        model = self._model  # another thread may take it away
        if model is None:
            raise RequestError("No model is loaded.", hint="Load a model first.")
        return model
