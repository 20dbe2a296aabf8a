# SPDX-License-Identifier: Apache-2.0
"""Machine code that the real assembler has made, and the real disassembler reads."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installer.windows.native import refuse_aligned_spills

ASSEMBLER = "x86_64-w64-mingw32-as"
pytestmark = pytest.mark.skipif(not shutil.which(ASSEMBLER), reason="needs MinGW")


def assemble(folder: Path, *instructions: str) -> Path:
    program = folder / "program.o"
    text = "".join(f"\t{each}\n" for each in instructions)
    subprocess.run([ASSEMBLER, "-o", program, "-"], input=text, text=True, check=True)
    return program


@pytest.mark.parametrize(
    "instruction",
    [
        "vmovaps %ymm0, 32(%rsp)",
        "vmovaps -96(%rbp), %ymm6",
        "vmovdqa %ymm1, (%rsp,%rax)",
        "vmovdqa64 %zmm17, 64(%rsp)",
        "vmovdqa32 128(%rsp), %zmm2{%k1}",
        "vmovapd %zmm3, 8(%rbp)",
    ],
)
def test_an_aligned_move_of_a_wide_register_is_found(tmp_path: Path, instruction: str) -> None:
    with pytest.raises(SystemExit, match="1 aligned spills"):
        refuse_aligned_spills([assemble(tmp_path, "ret", instruction)])


def test_what_needs_no_alignment_passes(tmp_path: Path) -> None:
    harmless = (
        "vmovups %ymm0, 32(%rsp)",
        "vmovdqu64 %zmm1, (%rsp)",
        "vmovaps %xmm6, 16(%rsp)",  # what the stack is aligned to
        "vmovaps %ymm0, (%rcx)",  # no stack
        "vmovaps %ymm0, %ymm1",
    )
    refuse_aligned_spills([assemble(tmp_path, *harmless)])
