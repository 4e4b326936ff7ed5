// MaxPool, AvgPool                                      =>  layer Pooling
// ReduceMean, ReduceMax over all spatial axes           =>  layer Pooling with a kernel of the data's size [, Reshape]
// IR v2 has no end padding: it is that of the beginning. Windows that need another one are said by another rounding
// where the result is the same, or see padding made explicit (averages that count it), or stay what they are.
#include <algorithm>

#include "graph/ops/window.h"
#include "transforms/legalize_for_ir_v2_v4/layers.h"
#include "transforms/legalize_for_ir_v2_v4/passes.h"

namespace moir::transforms {
namespace {

using Sizes = std::vector<int64_t>;

struct Pool {
  Sizes kernel, strides, pads_begin, pads_end;
  bool average = false, exclude_pad = false, ceil = false;
};

int64_t OutputSize(const Pool& pool, const Shape& data, size_t i, int64_t pad_end, bool ceil) {
  const int64_t room = data[static_cast<int64_t>(i) + 2] + pool.pads_begin[i] + pad_end - pool.kernel[i];
  if (room < 0) return -1;
  return (ceil ? room + pool.strides[i] - 1 : room) / pool.strides[i] + 1;
}

Value Layer(Rewriter& rewriter, const std::string& name, Value x, Pool pool, const Shape& out) {
  const Shape data = x.Shape();
  const bool line = data.Rank() == 3;
  if (line) {
    x = ReshapeTo(rewriter, name + "/data", x, Shape{data[0], data[1], 1, data[2]});
    pool.kernel.insert(pool.kernel.begin(), 1);
    pool.strides.insert(pool.strides.begin(), 1);
    pool.pads_begin.insert(pool.pads_begin.begin(), 0);
    pool.pads_end.insert(pool.pads_end.begin(), 0);
  }
  const Value y = rewriter.Add("ie.Pooling", line ? name + "/2d" : name, {x},
                               {{"kernel", pool.kernel},
                                {"strides", pool.strides},
                                {"pads_begin", pool.pads_begin},
                                {"pads_end", pool.pads_end},
                                {"pool-method", std::string(pool.average ? "avg" : "max")},
                                {"exclude-pad", pool.exclude_pad},
                                {"rounding_type", std::string(pool.ceil ? "ceil" : "floor")}});
  return ReshapeTo(rewriter, name, y, out);
}

class LowerPooling final : public NodePass {
 public:
  explicit LowerPooling(int version) : version_(version) {}
  std::string_view Name() const override { return "lower-pooling"; }
  std::string_view Root() const override { return ""; }

  Outcome Run(Node& node, Rewriter& rewriter) const override {
    if (node.Is("ReduceMean") || node.Is("ReduceMax")) return Reduce(node, rewriter);
    if (!node.Is("MaxPool") && !node.Is("AvgPool")) return {};
    if (!HasF32Data(node) || node.OutputCount() != 1) return Declined("its data is not f32");
    const Shape& data = node.Input(0).Shape();
    Pool pool{.kernel = node.Attr<Sizes>("kernel"),
              .strides = SpatialAttribute(node, "strides", 1),
              .pads_begin = SpatialAttribute(node, "pads_begin", 0),
              .pads_end = SpatialAttribute(node, "pads_end", 0),
              .average = node.Is("AvgPool"),
              .exclude_pad = node.Is("AvgPool") && node.Attr<bool>("exclude-pad"),
              .ceil = node.Attr<std::string>("rounding_type") == "ceil"};
    if (node.Attr<std::string>("auto_pad") != "explicit") {
      const graph::Window window = MakeWindow(node, data, pool.kernel, pool.ceil);
      const auto count = static_cast<std::ptrdiff_t>(pool.kernel.size());
      pool.pads_begin.assign(window.pads_begin.end() - count, window.pads_begin.end());
      pool.pads_end.assign(window.pads_end.end() - count, window.pads_end.end());
    }
    Value x = node.Input(0);
    const std::string name = node.Name();
    for (size_t i = 0; i < pool.kernel.size(); ++i) {
      // Whoever sets the size by another rule cannot be said.
      if (OutputSize(pool, data, i, pool.pads_end[i], pool.ceil) != node.Shape()[static_cast<int64_t>(i) + 2])
        return Declined("its output has another size than its window gives");
    }
    if (version_ == 2 && pool.kernel.size() == 2 && pool.pads_begin != pool.pads_end) {
      if (!SayWithoutEndPadding(pool, data)) {
        if (!pool.average || pool.exclude_pad) return Declined("IR v2 has no end padding");
        Sizes begin = {0, 0}, end = {0, 0};
        begin.insert(begin.end(), pool.pads_begin.begin(), pool.pads_begin.end());
        end.insert(end.end(), pool.pads_end.begin(), pool.pads_end.end());
        x = rewriter.Add(
            "ie.Pad", name + "/pad", {x},
            {{"pads_begin", begin}, {"pads_end", end}, {"pad_mode", std::string("constant")}, {"pad_value", 0.0}});
        pool.pads_begin.assign(2, 0);
        pool.pads_end.assign(2, 0);
      }
    }
    rewriter.Replace(node, Layer(rewriter, name, x, pool, node.Shape()));
    return Changed();
  }

 private:
  // Padding that no average counts only sets the output's size.
  static bool SayWithoutEndPadding(Pool& pool, const Shape& data) {
    if (pool.average && !pool.exclude_pad) return false;
    for (const bool ceil : {pool.ceil, !pool.ceil}) {
      bool same = true;
      for (size_t i = 0; i < pool.kernel.size(); ++i)
        same = same && OutputSize(pool, data, i, pool.pads_begin[i], ceil) ==
                           OutputSize(pool, data, i, pool.pads_end[i], pool.ceil);
      if (!same) continue;
      pool.pads_end = pool.pads_begin;
      pool.ceil = ceil;
      return true;
    }
    return false;
  }

  static Outcome Reduce(Node& node, Rewriter& rewriter) {
    if (!HasF32Data(node)) return Declined("its data is not f32");
    const Shape& data = node.Input(0).Shape();
    if (data.Rank() < 3 || data.Rank() > 5) return Declined("its data has no spatial axes or more than three");
    std::optional<Sizes> axes = ConstantIndices(node, 1);
    if (!axes) return Declined("its axes are no constant");
    for (int64_t& axis : *axes) axis = data.NormalizeAxis(axis);
    std::sort(axes->begin(), axes->end());
    for (int64_t axis = 2; axis < data.Rank(); ++axis) {
      if (axes->size() != static_cast<size_t>(data.Rank() - 2) || (*axes)[static_cast<size_t>(axis - 2)] != axis)
        return Declined("its axes are not the spatial axes");
    }
    const Sizes kernel(data.begin() + 2, data.end());
    const Sizes ones(kernel.size(), 1), zeros(kernel.size(), 0);
    const bool average = node.Is("ReduceMean");
    rewriter.Replace(node, Layer(rewriter, node.Name(), node.Input(0),
                                 {.kernel = kernel,
                                  .strides = ones,
                                  .pads_begin = zeros,
                                  .pads_end = zeros,
                                  .average = average,
                                  .exclude_pad = false,
                                  .ceil = false},
                                 node.Shape()));
    return Changed();
  }

  int version_;
};

}  // namespace

std::unique_ptr<Pass> MakeLowerPooling(int version) { return std::make_unique<LowerPooling>(version); }

}  // namespace moir::transforms
