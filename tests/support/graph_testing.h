// What tests of graphs, operators and passes share.
//
//   TEST(FuseConvBatchNorm, FoldsTheScale) {
//     ExpectRewrite(MakeFuseConvBatchNorm(), "x : f32[1,3,8,8]; ... return y", "x : f32[1,3,8,8]; ... return y");
//   }
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/error.h"
#include "graph/graph.h"
#include "graph/pass.h"
#include "graph/tensor.h"

namespace moir::test {

using graph::Attributes;
using graph::ElementType;
using graph::ErrorKind;
using graph::Graph;
using graph::Shape;
using graph::Tensor;

// ---- tensors ----

// Seeded values: floats uniform in [low, high), integers likewise and rounded down, booleans true half of the time.
Tensor RandomTensor(ElementType type, const Shape& shape, uint64_t seed, double low = -1, double high = 1);

// Same type and shape, and every |actual - expected| <= tolerance * max(1, |expected|). NaN equals NaN, infinities
// equal themselves. Integers and booleans must be equal. Reports the first differences and the largest.
void ExpectNear(const Tensor& actual, const Tensor& expected, double tolerance = 1e-5);

// The same against values of type T, which `actual` must have.
template <typename T>
void ExpectValues(const Tensor& actual, const Shape& shape, std::initializer_list<T> values, double tolerance = 1e-6) {
  ExpectNear(actual, Tensor::FromValues<T>(shape, values), tolerance);
}

// ---- single operators ----

// Outputs of one operator whose inputs are constants; EvaluateOp returns output 0.
std::vector<Tensor> EvaluateOpOutputs(std::string_view op, const std::vector<Tensor>& inputs,
                                      Attributes attributes = {});
Tensor EvaluateOp(std::string_view op, const std::vector<Tensor>& inputs, Attributes attributes = {});

// ---- errors ----

// `action` throws moir::graph::Error of this kind, whose text contains every one of `parts`.
void ExpectError(const std::function<void()>& action, ErrorKind kind, const std::vector<std::string>& parts);
// Adding the operator to a graph fails with kBadModel (shape inference or schema).
void ExpectBadOp(std::string_view op, const std::vector<Tensor>& inputs, Attributes attributes,
                 const std::vector<std::string>& parts);

// ---- graphs and passes ----

// Outputs of a graph in text form, for inputs by Parameter name; missing inputs are random (seeded by position).
std::vector<Tensor> EvaluateText(std::string_view text, std::map<std::string, Tensor> inputs = {});

// Seeded random values for every Parameter.
std::map<std::string, Tensor> RandomInputs(const Graph& graph, uint64_t seed = 1);

// Empty when both graphs compute the same in the same way, otherwise the first difference. Compared from the outputs
// backwards: output names and the names of the nodes behind them, operators, attributes (defaults filled in), which
// value is read where (a node shared in one graph is shared in the other), Parameters by name, type, shape and order,
// constants by type, shape and values (within `tolerance`). Names of other nodes do not matter. A node that no output
// needs is a difference. For constants named in `any_values` the values do not matter.
std::string CompareGraphs(const Graph& actual, const Graph& expected, const std::vector<std::string>& any_values = {},
                          double tolerance = 1e-5);

struct RewriteOptions {
  double tolerance = 1e-5;               // of constants and of evaluated outputs
  bool evaluate = true;                  // false for operators without plain evaluation, or when shapes change
  std::map<std::string, Tensor> inputs;  // instead of random ones
};

// Runs the pass on `before`; expects that it reports a change, that the result verifies, equals `after`
// (CompareGraphs) and computes the same outputs as `before` did. In `after` a constant may be written
//   w : f32[2,3] = any
// when only its type, shape and effect on the outputs matter.
void ExpectRewrite(std::unique_ptr<graph::Pass> pass, std::string_view before, std::string_view after,
                   const RewriteOptions& options = {});

// Runs the pass; expects no change. With `reason`, some node must have been declined for a reason that contains it.
void ExpectUnchanged(std::unique_ptr<graph::Pass> pass, std::string_view text, std::string_view reason = {});

// ---- files ----

// A folder that is removed with everything in it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& Path() const { return path_; }
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }
  // Writes the file and returns its path.
  std::string Write(std::string_view name, std::string_view content) const;
  std::string Read(std::string_view name) const;

 private:
  std::string path_;
};

}  // namespace moir::test
