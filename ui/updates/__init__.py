# SPDX-License-Identifier: Apache-2.0
"""Newer versions of KTDesk: whether they may be looked for, and what was found."""
