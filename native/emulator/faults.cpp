// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include <pthread.h>

#include "memory.h"
#include "report.h"

namespace kt::emulated {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

Faults::Faults() {}
Faults::~Faults() {}

#else

namespace {

constexpr std::size_t kHandlerStack = 64 << 10;
pthread_t runner;
Faults* active = nullptr;

const char* meaning(int signal) {
  return signal == SIGFPE ? "divides an integer by zero"
                          : "touches memory that is not there, or at an address that its type "
                            "does not allow";
}

// Leaves the handler's stack for good, which the system is fine with.
void handle(int signal, siginfo_t* fault, void*) {
  if (!active || !pthread_equal(pthread_self(), runner)) {  // not ours: as if nobody handled it
    ::signal(signal, SIG_DFL);
    return;
  }
  fail(thread->place,
       is_of_other_device(fault->si_addr) ? "touches memory of another device" : meaning(signal),
       thread->place.line() ? ", after the line that it last synchronized at" : "");
}

// The stack of a kernel's thread may be what has overflowed.
void use_own_stack() {
  thread_local unsigned char memory[kHandlerStack];
  stack_t stack = {};
  stack.ss_sp = memory;
  stack.ss_size = kHandlerStack;
  sigaltstack(&stack, nullptr);
}

}  // namespace

Faults::Faults() {
  runner = pthread_self();
  active = this;
  use_own_stack();
  struct sigaction action = {};
  action.sa_sigaction = &handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (int i = 0; i < 3; ++i) sigaction(kSignals[i], &action, &before_[i]);
}

Faults::~Faults() {
  active = nullptr;
  for (int i = 0; i < 3; ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

#endif

}  // namespace kt::emulated
