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

// Numbers in [-1, 1), and tokens in [0, 8).
inline void FillAtRandom(const Tensor& tensor) {
  uint32_t state = 12345;
  for (size_t i = 0; i < tensor.GetSize(); ++i) {
    state = state * 1664525u + 1013904223u;
    if (tensor.GetElementType() == ElementType::kI64) tensor.Data<int64_t>()[i] = state >> 29;
    else tensor.Data<float>()[i] = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-31f;
  }
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
