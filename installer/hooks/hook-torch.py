# SPDX-License-Identifier: Apache-2.0
"""What of torch a program needs that only computes: without tests, headers and compilers.

Replaces the hook of PyInstaller's collection, which takes all of it (180 MB more). Looks at each of
the 15,000 files once: PyInstaller's own functions do so for every pattern, for minutes on Windows.
"""

import os
from pathlib import Path

import torch

FOLDERS = ("bin", "include", "share", "test")
LIBRARIES = (".dll", ".dylib", ".so")
SUFFIXES = (
    ".a", ".cmake", ".cpp", ".cuh", ".h", ".hpp", ".lib", ".py", ".pyc", ".pyd", ".pyi",
)  # fmt: skip
TEST_LIBRARIES = ("libtorchbind_test", "libjitbackend_test", "libbackend_with_compiler")

module_collection_mode = "pyz+py"  # torch reads its own sources when it is imported
hiddenimports = ["torch.backends.cuda", "torch.backends.cudnn", "torch.cuda"]
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]

root = Path(torch.__file__).parent
datas: list[tuple[str, str]] = []
binaries: list[tuple[str, str]] = []
for place, folders, names in os.walk(root):
    folder = Path(place)
    if folder == root:
        folders[:] = [name for name in folders if name not in FOLDERS]
    folders[:] = [name for name in folders if name != "__pycache__"]
    target = folder.relative_to(root.parent).as_posix()
    for name in names:
        if name.endswith(LIBRARIES) or ".so." in name:
            if not name.startswith(TEST_LIBRARIES) and ".cpython-" not in name:
                binaries.append((str(folder / name), target))
        elif not name.endswith(SUFFIXES):
            datas.append((str(folder / name), target))

# `import torch` fails on Linux without this one program of its bin folder.
manager = root / "bin" / "torch_shm_manager"
if manager.exists():
    binaries.append((str(manager), "torch/bin"))
