# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven by its own protocol over a pipe."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The browser reads from number 3 and writes to number 4.
_LAUNCH = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path() -> str | None:
    """Return a Chromium, if there is one that can be driven here: pipes have numbers on POSIX."""
    return next(filter(None, map(shutil.which, NAMES)), None) if os.name == "posix" else None


class Browser:
    """Sends commands, and keeps what the browser tells of its own."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._buffer, self._number = b"", 0
        self._targets: list[str] = []
        self.told: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.told.append(answer)

    def open(self, url: str, *, language: str = "en-US", width: int = 1280, dark=False) -> Tab:
        made = self.call("Target.createTarget", url="about:blank", newWindow=True)
        target = made["targetId"]
        self._targets.append(target)
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session)
        tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # seen, though others are
        tab.call("Page.enable")
        tab.call("Runtime.enable")
        tab.call("Log.enable")
        tab.call("Network.enable")
        tab.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=844, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        tab.call("Emulation.setEmulatedMedia", features=[scheme])
        script = f"Object.defineProperty(navigator, 'language', {{value: '{language}'}})"
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        tab.call("Page.navigate", url=url)
        return tab

    def close_tabs(self) -> None:
        """Close what was opened, so that no page calls a server that has ended."""
        while self._targets:
            self.call("Target.closeTarget", targetId=self._targets.pop())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            more = os.read(self._read, 1 << 16)
            assert more, "the browser has ended"
            self._buffer += more
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


class Tab:
    """One page."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self.session = browser, session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **parameters)

    def js(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives."""
        done = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait(self, expression: str, within_s: float = 20.0) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + within_s
        while not self.js(f"Boolean(document.body && ({expression}))"):
            assert time.monotonic() < deadline, (expression, self.js("document.body.innerText"))
            time.sleep(0.03)

    def ask(self, text: str) -> None:
        """Write a question and press Enter."""
        self.js("document.getElementById('text').focus()")
        self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r",
            )  # fmt: skip

    def click(self, selector: str) -> None:
        """Click what a selector finds first."""
        self.js(f"document.querySelector({json.dumps(selector)}).click()")

    def reload(self) -> None:
        self.call("Page.reload")

    def picture(self, path: Path) -> None:
        """Store a picture of the page."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    def complaints(self) -> list[str]:
        """Return errors that the page's console has."""
        self.js("0")
        mine = [told for told in self.browser.told if told.get("sessionId") == self.session]
        texts = [t["params"]["entry"] for t in mine if t["method"] == "Log.entryAdded"]
        thrown = [t["params"] for t in mine if t["method"] == "Runtime.exceptionThrown"]
        return [e["text"] for e in texts if e["level"] == "error"] + [str(t) for t in thrown]

    def requested(self) -> list[str]:
        """Return the addresses that the page has called."""
        self.js("0")
        return [
            told["params"]["request"]["url"]
            for told in self.browser.told
            if told.get("sessionId") == self.session
            and told["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def browsing(path: str, profile: Path) -> Iterator[Browser]:
    """Run a browser with a profile of its own."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    options = [
        path, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
        "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--no-proxy-server", f"--user-data-dir={profile}",
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, str(theirs_in), str(theirs_out), *options],
        pass_fds=(theirs_in, theirs_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    browser = Browser(ours_in, ours_out)
    try:
        yield browser
    finally:
        with contextlib.suppress(AssertionError, OSError):
            browser.call("Browser.close")
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(ours_in)
        os.close(ours_out)
