# SPDX-License-Identifier: Apache-2.0
"""Who made what lies in the frozen program, found from the files that PyInstaller collected."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from installer.contents import ROOT

TEXTS = ROOT / "installer" / "texts"
SYSTEM_DOCUMENTS = Path("/usr/share/doc")
COMPILED_IN = ("pybind11", "pyinstaller")  # no file of theirs is there, but their code
LICENCE_NAMES = ("licen", "copying", "notice", "copyright", "authors")

Entry = tuple[str, str, str]  # of PyInstaller: name, path, kind


@dataclass(frozen=True, order=True)
class Component:
    """A package inside. licence: an SPDX expression, or a name; texts: the files to hand on."""

    name: str
    version: str
    licence: str
    purl: str = ""
    texts: tuple[Path, ...] = ()


def components(entries: Iterable[Entry]) -> list[Component]:
    """Return what collected files belong to, by name; KTDesk's own files belong to none."""
    paths = {os.path.realpath(path) for _, path, _ in entries if Path(path).is_absolute()}
    owners = file_owners()
    own = (f"{ROOT}{os.sep}", f"{os.path.realpath(sys.base_prefix)}{os.sep}")
    distributions = {owners[path] for path in paths if path in owners}
    strangers = [path for path in paths if path not in owners and not path.startswith(own)]
    found = [python(), *system_packages(map(Path, strangers))]
    found += [distribution(name) for name in distributions.union(COMPILED_IN)]
    return sorted(set(found))


@functools.cache
def file_owners() -> dict[str, str]:
    """Return the distribution of every installed file."""
    owners: dict[str, str] = {}
    for each in metadata.distributions():
        place = os.path.realpath(str(each.locate_file("")))
        for file in each.files or () if each.name != "ktdesk" else ():
            owners[os.path.normpath(f"{place}{os.sep}{file}")] = each.name
    return owners


def python() -> Component:
    """Return Python itself, with its library."""
    places = (Path(sys.base_prefix), Path(sys.base_prefix, "lib", f"python{_minor()}"))
    texts = [place / "LICENSE.txt" for place in places if (place / "LICENSE.txt").is_file()]
    version = platform.python_version()
    return Component(
        "CPython", version, "Python-2.0", f"pkg:generic/cpython@{version}", tuple(texts)
    )


def _minor() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def distribution(name: str) -> Component:
    """Return an installed distribution as a component."""
    about = metadata.distribution(name)
    licence = licence_of(about)
    texts = [
        Path(str(file.locate()))
        for file in about.files or ()
        if file.suffix not in (".py", ".pyc", ".so") and file.name.lower().startswith(LICENCE_NAMES)
    ]
    known = name.lower().replace("_", "-")
    return Component(
        about.name,
        about.version,
        licence,
        f"pkg:pypi/{known}@{about.version}",
        tuple(sorted(texts)) or standard_texts(licence),
    )


def licence_of(about: metadata.Distribution) -> str:
    """Return the licence that a distribution names in one of the ways there are."""
    said = about.metadata
    if expression := said.get("License-Expression"):
        return expression
    named = (said.get("License") or "").strip()
    if named and "\n" not in named and len(named) < 60:
        return named
    classes = [each for each in said.get_all("Classifier") or [] if each.startswith("License ::")]
    return ", ".join(each.rpartition(":: ")[2] for each in classes)


def standard_texts(licence: str) -> tuple[Path, ...]:
    """Return the texts of licences that are the same for everybody, where a package has none."""
    if "Apache" in licence:
        return (ROOT / "LICENSE",)
    return tuple(sorted(text for text in TEXTS.glob("*.txt") if text.stem in licence))


def system_packages(paths: Iterable[Path]) -> Iterator[Component]:
    """Yield the packages of the system that files were taken from; where none tells, the files."""
    for path, name in _packages_of(paths).items():
        yield system_package(name) if name else Component(path.name, "", "")


def system_package(name: str) -> Component:
    """Return a package of Debian, which is installed."""
    query = ["dpkg-query", "--show", "--showformat=${Version}", name]
    version = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    bare = name.partition(":")[0]
    text = SYSTEM_DOCUMENTS / bare / "copyright"
    return Component(
        bare,
        version,
        f"see the copyright of {bare}",
        f"pkg:deb/debian/{bare}@{version}",
        (text,) if text.is_file() else (),
    )


def _packages_of(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the Debian package that installed each file, '' where none did."""
    owners = dict.fromkeys(paths, "")
    if sys.platform != "linux" or not shutil.which("dpkg"):
        return owners
    names = {str(path).removeprefix("/usr"): path for path in owners}  # some go by their old place
    names |= {str(path): path for path in owners}
    command = ["dpkg", "--search", *names]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for line in found.splitlines():
        packages, _, name = line.partition(": ")
        if path := names.get(name):
            owners[path] = packages.split(",")[0]
    return owners
