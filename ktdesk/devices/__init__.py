# SPDX-License-Identifier: Apache-2.0
"""Where tensors live and work runs: streams, graphs, step inputs, caches."""
