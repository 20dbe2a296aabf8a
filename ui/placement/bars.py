# SPDX-License-Identifier: Apache-2.0
"""The bars of all devices that a plan uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.placement.share_bar import ShareBar
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.planning.shares import DeviceShares


class Bars(QWidget):
    """A bar for each card, the main memory, and the disk where it is read again and again."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: dict[int, ShareBar] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)

    def show_shares(self, devices: Sequence[DeviceShares]) -> None:
        """Show the shares of a plan, in their order."""
        shown = {shares.device for shares in devices}
        for device in set(self._bars) - shown:
            bar = self._bars.pop(device)
            self._column.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        for at, shares in enumerate(devices):
            if bar := self._bars.get(shares.device):
                bar.show_shares(shares)
            else:
                self._bars[shares.device] = ShareBar(self._theme, shares, self)
                self._column.insertWidget(at, self._bars[shares.device])
