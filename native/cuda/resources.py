# SPDX-License-Identifier: Apache-2.0
"""Print what each kernel takes of a multiprocessor, on each architecture: `make resources`.

Arguments: the architectures, 89 for instance; without any, all that KTDesk serves. A spill is a
register's value kept in memory: it costs what the kernel was tuned for, so the command fails.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from os import devnull
from pathlib import Path

from toolchain import ROOT, find_nvcc

KERNELS = ROOT / "native" / "cuda" / "kernels"
BUILD = KERNELS.with_name("CMakeLists.txt")  # which names the architectures
FLAGS = ("-std=c++20", "-O3", "-DNDEBUG", "-cubin", "-Xptxas=-v")


@dataclass(frozen=True, order=True)
class Use:
    """What one kernel takes on one architecture: registers a thread, bytes a block and a thread."""

    kernel: str
    architecture: int
    registers: int
    shared_bytes: int
    stack_bytes: int
    spilled_bytes: int


def main(*chosen: str) -> int:
    """Print the table; return 1 if a kernel spills."""
    nvcc = find_nvcc()
    sources = sorted(KERNELS.glob("*.cu"))
    architectures = chosen or re.findall(r"(\d+)-real", BUILD.read_text(encoding="utf-8"))
    with ThreadPoolExecutor(max_workers=2) as pool:
        work = product(sources, architectures)
        found = pool.map(lambda job: measure(nvcc, *job), work)
        uses = sorted({use for part in found for use in part})
    print(f"{'kernel':58} {'arch':>5} {'registers':>9} {'shared':>7} {'stack':>6} {'spilled':>7}")
    for use in uses:
        print(
            f"{use.kernel:58} {use.architecture:5} {use.registers:9} {use.shared_bytes:7} "
            f"{use.stack_bytes:6} {use.spilled_bytes:7}"
        )
    spilling = sorted({use.kernel for use in uses if use.spilled_bytes})
    print(f"{len(uses)} kernels, {len(spilling)} of them spill", *spilling, sep="\n  ")
    return 1 if spilling else 0


def measure(nvcc: Path, source: Path, architecture: str) -> list[Use]:
    """Compile one file for one architecture; return what its kernels take."""
    includes = (f"-I{KERNELS.parent}", f"-I{ROOT / 'native' / 'include'}")
    command = [nvcc, *FLAGS, f"-arch=sm_{architecture}", *includes, "-o", devnull, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{source.name} does not compile for {architecture}:\n{done.stderr}")
    return list(read_uses(done.stderr, int(architecture)))


def read_uses(report: str, architecture: int) -> Iterator[Use]:
    """Read what the assembler says of each kernel."""
    kernel = ""
    numbers: dict[str, int] = {}
    for line in demangled(report).splitlines():
        if named := re.search(r"Compiling entry function '(.+)' for 'sm_", line):
            kernel, numbers = plain_name(named[1]), {}
        for count, what in re.findall(r"(\d+) (registers|bytes (?:[a-z]+ ?){1,2})", line):
            numbers[what.strip()] = int(count)
        if "registers" in line and kernel:
            spilled = numbers.get("bytes spill stores", 0) + numbers.get("bytes spill loads", 0)
            yield Use(
                kernel,
                architecture,
                numbers["registers"],
                numbers.get("bytes smem", 0),
                numbers.get("bytes stack frame", 0),
                spilled,
            )


def demangled(report: str) -> str:
    """Return a report with names as they stand in the sources, where there is what reads them."""
    if not shutil.which("c++filt"):
        return report
    return subprocess.run(
        ["c++filt"], input=report, capture_output=True, text=True, check=True
    ).stdout


def plain_name(name: str) -> str:
    """Return a kernel's name and template arguments, without return type, namespaces, arguments."""
    name = (
        name.removeprefix("void ").replace("(anonymous namespace)::", "").replace("kt::cuda::", "")
    )
    depth = 0  # of template arguments, where there may be brackets, too
    for place, character in enumerate(name):
        depth += (character == "<") - (character == ">")
        if character == "(" and depth == 0:
            return name[:place]
    return name


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
