# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installer.windows.packages import pins_for_windows

ROOT = Path(__file__).parents[4]


def names_of(pins: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(pin).name) for pin in pins}


def test_all_that_ktdesk_declares_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    assert declared <= names_of(pins_for_windows("ktdesk"))


def test_what_is_for_windows_only_is_there_and_what_is_for_linux_only_is_not() -> None:
    names = names_of(pins_for_windows("ktdesk", "pyinstaller"))
    assert {"colorama", "pefile", "pywin32-ctypes"} <= names  # click's, pyinstaller's, keyring's
    assert names.isdisjoint({"jeepney", "secretstorage", "cryptography"})


def test_every_pin_is_of_one_version() -> None:
    pins = [Requirement(pin) for pin in pins_for_windows("ktdesk", "pytest")]
    assert all(str(pin.specifier).startswith("==") and pin.marker is None for pin in pins)


def test_tools_that_nothing_asks_for_stay_out() -> None:
    assert names_of(pins_for_windows("ktdesk")).isdisjoint({"ruff", "pyright", "pyinstaller"})
