// SPDX-License-Identifier: Apache-2.0
#include "fiber.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

// Saves what a called function must keep, and returns on the other stack.
extern "C" void kt_change_stack(void** save, void* load);
asm(R"(
.text
.hidden kt_change_stack
.globl kt_change_stack
.type kt_change_stack,@function
kt_change_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size kt_change_stack,.-kt_change_stack
)");

namespace kt::emulated {
namespace {

constexpr std::size_t kStackBytes = 256 << 10;
constexpr std::size_t kPage = 4096;

// The lowest page stays closed: an overflow is a fault, not damage.
char* map_stack() {
  void* memory = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory, kPage, PROT_NONE);
  return static_cast<char*>(memory);
}

}  // namespace

void Fiber::start(void (*entry)(), unsigned color) {
  if (!stack_) {
    stack_ = map_stack() + kPage;
    size_ = kStackBytes - kPage;
  }
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(stack_, size_);
  fake_stack_ = nullptr;
#endif
#if defined(__SANITIZE_THREAD__)
  if (race_fiber_) __tsan_destroy_fiber(race_fiber_);
  race_fiber_ = __tsan_create_fiber(0);
#endif
  // Equal offsets in all stacks would share a few sets of the cache.
  const uintptr_t end = reinterpret_cast<uintptr_t>(stack_ + size_) - color % 60 * 64;
  void** top = reinterpret_cast<void**>(end & ~uintptr_t{15});
  *--top = nullptr;  // a call leaves the stack 8 bytes off
  *--top = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; ++i) *--top = nullptr;
  top_ = top;
}

void Fiber::change(Fiber& from, Fiber& to) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&from.fake_stack_, to.stack_, to.size_);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(to.race_fiber_, 0);
#endif
  kt_change_stack(&from.top_, to.top_);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(from.fake_stack_, nullptr, nullptr);
#endif
}

void Fiber::enter() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
}

void Fiber::adopt_thread() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* stack = nullptr;
  pthread_attr_getstack(&attributes, &stack, &size_);
  pthread_attr_destroy(&attributes);
  stack_ = static_cast<char*>(stack);
#if defined(__SANITIZE_THREAD__)
  race_fiber_ = __tsan_get_current_fiber();
#endif
}

}  // namespace kt::emulated
