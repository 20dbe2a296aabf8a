// SPDX-License-Identifier: Apache-2.0
// What a failure says.
#pragma once

#include <string>

#include "check.h"
#include "stream.h"

namespace kt::test {

// What the error says that `body` raises, or nothing.
template <class Body>
std::string failure(const Body& body) {
  try {
    body();
  } catch (const cuda::Error& error) {
    return error.what();
  }
  return {};
}

// Checks that it fails, and says each of the words.
template <class Body>
void check_failure(const std::string& what, const Body& body,
                   std::initializer_list<std::string> words) {
  const std::string said = failure(body);
  for (const std::string& word : words)
    check(said.find(word) != std::string::npos, what + " says '" + word + "', not: " + said);
}

}  // namespace kt::test
