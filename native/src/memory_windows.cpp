// SPDX-License-Identifier: Apache-2.0
// Memory for weights, on Windows.
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <new>
#include <stdexcept>

#include "kt/memory.h"

namespace kt {
namespace {

// Large pages are for processes with a privilege that an administrator gives and that the process
// then switches on.
bool may_lock_memory() noexcept {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token)) {
    return false;
  }
  TOKEN_PRIVILEGES wish{};
  wish.PrivilegeCount = 1;
  wish.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  // Succeeds also when it gave nothing; then the last error says so.
  const bool granted =
      LookupPrivilegeValueW(nullptr, L"SeLockMemoryPrivilege", &wish.Privileges[0].Luid) &&
      AdjustTokenPrivileges(token, FALSE, &wish, 0, nullptr, nullptr) &&
      GetLastError() == ERROR_SUCCESS;
  CloseHandle(token);
  return granted;
}

void* large_pages(std::size_t bytes) noexcept {
  static const bool may = may_lock_memory();
  const std::size_t page = GetLargePageMinimum();
  if (!may || page == 0 || bytes < page) return nullptr;
  return VirtualAlloc(nullptr, (bytes + page - 1) / page * page,
                      MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE);
}

}  // namespace

// Large pages are not taken back, and others are small anyway.
void use_plain_pages(uint8_t*, int64_t) noexcept {}

void fetch_soon(const uint8_t* data, int64_t bytes) noexcept {
  WIN32_MEMORY_RANGE_ENTRY range{const_cast<uint8_t*>(data), static_cast<SIZE_T>(bytes)};
  PrefetchVirtualMemory(GetCurrentProcess(), 1, &range, 0);
}

Memory::Memory(int64_t bytes) : size_(bytes) {
  if (bytes < 1) throw std::invalid_argument("memory has at least one byte");
  const auto wanted = static_cast<std::size_t>(bytes);
  if (void* const large = large_pages(wanted)) {
    base_ = large;
    data_ = static_cast<uint8_t*>(large);
    is_large_ = true;
    return;
  }
  reserved_ = wanted + kHugePage;
  base_ = VirtualAlloc(nullptr, reserved_, MEM_RESERVE, PAGE_NOACCESS);
  if (!base_) throw std::bad_alloc();
  auto* const begin = static_cast<uint8_t*>(base_);
  data_ = begin + (0 - reinterpret_cast<std::uintptr_t>(begin)) % kHugePage;
  if (!VirtualAlloc(data_, wanted, MEM_COMMIT, PAGE_READWRITE)) {
    VirtualFree(base_, 0, MEM_RELEASE);
    throw std::bad_alloc();
  }
}

Memory::~Memory() { VirtualFree(base_, 0, MEM_RELEASE); }

bool Memory::has_huge_pages() const noexcept { return is_large_; }

}  // namespace kt
