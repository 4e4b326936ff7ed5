// Models with open sizes: -1 in --input_shape, for IR v10 and v11.
//
// The graph has static shapes. To leave sizes open the model is converted several times, with different numbers in
// their place. What is the same each time does not depend on them; output sizes that differ are open; constants that
// differ (the patterns of Reshape, ends of Slice, ...) are replaced by codes for "as it is" and by computations from
// the shapes of other values, which must give the right numbers in every sample. Where that is impossible the size
// cannot be open, and the error names the node.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/ir/ir_writer.h"
#include "mo/options.h"

namespace moir::mo {

// Whether an input shape has sizes of -1 that --batch does not settle.
bool HasOpenSizes(const Options& options);

// Converts a model all of whose sizes are settled as far as it goes before writing.
using MakeSample = std::function<std::unique_ptr<graph::Graph>(const Options& options)>;

struct SizeSamples {
  Options options;                                    // of the sample whose graph is to be written
  std::vector<std::unique_ptr<graph::Graph>> others;  // the legalized graphs of the others
  std::string note;                                   // which sizes the samples stand for; empty: any
};

// First sizes of all inputs are one number, the batch; every other open size is a number of its own. Several kinds of
// numbers are tried: odd ones, multiples of 32, and 299 with multiples of 32 more, because some networks hold for such
// sizes only. Throws kUnsupported when the model holds for none.
SizeSamples MakeSizeSamples(const Options& options, const MakeSample& make_sample);

// Rewrites `graph`, the legalized graph of the samples' options, so that it holds for open sizes, and tells which sizes
// of which outputs are open. Throws kUnsupported with the node's name and the way out.
graph::OpenSizes OpenUpSizes(graph::Graph& graph, SizeSamples samples);

}  // namespace moir::mo
