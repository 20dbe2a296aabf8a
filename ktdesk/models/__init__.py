# SPDX-License-Identifier: Apache-2.0
"""Architectures, written over slots, and how one is built from a file and a placement."""
