# SPDX-License-Identifier: Apache-2.0
"""How far an answer is, and its thinking, as a real browser shows them."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ktdesk.engine import Engine
from ktdesk.library.shelf.before_load import VERIFYING
from ktdesk.runtime.progress import LoadProgress, Report
from ktdesk.runtime.request import NOTHING_DONE, Done, Event, Prefill, Token
from tests.integration.server.browser import Browser, browser_path, browsing
from tests.integration.server.conftest import Served, serving

BROWSER = browser_path()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="there is no Chromium that can be driven"),
]
WAIT_S = 30  # for a test that has failed
STAGE = "document.getElementById('stage').textContent"
FOLD = "document.querySelector('#messages .answer details.thinking')"
SAID = "document.querySelector('#messages .answer .said').innerText.trim()"


class Told:
    """Lets a test say, one after another, what loading and the engine tell."""

    def __init__(self) -> None:
        self._told = queue.Queue[Any]()
        self.engine: Engine | None = None

    def tell(self, *events: Event | LoadProgress | None) -> None:
        """None: the model is loaded."""
        for event in events:
            self._told.put(event)

    def load(self, path: Path, report: Report) -> None:
        now = self._told.get(timeout=WAIT_S)
        while now:
            report(now)  # again and again, as the server leaves out what comes too fast
            with contextlib.suppress(queue.Empty):
                now = self._told.get(timeout=0.1)
        assert self.engine
        self.engine.load(path)

    def generate(self, *_: object, **__: object) -> Iterator[Event]:
        while True:
            event = self._told.get(timeout=WAIT_S)
            yield event
            if isinstance(event, Done):
                return


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def served(tiny: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with serving([tiny], load=told.load) as served:
        told.engine = served.engine
        monkeypatch.setattr(served.engine, "generate", told.generate)
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(str(BROWSER), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(autouse=True)
def _tabs_are_closed(browser: Browser) -> Iterator[None]:
    yield
    browser.close_tabs()


def test_every_stage_is_said_with_how_far_it_is(
    served: Served, browser: Browser, told: Told
) -> None:
    tab = browser.open(served.url)
    tab.wait("document.getElementById('model')?.value")
    assert tab.js(STAGE) == ""
    tab.ask("hello")
    for event, words in (
        (LoadProgress(VERIFYING, 0.25, 1, 4), "Verifying the model … 25 %"),
        (LoadProgress("Reading the weights", 0.5), "Loading the model … 50 %"),
    ):
        tab.wait(f"{STAGE} !== {words!r}")
        told.tell(event)
        tab.wait(f"{STAGE} === {words!r}")
    told.tell(None, Prefill(30, 40))
    tab.wait(f"{STAGE} === 'Reading the prompt … 75 %'")
    second = browser.open(f"{served.url}/{tab.js('location.hash')}", language="zh-CN")
    second.wait(f"{STAGE} === '正在读取提示…… 75%'")
    told.tell(Token(1, "Yes."))
    for each in (tab, second):
        each.wait(f"{SAID} === 'Yes.'")
        assert "%" not in each.js(STAGE)
    told.tell(Done("end", NOTHING_DONE))
    for each in (tab, second):
        each.wait(f"{STAGE} === ''")


def test_thinking_is_folded_opens_by_a_click_and_stays_as_it_was_put(
    served: Served, browser: Browser, told: Told
) -> None:
    tab = browser.open(served.url)
    tab.wait("document.getElementById('model')?.value")
    tab.ask("hello")
    told.tell(None, Token(1, "Let me **see**.", "reasoning"))
    tab.wait(f"{FOLD}?.hidden === false")
    summary = f"{FOLD}.querySelector('summary').innerText"
    body = f"{FOLD}.querySelector('div').checkVisibility()"
    assert tab.js(summary) == "Thinking …"
    assert not tab.js(f"{FOLD}.open")
    tab.click("#messages .answer details.thinking summary")
    assert tab.js(f"{FOLD}.open")
    assert tab.js(f"{FOLD}.querySelector('strong').innerText") == "see"
    told.tell(Token(2, " Then more.", "reasoning"))
    tab.wait(f"{FOLD}.innerText.includes('Then more.')")
    assert tab.js(f"{FOLD}.open")
    told.tell(Token(3, "Yes."))
    tab.wait(f"{SAID} === 'Yes.'")
    assert "more" not in tab.js(SAID)
    told.tell(Done("end", NOTHING_DONE))
    tab.wait("document.querySelector('#messages > li:last-child.answer .acts')")
    assert tab.js(summary).startswith("Thought for ")
    assert tab.js(f"{FOLD}.open")
    tab.reload()
    tab.wait(f"{FOLD}?.hidden === false")
    assert not tab.js(f"{FOLD}.open")
    assert not tab.js(body)
