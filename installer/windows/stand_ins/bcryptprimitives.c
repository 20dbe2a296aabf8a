// SPDX-License-Identifier: Apache-2.0
// In place of Windows' bcryptprimitives.dll, which Wine 8 lacks: Rust's libraries take their random
// bytes from it.
#include <stddef.h>
#include <windows.h>

#include <ntsecapi.h> // RtlGenRandom

__declspec(dllexport) BOOL ProcessPrng(unsigned char* bytes, size_t count);

BOOL ProcessPrng(unsigned char* bytes, size_t count) {
    const size_t most = 1 << 16;
    while (count) {
        const size_t part = count < most ? count : most;
        if (!RtlGenRandom(bytes, (ULONG)part)) return FALSE;
        bytes += part;
        count -= part;
    }
    return TRUE;
}
