// Memory plan: which values share bytes (views, parts of concatenations, in-place results) and where in one arena
// the rest lie, from the steps during which they live.
#pragma once

#include <cstddef>
#include <vector>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

// A block that is needed from step `first` to step `last`, both included.
struct ArenaBlock {
  size_t bytes = 0;
  size_t first = 0, last = 0;
};
struct ArenaPlan {
  std::vector<size_t> offsets;  // per block, multiples of 64
  size_t bytes = 0;
};
// Blocks whose steps overlap get bytes that do not. Larger blocks are placed first, each at the lowest offset that is
// free.
ArenaPlan PlanArena(const std::vector<ArenaBlock>& blocks);

// Where a value lives.
struct Placement {
  enum class Home {
    kNone,      // read by no step at run time
    kArena,     // offset in the arena
    kConstant,  // the value's own tensor
    kInput,     // the request's input tensor `index`
    kOutput,    // the request's output tensor `index`
  };
  Home home = Home::kNone;
  size_t index = 0;
  size_t offset = 0;  // bytes inside the home
};

struct MemoryStep {
  std::vector<size_t> inputs;  // values; those that are not read at run time are left out of `reads`
  std::vector<size_t> outputs;
  std::vector<bool> reads;     // per input
  std::vector<Alias> aliases;  // permissions, indices into inputs and outputs
};
struct MemoryValue {
  size_t bytes = 0;
  bool constant = false;
};
struct MemoryProblem {
  std::vector<MemoryValue> values;
  std::vector<MemoryStep> steps;
  std::vector<size_t> inputs, outputs;  // values of the model's inputs and outputs
};
struct MemoryPlan {
  std::vector<Placement> placements;  // per value
  size_t arena_bytes = 0;
};
// Every output of the model must be written by a step of its own: no input, no constant, none twice.
MemoryPlan PlanMemory(const MemoryProblem& problem);

}  // namespace moir::runtime
