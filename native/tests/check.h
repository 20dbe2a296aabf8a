// SPDX-License-Identifier: Apache-2.0
// The least that a test needs: count what is wrong, say it, and fail at the end.
#pragma once

#include <cstdio>
#include <string>

namespace kt::test {

inline int failures = 0;

// Reports `what` if it does not hold, and goes on.
inline void check(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

// Whether `body` raises an Error.
template <class Error, class Body>
bool raises(const Body& body) {
  try {
    body();
  } catch (const Error&) {
    return true;
  }
  return false;
}

// What main returns.
inline int result() {
  if (failures) std::fprintf(stderr, "%d checks failed\n", failures);
  return failures ? 1 : 0;
}

}  // namespace kt::test
