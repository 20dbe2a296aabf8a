# SPDX-License-Identifier: Apache-2.0
"""`make resources`: what is read from the assembler's report."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "native" / "cuda"

# As ptxas 13.0 prints it.
REPORT = """\
ptxas info    : 24 bytes gmem
ptxas info    : Compiling entry function '_ZN2kt4cuda12_GLOBAL__N_19sum_kernelILi32EfEEvPT0_i' for 'sm_89'
ptxas info    : Function properties for _ZN2kt4cuda12_GLOBAL__N_19sum_kernelILi32EfEEvPT0_i
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 10 registers, used 1 barriers, 128 bytes smem, 364 bytes cmem[0]
ptxas info    : Compile time = 22.144 ms
ptxas info    : Compiling entry function '_Z5spillPf' for 'sm_89'
ptxas info    : Function properties for _Z5spillPf
    336 bytes stack frame, 12 bytes spill stores, 20 bytes spill loads
ptxas info    : Used 255 registers, used 0 barriers, 336 bytes cumulative stack size
"""  # noqa: E501


@pytest.fixture
def resources(monkeypatch: pytest.MonkeyPatch):
    """The module behind the command, which stands beside the kernels."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import resources

    yield resources
    for name in ("resources", "toolchain"):
        sys.modules.pop(name, None)


def test_a_report_is_read(resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources.shutil, "which", lambda name: None)  # names stay as they are
    small, large = resources.read_uses(REPORT, 89)
    assert (small.registers, small.shared_bytes, small.spilled_bytes) == (10, 128, 0)
    assert (large.kernel, large.architecture) == ("_Z5spillPf", 89)
    assert (large.registers, large.stack_bytes, large.spilled_bytes) == (255, 336, 32)
    assert large.shared_bytes == 0


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("void kt::cuda::(anonymous namespace)::sum<32, float>(float*, int)", "sum<32, float>"),
        ("kt::cuda::(anonymous namespace)::add(kt::AddArgs, long)", "add"),
        ("void f<(kt::CacheType)2, true>(kt::cuda::Args<8>)", "f<(kt::CacheType)2, true>"),
    ],
)
def test_names_are_short(resources, name: str, plain: str) -> None:
    assert resources.plain_name(name) == plain


def test_a_spill_is_a_failure(resources, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(resources, "find_nvcc", lambda: Path("nvcc"))
    monkeypatch.setattr(
        resources,
        "measure",
        lambda nvcc, source, arch: list(resources.read_uses(REPORT, int(arch))),
    )
    assert resources.main("89") == 1
    assert "1 of them spill" in capsys.readouterr().out
