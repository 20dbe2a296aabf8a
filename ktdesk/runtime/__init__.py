# SPDX-License-Identifier: Apache-2.0
"""Requests, sampling, and the loop that turns one into the other's tokens."""
