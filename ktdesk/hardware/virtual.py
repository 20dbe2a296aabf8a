# SPDX-License-Identifier: Apache-2.0
"""Whether this is a whole machine: virtual machines, WSL, containers."""

from __future__ import annotations

import re
from pathlib import Path

from ktdesk.hardware.system_files import LINUX, read_text

_MAKERS = {
    "qemu": "QEMU",
    "vmware": "VMware",
    "innotek": "VirtualBox",
    "xen": "Xen",
    "parallels": "Parallels",
    "microsoft corporation virtual machine": "Hyper-V",
    "google compute": "Google Compute Engine",
    "amazon ec2": "Amazon EC2",
    "openstack": "OpenStack",
    "kvm": "KVM",
}
_CONTAINERS = re.compile(r"docker|kubepods|containerd|libpod|lxc")


def hypervisor(root: Path = LINUX) -> str:
    """Return what this Linux runs on: 'QEMU' for instance, 'WSL 2', or '' on bare metal."""
    release = read_text(root / "proc/sys/kernel/osrelease").lower()
    if "microsoft" in release:
        return "WSL 2" if "wsl2" in release else "WSL 1"
    if not re.search(r"^flags\b.*\bhypervisor\b", read_text(root / "proc/cpuinfo"), re.MULTILINE):
        return ""
    names = (read_text(root / "sys/class/dmi/id" / file) for file in ("sys_vendor", "product_name"))
    return hypervisor_of(" ".join(names)) or "unknown"


def hypervisor_of(computer: str) -> str:
    """Return the hypervisor that names its computer's maker and model so, or ''."""
    text = computer.lower()
    return next((name for word, name in _MAKERS.items() if word in text), "")


def container(root: Path = LINUX) -> str:
    """Return the kind of container that this process is in, or ''."""
    for sign, name in ((".dockerenv", "docker"), ("run/.containerenv", "podman")):
        if _exists(root / sign):
            return name
    if said := read_text(root / "run/systemd/container"):
        return said
    for file in ("proc/1/cgroup", "proc/self/cgroup"):
        if found := _CONTAINERS.search(read_text(root / file)):
            return found[0]
    return ""


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
