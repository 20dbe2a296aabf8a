// SPDX-License-Identifier: Apache-2.0
// Mapped files: what they hold, and what becomes of one that is cut short while threads read it.
#include "kt/mapped.h"

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#ifdef _WIN32
#include <io.h>
#else
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "check.h"
#include "kt/pool.h"

namespace {

using kt::test::check;

constexpr int64_t kPage = 4096, kPages = 64;

// A file of ones, or another byte, which goes with this object.
class File {
 public:
  explicit File(std::size_t size = kPage * kPages, uint8_t byte = 1) {
    static int number = 0;
    name_ = "test_mapped_" + std::to_string(number++) + ".bin";
    const std::vector<uint8_t> bytes(size, byte);
    file_ = std::fopen(name_.c_str(), "w+b");
    if (!file_) std::abort();
    if (size > 0) std::fwrite(bytes.data(), 1, size, file_);
    std::fflush(file_);
  }
  ~File() {
    std::fclose(file_);
    std::remove(name_.c_str());
  }
  File(const File&) = delete;

  kt::OpenFile open() const {
#ifdef _WIN32
    return reinterpret_cast<void*>(_get_osfhandle(fileno(file_)));
#else
    return fileno(file_);
#endif
  }

 private:
  std::string name_;
  std::FILE* file_;
};

void test_contents() {
  const File file(kPage + 5, 7);
  const kt::MappedFile mapped(file.open());
  check(mapped.size() == kPage + 5, "a mapping is as long as its file");
  check(mapped.data()[0] == 7 && mapped.data()[kPage + 4] == 7, "a mapping holds the file's bytes");
  check(!mapped.is_lost(), "a file that is whole is not lost");
}

void test_what_cannot_be_mapped() {
  const File empty(0);
  check(kt::test::raises<std::invalid_argument>([&] { kt::MappedFile m(empty.open()); }),
        "a file without bytes is an error");
  const kt::OpenFile closed = File().open();
  check(kt::test::raises<std::system_error>([&] { kt::MappedFile m(closed); }),
        "a file that is not open is an error");
}

#ifndef _WIN32

void cut(const File& file, int64_t size) {
  if (ftruncate(file.open(), size) != 0) std::abort();
}

void test_a_file_cut_short_reads_as_zeros_on_all_threads() {
  kt::ThreadPool pool(4);
  for (int round = 0; round < 20; ++round) {
    const File file, other;
    const kt::MappedFile mapped(file.open()), whole(other.open());
    check(mapped.data()[0] == 1, "a mapping holds the file's bytes");
    cut(file, round * kPage / 2);
    std::vector<uint8_t> seen(kPages);
    pool.run(kPages, 1, [&](kt::Range part) noexcept {
      for (int64_t i = part.begin; i < part.end; ++i)
        seen[i] = mapped.data()[i * kPage + kPage / 2];
    });
    check(seen[kPages - 1] == 0, "what is gone reads as zeros");
    check(mapped.is_lost(), "a file that was cut short is lost");
    check(mapped.data()[0] == 0, "a lost file is zeros from its first byte");
    check(whole.data()[kPages * kPage - 1] == 1 && !whole.is_lost(),
          "other files stay as they are");
  }
}

void test_places_are_used_again() {
  const File file;
  for (int round = 0; round < 3; ++round) {
    auto mapped = std::make_unique<kt::MappedFile>(file.open());
    check(!mapped->is_lost(), "a new mapping is not lost");
    cut(file, 0);
    check(mapped->data()[0] == 0 && mapped->is_lost(), "each mapping is watched");
    mapped.reset();
    cut(file, kPage);
  }
}

sigjmp_buf back;
int foreign = 0;

void note(int) {
  ++foreign;
  siglongjmp(back, 1);
}

// Reads a byte of a mapping that is not ours; whether that reached the handler `note`.
bool reaches_the_other_handler() {
  const File file;
  void* data = mmap(nullptr, kPage, PROT_READ, MAP_SHARED, file.open(), 0);
  cut(file, 0);
  const int before = foreign;
  if (sigsetjmp(back, 1) == 0) static_cast<void>(*static_cast<const volatile uint8_t*>(data));
  munmap(data, kPage);
  return foreign == before + 1;
}

void test_faults_elsewhere_go_to_the_handler_before() {
  struct sigaction other = {}, saved;
  other.sa_handler = note;
  sigaction(SIGBUS, &other, &saved);
  {
    const File file;
    const kt::MappedFile mapped(file.open());  // which puts our handler in front
    check(reaches_the_other_handler(), "a fault elsewhere reaches the handler before ours");
    check(reaches_the_other_handler(), "and so does the next");
    cut(file, 0);
    check(mapped.data()[0] == 0 && mapped.is_lost(), "a fault of ours does not");
  }
  check(reaches_the_other_handler(), "without mappings, all faults do");
  sigaction(SIGBUS, &saved, nullptr);
}

#endif

}  // namespace

int main() {
  test_contents();
  test_what_cannot_be_mapped();
#ifndef _WIN32
  test_a_file_cut_short_reads_as_zeros_on_all_threads();
  test_places_are_used_again();
  test_faults_elsewhere_go_to_the_handler_before();
#endif
  return kt::test::result();
}
