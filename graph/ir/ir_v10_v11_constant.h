// Constants of IR v10 and v11.
#pragma once

#include <memory>
#include <string>

#include "graph/ir/ir_v10_v11_topology.h"
#include "graph/ir/ir_weights.h"
#include "graph/tensor.h"

namespace moir::graph {

struct NetConstant {
  Tensor value;
  // The file stores a type that we lack (i4, u4, i16, u16, u32, u64); `value` holds the numbers in a wider one, in
  // which sums and products would not wrap around.
  std::string widened_from;
};

// The values of a Const layer, as a view of the .bin where the type allows. `bin` is opened at the first need. Throws
// kBadModel and kUnsupported without a place.
NetConstant ReadNetConstant(const NetLayer& layer, IrWeights& weights);

}  // namespace moir::graph
