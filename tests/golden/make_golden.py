# SPDX-License-Identifier: Apache-2.0
"""Makes the golden files again: what llama.cpp answers, greedily, to ten prompts.

    python tests/golden/make_golden.py FOLDER_OF_LLAMA_CPP_BINARIES

The models are the demo models, which `ktdesk demo` builds, with their weights in float32
(retyped.py says why); perplexity is of the files as they are. README.md names the versions used.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from ktdesk.library.demo import demo_models
from ktdesk.settings import models_folder
from tests.golden.measure import CONTEXT, TEXT, TOKENS
from tests.golden.retyped import write_exact

HERE = Path(__file__).parent
PORT = 18973
OPTIONS = ["--ctx-size", "2048", "--parallel", "1", "--no-warmup", "--cache-ram", "0"]
EXACT = ["--flash-attn", "off", "--cache-type-k", "f32", "--cache-type-v", "f32"]


def chat(question: str) -> str:
    """Return a question in the model's chat format."""
    system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    turns = (("system", system), ("user", question))
    text = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in turns)
    return f"{text}<|im_start|>assistant\n"


QUESTIONS = [
    "What is the capital of France?",
    "Explain in simple words why the sky is blue.",
    "Write a short story about a fox and a lantern.",
    "List three things to check before a long journey by car.",
    "Wie spät ist es? Antworte auf Deutsch.",
]
BEGINNINGS = [
    "The quick brown fox jumps over the lazy dog. The",
    "def fibonacci(n):\n    ",
    "In 1969, the first human beings landed on the Moon.",
    "Water boils at 100 degrees Celsius at sea level, but on a mountain",
    "一二三四五六七",
]
PROMPTS = [*map(chat, QUESTIONS), *BEGINNINGS]

SAMPLES = [
    "",
    " ",
    "Hello world",
    " Hello  world",
    "3.14159 and 1,000,000",
    "I'll say: don't, you're, we've, HE'S",
    "tabs\tand\nnew lines\n\n\nand   spaces ",
    "naïve café, Größe, São Paulo",
    "Привет, мир! Γειά σου Κόσμε",
    "你好，世界。日本語テキスト 한국어",
    "🙂🚀👩‍👩‍👧 flags 🇩🇪",
    "for (int i = 0; i < n; ++i) { a[i] += b[i]; }",
    "<|im_start|>user\nhi<|im_end|>",
    "https://example.org/path?query=1&b=2#top",
    "e\u0301 combining, \u200b zero width, \u00a0 no break",
]


def ask(path: str, body: dict[str, Any]) -> Any:
    """Return the server's answer to a request."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def wait_until_ready(server: subprocess.Popen[bytes]) -> None:
    """Return when the server has loaded its model."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("llama-server ended before it was ready")


def tokenize(text: str) -> list[int]:
    """Return the tokens of a text."""
    return ask("/tokenize", {"content": text, "parse_special": True})["tokens"]


def complete(prompt: str) -> dict[str, Any]:
    """Return prompt tokens, answer tokens and text, and each token's lead over the second best."""
    tokens = tokenize(prompt)
    answer = ask(
        "/completion",
        {
            "prompt": tokens,
            "n_predict": TOKENS,
            "temperature": 0,
            "top_k": 1,
            "n_probs": 2,
            "return_tokens": True,
            "cache_prompt": False,
        },
    )
    leads = [
        round(step["top_logprobs"][0]["logprob"] - step["top_logprobs"][1]["logprob"], 4)
        for step in answer["completion_probabilities"]
    ]
    return {
        "prompt": prompt,
        "prompt_tokens": tokens,
        "tokens": answer["tokens"],
        "text": answer["content"],
        "leads": leads[: len(answer["tokens"])],
    }


def perplexity(binaries: Path, model: Path) -> str:
    """Return what llama.cpp measures on the text beside this file."""
    options = ["-f", TEXT, "--ctx-size", str(CONTEXT), "--no-repack"]
    command = [binaries / "llama-perplexity", "-m", model, *options]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.findall(r"Final estimate: PPL = (\S+ \+/- \S+)", run.stdout + run.stderr)[0]


def answers(binaries: Path, model: Path) -> dict[str, Any]:
    """Return what a model answers, and how it splits texts into tokens."""
    command = [binaries / "llama-server", "-m", model, "--port", str(PORT), *OPTIONS, *EXACT]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(server)
        return {
            "answers": [complete(prompt) for prompt in PROMPTS],
            "samples": [{"text": text, "tokens": tokenize(text)} for text in SAMPLES],
        }
    finally:
        server.terminate()
        server.wait()


def make(binaries: Path, architecture: str, model: Path) -> None:
    """Write the golden file of one model."""
    with tempfile.TemporaryDirectory() as folder:
        golden = answers(binaries, write_exact(model, Path(folder) / "exact.gguf"))
    golden["perplexity"] = perplexity(binaries, model)
    text = json.dumps(golden, ensure_ascii=False, indent=1)
    (HERE / f"{architecture}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Make the golden files of both models."""
    binaries = Path(sys.argv[1])
    models = demo_models(models_folder())
    for architecture in ("llama", "deepseek2"):
        make(binaries, architecture, getattr(models, architecture))


if __name__ == "__main__":
    main()
