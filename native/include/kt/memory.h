// SPDX-License-Identifier: Apache-2.0
// Memory for weights: for copies that are laid anew, and for parts of mapped files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kt {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

// Asks for small pages, in whole ones of the range, before it is written.
void use_plain_pages(uint8_t* data, int64_t bytes) noexcept;

// Zeroed bytes from a boundary of kHugePage, in huge pages where the system grants them. Costs
// address space only until it is written (but for large pages of Windows, which are filled at
// once).
class Memory {
 public:
  // Raises std::invalid_argument for no bytes, std::bad_alloc if the system has not as many.
  explicit Memory(int64_t bytes);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  uint8_t* data() const noexcept { return data_; }
  int64_t size() const noexcept { return size_; }

  // Whether any of what was written lies in huge pages; neighbours in the address space may count.
  bool has_huge_pages() const noexcept;

 private:
  const int64_t size_;
  uint8_t* data_ = nullptr;
  void* base_ = nullptr;  // what the system was asked for, and how much of it
  std::size_t reserved_ = 0;
  bool is_large_ = false;  // Windows: in large pages
};

// Asks the system to bring a part of a mapped file into memory; does not wait for it.
void fetch_soon(const uint8_t* data, int64_t bytes) noexcept;

// Whether the system gives this process huge pages: it is asked for one.
bool grants_huge_pages() noexcept;

}  // namespace kt
