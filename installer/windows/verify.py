# SPDX-License-Identifier: Apache-2.0
"""Tries an installer as users would: install, use, upgrade, uninstall; then nothing may be left.

python -m installer.windows.verify [SETUP FOLDER]: an installer and the frozen program in it, those
of `make windows` by default. On other systems under Wine, in a Windows that has nothing of ours.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path, PureWindowsPath

from installer.windows.build import FROZEN, SETUP, WORK
from installer.windows.machine import Machine, run, this_windows
from installer.windows.screen import open_screen
from installer.windows.wine import clean_wine

TARGET = "Programs for tests (1) 程序/KTDesk"  # in the user's folder
LOCAL = "AppData/Local"
DATA = f"{LOCAL}/ktdesk"
LINK = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/KTDesk.lnk"
UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\KTDesk"
KEYS = (UNINSTALL, r"HKCU\Software\KTDesk", r"HKCU\Software\Classes\KTDesk.gguf")
OPEN = r"HKCU\Software\Classes\KTDesk.gguf\shell\open\command"
IS_RUNNING = 2  # the installer's code
PICTURES = WORK / "pictures"
GONE_WITHIN_S = 300  # what uninstalls goes on after its program has ended


class Problem(Exception):
    """What an installer should have done and did not."""


class Installation:
    """KTDesk as an installer puts it on a machine.

    pictures: the folder for those of what Wine shows; None takes none.
    """

    def __init__(
        self, machine: Machine, setup: Path, frozen: Path, pictures: Path | None = None
    ) -> None:
        self._machine, self._setup, self._frozen = machine, setup, frozen
        self._pictures = pictures
        self._folder = machine.home / TARGET

    def verify(self) -> None:
        """Try everything in turn. Raises Problem."""
        self._require_nobody_uses_it()
        before = self._files_of_user()
        self._install()
        self._compare()
        self._use()
        if self._pictures:
            self._show(self._pictures)
        self._refuse_while_running()
        self._upgrade()
        self._uninstall()
        left = self._other_than(before, DATA)
        self._require(not left, "only the user's data is left", left)
        self._require(bool(self._other_than(before)), "the user's data is left")
        self._install()
        self._uninstall("/DATA")
        left = self._other_than(before)
        self._require(not left, "nothing is left", left)

    def _require_nobody_uses_it(self) -> None:
        """Make sure that this removes nothing which somebody wants to keep."""
        home = self._machine.home
        found = [path for path in (home / DATA, home / LINK, self._folder) if path.exists()]
        self._require(not found, "nobody uses KTDesk here", found)

    def _install(self, expected: int = 0) -> None:
        """Install silently. The folder stands last and without quotes, whatever is in its name."""
        words = self._machine.path(self._folder).split(" ")
        done = run(self._machine, self._setup, "/S", f"/D={words[0]}", *words[1:])
        self._require(
            done.returncode == expected, f"the installer ends with code {expected}", done.returncode
        )

    def _compare(self) -> None:
        """Look at what was installed: what was frozen, byte for byte, and an uninstaller."""
        frozen, installed = files(self._frozen), files(self._folder)
        added = installed - frozen
        self._require(added == {"uninstall.exe"}, "nothing else was installed", added)
        different = [
            name for name in sorted(frozen) if not is_same(self._frozen / name, self._folder / name)
        ]
        self._require(not different, f"{len(frozen)} files are as they were frozen", different)
        self._require((self._machine.home / LINK).exists(), "it is in the start menu")
        app = self._machine.path(self._folder / "ktdesk-app.exe")
        self._require(f'"{app}" "%1"' in self._read(OPEN), "it opens .gguf files")
        self._require("EstimatedSize" in self._read(UNINSTALL), "Windows lists it")

    def _use(self) -> None:
        begin = time.monotonic()
        done = run(self._machine, self._folder / "ktdesk.exe", "--smoke-test", timeout=1800)
        print(done.stdout, end="")
        took = time.monotonic() - begin
        self._require(done.returncode == 0, f"it works ({took:.0f} s)")

    def _show(self, pictures: Path) -> None:
        """Take pictures of the installer and of the window, for a person to look at."""
        for program, name in ((self._setup, "setup"), (self._folder / "ktdesk-app.exe", "window")):
            picture = pictures / f"{name}.png"
            with (
                open_screen() as screen,
                self._machine.start(program, DISPLAY=screen.name) as shown,
            ):
                try:
                    self._require(screen.take(picture), f"{picture.name} shows it")
                finally:
                    shown.kill()

    def _refuse_while_running(self) -> None:
        """Install while a program runs: that must be noticed, and nothing changed."""
        for stale in self._stale_files():
            stale.touch()
        with self._machine.start(self._folder / "ktdesk.exe", "serve", "--port", "0") as program:
            try:
                self._require(bool(program.stdout and program.stdout.readline()), "it runs")
                self._install(IS_RUNNING)
            finally:
                program.kill()
        kept = all(stale.exists() for stale in self._stale_files())
        self._require(kept, "a program that runs is noticed")

    def _upgrade(self) -> None:
        self._install()
        self._compare()
        left = [stale for stale in self._stale_files() if stale.exists()]
        self._require(not left, "old files are gone", left)

    def _stale_files(self) -> list[Path]:
        """Return files as an older version may have had them, in each of the program's folders."""
        folders = [path.name for path in self._frozen.iterdir() if path.is_dir()]
        return [self._folder / name / "stale.txt" for name in folders]

    def _uninstall(self, *options: str) -> None:
        done = run(self._machine, self._folder / "uninstall.exe", "/S", *options)
        self._require(done.returncode == 0, f"uninstalling works {' '.join(options)}")
        self._wait_until_gone(self._folder)
        self._require(not (self._machine.home / LINK).exists(), "it is not in the start menu")
        for key in KEYS:
            self._require(not self._read(key), f"the registry has no {PureWindowsPath(key).name}")

    def _read(self, key: str) -> str:
        """Return what the registry has at a key; '' if there is none.

        By way of a file, since what is printed may lack letters that a terminal has not.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "key.reg"
            run(self._machine, "reg", "export", key, file, "/y")
            text = file.read_text("utf-16") if file.exists() else ""
        return re.sub(r"\\(.)", r"\1", text)  # quotes and backslashes have one in front

    def _files_of_user(self) -> set[str]:
        return files(self._machine.home)

    def _other_than(self, before: set[str], *allowed: str) -> list[str]:
        """Return what is new in the user's folder, but for the allowed."""
        temporary = ("Temp/", f"{LOCAL}/Temp/")
        new = self._files_of_user() - before
        return sorted(name for name in new if not name.startswith((*temporary, *allowed)))

    def _wait_until_gone(self, folder: Path) -> None:
        end = time.monotonic() + GONE_WITHIN_S
        while folder.exists() and time.monotonic() < end:
            time.sleep(0.5)
        self._require(not folder.exists(), "its folder is gone", sorted(files(folder)))

    def _require(self, holds: bool, what: str, found: object = "") -> None:
        if not holds:
            raise Problem(f"not true: {what}. {found}")
        print(f"  {what}", flush=True)


def files(folder: Path) -> set[str]:
    """Return the files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def is_same(first: Path, second: Path) -> bool:
    """Whether two files hold the same."""
    return second.exists() and first.read_bytes() == second.read_bytes()


def main(setup: str = str(SETUP), frozen: str = str(FROZEN)) -> int:
    """Try an installer; return the exit code."""
    is_windows = sys.platform == "win32"
    with this_windows() if is_windows else clean_wine() as machine:
        pictures = None if is_windows else PICTURES
        try:
            Installation(machine, Path(setup), Path(frozen), pictures).verify()
        except Problem as problem:
            print(problem, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
