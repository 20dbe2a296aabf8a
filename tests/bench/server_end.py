# SPDX-License-Identifier: Apache-2.0
"""`ktdesk serve` ends within seconds of Ctrl+C or SIGTERM, whatever its clients do at that moment.

    python -m tests.bench.server_end MODEL.gguf --rounds 50

Each round starts a server, lets clients stream, wait, read nothing, send long prompts, break off in
mid-request and listen as pages do, more than its queue takes, and ends it at a random moment; some
rounds before it answers. --slow-disk: how long each flush of a file takes. Fails if an end took
longer than --limit seconds, or had the exit code of none in order.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from tests.bench.server_throughput import free_port

# Before Python runs KTDesk's own code, a signal does what it does to any program.
_ORDERLY = {signal.SIGINT: (0, 130, -signal.SIGINT), signal.SIGTERM: (0, -signal.SIGTERM)}
_SLOW_DISK = """
import os, sys, time
flush = os.fsync
os.fsync = lambda file: (time.sleep({seconds}), flush(file))[1]
from ktdesk.cli import main
sys.exit(main())
"""


class Clients:
    """Who asks a server, each in a thread that ends with the server."""

    def __init__(self, port: int, model: str, chance: random.Random) -> None:
        self._port, self._model, self._chance = port, model, chance
        self._kinds: list[Callable[[], None]] = [
            self._streams,
            self._streams,
            self._waits,
            self._waits,
            self._reads_nothing,
            self._asks_much,
            self._breaks_off,
            self._listens,
        ]

    def come(self, count: int) -> list[threading.Thread]:
        """Let so many begin."""
        kinds = [*self._kinds, *self._chance.choices(self._kinds, k=count)][:count]
        threads = [threading.Thread(target=self._until_the_end, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        return threads

    def _until_the_end(self, kind: Callable[[], None]) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                kind()
            except (httpx.ConnectError, ConnectionRefusedError):
                return
            except (httpx.HTTPError, OSError):
                pass  # it ends
            time.sleep(0.01)

    def _body(self, **more: object) -> dict[str, object]:
        number = self._chance.randrange(1000)
        said = {"role": "user", "content": f"Tell me about the number {number}."}
        return {"model": self._model, "messages": [said], "max_tokens": 64} | more

    def _http(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=60, trust_env=False)

    def _streams(self) -> None:
        body = self._body(stream=True)
        with self._http() as http, http.stream("POST", "/v1/chat/completions", json=body) as got:
            for _ in got.iter_lines():
                pass

    def _waits(self) -> None:
        with self._http() as http:
            http.post("/v1/chat/completions", json=self._body())

    def _asks_much(self) -> None:
        said = {"role": "user", "content": f"{self._chance.random()} of everything. " * 300}
        with self._http() as http:
            http.post("/v1/chat/completions", json=self._body(messages=[said]))

    def _listens(self) -> None:
        with self._http() as http, http.stream("GET", "/web/events?chat=1") as got:
            for _ in got.iter_lines():
                pass

    def _reads_nothing(self) -> None:
        body = self._body(stream=True, logprobs=True, top_logprobs=20, max_tokens=2000)
        self._send(json.dumps(body).encode(), whole=True)

    def _breaks_off(self) -> None:
        self._send(json.dumps(self._body()).encode(), whole=False)

    def _send(self, body: bytes, *, whole: bool) -> None:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:{self._port}\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", self._port))
            deaf.sendall(head.encode() + (body if whole else body[:-5]))
            while _answers(self._port):
                time.sleep(0.2)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def end_once(
    command: Sequence[object], model: str, clients: int, chance: random.Random
) -> tuple[str, float, bool]:
    """Start a server and end it; return how, how many seconds that took, and if it was in order."""
    number, is_early = chance.choice(list(_ORDERLY)), chance.random() < 0.2
    after_s = chance.uniform(0, 3 if is_early else 8)
    words = [*map(str, command), "--port", str(port := free_port())]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=quiet) as server:
        assert server.stdout
        if not is_early:
            server.stdout.readline()
        threads = [] if is_early else Clients(port, model, chance).come(clients)
        time.sleep(after_s)
        server.send_signal(number)
        start = time.monotonic()
        try:
            server.wait(120)
        except subprocess.TimeoutExpired:
            server.kill()
        code, took_s = server.wait(), time.monotonic() - start
    for thread in threads:
        thread.join()
    moment = "its start" if is_early else "its first word"
    how = f"{number.name} {after_s:.1f} s after {moment}, code {code}"
    return how, took_s, code in _ORDERLY[number]


def main() -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="tests.bench.server_end", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--queue", type=int, default=8, help="requests that may wait")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--slow-disk", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--limit", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    program = ["-c", _SLOW_DISK.format(seconds=options.slow_disk)]
    command = [sys.executable, *(program if options.slow_disk else ["-m", "ktdesk"]), "serve"]
    command += ["--model", options.model.absolute(), "--threads", options.threads]
    command += ["--queue-length", options.queue]
    times, wrong = list[float](), 0
    with tempfile.TemporaryDirectory() as home:
        os.environ["KTDESK_HOME"] = home
        for turn in range(options.rounds):
            chance = random.Random(options.seed + turn)
            how, took_s, is_orderly = end_once(command, options.model.stem, options.clients, chance)
            is_wrong = took_s > options.limit or not is_orderly
            times.append(took_s)
            wrong += is_wrong
            sys.stdout.write(f"{'WRONG ' if is_wrong else ''}{turn}: {took_s:.1f} s: {how}\n")
            sys.stdout.flush()
    sys.stdout.write(
        f"{len(times)} ends, {wrong} wrong: median {statistics.median(times):.1f} s, "
        f"longest {max(times):.1f} s\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
