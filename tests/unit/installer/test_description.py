# SPDX-License-Identifier: Apache-2.0
"""What a frozen program says of what is inside: components, licences, bill, checksum."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from installer.bill import extend_bill, write_bill
from installer.checksum import write_checksum
from installer.components import Component, components, distribution, standard_texts
from installer.contents import ROOT
from installer.description import cuda_runtime
from installer.licences import write_licences

MADE = 1_700_000_000


def names(*paths: Path) -> list[str]:
    return [part.name for part in components([(path.name, str(path), "x") for path in paths])]


def test_files_are_traced_to_the_packages_that_installed_them() -> None:
    import yaml

    assert "PyYAML" in names(Path(yaml.__file__))
    assert "numpy" in names(Path(np.__file__))
    assert "numpy" not in names(Path(yaml.__file__))


def test_what_is_compiled_in_is_always_there_and_our_own_files_are_not() -> None:
    assert names(ROOT / "ktdesk" / "engine.py") == ["CPython", "pybind11", "pyinstaller"]


def test_a_file_of_nobody_is_named_itself(tmp_path: Path) -> None:
    stranger = tmp_path / "libstrange.so"
    stranger.touch()
    assert "libstrange.so" in names(stranger)


@pytest.mark.skipif(not Path("/usr/bin/dpkg").exists(), reason="not Debian")
def test_libraries_of_the_system_are_traced_to_its_packages() -> None:
    found = components([("dpkg", "/usr/bin/dpkg", "BINARY")])
    (part,) = (part for part in found if part.name == "dpkg")
    said = subprocess.run(["dpkg", "--version"], capture_output=True, text=True, check=True)
    assert part.version in said.stdout
    assert [text.name for text in part.texts] == ["copyright"]


def test_the_module_for_gpus_brings_the_runtime_of_its_maker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = SimpleNamespace(facts=lambda: SimpleNamespace(runtime_version=13010))
    monkeypatch.setattr("installer.description.load_cuda", lambda: module)
    (part,) = cuda_runtime([("ktdesk/_cuda.cpython-311.so", "/x", "EXTENSION")])
    assert (part.name, part.version) == ("NVIDIA CUDA Runtime", "13.1")
    assert not list(cuda_runtime([("ktdesk/_native.cpython-311.so", "/x", "EXTENSION")]))


def test_licences_are_named_and_have_texts() -> None:
    for name, licence in (("llguidance", "MIT"), ("tokenizers", "Apache"), ("shiboken6", "LGPL")):
        part = distribution(name)
        assert licence in part.licence
        assert all(text.is_file() for text in part.texts)
        assert part.texts, name


def test_qt_comes_with_the_texts_of_the_licence_it_is_used_under() -> None:
    texts = standard_texts("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only")
    assert [text.stem for text in texts] == ["GPL-3.0-only", "LGPL-3.0-only"]


def test_the_folder_holds_every_text_and_names_what_has_none(tmp_path: Path) -> None:
    text = tmp_path / "copyright"
    text.write_text("See /usr/share/common-licenses/LGPL-2.1 for the whole text.")
    parts = [
        Component("with", "1:2", "MIT", "", (text,)),
        Component("without", "3", ""),
    ]
    folder = tmp_path / "licenses"
    write_licences(folder, parts)
    assert (folder / "with-1_2" / "copyright").read_text() == text.read_text()
    notice = (folder / "THIRD_PARTY.txt").read_text("utf-8")
    assert "with 1:2: MIT\n" in notice
    assert "without 3: not said (no text)\n" in notice
    if Path("/usr/share/common-licenses/LGPL-2.1").exists():
        assert "GNU LESSER" in (folder / "common" / "LGPL-2.1").read_text("utf-8")


def test_texts_of_one_name_do_not_replace_each_other(tmp_path: Path) -> None:
    texts = [tmp_path / "x.dist-info" / "licenses" / name / "LICENSE" for name in ("a", "b")]
    for text in texts:
        text.parent.mkdir(parents=True)
        text.write_text(text.parent.name)
    write_licences(tmp_path / "out", [Component("both", "1", "MIT", "", tuple(texts))])
    written = (tmp_path / "out" / "both-1").iterdir()
    assert sorted(path.read_text() for path in written) == ["a", "b"]


def test_the_bill_names_all_parts_and_is_the_same_each_time(tmp_path: Path) -> None:
    parts = [
        Component("torch", "2", "Apache-2.0 AND MIT", "pkg:pypi/torch@2"),
        Component("libc6", "2.36", "see the copyright of libc6", "pkg:deb/debian/libc6@2.36"),
    ]
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    write_bill(first, "KTDesk", "1.0", parts, MADE)
    write_bill(second, "KTDesk", "1.0", parts, MADE)
    assert first.read_bytes() == second.read_bytes()
    bill = json.loads(first.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    torch, libc = bill["components"]
    assert torch["licenses"] == [{"expression": "Apache-2.0 AND MIT"}]
    assert libc["licenses"] == [{"license": {"name": "see the copyright of libc6"}}]
    extend_bill(first, second, [Component("zlib", "1", "Zlib")])
    more = json.loads(second.read_text())["components"]
    assert [part["name"] for part in more] == ["torch", "libc6", "zlib"]


@pytest.mark.skipif(sys.platform != "linux", reason="sha256sum")
def test_the_checksum_is_what_sha256sum_checks(tmp_path: Path) -> None:
    artefact = tmp_path / "KTDesk 1.AppImage"
    artefact.write_bytes(b"bytes")
    checksum = write_checksum(artefact)
    command = ["sha256sum", "--check", checksum.name]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    artefact.write_bytes(b"other")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1
