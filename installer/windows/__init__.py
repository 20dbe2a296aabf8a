# SPDX-License-Identifier: Apache-2.0
"""The installer for Windows, and how it is made and tried without Windows."""
