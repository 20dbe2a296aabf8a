# SPDX-License-Identifier: Apache-2.0
"""Make dist/KTDesk-VERSION-x86_64.AppImage from dist/KTDesk: `make appimage`.

python -m installer.appimage.build. Where KTDESK_SIGNING_KEY names a key of GnuPG, it is signed.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from installer import glibc_floor
from installer.appimage.folder import fill
from installer.bill import extend_bill
from installer.checksum import write_checksum
from installer.components import Component, system_package
from installer.contents import ROOT
from installer.description import bill_of
from installer.source_date import made_at
from ktdesk import __version__

HERE = Path(__file__).parent
FROZEN = ROOT / "dist" / "KTDesk"
FOLDER = ROOT / "build" / "AppDir"
RUNTIME = ROOT / "build" / "appimage-runtime"

LIBRARIES = ["squashfuse_ll", "squashfuse", "fuse3", "zstd", "z", "pthread", "dl"]
LINKED = ["libsquashfuse-dev", "libfuse3-dev", "libzstd-dev", "zlib1g-dev", "libc6-dev"]


def main() -> int:
    """Build the AppImage and what belongs beside it."""
    if glibc_floor.main(str(FROZEN)):
        return 1
    build_runtime(RUNTIME)
    linked = [system_package(name) for name in LINKED]
    fill(FOLDER, FROZEN, linked)
    target = ROOT / "dist" / f"KTDesk-{__version__}-{platform.machine()}.AppImage"
    pack(FOLDER, RUNTIME, target)
    describe(target, linked)
    if key := os.environ.get("KTDESK_SIGNING_KEY"):
        sign(target, key)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.0f} MB")
    return 0


def build_runtime(target: Path) -> None:
    """Compile the program that mounts or unpacks what is behind it."""
    sources = sorted(map(str, HERE.glob("*.c")))
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-D_FILE_OFFSET_BITS=64", "-static"]
    flags += ["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-s"]
    libraries = [f"-l{name}" for name in LIBRARIES]
    subprocess.run(["gcc", *flags, "-o", target, *sources, *libraries], check=True)
    with target.open("r+b") as file:
        file.seek(8)
        file.write(b"AI\x02")  # an AppImage of type 2
    said = subprocess.run([target, "--appimage-offset"], check=True, capture_output=True).stdout
    if int(said) != target.stat().st_size:
        raise SystemExit(f"The runtime takes itself for {int(said)} bytes long, and is not.")


def pack(folder: Path, runtime: Path, target: Path) -> None:
    """Write runtime and squashfs into one file. The same folder makes the same file."""
    image = target.with_suffix(".squashfs")
    options = ["-root-owned", "-noappend", "-no-progress", "-quiet", "-comp", "zstd"]
    options += ["-Xcompression-level", "12", "-b", "256K", "-all-time", str(made_at())]
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    times = ["-mkfs-time", str(made_at())]
    command = ["mksquashfs", folder, image, *options, *times]
    subprocess.run(command, check=True, env=environment)
    with target.open("wb") as whole:
        whole.write(runtime.read_bytes())
        whole.write(image.read_bytes())
    image.unlink()
    target.chmod(0o755)


def describe(target: Path, linked: list[Component]) -> None:
    """Write the bill of materials and the checksum."""
    extend_bill(bill_of(FROZEN), bill_of(target), linked)
    write_checksum(target)


def sign(target: Path, key: str) -> None:
    """Write a signature beside the file: `gpg --verify KTDesk...AppImage.asc`."""
    signature = target.with_name(target.name + ".asc")
    command = ["gpg", "--batch", "--yes", "--local-user", key, "--armor", "--detach-sign"]
    subprocess.run([*command, "--output", signature, target], check=True)


if __name__ == "__main__":
    sys.exit(main())
