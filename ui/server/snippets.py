# SPDX-License-Identifier: Apache-2.0
"""How programs ask: what to paste into a terminal or a script, in the language of the window."""

from __future__ import annotations

import json

from PySide6.QtCore import QCoreApplication

KINDS = ("curl", "openai", "ollama")

translate = QCoreApplication.translate  # lupdate knows it by this name


def snippet(kind: str, address: str, model: str, *, has_keys: bool) -> str:
    """Return what asks a server. has_keys: it needs a key, whose place is marked."""
    question = translate("Snippets", "Why is the sky blue?")
    key = translate("Snippets", "YOUR-KEY") if has_keys else ""
    make = {"curl": _curl, "openai": _openai, "ollama": _ollama}[kind]
    return make(address, model, question, key)


def _curl(address: str, model: str, question: str, key: str) -> str:
    message = f'{{"role": "user", "content": {_quoted(question)}}}'
    body = f'{{\n    "model": {_quoted(model)},\n    "messages": [{message}]\n  }}'
    body = body.replace("'", "'\\''")  # as a shell reads it
    header = f' \\\n  -H "Authorization: Bearer {key}"' if key else ""
    return f"curl {address}/v1/chat/completions{header} \\\n  -d '{body}'"


def _openai(address: str, model: str, question: str, key: str) -> str:
    about = translate("Snippets", "pip install openai; the answer is printed as it comes")
    return f"""# {about}
from openai import OpenAI

client = OpenAI(base_url="{address}/v1", api_key={_quoted(key or "none")})
stream = client.chat.completions.create(
    model={_quoted(model)},
    messages=[{{"role": "user", "content": {_quoted(question)}}}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)"""


def _ollama(address: str, model: str, question: str, key: str) -> str:
    about = translate("Snippets", "pip install ollama; the answer is printed as it comes")
    headers = f', headers={{"Authorization": {_quoted(f"Bearer {key}")}}}' if key else ""
    return f"""# {about}
from ollama import Client

client = Client(host="{address}"{headers})
messages = [{{"role": "user", "content": {_quoted(question)}}}]
for part in client.chat({_quoted(model)}, messages, stream=True):
    print(part.message.content or "", end="", flush=True)"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
