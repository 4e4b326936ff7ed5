// Which kernel serves which operator.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

// What a kernel makes of bf16 in a model that is compiled for it.
enum class Bf16Use {
  kNone,       // it takes and gives f32
  kFollows,    // it takes data in bf16 and gives the result in the type of its data
  kMultiplies  // it multiplies bf16, and gives the type that the result's readers want
};

// The factory for an operator (or one of the engine's own layers), or null. Defined by one sorted table.
KernelFactory FindKernelFactory(std::string_view op);
std::vector<std::string_view> KernelOps();  // in the table's order
Bf16Use FindBf16Use(std::string_view op);

// Runs the graph's plain evaluation of the layer's node; post-ops do not occur on such layers.
KernelChoice MakePlainKernel(const KernelContext& context);
// For layers with values that have no elements (sizes of 0): nothing runs when all results are empty, else the plain
// evaluation. Nothing for other layers, so that kernels need not think of empty values.
std::optional<KernelChoice> MakeEmptyKernel(const KernelContext& context);
// Copies a value from one layout to another.
std::unique_ptr<Kernel> MakeReorder(const Layout& from, const Layout& to);

}  // namespace moir::runtime
