# SPDX-License-Identifier: Apache-2.0
"""Models that other machines run: endpoints with OpenAI's API, behind the engine's own face.

A remote is a small file, and so has a path as every model has. `AnyEngine` loads either.
"""

SUFFIX = ".remote"  # of the files
