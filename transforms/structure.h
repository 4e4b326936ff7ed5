// What several matchers ask about nodes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace moir::transforms {

using namespace graph;

// One input, one output, each element from the element at its place: ReLU, Sigmoid, Clamp, Convert, ...
bool IsUnaryElementwise(const Node& node);
// Two inputs that broadcast, one output: Add, Maximum, ...
bool IsBinaryElementwise(const Node& node);

// An attribute with one number per spatial axis of the node's data; `fallback` for each when the list is empty.
std::vector<int64_t> SpatialAttribute(const Node& node, std::string_view name, int64_t fallback);
bool AllAre(const std::vector<int64_t>& values, int64_t value);
// The kernel's spatial sizes of a Convolution or GroupConvolution (from its weights).
std::vector<int64_t> KernelSizes(const Node& convolution);
// Whether no window of a MaxPool or AvgPool lies wholly in padding (or, where the number of windows is rounded up,
// behind it). False when auto_pad leaves that open.
bool EveryWindowMeetsData(const Node& pool);
// The same if the pooling read `data` and had these pads, with as many windows as it has.
bool EveryWindowMeetsData(const Node& pool, const Shape& data, const std::vector<int64_t>& pads_begin);

// The values of an integer constant input; nothing when the input is absent or no constant.
std::optional<std::vector<int64_t>> ConstantIndices(const Node& node, size_t input);

}  // namespace moir::transforms
