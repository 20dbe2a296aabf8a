# SPDX-License-Identifier: Apache-2.0
"""Kernels: their definitions in plain torch, and checked wrappers of the native ones."""
