# SPDX-License-Identifier: Apache-2.0
"""What this machine can do, measured with the kernels that models are computed with.

Each probe gives bytes or operations per second, the best of some rounds: other programs can only
slow a round down. What is measured is kept by `ktdesk.hardware`.
"""
