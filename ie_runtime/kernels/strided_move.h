// Moving elements of plain values: what Slice, Tile, Transpose and Pad share.
#pragma once

#include <cstdint>
#include <vector>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

// An axis of what is moved, outermost first; strides in elements (0 repeats, negative walks backwards).
struct MoveAxis {
  int64_t size, from, to;
};

// A prepared walk: neighbouring axes that behave alike are one, runs of elements are copied as a whole.
class StridedMove {
 public:
  StridedMove(std::vector<MoveAxis> axes, size_t element_size, int64_t from_first = 0, int64_t to_first = 0);
  void Run(const std::byte* from, std::byte* to) const;

 private:
  std::vector<MoveAxis> axes_;  // all but the innermost
  MoveAxis inner_;
  size_t element_;
  int64_t from_first_, to_first_, rows_;
};

// The kernel that moves input 0 to output 0, both plain; the other inputs are constants that it has used up.
KernelChoice MakeMoveChoice(const KernelContext& context, StridedMove move);

}  // namespace moir::runtime
