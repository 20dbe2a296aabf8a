# SPDX-License-Identifier: Apache-2.0
"""Every error that can reach the window has Chinese words, whatever differs in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk import errors
from ktdesk.errors import KTDeskError, MemoryShortage, ModelFileError, PlacementError, did_you_mean
from ktdesk.library.shelf.model import explain
from ktdesk.operators.placement_text import read_placement
from tests.gui.test_shelf_page import MODELS
from ui.error_texts import say, whole
from ui.language import Language
from ui.sentences import Sentences

ROOT = Path(__file__).parents[2]
# Errors of these are for a terminal, for other programs, or for who writes a kernel.
ELSEWHERE = {"cli", "server", "hf", "kernels"}
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
CHINESE = re.compile("[\u4e00-\u9fff]")
VALUE = "X1"  # in place of all that differs


def sources() -> Iterator[Path]:
    for path in sorted((ROOT / "ktdesk").rglob("*.py")):
        if path.relative_to(ROOT / "ktdesk").parts[0] not in ELSEWHERE:
            yield path


def sentences(path: Path) -> Iterator[str]:
    """Yield what errors of a file are made with where that stands there, message or hint."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            hints = [word.value for word in node.keywords if word.arg == "hint"]
            yield from (text for each in (*node.args, *hints) if (text := literal(each)))


def literal(node: ast.expr) -> str:
    """Return a text with a value in place of what differs; '' for what is none, or a name."""
    match node:
        case ast.Constant(value=str(text)) if " " in text:
            return text
        case ast.JoinedStr(values=parts):
            words = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            texts = [part.value if isinstance(part, ast.Constant) else VALUE for part in parts]
            return "".join(map(str, texts)) if re.search("[a-z]{2}", words) else ""
        case _:
            return ""


@pytest.mark.usefixtures("chinese")
def test_what_errors_say_is_said_in_chinese() -> None:
    said = {text: path.name for path in sources() for text in sentences(path)}
    assert len(said) > 300
    assert {text: name for text, name in said.items() if not CHINESE.search(say(text))} == {}


def test_in_english_nothing_is_changed(qapp) -> None:
    for path in sources():
        assert all(say(text) == text for text in sentences(path))


@pytest.mark.usefixtures("chinese")
def test_what_differs_stays_and_may_be_a_sentence_itself() -> None:
    shortage = MemoryShortage("the CPU", 3_000_000_000, 1_000_000_000, hint="")
    assert say(str(shortage)) == "处理器的内存不足\uff1a需要 3.0 GB\uff0c可用 1.0 GB。"
    named = ModelFileError(Path("/m/a.gguf"), "The file lacks the tensor 'output'.")
    assert say(str(named)) == "/m/a.gguf: 文件缺少张量 'output'。"
    near = f"There is no placement called 'cpu_onyl'.{did_you_mean('cpu_onyl', ['cpu_only'])}"
    assert say(near) == "没有名为 'cpu_onyl' 的放置方案。您是指 'cpu_only' 吗\uff1f"
    assert say("An error of another program") == "An error of another program"


@pytest.mark.usefixtures("chinese")
def test_what_is_wrong_with_a_model_and_with_rules_is_said_in_chinese() -> None:
    for model in MODELS:
        assert all(CHINESE.search(say(text)) for text in explain(model) if text)
    with pytest.raises(PlacementError) as raised:
        read_placement("own", "rules: [{match: a}]")
    assert not re.search("[a-z] [a-z]{2}", say(str(raised.value)).replace("match and use", ""))


def test_message_and_hint_are_one_text(chinese: Language) -> None:
    error = KTDeskError("No model is loaded.", hint="Load a model first.")
    assert whole(error) == "尚未加载模型。 请先加载一个模型。"
    chinese.use("en")
    assert whole(error) == "No model is loaded. Load a model first."


@pytest.mark.usefixtures("chinese")
def test_of_sentences_that_fit_the_one_that_says_most_is_taken() -> None:
    known = Sentences("Errors", ("{path} is a folder.", "The file {path} is empty."))
    assert known.say("The file x is a folder.") == "The file x 是文件夹。"
    assert known.say("The file x is empty.") == "文件 x 是空的。"
