# SPDX-License-Identifier: Apache-2.0
# Builds Windows programs on Linux, and runs the tests under Wine (Debian: g++-mingw-w64-x86-64-posix,
# wine64): `cmake --preset windows`. What is shipped is built with clang-cl on Windows.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_CROSSCOMPILING_EMULATOR wine)
