# SPDX-License-Identifier: Apache-2.0
"""Limits of control groups, on files as Linux writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktdesk.hardware.cgroups import cpu_limit, memory_left_bytes, memory_limit_bytes

MIB = 1 << 20


@pytest.fixture
def process(tmp_path: Path) -> Path:
    """The folder of a process in group /a/b of a version 2 hierarchy at tmp_path/fs."""
    folder = tmp_path / "self"
    write(folder / "cgroup", "0::/a/b\n")
    write(folder / "mountinfo", mount(tmp_path / "fs", "/", "cgroup2 cgroup2 rw"))
    return folder


def mount(place: Path, root: str, system: str) -> str:
    return f"30 23 0:26 {root} {place} rw,nosuid shared:9 - {system}\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_tightest_of_all_groups_above_counts(process: Path, tmp_path: Path) -> None:
    write(tmp_path / "fs/a/b/cpu.max", "400000 100000\n")
    write(tmp_path / "fs/a/cpu.max", "150000 100000\n")
    write(tmp_path / "fs/a/memory.max", f"{64 * MIB}\n")
    write(tmp_path / "fs/a/b/memory.max", "max\n")
    assert cpu_limit(process) == 1.5
    assert memory_limit_bytes(process) == 64 * MIB


def test_no_limit_is_none(process: Path, tmp_path: Path) -> None:
    write(tmp_path / "fs/a/b/cpu.max", "max 100000\n")
    write(tmp_path / "fs/a/b/memory.max", "max\n")
    assert cpu_limit(process) is None
    assert memory_limit_bytes(process) is None
    assert memory_left_bytes(process) is None


def test_files_in_memory_count_as_free(process: Path, tmp_path: Path) -> None:
    write(tmp_path / "fs/a/b/memory.max", f"{100 * MIB}\n")
    write(tmp_path / "fs/a/b/memory.current", f"{90 * MIB}\n")
    write(tmp_path / "fs/a/b/memory.stat", f"inactive_file {30 * MIB}\nactive_file {MIB}\n")
    assert memory_left_bytes(process) == 41 * MIB


def test_more_in_use_than_allowed_leaves_nothing(process: Path, tmp_path: Path) -> None:
    write(tmp_path / "fs/a/b/memory.max", f"{MIB}\n")
    write(tmp_path / "fs/a/b/memory.current", f"{2 * MIB}\n")
    assert memory_left_bytes(process) == 0


def test_version_1_in_a_container(tmp_path: Path) -> None:
    """There the group's own folder is mounted, under the name of the hierarchy."""
    write(tmp_path / "self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n0::/\n")
    write(
        tmp_path / "self/mountinfo",
        mount(tmp_path / "cpu", "/docker/x", "cgroup cgroup rw,cpu,cpuacct")
        + mount(tmp_path / "memory", "/docker/x", "cgroup cgroup rw,memory")
        + mount(tmp_path / "other", "/", "ext4 /dev/sda rw"),
    )
    write(tmp_path / "cpu/cpu.cfs_quota_us", "300000\n")
    write(tmp_path / "cpu/cpu.cfs_period_us", "100000\n")
    write(tmp_path / "memory/memory.limit_in_bytes", f"{10 * MIB}\n")
    write(tmp_path / "memory/memory.usage_in_bytes", f"{8 * MIB}\n")
    write(tmp_path / "memory/memory.stat", f"total_inactive_file {MIB}\ntotal_active_file 0\n")
    assert cpu_limit(tmp_path / "self") == 3.0
    assert memory_left_bytes(tmp_path / "self") == 3 * MIB


def test_version_1_writes_no_limit_as_a_number(tmp_path: Path) -> None:
    write(tmp_path / "self/cgroup", "5:cpu:/\n4:memory:/\n")
    write(
        tmp_path / "self/mountinfo",
        mount(tmp_path / "cpu", "/", "cgroup cgroup rw,cpu")
        + mount(tmp_path / "memory", "/", "cgroup cgroup rw,memory"),
    )
    write(tmp_path / "cpu/cpu.cfs_quota_us", "-1\n")
    write(tmp_path / "cpu/cpu.cfs_period_us", "100000\n")
    write(tmp_path / "memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert cpu_limit(tmp_path / "self") is None
    assert memory_limit_bytes(tmp_path / "self") is None


def test_a_system_without_control_groups_has_no_limits(tmp_path: Path) -> None:
    assert cpu_limit(tmp_path) is None
    assert memory_left_bytes(tmp_path) is None
