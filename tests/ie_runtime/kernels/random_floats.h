// Numbers for tests of single kernels.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace moir::runtime {

// `count` numbers in [-1, 1), the same for the same seed.
inline std::vector<float> RandomFloats(int64_t count, uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = uniform(engine);
  return values;
}

}  // namespace moir::runtime
