// The algorithms that can compute a convolution alike, by name: the choice among them is a matter of speed alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ie_runtime/kernel.h"

namespace moir::runtime {

struct ConvolutionAlgorithm {
  std::string name;     // "onednn", "packed", "winograd4 blocks of 28", "winograd4 phases of 73"
  double seconds;       // estimated; only ratios matter
  double handicap = 1;  // what measured time counts for: less exact algorithms must be clearly faster
};

// What decides how fast an algorithm computes the layer, as text: equal for layers with equal sizes and post-ops. The
// CPU and the number of threads are not part of it. Nothing where there is no choice: another operator, a prologue, a
// source with so few channels that algorithms read different layouts.
std::optional<std::string> ConvolutionProblem(const KernelContext& context);

// Those for a layer that has a ConvolutionProblem, the one that is chosen by estimate first. At least that.
std::vector<ConvolutionAlgorithm> ConvolutionAlgorithms(const KernelContext& context);

// The kernel with the algorithm of this name; nothing when the layer has none of this name. All of them give the same
// layouts, or none at all.
std::optional<KernelChoice> MakeConvolutionWith(const KernelContext& context, const std::string& algorithm);

// Whether the kernels in f32 are faster than those for a model in bf16: pictures, of few channels, where the CPU
// multiplies faster in f32. They read what the application gives, as it is.
bool IsFasterInF32(const KernelContext& context);

}  // namespace moir::runtime
