# SPDX-License-Identifier: Apache-2.0
"""What a model writes, taken apart while it comes: answer, reasoning, calls of tools."""
