#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The one list of KTDesk's commands. Needs nothing but Python 3.11 to 3.13: it makes the rest.

python3 make.py COMMAND, or `make COMMAND`, or `./make.ps1 COMMAND` in PowerShell. Words after the
command go to the program behind it: `python3 make.py test tests/unit -x`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from installer import system_packages

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
IS_WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if IS_WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if IS_WINDOWS else "python")

QUESTION = "What is the capital of France?"


def main() -> int:
    """Run the command that the first argument names."""
    name, *arguments = sys.argv[1:] or ["help"]
    command = COMMANDS.get(name)
    if command is None or name == "help":
        print(__doc__)
        for known, function in COMMANDS.items():
            print(f"  {known:10} {(function.__doc__ or '').splitlines()[0]}")
        return 0 if name == "help" else 2
    if not (3, 11) <= sys.version_info < (3, 14):
        return fail(f"Python 3.11 to 3.13 is needed; this is {sys.version.split()[0]}.")
    os.chdir(ROOT)
    try:
        return command(*arguments)
    except subprocess.CalledProcessError as error:
        return fail(f"This ended with code {error.returncode}: {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        return 130


def fail(message: str) -> int:
    """Print what is wrong; return the exit code."""
    print(f"make.py: {message}", file=sys.stderr)
    return 1


def call(*command: str | Path, **environment: str) -> None:
    """Run a program. Raises CalledProcessError if it fails."""
    subprocess.run(command, check=True, env=os.environ | environment)


# --- Setting up ---


def setup() -> int:
    """Make .venv: system packages, pinned Python packages, the native module."""
    system_packages.install_for_setup()
    if not runs(PYTHON):
        print("Making .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        call(sys.executable, "-m", "venv", VENV)
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    once(
        "Installing the packages of requirements.lock (some minutes the first time)",
        [ROOT / "requirements.lock"],
        lambda: call(*pip, "--requirement", "requirements.lock"),
    )
    once(
        "Building the native module",
        [ROOT / "pyproject.toml", *module_sources()],
        lambda: call(*pip, "--no-build-isolation", "--no-deps", "--editable", ".", **toolset()),
    )
    return 0


def module_sources() -> list[Path]:
    """Return what ktdesk._native is made of: not the code for GPUs, which `make cuda` builds."""
    native = ROOT / "native"
    apart = {native / "cuda", native / "emulator"}
    return sorted(path for path in native.rglob("*") if apart.isdisjoint(path.parents))


def toolset() -> dict[str, str]:
    """Return what tells CMake to use clang-cl: MSVC cannot build one file per instruction set."""
    return {"CMAKE_GENERATOR_TOOLSET": "ClangCL"} if IS_WINDOWS else {}


def runs(python: Path) -> bool:
    """Whether there is a Python at a path, and it starts: a moved .venv does not."""
    if not python.exists():
        return False
    test = subprocess.run([python, "-c", "import pip"], capture_output=True, check=False)
    return test.returncode == 0


def once(what: str, inputs: Iterable[Path], action: Callable[[], None]) -> None:
    """Do something if its inputs, by content, differ from those of the last time it succeeded."""
    digest = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for path in inputs:
        if path.is_file():
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    stamp = VENV / "done" / hashlib.sha256(what.encode()).hexdigest()[:16]
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    print(f"{what} ...", flush=True)
    action()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())


# --- Commands ---


def run(*arguments: str) -> int:
    """Open the window; without a display, hold the conversation in the terminal."""
    setup()
    call(PYTHON, "-m", "ktdesk", "demo")
    if has_display():
        call(PYTHON, "-m", "ui", *arguments)
        return 0
    print("There is no display: the conversation is held here, in the terminal.", flush=True)
    scripted = [] if sys.stdin.isatty() else ["--prompt", QUESTION, "--temperature", "0"]
    if scripted:
        print(f"There is no terminal to type in either, so this is asked: {QUESTION}", flush=True)
    call(PYTHON, "-m", "ktdesk", "chat", *scripted, *arguments)
    return 0


def has_display() -> bool:
    """Whether a window can be opened here."""
    if IS_WINDOWS or sys.platform == "darwin":
        return True
    has_screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return has_screen and not system_packages.missing_for_window()


def emulated() -> int:
    """Build the GPU module over the emulator, on which tests run its kernels without a card."""
    setup()
    (module,) = (build_native("native", native_options(), "_cuda") / "emulator").glob("_cuda*.so")
    place = ROOT / "build" / "emulated"
    place.mkdir(exist_ok=True)
    shutil.copy(module, place)
    return 0


def test(*arguments: str) -> int:
    """Run the tests. Arguments go to pytest."""
    setup()
    if sys.platform == "linux":
        emulated()
    call(PYTHON, "-m", "pytest", *arguments)
    return 0


def lint() -> int:
    """Check style: ruff and clang-format."""
    setup()
    call(BIN / "ruff", "check", ".")
    call(BIN / "ruff", "format", "--check", ".")
    call(BIN / "clang-format", "--dry-run", "--Werror", *native_sources())
    return 0


def format_sources() -> int:
    """Format the sources: ruff and clang-format."""
    setup()
    call(BIN / "ruff", "check", "--fix-only", "--quiet", ".")
    call(BIN / "ruff", "format", ".")
    call(BIN / "clang-format", "-i", *native_sources())
    return 0


def native_sources() -> list[Path]:
    """Return the C++ files."""
    suffixes = {".cpp", ".cu", ".cuh", ".h", ".inl"}
    return sorted(path for path in (ROOT / "native").rglob("*") if path.suffix in suffixes)


def types() -> int:
    """Check types: pyright, strict."""
    setup()
    call(PYTHON, "-m", "pyright")
    return 0


def contracts() -> int:
    """Check who imports whom: import-linter."""
    setup()
    call(BIN / "lint-imports")
    return 0


def native(*arguments: str) -> int:
    """Build and run the native tests. Arguments go to ctest."""
    setup()
    run_native_tests("native", native_options(), "all", arguments)
    return 0


def native_options() -> list[str]:
    """Return what configures the native tests, and on Linux the emulated GPU.

    There, setting up has built ktdesk._native in the same folder.
    """
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DKT_BUILD_TESTS=ON"]
    if IS_WINDOWS:
        return [*options, "-DKT_BUILD_MODULE=OFF", "-DCMAKE_CXX_COMPILER=clang-cl"]
    where = [PYTHON, "-m", "pybind11", "--cmakedir"]
    found = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    options += [f"-Dpybind11_DIR={found}", f"-DPython_EXECUTABLE={PYTHON}"]
    return [*options, "-DKT_BUILD_EMULATED=ON"]


def cuda(*architectures: str) -> int:
    """Build the kernels for NVIDIA's GPUs. Takes architectures: 89 for the RTX 40 series."""
    setup()
    call(PYTHON, "native/cuda/build.py", *architectures)
    return 0


def resources(*architectures: str) -> int:
    """Print what each GPU kernel takes of registers and shared memory; fail if one spills."""
    setup()
    call(PYTHON, "native/cuda/resources.py", *architectures)
    return 0


def sanitize(*arguments: str) -> int:
    """Run the native tests under sanitizers: of addresses and behaviour, then of threads."""
    if IS_WINDOWS:
        return fail("The sanitizers are those of GCC and Clang on Linux.")
    setup()
    for preset in ("asan", "tsan"):
        run_native_tests(f"native-{preset}", ["--preset", preset], "native_tests", arguments)
    return 0


def run_native_tests(
    folder: str, options: Iterable[str], target: str, arguments: Iterable[str]
) -> None:
    """Build a target, run ctest."""
    place = build_native(folder, options, target)
    call(BIN / "ctest", "--test-dir", place, "--output-on-failure", *arguments)


def build_native(folder: str, options: Iterable[str], target: str) -> Path:
    """Configure, build a target; return the build's folder."""
    place = ROOT / "build" / folder
    call(BIN / "cmake", "-S", "native", "-B", place, *options, PATH=path())
    call(BIN / "cmake", "--build", place, "--target", target, PATH=path())
    return place


def path() -> str:
    """Return PATH with the programs of .venv first."""
    return os.pathsep.join([str(BIN), os.environ.get("PATH", "")])


def bench(*arguments: str) -> int:
    """Compare the speed with llama.cpp's, on models as large as DeepSeek's. Takes arguments."""
    setup()
    call(PYTHON, "-m", "tests.bench", *arguments)
    return 0


def fuzz(*arguments: str) -> int:
    """Damage model files for some MINUTES: all must be read or refused. Takes a seed, too."""
    setup()
    call(PYTHON, "-m", "tests.fuzz", *arguments)
    return 0


def screenshots(folder: str = "build/screenshots") -> int:
    """Take pictures of every page: both languages, both themes, 100 % and 200 %. Takes a folder."""
    setup()
    call(PYTHON, "resources/screenshots/make_screenshots.py", folder)
    return 0


def frozen() -> int:
    """Freeze the program into dist/KTDesk, where it needs no Python, and try it."""
    setup()
    call(PYTHON, "-m", "installer.freeze")
    call(PYTHON, "-m", "installer.smoke_test", "dist/KTDesk")
    return 0


def appimage() -> int:
    """Make one file of the frozen program that runs on any Linux: dist/KTDesk-*.AppImage."""
    frozen()
    system_packages.install_for_appimage()
    call(PYTHON, "-m", "installer.appimage.build")
    return 0


def windows(*options: str) -> int:
    """Make the installer for Windows: dist/KTDesk-*-Setup.exe. Elsewhere under Wine, for trials."""
    if IS_WINDOWS:
        frozen()
    else:
        setup()
    call(PYTHON, "-m", "installer.windows.build", *options)
    return 0


def release() -> int:
    """Make all that is handed to users, with the module for all cards; check it, list it."""
    cuda()
    if IS_WINDOWS:
        windows()
    else:
        appimage()
    call(PYTHON, "-m", "installer.release")
    return 0


def clean() -> int:
    """Remove what the other commands made: .venv, build, dist. Models stay."""
    for folder in (VENV, ROOT / "build", ROOT / "dist"):
        shutil.rmtree(folder, ignore_errors=True)
    return 0


COMMANDS: dict[str, Callable[..., int]] = {
    "run": run,
    "test": test,
    "setup": setup,
    "lint": lint,
    "format": format_sources,
    "types": types,
    "contracts": contracts,
    "native": native,
    "emulated": emulated,
    "cuda": cuda,
    "resources": resources,
    "sanitize": sanitize,
    "bench": bench,
    "fuzz": fuzz,
    "screenshots": screenshots,
    "frozen": frozen,
    "appimage": appimage,
    "windows": windows,
    "release": release,
    "clean": clean,
}

if __name__ == "__main__":
    sys.exit(main())
