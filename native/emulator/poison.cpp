// SPDX-License-Identifier: Apache-2.0
#include "poison.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace kt::emulated {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kFileBytes = 4 << 20;  // of poison; mapped again and again
constexpr std::size_t kLarge = 1 << 20;

int make_file() {
  const int file = memfd_create("poison", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, kFileBytes)) return -1;
  void* memory = mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return -1;
  std::memset(memory, kPoison, kFileBytes);
  munmap(memory, kFileBytes);
  return file;
}

int poison_file() {
  static const int file = make_file();
  return file;
}

void* map_pages(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

unsigned char* allocate_poisoned(std::size_t bytes, bool own_pages) {
  if (bytes < kLarge) {
    void* memory = own_pages ? map_pages(bytes) : std::aligned_alloc(kAlignment, bytes);
    if (memory) std::memset(memory, kPoison, bytes);
    return static_cast<unsigned char*>(memory);
  }
  void* memory =
      mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* begin = static_cast<unsigned char*>(memory);
  for (std::size_t at = 0; at < bytes; at += kFileBytes) {
    if (mmap(begin + at, std::min(kFileBytes, bytes - at), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, poison_file(), 0) == MAP_FAILED) {
      munmap(memory, bytes);
      return nullptr;
    }
  }
  return begin;
}

void free_poisoned(unsigned char* memory, std::size_t bytes, bool own_pages) {
  if (bytes < kLarge && !own_pages) {
    std::free(memory);
  } else {
    munmap(memory, bytes);
  }
}

}  // namespace kt::emulated
