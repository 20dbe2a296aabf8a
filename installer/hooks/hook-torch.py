# SPDX-License-Identifier: Apache-2.0
"""What of torch a program needs that only computes: without tests, headers and compilers.

Replaces the hook of PyInstaller's collection, which takes all of it (180 MB more).
"""

from pathlib import Path

import torch
from PyInstaller.utils.hooks import (
    PY_DYLIB_PATTERNS,
    collect_data_files,
    collect_dynamic_libs,
)

FOLDERS = ("bin", "include", "share", "test")
SUFFIXES = (".a", ".cmake", ".cpp", ".cuh", ".h", ".hpp", ".lib", ".pyi")
TEST_LIBRARIES = ("libtorchbind_test", "libjitbackend_test", "libbackend_with_compiler")

module_collection_mode = "pyz+py"  # torch reads its own sources when it is imported
hiddenimports = ["torch.backends.cuda", "torch.backends.cudnn", "torch.cuda"]
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]

datas = collect_data_files(
    "torch",
    excludes=[*(f"{name}/**" for name in FOLDERS), *(f"**/*{suffix}" for suffix in SUFFIXES)],
)
binaries = [
    entry
    for entry in collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
    if not Path(entry[0]).name.startswith(TEST_LIBRARIES)
    and not {"bin", "test"} & set(Path(entry[0]).parts)
]
# `import torch` fails on Linux without this one program of its bin folder.
manager = Path(torch.__file__).parent / "bin" / "torch_shm_manager"
if manager.exists():
    binaries.append((str(manager), "torch/bin"))
