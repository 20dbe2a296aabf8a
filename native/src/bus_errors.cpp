// SPDX-License-Identifier: Apache-2.0
// See kt/mapped.h. What runs in the handler is atomic, or a system call.
#include "bus_errors.h"

#include <mutex>

#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <cerrno>
#include <system_error>
#endif

namespace kt {
namespace {

std::mutex changes;
std::atomic<MappedRange*> ranges{nullptr};

#ifdef _WIN32

void install() {}

#else

struct sigaction previous;                // written before the handler is installed in front of it
std::atomic<pthread_t> passing_thread{};  // that runs `previous`

MappedRange* find(uintptr_t address) noexcept {
  for (MappedRange* range = ranges.load(std::memory_order_acquire); range; range = range->next) {
    const uintptr_t begin = range->begin.load(std::memory_order_acquire);
    if (begin && begin <= address && address < range->end.load(std::memory_order_acquire)) {
      return range;
    }
  }
  return nullptr;
}

// All of it at once: whatever else is gone need not fault again, and it stays one mapping.
bool fill_with_zeros(const MappedRange& range) noexcept {
  const uintptr_t begin = range.begin.load(std::memory_order_acquire);
  const uintptr_t end = range.end.load(std::memory_order_acquire);
  return mmap(reinterpret_cast<void*>(begin), end - begin, PROT_READ,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

// What the system does without a handler: the fault is raised again, or else a sent signal.
void end_program(int signal, const siginfo_t* info) noexcept {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  if (info->si_code <= 0) raise(signal);
}

// Some handlers, such as Python's, send the signal again for the handler before them, which may be
// this one: then there is nobody left to ask.
void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  const bool has_action = previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN;
  const bool is_back = info->si_code <= 0 && passing_thread.load() == pthread_self();
  if (!has_action || is_back) return end_program(signal, info);
  passing_thread.store(pthread_self());
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, context);
  } else {
    previous.sa_handler(signal);
  }
  passing_thread.store(pthread_t{});
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  MappedRange* range =
      info->si_code == BUS_ADRERR ? find(reinterpret_cast<uintptr_t>(info->si_addr)) : nullptr;
  if (range) range->is_lost.store(true, std::memory_order_release);
  if (!range || !fill_with_zeros(*range)) pass_on(signal, info, context);
  errno = error;
}

void install() {
  struct sigaction present;
  if (sigaction(SIGBUS, nullptr, &present) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
  if ((present.sa_flags & SA_SIGINFO) && present.sa_sigaction == on_bus_error) return;
  previous = present;
  struct sigaction own = {};
  own.sa_sigaction = on_bus_error;
  own.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGBUS, &own, nullptr);
}

#endif

}  // namespace

MappedRange* watch(const void* data, std::size_t size) {
  const std::lock_guard lock(changes);
  install();
  MappedRange* range = ranges.load();
  while (range && range->begin.load()) range = range->next;
  if (!range) {
    range = new MappedRange;
    range->next = ranges.load();
    ranges.store(range, std::memory_order_release);
  }
  const auto begin = reinterpret_cast<uintptr_t>(data);
  range->is_lost.store(false);
  range->end.store(begin + size);
  range->begin.store(begin, std::memory_order_release);
  return range;
}

void unwatch(MappedRange* range) noexcept {
  const std::lock_guard lock(changes);
  range->begin.store(0, std::memory_order_release);
}

}  // namespace kt
