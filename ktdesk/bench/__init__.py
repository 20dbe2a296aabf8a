# SPDX-License-Identifier: Apache-2.0
"""How fast a model answers on this machine: measured, compared with the last time, and kept."""
