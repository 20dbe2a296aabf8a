// SPDX-License-Identifier: Apache-2.0
// Floats, bytes and rows for the instruction sets from AVX-512 on; bytes stay in 256-bit registers,
// since blocks hold 32 of them. Included inside their anonymous namespace.

#include "floats512.inl"

#include "bytes256.inl"

#include "lanes512.inl"

#include "halves.inl"
