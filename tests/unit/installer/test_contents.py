# SPDX-License-Identifier: Apache-2.0
"""Which modules of the environment stay out of the frozen program."""

from __future__ import annotations

from installer.contents import (
    declared_dependencies,
    foreign_modules,
    is_wanted,
    left_out,
    needed_distributions,
)


def test_what_dependencies_need_is_needed_too() -> None:
    assert needed_distributions(["jinja2>=3"]) == {"jinja2", "markupsafe"}


def test_a_dependency_of_another_system_is_not_needed() -> None:
    assert needed_distributions(["jinja2; sys_platform == 'another'"]) == set()


def test_extras_are_not_needed() -> None:
    assert "pysocks" not in needed_distributions(["urllib3"])


def test_tools_of_developers_stay_out_and_what_the_program_imports_goes_in() -> None:
    out = left_out()
    assert {"pytest", "hypothesis", "transformers", "PyInstaller"} <= set(out)
    assert {"torch", "numpy", "tokenizers", "PySide6", "ktdesk", "ui", "yaml"}.isdisjoint(out)


def test_every_dependency_is_installed() -> None:
    needed = needed_distributions(declared_dependencies())
    assert {"torch", "pyside6-essentials", "pyyaml", "pynvml"} - needed == {"pynvml"}
    assert "pynvml" not in foreign_modules(needed)  # its distribution has another name


def test_libraries_that_drivers_may_need_newer_come_from_the_system() -> None:
    assert not is_wanted(("libstdc++.so.6", "/usr/lib/libstdc++.so.6", "BINARY"))
    assert is_wanted(("libz.so.1", "/usr/lib/libz.so.1", "BINARY"))
