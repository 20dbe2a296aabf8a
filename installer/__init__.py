# SPDX-License-Identifier: Apache-2.0
"""What makes programs that need no Python: frozen, described, packed and tried."""
