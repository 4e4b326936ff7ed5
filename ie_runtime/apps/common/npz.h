// NumPy's archives: a zip file whose members are NAME.npy.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "moir/tensor.h"

namespace moir::apps {

// Name (without .npy) and values.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// All arrays, in the archive's order; members may be stored or deflated. Throws kBadModel for what is no archive of
// arrays.
NamedTensors ReadNpz(const std::string& path);

// Writes the arrays in this order, stored, so that numpy.load reads them. Appears under `path` only when complete. bf16
// becomes f32. A name that came before gets ".1", ".2" ... behind it.
void WriteNpz(const std::string& path, const NamedTensors& arrays);

}  // namespace moir::apps
