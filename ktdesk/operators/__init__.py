# SPDX-License-Identifier: Apache-2.0
"""Slots that models are written over, the operators that fill them, and placement files."""
