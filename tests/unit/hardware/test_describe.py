# SPDX-License-Identifier: Apache-2.0
"""Whole machines, from the files and answers that they would give."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import psutil
import pytest

from ktdesk import _native
from ktdesk.hardware import Gpu, Machine, describe, describe_machine
from ktdesk.hardware.gpus import Search
from ktdesk.hardware.machine import PcieLink
from ktdesk.hardware.report import report
from ktdesk.hardware.verdicts import judge
from ktdesk.hardware.windows import Answers
from tests.unit.hardware.machines import GIB, memory_device, table, write, write_machine
from tests.unit.hardware.test_windows import core

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="machines are Linux's files")

NO_DRIVER = Search((), "No NVIDIA driver is installed.")
RTX_4090 = Gpu(
    name="NVIDIA GeForce RTX 4090",
    memory_bytes=24 * GIB,
    free_bytes=23 * GIB,
    compute_capability=(8, 9),
    driver="580.1",
    cuda=(13, 0),
    needed_cuda=(13, 0),
    pci_address="0000:01:00.0",
    link=PcieLink(generation=4, width=4, most_generation=4, most_width=16, card_width=16),
)


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Describe the machine whose files are under tmp_path."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path / "proc"))
    monkeypatch.setattr(describe, "largest_programs", tuple)

    def look(search: Search = NO_DRIVER, answers: Answers | None = None) -> Machine:
        monkeypatch.setattr(describe, "find_gpus", lambda: search)
        machine = describe_machine((tmp_path,), root=tmp_path, answers=answers or {})
        assert machine.processor.name in report(machine)
        return machine

    return look


def codes(machine: Machine) -> set[str]:
    return {verdict.code for verdict in judge(machine)} - {"pages_not_granted"}


def test_a_dual_socket_xeon_with_tiles_that_are_not_granted(
    look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = [("AVX2", True, True), ("AVX-512 F", True, True), ("AMX", True, False)]
    monkeypatch.setattr(_native, "instruction_sets", lambda: sets)
    name = "Intel(R) Xeon(R) Gold 6454S"
    write_machine(tmp_path, name=name, nodes=2, sockets=2, cores=32, threads=2, memory_gib=1024)
    modules = [
        memory_device(f"P{n // 8 + 1}-DIMM{'ABCDEFGH'[n % 8]}1", "", gib=64) for n in range(16)
    ]
    write(tmp_path, {"sys/firmware/dmi/tables/DMI": table(modules)})
    machine = look()
    processor, memory = machine.processor, machine.memory
    assert (processor.sockets, processor.physical_cores, processor.logical_cores) == (2, 64, 128)
    assert processor.fast_cores == 64
    assert [(cache.level, cache.count) for cache in processor.caches] == [(1, 64), (3, 2)]
    assert [(node.physical_cores, node.total_bytes) for node in memory.nodes] == [
        (32, 512 * GIB)
    ] * 2
    assert memory.nodes[1].free_bytes == 256 * GIB + (1 << 20)
    assert (memory.channels, memory.speed_mts) == (16, 4800)
    assert memory.peak_bytes_per_s == 16 * 8 * 4800e6
    assert machine.system.hypervisor == ""
    assert codes(machine) == {"card_missing", "set_tiles_not_granted"}


def test_an_epyc_with_four_nodes(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="AMD EPYC 9654", nodes=4, cores=24, threads=2, memory_gib=768)
    machine = look()
    assert machine.processor.sockets == 1
    assert [node.physical_cores for node in machine.memory.nodes] == [24] * 4
    assert machine.memory.modules_problem == "The system does not describe its memory modules."
    assert (machine.memory.channels, machine.memory.peak_bytes_per_s) == (0, 0)


def test_a_desktop_with_192_gb_and_a_card_in_the_wrong_slot(look, tmp_path: Path) -> None:
    write_machine(
        tmp_path,
        name="Intel(R) Core(TM) i9-14900K",
        cores=24,
        threads=2,
        slow_cores=16,
        memory_gib=192,
    )
    modules = [
        memory_device(f"Controller{n // 2}-ChannelA-DIMM{n % 2}", f"BANK {n}", gib=48, rated=5600)
        for n in range(4)
    ]
    write(tmp_path, {"sys/firmware/dmi/tables/DMI": table(modules)})
    machine = look(Search((RTX_4090,), ""))
    assert (machine.processor.physical_cores, machine.processor.fast_cores) == (24, 8)
    assert machine.processor.logical_cores == 8 * 2 + 16
    assert machine.memory.total_bytes == 192 * GIB
    assert codes(machine) == {"card_slot", "memory_slow"}


def test_a_laptop_without_a_card(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="AMD Ryzen 7 7840U", cores=8, threads=2, memory_gib=16)
    write(
        tmp_path,
        {
            "sys/firmware/acpi/platform_profile": "low-power\n",
            "sys/class/power_supply/BAT0/type": "Battery\n",
            "sys/class/power_supply/hid-mouse/type": "Battery\n",
            "sys/class/power_supply/hid-mouse/scope": "Device\n",
            "sys/firmware/dmi/tables/DMI": table([memory_device("DIMM 0", "P0 CHANNEL A", gib=16)]),
        },
    )
    machine = look()
    assert machine.system.has_battery
    assert machine.gpus == ()
    assert codes(machine) == {"card_missing", "plan_slow", "memory_one_channel"}


def test_a_container_with_8_gb(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="AMD EPYC", cores=64, memory_gib=256, flags="fpu hypervisor")
    group = tmp_path / "cgroup"
    write(
        tmp_path,
        {
            ".dockerenv": "",
            "proc/self/cgroup": "0::/\n",
            "proc/self/mountinfo": f"30 23 0:26 / {group} rw shared:9 - cgroup2 cgroup2 rw\n",
            "cgroup/memory.max": str(8 * GIB),
            "cgroup/memory.current": str(7 * GIB),
            "cgroup/cpu.max": "400000 100000\n",
            "sys/class/dmi/id/sys_vendor": "QEMU\n",
            "sys/firmware/dmi/tables/DMI": table([memory_device("DIMM 0", "", gib=16)]),
        },
    )
    machine = look()
    assert (machine.system.container, machine.system.hypervisor) == ("docker", "QEMU")
    assert (machine.memory.total_bytes, machine.memory.available_bytes) == (8 * GIB, GIB)
    assert (machine.memory.installed_bytes, machine.memory.limited_by) == (256 * GIB, "container")
    assert machine.processor.physical_cores == 4
    assert machine.memory.modules == ()
    assert codes(machine) == {"card_missing", "memory_little", "memory_limited_container"}


def test_windows_answers(look, tmp_path: Path) -> None:
    """As PowerShell writes them; numbers are numbers, and what is not known is null."""
    write_machine(tmp_path, name="AMD Ryzen 9 7950X", cores=16, threads=2, memory_gib=64)
    shutil.rmtree(tmp_path / "sys/devices/system/cpu")
    module = {
        "Capacity": 34359738368,
        "Speed": 6000,
        "ConfiguredClockSpeed": 4800,
        "BankLabel": "P0 CHANNEL A",
        "DeviceLocator": "DIMM 1",
        "SMBIOSMemoryType": 34,
        "DataWidth": 64,
    }
    answers = {
        "processors": [
            {"Name": "x", "NumberOfCores": 16, "L2CacheSize": 16384, "L3CacheSize": 65536}
        ],
        "modules": [module, module | {"BankLabel": "P0 CHANNEL B"}],
        "computer": {"Manufacturer": "ASUS", "Model": "System Product Name"},
        "batteries": [],
        "scheme": "a1841308-3541-4fab-bc81-f71556f20b4a",
        "disks": [],
    }
    machine = look(answers=json.loads(json.dumps(answers)))
    assert machine.processor.sockets == 1
    assert [(cache.level, cache.size_bytes) for cache in machine.processor.caches] == [
        (2, 16 << 20),
        (3, 64 << 20),
    ]
    assert (machine.memory.channels, machine.memory.modules_problem) == (2, "")
    assert machine.system.power_plan == "power saver"
    assert codes(machine) == {"card_missing", "plan_slow", "memory_slow"}


def test_windows_on_a_hybrid_processor(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="Intel Core i9", cores=24, memory_gib=64)
    cores = b"".join(
        [*(core(1, 1 << i) for i in range(8)), *(core(0, 256 << i) for i in range(16))]
    )
    processor = look(answers={"cores": cores}).processor
    assert (processor.physical_cores, processor.fast_cores) == (24, 8)


def test_windows_on_two_sockets_with_a_node_each(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="Intel Xeon", nodes=2, cores=16, memory_gib=256)
    shutil.rmtree(tmp_path / "sys/devices/system/cpu")
    socket = {"Name": "x", "NumberOfCores": 16, "L2CacheSize": 32768, "L3CacheSize": 46080}
    module = {
        "Capacity": 34359738368,
        "Speed": 4800,
        "ConfiguredClockSpeed": 4800,
        "DeviceLocator": "CPU1_DIMM_A1",
        "BankLabel": "BANK 0",
        "SMBIOSMemoryType": 34,
        "DataWidth": 64,
    }
    slots = (f"CPU{cpu}_DIMM_{channel}1" for cpu in (1, 2) for channel in "ABCD")
    modules = [module | {"DeviceLocator": slot} for slot in slots]
    machine = look(answers={"processors": [socket, socket], "modules": modules})
    assert machine.processor.sockets == 2
    assert [cache.count for cache in machine.processor.caches] == [2, 2]
    assert [node.id for node in machine.memory.nodes] == [0, 1]
    assert machine.memory.channels == 8
    assert machine.memory.peak_bytes_per_s == 8 * 4800e6 * 8
    assert not machine.gpus
    assert machine.gpus_problem


def test_wsl(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="AMD Ryzen 9", cores=16, memory_gib=32, flags="fpu hypervisor")
    write(tmp_path, {"proc/sys/kernel/osrelease": "5.15.167.4-microsoft-standard-WSL2\n"})
    machine = look()
    assert machine.system.hypervisor == "WSL 2"
    assert "memory_wsl" in codes(machine)


def pci(vendor: str, kind: str) -> dict[str, str]:
    folder = "sys/bus/pci/devices/0000:01:00.0"
    return {f"{folder}/vendor": f"{vendor}\n", f"{folder}/class": f"{kind}\n"}


@pytest.mark.parametrize("kind", ["0x030000", "0x030200"])
def test_a_card_that_is_plugged_in_and_has_no_driver_is_a_problem(
    look, tmp_path: Path, kind: str
) -> None:
    write_machine(tmp_path, name="AMD Ryzen 9", cores=16, memory_gib=64)
    write(tmp_path, pci("0x10de", kind))
    (verdict,) = (verdict for verdict in judge(look()) if verdict.code == "card_missing")
    assert verdict.severity == "problem"
    assert "has an NVIDIA graphics card, but no driver" in verdict.text
    assert "release 580" in verdict.remedy


@pytest.mark.parametrize(("vendor", "kind"), [("0x1002", "0x030000"), ("0x10de", "0x040300")])
def test_other_makers_and_other_devices_are_none(
    look, tmp_path: Path, vendor: str, kind: str
) -> None:
    write_machine(tmp_path, name="AMD Ryzen 9", cores=16, memory_gib=64)
    write(tmp_path, pci(vendor, kind))
    (verdict,) = (verdict for verdict in judge(look()) if verdict.code == "card_missing")
    assert (verdict.severity, verdict.remedy) == ("note", "")


def test_windows_knows_a_card_that_has_no_driver(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="AMD Ryzen 9", cores=16, memory_gib=64)
    names = ("PCI\\VEN_8086&DEV_A780", "PCI\\VEN_10DE&DEV_2684&SUBSYS_88B81043")
    machine = look(answers={"displays": [{"PNPDeviceID": name} for name in names]})
    assert "no driver for it" in machine.gpus_problem
    other = look(answers={"displays": [{"PNPDeviceID": names[0]}, {"PNPDeviceID": None}]})
    assert other.gpus_problem == NO_DRIVER.problem


def test_a_container_must_be_given_the_card(look, tmp_path: Path) -> None:
    write_machine(tmp_path, name="AMD Ryzen 9", cores=16, memory_gib=64)
    write(tmp_path, pci("0x10de", "0x030200") | {".dockerenv": ""})
    assert "--gpus all" in look().gpus_remedy


GARBAGE = ("", "\0\xff", "a: b: c - d", "-", "9" * 5000, "0-99999999999", "1-2-3,,x", "\n\n:")


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_every_file_does_no_harm(
    tmp_path: Path, look, monkeypatch: pytest.MonkeyPatch, garbage: str
) -> None:
    """All but what psutil reads, and the number of nodes, which only native code reads."""
    write_machine(tmp_path, name="Name", cores=2, memory_gib=8)
    write(
        tmp_path,
        {
            "sys/firmware/dmi/tables/DMI": "",
            "sys/firmware/acpi/platform_profile": "",
            "sys/class/power_supply/BAT0/type": "",
            "sys/class/dmi/id/sys_vendor": "",
            "sys/devices/cpu_atom/cpus": "",
            "proc/self/cgroup": "",
            "proc/self/mountinfo": "",
            "proc/1/cgroup": "",
            "run/systemd/container": "",
            **pci("", ""),
        },
    )
    kept = {tmp_path / "proc" / name for name in ("meminfo", "vmstat", "self/status")}
    kept.add(tmp_path / "sys/devices/system/node/online")
    for path in sorted(tmp_path.rglob("*")):
        if path.is_file() and path not in kept:
            path.write_text(garbage, encoding="latin-1")
    monkeypatch.setattr(describe, "find_gpus", lambda: NO_DRIVER)
    machine = describe_machine((tmp_path,), root=tmp_path, answers={})
    assert machine.processor.physical_cores >= 1
    assert judge(machine)
    assert report(machine)


def test_files_that_may_not_be_read_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(describe, "find_gpus", lambda: NO_DRIVER)
    for name in ("read_text", "read_bytes", "glob", "exists"):
        monkeypatch.setattr(Path, name, forbidden)
    machine = describe_machine((tmp_path,), answers={})
    assert machine.processor.physical_cores >= 1
    assert machine.memory.total_bytes > 0


def test_the_native_module_sees_what_linux_sees() -> None:
    """Linux leaves out of its list what it does not grant."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    names = {
        "AVX2": "avx2",
        "AVX-VNNI": "avx_vnni",
        "AVX-512 F": "avx512f",
        "AVX-512 BW": "avx512bw",
        "AVX-512 VNNI": "avx512_vnni",
        "AVX-512 BF16": "avx512_bf16",
        "AMX": "amx_tile",
    }
    sets = {name: has and granted for name, has, granted in _native.instruction_sets()}
    assert sets == {name: flag in flags for name, flag in names.items()}
