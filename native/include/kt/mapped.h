// SPDX-License-Identifier: Apache-2.0
// Model files in memory, as the system maps them, and what becomes of one that is cut short or
// whose disk goes away while it is mapped.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace kt {

// A place that the handler of bus errors looks at, which may run at any time on any thread. Places
// are used again and never freed, so that it can follow their list without a lock.
struct MappedRange {
  std::atomic<uintptr_t> begin{0};  // 0: free
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> is_lost{false};
  MappedRange* next = nullptr;
};

// A file that is open for reading, as the system knows it. Windows' own handle and no descriptor:
// those belong to a C library, of which Python may have another one.
#ifdef _WIN32
using OpenFile = void*;
#else
using OpenFile = int;
#endif

// All bytes of a file, read only.
//
// On Linux, reading a page that the file no longer has, or that its disk does not give, raises
// SIGBUS. Here the whole mapping then becomes zeros, so that kernels on any thread go on instead of
// ending the program; what they compute from then on is worthless, and `is_lost` says so. The
// handler is in front of whichever was there when a file was mapped last, and passes on what is no
// file's of ours. Windows does not let a mapped file be cut short; where its disk goes away there,
// the program ends.
class MappedFile {
 public:
  // `file` may be closed afterwards. Raises std::system_error, or std::invalid_argument for a file
  // without bytes.
  explicit MappedFile(OpenFile file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  // Whether reading has failed, since when all bytes are zero. Once true it stays so.
  bool is_lost() const noexcept { return range_->is_lost.load(std::memory_order_acquire); }

 private:
  const uint8_t* data_;
  std::size_t size_;
  MappedRange* range_;
};

}  // namespace kt
