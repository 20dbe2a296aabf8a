# SPDX-License-Identifier: Apache-2.0
"""Made-up machines: the files that Linux would have, and tables as boards' makers fill them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

GIB = 1 << 30


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def write_machine(
    root: Path,
    *,
    name: str,
    nodes: int = 1,
    cores: int,
    threads: int = 1,
    memory_gib: int,
    sockets: int = 1,
    slow_cores: int = 0,
    flags: str = "fpu avx2",
) -> None:
    """Write processors and memory as Linux shows them.

    cores: of each node; hardware threads beyond the first of a core are numbered after all cores.
    slow_cores: the last ones, which have one thread each.
    """
    total = nodes * cores
    files: dict[str, str] = {}
    cpus: dict[int, list[int]] = {core: [core] for core in range(total)}
    for thread in range(1, threads):
        for core in range(total - slow_cores):
            cpus[core].append(thread * total + core)
    of_node: dict[int, list[int]] = {}
    for core, numbers in cpus.items():
        of_node.setdefault(core // cores, []).extend(numbers)
        for cpu in numbers:
            folder = f"sys/devices/system/cpu/cpu{cpu}"
            siblings = ",".join(map(str, numbers))
            files |= {
                f"{folder}/topology/thread_siblings_list": siblings,
                f"{folder}/topology/physical_package_id": str(core * sockets // total),
                f"{folder}/cache/index0/level": "1",
                f"{folder}/cache/index0/type": "Data",
                f"{folder}/cache/index0/size": "48K",
                f"{folder}/cache/index0/shared_cpu_list": siblings,
                f"{folder}/cache/index3/level": "3",
                f"{folder}/cache/index3/type": "Unified",
                f"{folder}/cache/index3/size": "32M",
                f"{folder}/cache/index3/shared_cpu_list": f"socket {core * sockets // total}",
            }
    every = ",".join(str(cpu) for numbers in cpus.values() for cpu in numbers)
    if slow_cores:
        files["sys/devices/cpu_atom/cpus"] = f"{total - slow_cores}-{total - 1}"
    per_node = memory_gib * (GIB >> 10) // nodes
    for node, numbers in of_node.items():
        folder = f"sys/devices/system/node/node{node}"
        files |= {
            f"{folder}/cpulist": ",".join(map(str, numbers)),
            f"{folder}/meminfo": f"Node {node} MemTotal: {per_node} kB\n"
            f"Node {node} MemFree: {per_node // 2} kB\nNode {node} Active(file): 1024 kB\n",
        }
    files |= {
        "sys/devices/system/node/online": f"0-{nodes - 1}",
        "proc/self/status": f"Cpus_allowed_list:\t{every}\n",
        "proc/cpuinfo": f"processor\t: 0\nmodel name\t: {name}\nflags\t\t: {flags}\n",
        "proc/meminfo": f"MemTotal: {nodes * per_node} kB\nMemFree: {per_node} kB\n"
        f"MemAvailable: {per_node} kB\nBuffers: 0 kB\nCached: 0 kB\nActive: 0 kB\n"
        "Inactive: 0 kB\nShmem: 0 kB\nSlab: 0 kB\nSReclaimable: 0 kB\n"
        "SwapTotal: 2048 kB\nSwapFree: 1024 kB\n",
        "proc/vmstat": "pswpin 0\npswpout 0\n",
    }
    write(root, files)


def memory_device(
    slot: str, bank: str, *, gib: int, kind: int = 34, rated: int = 4800, speed: int = 4800
) -> bytes:
    """Return one structure of type 17 of an SMBIOS table. gib: 0 for an empty slot."""
    size = 0x7FFF if gib >= 32 else gib << 10
    body = bytearray(84)
    struct.pack_into("<BBH", body, 0, 17, len(body), 1)
    struct.pack_into("<HHH", body, 0x08, 72, 64, size)
    body[0x10], body[0x11], body[0x12] = 1, 2 if bank else 0, kind  # 0: there is no such text
    struct.pack_into("<H", body, 0x15, rated)
    struct.pack_into("<I", body, 0x1C, gib << 10)
    struct.pack_into("<H", body, 0x20, speed)
    texts = b"\0".join(text.encode() for text in (slot, bank) if text)
    return bytes(body) + texts + b"\0\0"


def table(devices: Sequence[bytes]) -> bytes:
    """Return a whole table: another structure before the memory, and the end of it."""
    return bytes((1, 4, 0, 0)) + b"Maker\0\0" + b"".join(devices) + bytes((127, 4, 0, 0, 0, 0))
