# SPDX-License-Identifier: Apache-2.0
"""The page of the machine: what it has, how fast that is, and what keeps it from its best."""
