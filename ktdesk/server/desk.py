# SPDX-License-Identifier: Apache-2.0
"""Where the APIs bring what they want from the engine, in its own terms."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from fastapi import Request as HttpRequest

from ktdesk.engine import Engine
from ktdesk.library.shelf.model import LocalModel
from ktdesk.runtime.request import Done, Failed, Options, Request, Stats, new_request_id
from ktdesk.server.answers import Answer, Answers, AnswerStream
from ktdesk.server.calls import CallRule
from ktdesk.server.catalogue import Catalogue
from ktdesk.server.delivery import Delivery
from ktdesk.server.dispatcher import Dispatcher
from ktdesk.server.failures import as_api_error
from ktdesk.server.job import Counted, Job, Work
from ktdesk.server.metrics import Metrics
from ktdesk.server.visits import Visit, Visits
from ktdesk.server.wire import unless_gone
from ktdesk.settings import ServerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an API asks. model: its name. keep_s: as of a Job.

    given: options of the request; what is None, or not there, is as the user's settings say.
    """

    model: str
    request: Request
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rule: CallRule = field(default_factory=CallRule)
    choices: int = 1
    keep_s: float | None = None


class Desk:
    """Takes requests for a server. Its coroutines raise ApiError, and ClientGone."""

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        dispatcher: Dispatcher,
        settings: ServerSettings,
        visits: Visits | None = None,
    ) -> None:
        self.engine, self.catalogue, self.dispatcher = engine, catalogue, dispatcher
        self.settings, self.metrics, self.visits = settings, Metrics(), visits or Visits()

    @cached_property
    def _delivery(self) -> Delivery:
        """To the loop that the requests come from: the only one that a server has."""
        return Delivery(asyncio.get_running_loop())

    async def options(self, entry: LocalModel, given: Mapping[str, Any]) -> Options:
        """Return the options of a request: what it gives, if not None, else the user's settings.

        No answer is longer than the server's settings allow.
        """
        values = {name: value for name, value in given.items() if value is not None}
        sampling = await self.catalogue.sampling(entry)
        options = Options(**dataclasses.asdict(sampling) | values)
        most = self.settings.answer_tokens
        if not most:
            return options
        return dataclasses.replace(options, max_tokens=min(options.max_tokens or most, most))

    async def ask(self, ask: Ask, http: HttpRequest, *, is_stream: bool) -> Answers:
        """Let a request wait for its turn.

        is_stream: waits until it has begun, for some time: it may fail before it does.
        """
        entry = await self.catalogue.entry(ask.model)
        options = await self.options(entry, ask.given)
        jobs = [self._job(entry, ask, options, http, index) for index in range(ask.choices)]
        self.dispatcher.submit(*jobs)
        limit_s = self.settings.request_minutes * 60.0
        cancel, visit = self.dispatcher.cancel, _visit(http)

        def count(stats: Stats) -> None:
            self.metrics.count_answer(stats)
            visit.add_answer(stats)

        answers = Answers(
            entry, [AnswerStream(job, ask.rule, cancel, count, limit_s) for job in jobs]
        )
        if is_stream:
            try:
                await unless_gone(http.receive, answers.streams[0].begin())
            except BaseException:
                answers.close()
                raise
        return answers

    async def whole(self, answers: Answers, http: HttpRequest) -> list[Answer]:
        """Return answers when they are whole."""
        try:
            every = asyncio.gather(*(stream.whole() for stream in answers.streams))
            return await unless_gone(http.receive, every)
        finally:
            answers.close()

    async def count(self, model: str, request: Request, http: HttpRequest) -> int:
        """Return how many tokens the prompt of a request has."""

        def work(engine: Engine) -> Iterator[Counted]:
            yield Counted(engine.measure(request).tokens)

        entry = await self.catalogue.entry(model)
        return await self._result(self._new_job(entry, work, http), http)

    async def load(self, model: str, keep_s: float | None, http: HttpRequest) -> LocalModel:
        """Load a model, or, with keep_s 0, give its memory back."""
        entry = await self.catalogue.entry(model)
        if keep_s == 0:
            if self.dispatcher.model != entry.path:
                return entry
            job = self._new_job(None, lambda engine: iter(()), http)
        else:
            job = self._new_job(entry, lambda engine: iter(()), http, keep_s)
        await self._result(job, http)
        return entry

    async def _result(self, job: Job, http: HttpRequest) -> int:
        self.dispatcher.submit(job)

        async def result() -> int:
            count = 0
            async for item in job.items():
                match item:
                    case Counted(tokens):
                        count = tokens
                    case Failed(error):
                        raise as_api_error(error)
                    case Done():
                        break
                    case _:
                        pass
            return count

        try:
            return await unless_gone(http.receive, result())
        finally:
            self.dispatcher.cancel(job)

    def _job(
        self, entry: LocalModel, ask: Ask, options: Options, http: HttpRequest, index: int
    ) -> Job:
        """Return a job for one of several answers; each has a seed of its own."""
        if index and options.seed is not None:
            options = dataclasses.replace(options, seed=options.seed + index)
        request = dataclasses.replace(ask.request, options=options, id=new_request_id())

        def work(engine: Engine) -> Iterator[Any]:
            return engine.generate(request, model=entry.path, hear=job.put)

        job = self._new_job(entry, work, http, ask.keep_s, request.id)
        return job

    def _new_job(
        self,
        entry: LocalModel | None,
        work: Work,
        http: HttpRequest,
        keep_s: float | None = None,
        request_id: str = "",
    ) -> Job:
        job = Job(
            entry.path if entry else None,
            work,
            owner=http.state.owner,
            request_id=request_id,
            keep_s=keep_s,
            delivery=self._delivery,
        )
        visit = _visit(http)
        visit.model = entry.id if entry else ""
        visit.cancels.append(partial(self.dispatcher.cancel, job))
        return job


def _visit(http: HttpRequest) -> Visit:
    return http.state.visit
