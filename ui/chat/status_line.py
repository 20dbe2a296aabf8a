# SPDX-License-Identifier: Apache-2.0
"""The line at the bottom: what runs how, and how full the context is.

Where there is little room, the context is what stays: of the model, whole parts are left out.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from ktdesk import ModelInfo, PromptSize
from ktdesk.engine import LoadProgress
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.chat.stages import stage_text
from ui.theme import scaled
from ui.widgets.elided_label import ElidedLabel

METER_WIDTH = 90
BETWEEN = "  ·  "  # two things that are said of a model


class StatusLine(QWidget):
    """Says what is loaded and meters the context."""

    def __init__(
        self, model: ModelPresenter, chat: ChatPresenter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._chat = model, chat
        self._about, self._context = ElidedLabel(self), ElidedLabel(self)
        for label in (self._about, self._context):
            label.setObjectName("status")
            label.setFont(scaled(self.font(), 0.88))
        policy = QSizePolicy.Policy.Preferred
        self._context.setSizePolicy(policy, policy)  # what it needs, before the rest has any
        self._meter = QProgressBar(self)
        self._meter.setObjectName("contextMeter")
        self._meter.setTextVisible(False)
        self._meter.setFixedWidth(METER_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 4, 18, 8)
        row.setSpacing(10)
        row.addWidget(self._about, 1)
        row.addWidget(self._context)
        row.addWidget(self._meter)
        self._now = LoadProgress("", 0.0)
        self._forecast: PromptSize | None = None
        chat.changed.connect(self.retranslate)  # which tells of the model as well
        model.progress.connect(self._show_progress)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        info = self._model.info if self._chat.has_its_model else None
        tells_context = info is not None and info.context_tokens > 0  # a remote may not
        self._meter.setVisible(tells_context or self._model.is_busy)
        self._context.setVisible(tells_context)
        if info is None:
            self._about.say(self._waiting())
            return
        asked = self._forecast.tokens if self._forecast else self._chat.context_used
        used = min(asked, info.context_tokens)
        parts = self._parts(info)
        self._about.say(*(BETWEEN.join(parts[:count]) for count in range(len(parts), -1, -1)))
        taken, whole = (QLocale().toString(count) for count in (used, info.context_tokens))
        context = self.tr("Context {used} of {all}").format(used=taken, all=whole)
        self._context.say(context, f"{taken} / {whole}")
        self._meter.setRange(0, max(1, info.context_tokens))
        self._meter.setValue(used)
        self._meter.setAccessibleName(self._context.whole)

    def show_forecast(self, size: PromptSize | None) -> None:
        """Meter what the next question would take of the context, once that is known."""
        self._forecast = size
        self.retranslate()

    def _parts(self, info: ModelInfo) -> list[str]:
        if info.address:
            return [self.tr("computed at {address}").format(address=info.address)]
        parts = [info.architecture, info.weight_types]
        if info.experts:
            experts = self.tr("{used} of {all} experts per token")
            parts.append(experts.format(used=info.experts_used, all=info.experts))
        return [*parts, self.tr("{count} threads").format(count=self._model.threads)]

    def _waiting(self) -> str:
        path = self._chat.model_path
        if not self._model.is_busy:
            is_other = path is not None and self._model.is_ready
            other = self.tr("{model} is not loaded; asking loads it").format(
                model=path.stem if path else ""
            )
            return other if is_other else self.tr("No model")
        stage = stage_text(self._now) or self.tr("A model is being loaded")
        return self.tr("{stage}. Esc cancels.").format(stage=stage)

    @Slot(object)
    def _show_progress(self, now: LoadProgress) -> None:
        self._now = now
        self._about.say(self._waiting())
        self._meter.setRange(0, 1000)
        self._meter.setValue(round(now.fraction * 1000))
