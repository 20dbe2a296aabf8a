# SPDX-License-Identifier: Apache-2.0
"""The palette: everything that can be done or opened, found by a few letters."""
