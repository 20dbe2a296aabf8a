# SPDX-License-Identifier: Apache-2.0
"""What the Bench page says of figures, in the present language."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from ktdesk.bench.last import Change
from ktdesk.bench.one import Bench


def stage_text(stage: str) -> str:
    """Return what is being done, in words."""
    words = {
        "verify": QCoreApplication.translate("BenchPage", "Verifying the model"),
        "load": QCoreApplication.translate("BenchPage", "Loading the model"),
        "reload": QCoreApplication.translate("BenchPage", "Loading it again"),
        "warm up": QCoreApplication.translate("BenchPage", "Warming up"),
        "measure": QCoreApplication.translate("BenchPage", "Measuring"),
    }
    return words[stage]


def figure_rows(bench: Bench) -> list[tuple[str, ...]]:
    """Return name, median, lowest, highest and change of each figure."""
    names = {
        "prompt_tokens": QCoreApplication.translate("BenchPage", "Prompt, tokens"),
        "generated_tokens": QCoreApplication.translate("BenchPage", "Answer, tokens"),
        "prefill_tokens_per_s": QCoreApplication.translate("BenchPage", "Prompt, tokens/s"),
        "decode_tokens_per_s": QCoreApplication.translate("BenchPage", "Answer, tokens/s"),
        "first_token_s": QCoreApplication.translate("BenchPage", "First token, s"),
    }
    digits = {"prompt_tokens": 0, "generated_tokens": 0, "first_token_s": 3}
    rows = [
        (
            names[name],
            *(f"{v:,.{digits.get(name, 1)}f}" for v in (spread.median, spread.low, spread.high)),
            _change(bench.since.get(name)),
        )
        for name, spread in bench.measured.spreads().items()
    ]
    once = {
        "load_s": QCoreApplication.translate("BenchPage", "Loading, s"),
        "reload_s": QCoreApplication.translate("BenchPage", "Loading again, s"),
        "stop_s": QCoreApplication.translate("BenchPage", "Stopping, s"),
    }
    return rows + [(once[name], f"{s:.3f}", "", "", "") for name, s in bench.once.items()]


def kept_row(result: dict[str, Any]) -> tuple[str, ...]:
    """Return when, model, placement, and both speeds of a result that was kept."""

    def median(name: str) -> str:
        try:
            return f"{float(result[name]['median']):,.1f}"
        except (KeyError, TypeError, ValueError):
            return "?"

    model = result.get("model")
    about: dict[str, Any] = model if isinstance(model, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    return (
        str(result.get("measured_at", "?"))[:16],
        str(about.get("name", "?")),
        str(about.get("placement", "?")),
        median("prefill_tokens_per_s"),
        median("decode_tokens_per_s"),
    )


def _change(change: Change | None) -> str:
    if change is None:
        return ""
    text = f"{change.percent:+.1f} %"
    if not change.is_noise:
        return text
    noise = QCoreApplication.translate("BenchPage", "{change}, within the spread")
    return noise.format(change=text)
