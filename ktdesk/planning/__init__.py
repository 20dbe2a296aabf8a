# SPDX-License-Identifier: Apache-2.0
"""What a model needs, where each of its parts goes on a machine, and how fast it will be."""
