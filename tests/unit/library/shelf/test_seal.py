# SPDX-License-Identifier: Apache-2.0
"""Which files count as the same, also on disks that number them anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ktdesk.library.shelf import seal
from ktdesk.library.shelf.seal import Seal, numbers_last

MOUNTS = """\
25 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
90 25 8:17 / /mnt/stick rw,nosuid shared:50 - exfat /dev/sdb1 rw,uid=1000
91 25 8:33 / /boot/efi rw - vfat /dev/sdc1 rw
92 25 0:61 / /run/user/8:17 rw - tmpfs tmpfs rw
"""


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of devices are Linux's")
def test_exfat_and_fat_number_files_anew(tmp_path: Path) -> None:
    mounts = tmp_path / "proc/self/mountinfo"
    mounts.parent.mkdir(parents=True)
    mounts.write_text(MOUNTS)
    found = {
        (major, minor): numbers_last(os.makedev(major, minor), tmp_path)
        for major, minor in ((8, 2), (8, 17), (8, 33), (0, 61), (9, 9))
    }
    assert [device for device, lasts in found.items() if not lasts] == [(8, 17), (8, 33)]


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of devices are Linux's")
@pytest.mark.parametrize("lasts", [True, False])
def test_a_file_that_got_another_number_is_the_same_only_where_numbers_do_not_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasts: bool
) -> None:
    monkeypatch.setattr(seal, "numbers_last", lambda device: lasts)
    first, second = tmp_path / "a", tmp_path / "b"
    for path in (first, second):
        path.write_bytes(b"x")
        os.utime(path, ns=(5, 5))
    assert (Seal.of(first) == Seal.of(second)) != lasts
