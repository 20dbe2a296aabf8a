# SPDX-License-Identifier: Apache-2.0
"""The first start: this machine, what it can run, where models live, the first model."""
