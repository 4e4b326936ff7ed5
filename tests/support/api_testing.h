// What tests of the public API share. It sees the API alone, as programs that link the shared library do.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "moir/moir.h"

namespace moir {

inline void Fill(const Tensor& tensor, float value) {
  for (size_t i = 0; i < tensor.GetSize(); ++i) tensor.Data<float>()[i] = value;
}

// `f` throws a moir::Error of this kind whose text has `part` in it.
template <typename F>
void ExpectError(ErrorKind kind, const std::string& part, F&& f) {
  try {
    std::forward<F>(f)();
    FAIL() << "expected an error with \"" << part << "\"";
  } catch (const Error& error) {
    EXPECT_EQ(error.Kind(), kind) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

}  // namespace moir
