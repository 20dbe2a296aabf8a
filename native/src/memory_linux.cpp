// SPDX-License-Identifier: Apache-2.0
// Memory for weights, on Linux.
#include <sys/mman.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <new>
#include <stdexcept>

#include "kt/memory.h"

namespace kt {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

void use_plain_pages(uint8_t* data, int64_t bytes) noexcept {
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(data) % kPage;
  const auto size = static_cast<std::size_t>(bytes);
  if (size > before) madvise(data + before, (size - before) / kPage * kPage, MADV_NOHUGEPAGE);
}

void fetch_soon(const uint8_t* data, int64_t bytes) noexcept {
  constexpr std::uintptr_t kCall = 128 << 10;  // of one call, Linux may heed no more
  const auto begin = reinterpret_cast<std::uintptr_t>(data), end = begin + bytes;
  for (std::uintptr_t at = begin / kPage * kPage; at < end; at += kCall) {
    madvise(reinterpret_cast<void*>(at), std::min(kCall, end - at), MADV_WILLNEED);
  }
}

Memory::Memory(int64_t bytes) : size_(bytes) {
  if (bytes < 1) throw std::invalid_argument("memory has at least one byte");
  // The system gives page boundaries: what is too much before and after a huge one goes back.
  const std::size_t wanted = static_cast<std::size_t>(bytes) + kHugePage;
  void* const got = mmap(nullptr, wanted, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<uint8_t*>(got);
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(begin) % kHugePage;
  data_ = begin + before;
  base_ = data_;
  reserved_ = (static_cast<std::size_t>(bytes) + kPage - 1) / kPage * kPage;
  if (before) munmap(begin, before);
  if (wanted > before + reserved_) munmap(data_ + reserved_, wanted - before - reserved_);
  madvise(data_, reserved_, MADV_HUGEPAGE);  // a wish: without it there are plain pages
}

Memory::~Memory() { munmap(base_, reserved_); }

bool Memory::has_huge_pages() const noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(data_), end = begin + reserved_;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> maps(std::fopen("/proc/self/smaps", "r"),
                                                             std::fclose);
  bool is_ours = false;
  char line[8192];  // longer than a path
  while (maps && std::fgets(line, sizeof line, maps.get())) {
    std::uintptr_t from = 0, to = 0;
    int64_t kilobytes = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2) {
      is_ours = from < end && begin < to;
    } else if (is_ours && std::sscanf(line, "AnonHugePages: %" SCNd64, &kilobytes) == 1) {
      if (kilobytes > 0) return true;
    }
  }
  return false;
}

}  // namespace kt
