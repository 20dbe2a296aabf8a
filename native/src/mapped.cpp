// SPDX-License-Identifier: Apache-2.0
#include "kt/mapped.h"

#include <stdexcept>
#include <system_error>

#include "bus_errors.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#endif

namespace kt {
namespace {

struct Bytes {
  const uint8_t* data;
  std::size_t size;
};

void require_bytes(std::int64_t size) {
  if (size == 0) throw std::invalid_argument("a file without bytes cannot be mapped");
}

#ifdef _WIN32

[[noreturn]] void fail() {
  throw std::system_error(static_cast<int>(GetLastError()), std::system_category());
}

Bytes map(HANDLE file) {
  LARGE_INTEGER size;
  if (!GetFileSizeEx(file, &size)) fail();
  require_bytes(size.QuadPart);
  const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
  if (!mapping) fail();
  const void* data = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
  const DWORD error = GetLastError();
  CloseHandle(mapping);  // the view keeps it
  SetLastError(error);
  if (!data) fail();
  return {static_cast<const uint8_t*>(data), static_cast<std::size_t>(size.QuadPart)};
}

void unmap(const uint8_t* data, std::size_t) noexcept { UnmapViewOfFile(data); }

#else

[[noreturn]] void fail() { throw std::system_error(errno, std::generic_category()); }

Bytes map(int file) {
  struct stat status;
  if (fstat(file, &status) != 0) fail();
  require_bytes(status.st_size);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (data == MAP_FAILED) fail();
  return {static_cast<const uint8_t*>(data), size};
}

void unmap(const uint8_t* data, std::size_t size) noexcept {
  munmap(const_cast<uint8_t*>(data), size);
}

#endif

}  // namespace

MappedFile::MappedFile(OpenFile file) {
  const Bytes bytes = map(file);
  data_ = bytes.data;
  size_ = bytes.size;
  try {
    range_ = watch(data_, size_);
  } catch (...) {
    unmap(data_, size_);
    throw;
  }
}

MappedFile::~MappedFile() {
  unwatch(range_);
  unmap(data_, size_);
}

}  // namespace kt
