# SPDX-License-Identifier: Apache-2.0
"""The module `ktdesk._cuda`, loaded when it is needed."""

from typing import Any


def load_cuda() -> Any:
    import ktdesk._cuda

    return ktdesk._cuda
