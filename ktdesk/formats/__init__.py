# SPDX-License-Identifier: Apache-2.0
"""Model files: their metadata, their tensors, and the types of their weights."""
