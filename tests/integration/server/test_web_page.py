# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: chat, stop, reload in mid-answer, two tabs, hostile answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.chats import NewMessage, open_chats
from ktdesk.server.keys import add_key, read_keys
from ktdesk.settings import SamplingSettings
from tests.integration.server.browser import Browser, browser_path, browsing
from tests.integration.server.conftest import Served, serving, wait_until
from tests.integration.server.test_places import Hold
from tests.unit.rendering.test_page import HOSTILE

BROWSER = browser_path()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="there is no Chromium that can be driven"),
]
SHORT = SamplingSettings(temperature=0.0, max_tokens=12)
SAID = "[...document.querySelectorAll('#messages .answer .said')].at(-1).innerText"
IS_WHOLE = "document.querySelector('#messages > li:last-child.answer .acts')"
READY = "document.getElementById('model')?.value"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(str(BROWSER), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(autouse=True)
def _tabs_are_closed(browser: Browser) -> Iterator[None]:
    yield
    browser.close_tabs()


@pytest.fixture
def served(tiny: Path) -> Iterator[Served]:
    with serving([tiny], sampling=SHORT) as served:
        yield served


def test_a_chat(served: Served, browser: Browser) -> None:
    tab = browser.open(served.url)
    tab.wait(READY)
    tab.ask("hello there")
    tab.wait(IS_WHOLE)
    assert tab.js("document.querySelector('.user .said').innerText") == "hello there"
    assert tab.js("document.title") == "hello there - KTDesk"
    with open_chats() as store:
        (chat,) = store.chats.all()
        (_, reply) = store.messages.load(store.messages.path(chat.id)).values()
    assert tab.js(SAID).split() == reply.content.split()
    tab.click("#messages .answer .acts button:nth-of-type(2)")  # again
    tab.wait("document.querySelector('.answer .acts')?.innerText.includes('2 / 2')")
    tab.click("#chats .icon[aria-label=Delete]")
    tab.wait("document.querySelector('#chats .none') && !document.getElementById('toast').hidden")
    tab.click("#toast button")
    tab.wait("document.querySelector('#chats .name')")
    assert tab.complaints() == []
    assert all(url.startswith(served.url) for url in tab.requested())


def test_reload_in_mid_answer_two_tabs_and_stop(
    served: Served, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Hold(monkeypatch, 4)
    first = browser.open(served.url)
    first.wait(READY)
    first.ask("hello")
    wait_until(lambda: hold.chosen == 4)
    first.wait("document.querySelector('.answer .said')?.innerText.length >= 3")
    text = first.js(SAID)
    second = browser.open(f"{served.url}/{first.js('location.hash')}")
    first.reload()
    for tab in (first, second):
        tab.wait("document.querySelector('.answer .said')?.innerText.length >= 3")
        assert tab.js(SAID) == text
        assert not tab.js("document.getElementById('stop').hidden")
    second.click("#stop")
    (growing,) = served.service._server._room.growing.values()
    wait_until(lambda: growing._is_stopped)
    hold.go.set()
    for tab in (first, second):
        tab.wait(IS_WHOLE)
        assert "Stopped" in tab.js("document.querySelector('.answer .acts').innerText")
        assert tab.js(SAID).startswith(text)
    second.ask("and more")
    for tab in (first, second):
        tab.wait("document.querySelectorAll('.answer .acts').length === 2")
    assert first.js("document.getElementById('messages').innerText") == second.js(
        "document.getElementById('messages').innerText"
    )


def test_a_hostile_answer_does_nothing(served: Served, browser: Browser) -> None:
    with open_chats() as store:
        chat = store.chats.new("<img src=x onerror=alert(1)>")
        parent = store.messages.add(
            chat, NewMessage(role="user", content="<script>alert(1)</script>"), parent_id=None
        )
        for text in (*HOSTILE, "\n\n".join(HOSTILE)):
            reply = NewMessage(role="assistant", content=text, thinking=text, error=text)
            parent = store.messages.add(chat, reply, parent_id=parent)
    tab = browser.open(served.url)
    tab.wait(READY)
    tab.js("window.alert = () => { window.wasRun = true; }")
    tab.js(f"openChat({chat})")
    tab.wait(f"document.querySelectorAll('#messages .answer').length === {len(HOSTILE) + 1}")
    tab.js("new Promise((done) => setTimeout(done, 300))")
    assert tab.js("window.wasRun") is None
    forbidden = (
        "script, style, img, iframe, object, embed, link, form, [onerror], [onload], "
        "[style]:not(svg[data-descent])"
    )
    found = f"[...document.querySelectorAll('#messages :is({forbidden})')]"
    assert tab.js(f"{found}.length") == 0
    assert all(url.startswith(served.url) for url in tab.requested())
    links = "[...document.querySelectorAll('#messages a[href]')]"
    assert tab.js(f"{links}.every((a) => /^(https?|mailto):/.test(a.href) && a.rel)")
    assert tab.complaints() == []


def test_login_by_key(tiny: Path, tmp_path: Path, browser: Browser) -> None:
    _, key = add_key(tmp_path / "keys.toml")
    with serving([tiny], sampling=SHORT, keys=read_keys(tmp_path / "keys.toml")) as served:
        tab = browser.open(served.url)
        tab.wait("document.getElementById('login')?.hidden === false")
        for text in ("wrong", key):
            tab.js(f"document.getElementById('key').value = '{text}'")
            tab.click("#login button")
            if text == "wrong":
                tab.wait("document.getElementById('login-error').textContent")
        tab.wait(READY)
        assert tab.js("document.cookie") == ""
        tab.ask("hello")
        tab.wait(IS_WHOLE)
        tab.click("#logout")
        tab.wait("document.getElementById('login')?.hidden === false")


def test_both_languages_themes_and_widths(served: Served, browser: Browser) -> None:
    tab = browser.open(served.url, language="zh-CN", width=390, dark=True)
    tab.wait(READY)
    assert tab.js("document.getElementById('send').textContent") == "发送"
    assert tab.js("document.documentElement.dataset.theme") == "dark"
    tab.click("#language")
    tab.click("#theme")
    assert tab.js("document.getElementById('send').textContent") == "Send"
    assert tab.js("document.documentElement.dataset.theme") == "light"
    tab.ask("word " * 60 + "\n" + "w" * 300)
    tab.wait(IS_WHOLE)
    assert tab.js("document.documentElement.scrollWidth") <= 390
    tab.js("localStorage.clear()")
