# SPDX-License-Identifier: Apache-2.0
"""A walk through the window: every page and dialog comes to the front, and its picture is taken."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QMessageBox, QWidget
from studio import Studio, pass_time, wait

from ui.bench.page import BenchPage
from ui.library.discover_page import DiscoverPage
from ui.library.shelf_page import ShelfPage
from ui.placement.page import PlacementPage
from ui.preferences.page import PreferencesPage
from ui.toolbar import Toolbar
from ui.wizard.page import WizardPage

# Takes a picture of a widget, under a name; or of what is opened anew, since it keeps its language.
Take = Callable[[str, QWidget | Callable[[], QWidget]], None]

DOWNLOAD_MS = 6000
QUESTIONS = (
    "What is a mixture-of-experts model? Answer in two sentences.",
    "Write a Python function that reverses a string.",
)


def walk(studio: Studio, take: Take) -> None:
    """Show everything once, in an order in which each needs what was before."""
    for scene in (_wizard, _chat, _library, _placement, _machine, _bench, _server, _program):
        scene(studio, take)


def _wizard(studio: Studio, take: Take) -> None:
    window = studio.window
    window.show_wizard()
    window.wizard.look()
    wait(lambda: window.wizard.prospects is not None and window.wizard.places is not None)
    page = window.findChild(WizardPage)
    for name in ("wizard_machine", "wizard_models", "wizard_folders"):
        take(name, window)
        page.next.click()
    take("wizard_first", window)
    window.wizard.ended.emit("chat")  # what comes next would be fetched


def _chat(studio: Studio, take: Take) -> None:
    window, model, workspace = studio.window, studio.model, studio.workspace
    window.show_page("chat")
    take("loading", window)
    model.load(studio.demo)
    wait(lambda: model.is_ready)
    take("welcome", window)
    for question in QUESTIONS:
        workspace.active.ask(question)
        wait(lambda: not workspace.active.is_answering)
    take("chat", window)
    window.workspace.toggle_drawer()
    take("engine_settings", window)
    window.workspace.toggle_drawer()
    workspace.split()
    take("panes", window)
    workspace.close_pane()
    window.actions_by_id["palette"].trigger()
    pass_time(500)  # models are looked for
    take("palette", window)
    window.actions_by_id["new"].trigger()
    menu = window.findChild(Toolbar).menu
    menu.popup(window.mapToGlobal(window.rect().center()))
    part = menu.actions()[1].menu()
    part.popup(window.mapToGlobal(window.rect().topLeft()))
    take("menu", part)
    part.close()
    menu.close()


def _library(studio: Studio, take: Take) -> None:
    window = studio.window
    window.show_page("discover")
    page = window.findChild(DiscoverPage)
    wait(lambda: page.hits.rowCount() > 0)
    at = page.sources.findData(str(studio.folder / "stick"))
    page.sources.setCurrentIndex(at)
    page.sources.activated.emit(at)
    page.field.setText("qwen3")
    page.field.returnPressed.emit()
    wait(lambda: page.details.offer is not None and bool(page.details.offer.fit))
    for row in (2, 0):
        page.details.table.selectRow(row)
        page.details.get.click()
    page.details.table.selectRow(2)
    pass_time(DOWNLOAD_MS)
    take("discover", window)
    page.downloads.all_button.click()  # pauses them: they are of gigabytes
    page.edit_sources.emit()
    dialog = page.findChild(QDialog)
    take("sources", dialog)
    dialog.close()
    window.show_page("shelf")
    _verify(window.findChild(ShelfPage))
    take("shelf", window)


def _verify(page: ShelfPage) -> None:
    """Verify the model whose hash is known; the others are gigabytes of nothing."""
    wait(lambda: page.shown.rowCount() > 2)
    rows = range(page.shown.rowCount())
    for row in rows:
        if str(page.shown.index(row, 0).data()).startswith("SmolLM2"):
            page.table.selectRow(row)
            page.actions_row.by_name["verify"].trigger()
    wait(lambda: any(page.shown.index(row, 1).data() == "Complete" for row in rows))


def _placement(studio: Studio, take: Take) -> None:
    window = studio.window
    window.show_page("placement")
    page = window.findChild(PlacementPage)
    wait(lambda: page.verdict.isVisible())
    take("placement", window)
    studio.store.set("interface", "advanced", True)
    page.rules.editor.field.setFocus()
    take("placement_advanced", window)


def _machine(studio: Studio, take: Take) -> None:
    studio.window.show_page("hardware")
    wait(lambda: studio.machine.machine is not None)
    studio.machine.measure()
    wait(lambda: not studio.machine.is_measuring)
    take("hardware", studio.window)


def _bench(studio: Studio, take: Take) -> None:
    window = studio.window
    window.show_page("bench")
    page = window.findChild(BenchPage)
    wait(lambda: page.start.isEnabled())
    page.sizes["prompt_tokens"].setValue(64)
    page.sizes["tokens"].setValue(16)
    page.start.click()
    wait(lambda: page.bar.value() > 0)
    take("bench_running", window)
    wait(lambda: page.figures.isVisible() and studio.model.is_ready)
    take("bench", window)


def _server(studio: Studio, take: Take) -> None:
    studio.window.show_page("server")
    studio.server.start()
    wait(lambda: bool(studio.server.address))
    take("server", studio.window)


def _question(page: PreferencesPage) -> QWidget:
    for earlier in page.findChildren(QMessageBox):
        earlier.close()
    page.reset.click()
    return page.findChildren(QMessageBox)[-1]


def _program(studio: Studio, take: Take) -> None:
    window = studio.window
    window.show_page("logs")
    pass_time(500)
    take("logs", window)
    window.show_page("preferences")
    page = window.findChild(PreferencesPage)
    take("preferences_advanced", window)
    page.list.setCurrentRow(page.list.count() - 1)
    take("preferences_privacy", window)
    studio.store.set("interface", "advanced", False)
    page.list.setCurrentRow(0)
    take("preferences", window)
    page.field.setText("folder")
    take("preferences_search", window)
    page.field.clear()
    take("reset", lambda: _question(page))
    _question(page).close()
    window.show_page("chat")
    window.updates.start()
    take("updates", window)
    window.updates.dismiss()
