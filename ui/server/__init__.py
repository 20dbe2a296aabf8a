# SPDX-License-Identifier: Apache-2.0
"""The server within the window: a presenter without widgets, and the page."""
