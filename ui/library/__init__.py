# SPDX-License-Identifier: Apache-2.0
"""Finding, fetching and keeping models: the pages Discover and My models, downloads, the tray."""
