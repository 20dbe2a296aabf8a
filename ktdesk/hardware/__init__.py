# SPDX-License-Identifier: Apache-2.0
"""The machine KTDesk runs on: processor, memory, graphics cards, as far as they may be used.

Limits that the system puts on the process (affinity, control groups) count as the machine's own.
What cannot be found out is left empty, with a sentence that says why; nothing here raises.
"""

from __future__ import annotations

from ktdesk.hardware.gpus import Gpu as Gpu
from ktdesk.hardware.machine import Machine as Machine
from ktdesk.hardware.machine import describe_machine as describe_machine
from ktdesk.hardware.memory import available_memory_bytes as available_memory_bytes
from ktdesk.hardware.memory import total_memory_bytes as total_memory_bytes
from ktdesk.hardware.processor import logical_cores as logical_cores
from ktdesk.hardware.processor import physical_cores as physical_cores
