// What the layers of IR v2, v3 and v4 share. Operator "ie.TYPE" is the layer TYPE: its attributes have the names of
// IR v3, its inputs named "weights" and "biases" are the layer's blobs (constants of any shape with the right number of
// elements: an IR does not store shapes of blobs). The meaning is the expansion to opset operators.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/op_schema.h"
#include "graph/ops/expansion.h"

namespace moir::graph {

// "ie.TYPE" in the set "ir-v2-v4".
OpSchema IeSchema(std::string type, std::vector<InputSchema> inputs, std::vector<AttributeSchema> attributes,
                  std::function<std::vector<Value>(Expansion&)> expand);

// A layer of one operator: same input, same values, no attributes.
OpSchema IeUnarySchema(std::string type, std::string op);

// [1, size, 1, ...]: a per-channel constant beside data of this rank.
Shape ChannelShape(int64_t size, int64_t rank);

// x * weights + biases along axis 1; `weights` and `biases` hold one value per channel or one for all. Null values and
// those that change nothing are left out.
Value ScaleAndShift(Expansion& layer, Value x, Value weights, Value biases);

// Attributes kernel, strides, pads_begin, pads_end, dilations, group, output, auto_pad of a convolution.
std::vector<AttributeSchema> IeConvolutionAttributes();
// The attributes of Convolution made of them.
Attributes ConvolutionWindow(const Expansion& layer);

}  // namespace moir::graph
