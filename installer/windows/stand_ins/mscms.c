// SPDX-License-Identifier: Apache-2.0
// A name that Wine's mscms.dll lacks: Qt asks for a colour profile, and gets none. All other names
// are forwarded to Wine's own.
void* own_WcsCreateIccProfile(void* profile, unsigned options) {
    (void)profile;
    (void)options;
    return 0;
}
