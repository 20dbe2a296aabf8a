# SPDX-License-Identifier: Apache-2.0
"""Tokens per second of all answers together, for 1, 2, 4 and 8 clients at a time.

    python -m tests.bench.server_throughput MODEL.gguf --peer /path/to/llama-server

`ktdesk serve` and, with --peer, llama.cpp's server take turns on the same questions, run by run;
each has as many threads and places. KTDesk guesses tokens from the text before for a client alone.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

PLACES = 8


def free_port() -> int:
    """Return a port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: Sequence[object], address: str) -> Iterator[str]:
    """Run a server until the block ends; yield its address once it answers."""
    words = list(map(str, command))
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=quiet, stderr=quiet) as server:
        try:
            until = time.monotonic() + 300
            while not _answers(address):
                if server.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{words[0]} does not answer")
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(60)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


async def tokens_per_s(address: str, model: str, clients: int, tokens: int, turn: int) -> float:
    """Return what so many clients, with a question each, get together."""

    async def ask(http: httpx.AsyncClient, number: int) -> int:
        text = f"Tell a long story about the number {100 * turn + number}."
        body = {
            "model": model,
            "messages": [{"role": "user", "content": text}],
            "temperature": 0,
            "max_tokens": tokens,
        }
        done = await http.post("/v1/chat/completions", json=body)
        done.raise_for_status()
        return done.json()["usage"]["completion_tokens"]

    async with httpx.AsyncClient(base_url=address, timeout=600, trust_env=False) as http:
        start = time.monotonic()
        written = await asyncio.gather(*(ask(http, number) for number in range(clients)))
        return sum(written) / (time.monotonic() - start)


def main() -> int:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="tests.bench.server_throughput", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--peer", type=Path, help="llama.cpp's llama-server")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    ports = [free_port(), free_port()]
    ours = [sys.executable, "-m", "ktdesk", "serve", "--port", ports[0], "--model", options.model]
    sides = {"KTDesk": [*ours, "--threads", options.threads]}
    if options.peer:
        theirs = [options.peer, "--port", ports[1], "-m", options.model, "-t", options.threads]
        sides["llama.cpp"] = [*theirs, "-np", PLACES, "-c", 8192, "--no-webui"]
    found = {(side, clients): list[float]() for side in sides for clients in options.clients}
    for turn in range(options.runs):
        for (side, command), port in zip(sides.items(), ports, strict=False):
            with running(command, f"http://127.0.0.1:{port}") as address:
                ask = (address, options.model.stem)
                asyncio.run(tokens_per_s(*ask, 1, 8, 90 + turn))  # warms up
                for clients in options.clients:
                    speed = asyncio.run(tokens_per_s(*ask, clients, options.tokens, turn))
                    found[side, clients].append(speed)
    for (side, clients), speeds in found.items():
        middle = statistics.median(speeds)
        first = statistics.median(found[side, options.clients[0]])
        sys.stdout.write(
            f"{side:10}{clients:3} clients {middle:8.1f} tokens/s ({min(speeds):.1f} to "
            f"{max(speeds):.1f}), {middle / first:.2f} times {options.clients[0]}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
