# SPDX-License-Identifier: Apache-2.0
"""The AppImage: one file that runs on any Linux, made from the frozen program."""
