# SPDX-License-Identifier: Apache-2.0
"""The machine KTDesk runs on: processor, memory, graphics cards, as far as they may be used.

Limits that the system puts on the process (affinity, control groups) count as the machine's own.
What cannot be found out is left empty, with a sentence that says why; nothing here raises.
"""

from __future__ import annotations

from ktdesk.hardware.describe import describe_machine as describe_machine
from ktdesk.hardware.machine import Disk as Disk
from ktdesk.hardware.machine import Gpu as Gpu
from ktdesk.hardware.machine import Machine as Machine
from ktdesk.hardware.machine import Measured as Measured
from ktdesk.hardware.machine import Memory as Memory
from ktdesk.hardware.machine import MemoryNode as MemoryNode
from ktdesk.hardware.machine import Processor as Processor
from ktdesk.hardware.machine import System as System
from ktdesk.hardware.memory import available_memory_bytes as available_memory_bytes
from ktdesk.hardware.memory import taken_memory_bytes as taken_memory_bytes
from ktdesk.hardware.memory import total_memory_bytes as total_memory_bytes
from ktdesk.hardware.processor import logical_cores as logical_cores
from ktdesk.hardware.processor import physical_cores as physical_cores
