# SPDX-License-Identifier: Apache-2.0
"""The placement of a model: what it takes, how fast it will be, and rules to change that."""
