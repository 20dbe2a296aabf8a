# SPDX-License-Identifier: Apache-2.0
"""The page that measures how fast a model answers on this machine."""
