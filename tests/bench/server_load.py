# SPDX-License-Identifier: Apache-2.0
"""Many clients at once, of whom some go away, read slowly, or send nonsense: `ktdesk serve` holds.

    python -m tests.bench.server_load MODEL.gguf --clients 64 --minutes 5

Fails if an answer differs from what one client alone gets, a place is left taken, the server's
memory grows, or it does not end in order. Prints figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

QUESTIONS = [f"Tell me about the number {number}." for number in range(12)]
SHARES = {
    "openai": 3,
    "anthropic": 2,
    "ollama": 2,
    "stream": 4,
    "slow": 1,
    "cancel": 2,
    "impatient": 1,
    "broken": 1,
}
MOST_GROWTH = 1.05  # of memory in the last quarter of the time, to the second: buffers of sockets
GROWTH_BYTES = 16 << 20
BROKEN = [b"", b"{", b"[" * 1000, b'{"model": 7}', b'{"model": "nothing", "messages": []}', b"\xff"]


@dataclass
class Load:
    """What the clients share."""

    address: str
    model: str
    answer_tokens: int
    expected: dict[str, str] = field(default_factory=dict[str, str])
    counts: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    latencies_s: list[float] = field(default_factory=list[float])

    def body(self, question: str, *, stream: bool) -> dict[str, object]:
        """Return a request, of which all three APIs read what is theirs."""
        return {
            "model": self.model,
            "messages": [{"role": "user", "content": question}],
            "stream": stream,
            "temperature": 0,
            "max_tokens": self.answer_tokens,
        }


async def openai_text(load: Load, http: httpx.AsyncClient, question: str) -> str | None:
    done = await http.post("/v1/chat/completions", json=load.body(question, stream=False))
    return _checked(load, done) and done.json()["choices"][0]["message"]["content"]


async def anthropic_text(load: Load, http: httpx.AsyncClient, question: str) -> str | None:
    done = await http.post("/v1/messages", json=load.body(question, stream=False))
    return _checked(load, done) and "".join(b["text"] for b in done.json()["content"])


async def ollama_text(load: Load, http: httpx.AsyncClient, question: str) -> str | None:
    options = {"temperature": 0, "num_predict": load.answer_tokens}
    body = load.body(question, stream=True) | {"options": options}
    for name in ("temperature", "max_tokens"):
        del body[name]
    async with http.stream("POST", "/api/chat", json=body) as done:
        if not _checked(load, done):
            return None
        pieces = [json.loads(line) async for line in done.aiter_lines()]
        return "".join(piece["message"]["content"] for piece in pieces)


async def streamed_text(
    load: Load, http: httpx.AsyncClient, question: str, *, most: int = 1 << 30, pause_s: float = 0
) -> str | None:
    """Return a stream's text; most: of its lines, after which the client goes away."""
    text = ""
    body = load.body(question, stream=True)
    async with http.stream("POST", "/v1/chat/completions", json=body) as done:
        if not _checked(load, done):
            return None
        async for line in done.aiter_lines():
            if line.startswith("data: {"):
                text += json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
            most -= 1
            if not most:
                return None
            if pause_s:
                await asyncio.sleep(pause_s)
    return text


def _checked(load: Load, done: httpx.Response) -> bool:
    if done.status_code == 200:
        return True
    load.counts[f"refused with {done.status_code}"] += 1
    if done.status_code not in (503, 529):
        load.wrong.append(f"status {done.status_code}")
    return False


async def broken(load: Load, http: httpx.AsyncClient, chance: random.Random) -> None:
    path = chance.choice(["/v1/chat/completions", "/v1/messages", "/api/chat", "/v1/responses"])
    done = await http.post(path, content=chance.choice(BROKEN))
    if done.status_code not in (400, 404):
        load.wrong.append(f"nonsense was answered with {done.status_code}")


async def impatient(load: Load, http: httpx.AsyncClient, question: str, after_s: float) -> None:
    with suppress(httpx.TimeoutException):
        await http.post(
            "/v1/chat/completions", json=load.body(question, stream=False), timeout=after_s
        )


async def one_client(load: Load, number: int, until: float) -> None:
    chance = random.Random(number)
    async with httpx.AsyncClient(base_url=load.address, timeout=600, trust_env=False) as http:
        while time.monotonic() < until:
            question = chance.choice(QUESTIONS)
            kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
            start, text = time.monotonic(), None
            match kind:
                case "openai":
                    text = await openai_text(load, http, question)
                case "anthropic":
                    text = await anthropic_text(load, http, question)
                case "ollama":
                    text = await ollama_text(load, http, question)
                case "stream":
                    text = await streamed_text(load, http, question)
                case "slow":
                    text = await streamed_text(load, http, question, pause_s=0.02)
                case "cancel":
                    most = chance.randint(1, load.answer_tokens)
                    await streamed_text(load, http, question, most=most)
                case "impatient":
                    await impatient(load, http, question, chance.uniform(0.01, 1))
                case _:
                    await broken(load, http, chance)
            load.counts[kind] += 1
            if text is not None:
                load.counts["answers compared"] += 1
                load.latencies_s.append(time.monotonic() - start)
                if text != load.expected[question]:
                    load.wrong.append(f"{kind}: {text[:60]!r} to {question!r}")


async def watch_memory(process: psutil.Process, sizes: list[int], until: float) -> None:
    while time.monotonic() < until:
        sizes.append(process.memory_info().rss)
        await asyncio.sleep(max(0.1, (until - time.monotonic()) / 200))


async def _texts_alone(load: Load, http: httpx.AsyncClient) -> dict[str, str]:
    """Return the answers to one client.

    A text can depend on what of its prompt is known already, which was computed in other chunks
    than it would be now; from the second time on the same is known.
    """
    texts = {question: await openai_text(load, http, question) for question in QUESTIONS}
    assert None not in texts.values()
    return {question: text or "" for question, text in texts.items()}


async def run(load: Load, process: psutil.Process, clients: int, seconds: float) -> list[str]:
    """Return what went wrong."""
    async with httpx.AsyncClient(base_url=load.address, timeout=600, trust_env=False) as http:
        await _texts_alone(load, http)
        start = time.monotonic()
        load.expected = await _texts_alone(load, http)
        alone_s = time.monotonic() - start
        before = await _generated(http)
        sizes: list[int] = []
        until = time.monotonic() + seconds
        start = time.monotonic()
        await asyncio.gather(
            watch_memory(process, sizes, until),
            *(one_client(load, number, until) for number in range(clients)),
        )
        took_s = time.monotonic() - start
        problems = [*load.wrong, *await _places(http), *_growth(sizes)]
        after = await _generated(http)
    latencies = sorted(load.latencies_s)
    _say(f"{len(QUESTIONS)} answers to one client alone: {alone_s / len(QUESTIONS):.3f} s each")
    _say(f"{clients} clients for {took_s:.0f} s: {dict(sorted(load.counts.items()))}")
    _say(f"tokens/s of all answers together: {(after - before) / took_s:.1f}")
    if latencies:
        late = latencies[int(0.95 * (len(latencies) - 1))]
        _say(f"seconds to an answer: median {statistics.median(latencies):.2f}, 95 %: {late:.2f}")
    return problems


async def _metric(http: httpx.AsyncClient, name: str) -> float:
    lines = (await http.get("/metrics")).text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


async def _generated(http: httpx.AsyncClient) -> float:
    return await _metric(http, "ktdesk_generated_tokens_total")


async def _places(http: httpx.AsyncClient) -> list[str]:
    """Say if places are left taken, once all clients have gone."""
    taken = 1.0
    for _ in range(100):
        names = ("ktdesk_requests_waiting", "ktdesk_requests_running")
        taken = sum([await _metric(http, name) for name in names])
        if not taken:
            return []
        await asyncio.sleep(0.1)
    return [f"{taken:.0f} places are left taken"]


def _growth(sizes: list[int]) -> list[str]:
    quarter = len(sizes) // 4
    if not quarter:
        return []
    early = statistics.median(sizes[quarter : 2 * quarter])
    late = statistics.median(sizes[-quarter:])
    _say(f"memory: {early / 1e6:.1f} MB in the second quarter, {late / 1e6:.1f} MB in the last")
    return ["the memory has grown"] if late > early * MOST_GROWTH + GROWTH_BYTES else []


def _end(server: subprocess.Popen[str]) -> list[str]:
    server.send_signal(signal.SIGINT)
    try:
        code = server.wait(60)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGABRT)  # it says where each of its threads stands
        server.wait()
        return ["the server did not end"]
    return [f"the server ended with {code}"] if code else []


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--tokens", type=int, default=24, help="of each answer")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args(arguments)
    command = [sys.executable, "-X", "faulthandler", "-m", "ktdesk", "serve", "--port", "0"]
    command += ["--model", options.model]
    command += ["--threads", options.threads, "--queue-length", 2 * options.clients]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=said, text=True
        ) as server,
    ):
        try:
            assert server.stdout
            address = server.stdout.readline().split()[-1]
            load = Load(address, options.model.stem, options.tokens)
            process = psutil.Process(server.pid)
            problems = asyncio.run(run(load, process, options.clients, options.minutes * 60))
            problems += _end(server)
        finally:
            server.kill()
        said.seek(0)
        words = said.read().decode()
        if problems or "ERROR" in words:
            problems.append(words)
    for problem in problems[:20]:
        _say(f"WRONG: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
