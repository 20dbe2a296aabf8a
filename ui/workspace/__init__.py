# SPDX-License-Identifier: Apache-2.0
"""Conversations as tabs and side by side, over one store and one engine."""
