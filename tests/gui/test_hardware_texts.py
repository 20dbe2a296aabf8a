# SPDX-License-Identifier: Apache-2.0
"""What is said of a machine, in both languages."""

from __future__ import annotations

import string

import pytest
from PySide6.QtCore import QCoreApplication

from ktdesk.hardware import gpus, measurements, nvml
from ktdesk.hardware.instruction_sets import BENEFITS
from ktdesk.hardware.verdicts import MOST_IN_USE, WORDS, judge
from tests.gui.hardware_machines import LAPTOP, SERVER, WORKSTATION
from ui.hardware.machine_texts import SENTENCES, say
from ui.hardware.verdict_texts import TEXTS, verdict_words
from ui.language import Language

MACHINES = (LAPTOP, WORKSTATION, SERVER)


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_word_of_a_verdict_can_be_translated() -> None:
    words = {text for pair in WORDS.values() for text in pair} - {"{remedy}"}
    assert words | {MOST_IN_USE} == set(TEXTS)


def test_the_sentences_of_the_library_can_be_translated() -> None:
    said = {
        *BENEFITS.values(),
        measurements.NOT_MEASURED,
        measurements.HAS_CHANGED,
        gpus._HIDDEN,
        gpus._HIDDEN_REMEDY,
        gpus._DRIVER_MISSING,
        gpus._INSTALL,
        gpus._INSTALL_AGAIN,
        gpus._GIVE_TO_CONTAINER,
        nvml.NO_DRIVER,
    }
    assert said <= set(SENTENCES)


def test_in_english_a_verdict_is_as_the_library_says_it(language: Language) -> None:
    for machine in MACHINES:
        for verdict in judge(machine):
            assert verdict_words(verdict) == (verdict.text, verdict.remedy)


def test_in_chinese_nothing_english_is_left_but_names(language: Language) -> None:
    language.use("zh_CN")
    verdicts = {v.code: verdict_words(v) for machine in MACHINES for v in judge(machine)}
    little, _ = verdicts["memory_little"]
    assert little == "内存只有 3.0 GB / 16 GB 空闲\uff0c占用最多的是 firefox (6.0 GB)。"
    missing, remedy = verdicts["card_missing"]
    assert (missing, remedy) == ("没有安装 NVIDIA 驱动。模型只在处理器上运行。", "")
    slow, _ = verdicts["disk_slow"]
    assert "位于机械硬盘上" in slow
    plan, _ = verdicts["plan_slow"]
    assert "节能" in plan


def test_what_differs_in_a_sentence_is_kept(language: Language) -> None:
    language.use("zh_CN")
    assert say("Only the administrator may read /a/b.") == "只有管理员可以读取 /a/b。"
    assert say("Reading memory node 3") == "正在读取内存节点 3"
    assert say("some other sentence") == "some other sentence"


@pytest.mark.parametrize("text", [*map(str, TEXTS), *map(str, SENTENCES)])
def test_translations_have_the_values_of_their_sources(language: Language, text: str) -> None:
    language.use("zh_CN")
    context = "Verdicts" if text in TEXTS else "Machine"
    assert names(QCoreApplication.translate(context, text)) == names(text)
