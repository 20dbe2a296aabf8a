# SPDX-License-Identifier: Apache-2.0
"""The conversation page: presenters without widgets, and the widgets."""
