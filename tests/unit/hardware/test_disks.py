# SPDX-License-Identifier: Apache-2.0
"""Disks: which one a folder lies on, and of what kind it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ktdesk.hardware.disks import describe_disk
from tests.unit.hardware.machines import write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's list of mounts")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "with blank" / "models"
    folder.mkdir(parents=True)
    return folder


def mounts(root: Path, *lines: str) -> None:
    write(root, {"proc/self/mountinfo": "".join(f"{line}\n" for line in lines)})


def line(mount: Path, device: str, file_system: str) -> str:
    place = str(mount).replace(" ", "\\040")
    return f"30 23 {device} / {place} rw shared:9 - {file_system} /dev/x rw"


@pytest.mark.parametrize(
    ("rotational", "is_virtual", "kind"),
    [("0", False, "ssd"), ("1", False, "hdd"), ("1", True, "")],
)
def test_the_nearest_mount_counts(
    tmp_path: Path, models: Path, rotational: str, is_virtual: bool, kind: str
) -> None:
    """Its disk is a partition: what kind it is stands one folder higher."""
    mounts(
        tmp_path,
        line(models.parent, "259:2", "ext4"),
        line(Path("/"), "8:1", "xfs"),
        line(models.parent.with_name("with"), "8:2", "xfs"),
    )
    disk = tmp_path / "sys/devices/nvme0n1"
    write(disk, {"queue/rotational": rotational, "nvme0n1p2/partition": "2"})
    (tmp_path / "sys/dev/block").mkdir(parents=True)
    (tmp_path / "sys/dev/block/259:2").symlink_to(disk / "nvme0n1p2")
    found = describe_disk(models / "not there yet", root=tmp_path, is_virtual=is_virtual)
    assert (found.mount, found.file_system, found.kind) == (str(models.parent), "ext4", kind)
    assert found.total_bytes > found.free_bytes > 0


@pytest.mark.parametrize(
    ("file_system", "kind"), [("nfs4", "network"), ("tmpfs", "memory"), ("overlay", "")]
)
def test_what_is_no_disk(tmp_path: Path, models: Path, file_system: str, kind: str) -> None:
    mounts(tmp_path, line(models, "0:44", file_system))
    assert describe_disk(models, root=tmp_path).kind == kind
