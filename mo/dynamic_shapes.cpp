#include "mo/dynamic_shapes.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "graph/error.h"
#include "graph/op_schema.h"

namespace moir::mo {
namespace {

using namespace graph;

constexpr size_t kSamples = 4;
constexpr int64_t kBatches[kSamples] = {5, 2, 3, 7};
// Per sample, what an open size in place n (counted over all inputs and axes) becomes: sizes[sample] + n *
// apart[sample]. The numbers have little in common, so that nothing agrees by chance.
struct SampleKind {
  int64_t sizes[kSamples], apart[kSamples];
  const char* note;  // null: any size
};
constexpr SampleKind kKinds[] = {
    {{225, 289, 243, 331}, {66, 34, 98, 38}, nullptr},
    {{224, 288, 256, 352}, {64, 32, 96, 128}, "the open sizes are good for multiples of 32"},
    {{299, 331, 363, 427},
     {64, 32, 96, 128},
     "the open sizes are good for 299 and multiples of 32 more (331, 363, ...)"}};
// Longer lists of integers than this are no shapes.
constexpr int64_t kMaxListed = 64;

bool IsOpen(int64_t size) { return size < 0; }

void SettleShape(std::vector<int64_t>& shape, const Options& options, const SampleKind& kind, size_t sample,
                 int64_t& place) {
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (!IsOpen(shape[axis])) continue;
    if (axis == 0) {
      shape[axis] = options.batch.value_or(kBatches[sample]);
    } else {
      shape[axis] = kind.sizes[sample] + kind.apart[sample] * place++;
    }
  }
}

// An integer that depends on sizes: (first * second) * multiplier / divisor, of sizes of values.
struct Expression {
  std::vector<std::pair<Value, int64_t>> sizes;  // value and axis; one or two
  int64_t multiplier = 1, divisor = 1;
};

class OpenUp {
 public:
  OpenUp(Graph& graph, const std::vector<std::unique_ptr<Graph>>& others) : graph_(graph), others_(others) { Match(); }

  OpenSizes Run() {
    OpenSizes open;
    for (Node* node : graph_.TopologicalOrder()) {
      if (node->Is("Constant")) continue;
      CheckNode(*node);
      for (size_t i = 0; i < node->InputCount(); ++i) {
        if (node->Input(i).Constant() && Differs(*node->Input(i).node)) RewriteConstant(*node, i);
      }
    }
    // New nodes come in through shapes of old ones and have one size, that of their list.
    for (const auto& [node, same] : matches_) {
      if (node->Is("Constant")) continue;
      for (size_t i = 0; i < node->OutputCount(); ++i) {
        std::vector<bool> axes;
        for (int64_t axis = 0; axis < node->Shape(i).Rank(); ++axis) {
          const int64_t size = node->Shape(i)[axis];
          axes.push_back(
              std::any_of(same.begin(), same.end(), [&](const Node* other) { return other->Shape(i)[axis] != size; }));
        }
        if (std::find(axes.begin(), axes.end(), true) != axes.end()) open[{node, i}] = std::move(axes);
      }
    }
    graph_.RemoveDead();
    std::erase_if(open, [&](const auto& entry) { return graph_.FindNode(names_.at(entry.first.first)) == nullptr; });
    return open;
  }

 private:
  template <typename... Parts>
  [[noreturn]] static void Refuse(const Node& node, const Parts&... parts) {
    Fail(ErrorKind::kUnsupported, "node \"", node.Name(), "\" (", node.Op(), "): ", parts...,
         "; the sizes left open with -1 cannot stay open in this model: give numbers (a model per size), or cut the "
         "model "
         "before this node with --output");
  }

  // Every node has its like in every sample.
  void Match() {
    for (Node* node : graph_.TopologicalOrder()) {
      names_[node] = node->Name();
      std::vector<const Node*>& same = matches_[node];
      for (const auto& other : others_) {
        const Node* like = other->FindNode(node->Name());
        if (!like || like->Op() != node->Op() || like->InputCount() != node->InputCount() ||
            like->OutputCount() != node->OutputCount())
          Refuse(*node, "the graph itself depends on the sizes of the inputs here");
        for (size_t i = 0; i < node->InputCount(); ++i) {
          if (like->Input(i).node->Name() != node->Input(i).node->Name() ||
              like->Input(i).index != node->Input(i).index)
            Refuse(*node, "the graph itself depends on the sizes of the inputs here");
        }
        for (size_t i = 0; i < node->OutputCount(); ++i) {
          if (like->Shape(i).Rank() != node->Shape(i).Rank())
            Refuse(*node, "its number of axes depends on the sizes of the inputs");
        }
        same.push_back(like);
      }
    }
    for (const auto& other : others_) {
      if (other->NodeCount() != graph_.NodeCount())
        Fail(
            ErrorKind::kUnsupported,
            "the graph itself depends on the sizes of the inputs; the sizes left open with -1 cannot stay open in this "
            "model: give numbers");
    }
  }

  void CheckNode(const Node& node) const {
    for (const Node* like : matches_.at(&node)) {
      if (!node.Is("Parameter") && like->Attributes() != node.Attributes())
        Refuse(node, "an attribute depends on the sizes of the inputs");
    }
    if (!node.Is("GreedySuppression")) return;
    for (const Node* like : matches_.at(&node)) {
      if (like->Shape()[1] != node.Shape()[1])
        Refuse(node, "the loop of non-maximum suppression is written for one number of boxes");
    }
  }

  bool Differs(const Node& constant) const {
    for (const Node* like : matches_.at(&constant)) {
      if (like->Type() != constant.Type() || like->Shape() != constant.Shape() ||
          !like->ConstantValue().Equals(constant.ConstantValue()))
        return true;
    }
    return false;
  }

  // The values that input `index` of the node has in all samples, this graph's first.
  std::vector<std::vector<int64_t>> ListedValues(const Node& node, size_t index) const {
    std::vector<std::vector<int64_t>> values = {node.Input(index).Constant()->ToVector<int64_t>()};
    for (const Node* like : matches_.at(&node)) values.push_back(like->Input(index).Constant()->ToVector<int64_t>());
    return values;
  }

  void RewriteConstant(Node& node, size_t index) {
    const Tensor& constant = *node.Input(index).Constant();
    const bool list =
        IsInteger(constant.Type()) && constant.Shape().Rank() <= 1 && constant.NumElements() <= kMaxListed;
    if (!list || HasOtherShape(node, index)) {
      RewriteUniform(node, index);
      return;
    }
    const std::vector<std::vector<int64_t>> values = ListedValues(node, index);
    if (node.Is("Reshape") && index == 1 && RewritePattern(node, values)) return;
    if (node.Is("Slice") && (index == 1 || index == 2) && RewriteEnd(node, index, values)) return;
    graph_.SetInput(&node, index, Computed(node, values, constant.Type(), constant.Shape()));
  }

  bool HasOtherShape(const Node& node, size_t index) const {
    const auto& same = matches_.at(&node);
    return std::any_of(same.begin(), same.end(),
                       [&](const Node* like) { return like->Input(index).Shape() != node.Input(index).Shape(); });
  }

  // One number all over, in a shape that depends on sizes (initial states, say): the number, broadcast.
  void RewriteUniform(Node& node, size_t index) {
    const Tensor& constant = *node.Input(index).Constant();
    std::vector<std::vector<int64_t>> shapes = {constant.Shape().Dims()};
    std::optional<double> number;
    const auto look = [&](const Tensor& tensor) {
      for (const double value : tensor.ToVector<double>()) {
        if (number && *number != value)
          Refuse(node, "the constant at input ", index, " depends on the sizes of the inputs");
        number = value;
      }
    };
    look(constant);
    for (const Node* like : matches_.at(&node)) {
      look(*like->Input(index).Constant());
      shapes.push_back(like->Input(index).Shape().Dims());
    }
    if (!number) Refuse(node, "the constant at input ", index, " has no elements");
    const std::string name = node.Input(index).node->Name();
    const Tensor one = Tensor::Scalar(static_cast<float>(*number)).ConvertTo(constant.Type());
    const Value target = Computed(node, shapes, ElementType::kI64, Shape{constant.Shape().Rank()});
    graph_.SetInput(
        &node, index,
        graph_.Add("Broadcast", name + "/open", {graph_.AddConstant(name + "/number", one)->Output(), target})
            ->Output());
  }

  // Zeros for sizes that stay at their place, -1 for one that does not.
  bool RewritePattern(Node& node, const std::vector<std::vector<int64_t>>& values) {
    const bool zeros = node.Attr<bool>("special_zero");
    std::vector<int64_t> pattern = values[0];
    std::optional<size_t> rest;
    for (size_t k = 0; k < pattern.size(); ++k) {
      if (pattern[k] == -1) rest = k;
      // A zero that is meant as a zero.
      if (!zeros && pattern[k] == 0) return false;
    }
    for (size_t k = 0; k < pattern.size(); ++k) {
      if (SameInAll(values, k)) continue;
      if (static_cast<int64_t>(k) < node.Input(0).Shape().Rank() &&
          IsSize(node, 0, static_cast<int64_t>(k), values, k)) {
        pattern[k] = 0;
      } else if (!rest) {
        rest = k;
        pattern[k] = -1;
      } else {
        return false;
      }
    }
    // With one size computed as the rest all others must be known, or stay.
    graph_.SetInput(&node, 1,
                    graph_.AddConstant(node.Input(1).node->Name() + "/open", Tensor::Indices(pattern))->Output());
    graph_.SetAttribute(&node, "special_zero", true);
    return true;
  }

  // An end at the axis' own size means "all".
  bool RewriteEnd(Node& node, size_t index, const std::vector<std::vector<int64_t>>& values) {
    std::vector<int64_t> ends = values[0];
    std::vector<int64_t> axes(ends.size());
    for (size_t k = 0; k < axes.size(); ++k) axes[k] = static_cast<int64_t>(k);
    if (node.InputCount() > 4) {
      const Tensor* given = node.Input(4).Constant();
      if (!given) return false;
      axes = given->ToVector<int64_t>();
    }
    const Tensor* steps = node.Input(3).Constant();
    if (index != 2 || !steps) return false;
    for (size_t k = 0; k < ends.size(); ++k) {
      if (SameInAll(values, k)) continue;
      const int64_t axis = node.Input(0).Shape().NormalizeAxis(axes[k]);
      if (steps->ToVector<int64_t>()[k] < 0 || !IsSize(node, 0, axis, values, k)) return false;
      ends[k] = std::numeric_limits<int32_t>::max();
    }
    graph_.SetInput(&node, index,
                    graph_.AddConstant(node.Input(index).node->Name() + "/open", Tensor::Indices(ends))->Output());
    return true;
  }

  static bool SameInAll(const std::vector<std::vector<int64_t>>& values, size_t k) {
    return std::all_of(values.begin(), values.end(), [&](const auto& sample) { return sample[k] == values[0][k]; });
  }

  // Size `axis` of the node's input in every sample.
  std::vector<int64_t> Sizes(const Node& node, size_t input, int64_t axis) const {
    std::vector<int64_t> sizes = {node.Input(input).Shape()[axis]};
    for (const Node* like : matches_.at(&node)) sizes.push_back(like->Input(input).Shape()[axis]);
    return sizes;
  }

  bool IsSize(const Node& node, size_t input, int64_t axis, const std::vector<std::vector<int64_t>>& values,
              size_t k) const {
    const std::vector<int64_t> sizes = Sizes(node, input, axis);
    for (size_t sample = 0; sample < values.size(); ++sample) {
      if (values[sample][k] != sizes[sample]) return false;
    }
    return true;
  }

  struct Candidate {
    Value value;
    int64_t axis;
    std::vector<int64_t> sizes;  // per sample
  };

  // Sizes that differ, of what the node reads and of the model's inputs.
  std::vector<Candidate> Candidates(const Node& node) const {
    std::vector<Candidate> candidates;
    const auto add = [&](Value value) {
      const auto found = matches_.find(value.node);
      if (found == matches_.end() || value.node->Is("Constant")) return;
      for (int64_t axis = 0; axis < value.Shape().Rank(); ++axis) {
        std::vector<int64_t> sizes = {value.Shape()[axis]};
        for (const Node* like : found->second) sizes.push_back(like->Shape(value.index)[axis]);
        if (std::any_of(sizes.begin(), sizes.end(), [&](int64_t size) { return size != sizes[0]; }))
          candidates.push_back({value, axis, std::move(sizes)});
      }
    };
    for (const Value& input : node.Inputs()) add(input);
    for (Node* parameter : graph_.Parameters()) add(parameter->Output());
    return candidates;
  }

  static std::optional<Expression> Ratio(const std::vector<int64_t>& wanted, const std::vector<int64_t>& sizes,
                                         std::vector<std::pair<Value, int64_t>> of) {
    const auto holds = [&](int64_t multiplier, int64_t divisor) {
      for (size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] * divisor != sizes[i] * multiplier) return false;
      }
      return true;
    };
    if (sizes[0] > 0 && wanted[0] % sizes[0] == 0 && holds(wanted[0] / sizes[0], 1))
      return Expression{std::move(of), wanted[0] / sizes[0], 1};
    if (wanted[0] > 0 && sizes[0] % wanted[0] == 0 && holds(1, sizes[0] / wanted[0]))
      return Expression{std::move(of), 1, sizes[0] / wanted[0]};
    return std::nullopt;
  }

  static std::optional<Expression> Find(const std::vector<Candidate>& candidates, const std::vector<int64_t>& wanted) {
    for (const Candidate& a : candidates) {
      if (auto found = Ratio(wanted, a.sizes, {{a.value, a.axis}})) return found;
    }
    for (const Candidate& a : candidates) {
      for (const Candidate& b : candidates) {
        std::vector<int64_t> product;
        for (size_t i = 0; i < wanted.size(); ++i) product.push_back(a.sizes[i] * b.sizes[i]);
        if (auto found = Ratio(wanted, product, {{a.value, a.axis}, {b.value, b.axis}})) return found;
      }
    }
    return std::nullopt;
  }

  // A list of integers, computed where they depend on sizes.
  Value Computed(const Node& node, const std::vector<std::vector<int64_t>>& values, ElementType type,
                 const Shape& shape) {
    const std::vector<Candidate> candidates = Candidates(node);
    std::vector<Value> parts;
    const std::string name = node.Name() + "/open_sizes";
    for (size_t k = 0; k < values[0].size(); ++k) {
      if (SameInAll(values, k)) {
        parts.push_back(graph_.AddConstant(name + "/number", Tensor::Indices({values[0][k]}))->Output());
        continue;
      }
      std::vector<int64_t> wanted;
      for (const auto& sample : values) wanted.push_back(sample[k]);
      const std::optional<Expression> expression = Find(candidates, wanted);
      if (!expression) Refuse(node, "a number (", wanted[0], ") depends on the sizes of the inputs in an unknown way");
      parts.push_back(Emit(*expression, name));
    }
    Value list = parts.size() == 1 ? parts[0] : graph_.Add("Concat", name, parts, {{"axis", int64_t{0}}})->Output();
    if (type != ElementType::kI64)
      list = graph_.Add("Convert", name, {list}, {{"destination_type", std::string(ElementTypeName(type))}})->Output();
    if (shape.Rank() == 0)
      list = graph_.Add("Squeeze", name, {list, graph_.AddConstant(name + "/axis", Tensor::Indices({0}))->Output()})
                 ->Output();
    return list;
  }

  Value Emit(const Expression& expression, const std::string& name) {
    Value product;
    for (const auto& [value, axis] : expression.sizes) {
      const Value shape = graph_.Add("ShapeOf", name + "/shape", {value})->Output();
      const Value size = graph_
                             .Add("Gather", name + "/size",
                                  {shape, graph_.AddConstant(name + "/axis", Tensor::Indices({axis}))->Output(),
                                   graph_.AddConstant(name + "/first", Tensor::Scalar<int64_t>(0))->Output()})
                             ->Output();
      product = product ? graph_.Add("Multiply", name + "/product", {product, size})->Output() : size;
    }
    const auto number = [&](int64_t n) { return graph_.AddConstant(name + "/factor", Tensor::Indices({n}))->Output(); };
    if (expression.multiplier != 1)
      product = graph_.Add("Multiply", name + "/product", {product, number(expression.multiplier)})->Output();
    if (expression.divisor != 1)
      product = graph_.Add("Divide", name + "/quotient", {product, number(expression.divisor)})->Output();
    return product;
  }

  Graph& graph_;
  const std::vector<std::unique_ptr<Graph>>& others_;
  std::map<const Node*, std::vector<const Node*>> matches_;
  std::map<const Node*, std::string> names_;
};

Options SampleOptions(const Options& options, const SampleKind& kind, size_t sample) {
  Options settled = options;
  int64_t place = 0;
  for (InputSpec& input : settled.input) {
    if (input.shape) SettleShape(*input.shape, options, kind, sample, place);
  }
  for (std::vector<int64_t>& shape : settled.input_shape) SettleShape(shape, options, kind, sample, place);
  // Shapes say it all.
  settled.batch.reset();
  return settled;
}

}  // namespace

bool HasOpenSizes(const Options& options) {
  const auto open = [&](const std::vector<int64_t>& shape) {
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (IsOpen(shape[axis]) && (axis > 0 || !options.batch)) return true;
    }
    return false;
  };
  for (const InputSpec& input : options.input) {
    if (input.shape && open(*input.shape)) return true;
  }
  return std::any_of(options.input_shape.begin(), options.input_shape.end(), open);
}

SizeSamples MakeSizeSamples(const Options& options, const MakeSample& make_sample) {
  std::string reason;
  for (const SampleKind& kind : kKinds) {
    try {
      SizeSamples samples{SampleOptions(options, kind, 0), {}, kind.note ? kind.note : ""};
      const std::unique_ptr<Graph> first = make_sample(samples.options);
      for (size_t sample = 1; sample < kSamples; ++sample)
        samples.others.push_back(make_sample(SampleOptions(options, kind, sample)));
      OpenUp(*first, samples.others);
      return samples;
    } catch (const Error& error) {
      if (error.Kind() == ErrorKind::kInternal || error.Kind() == ErrorKind::kIo) throw;
      if (reason.empty()) reason = error.what();
    }
  }
  Fail(ErrorKind::kUnsupported, "sizes left open with -1: the model does not hold for other numbers: ", reason);
}

OpenSizes OpenUpSizes(Graph& graph, SizeSamples samples) { return OpenUp(graph, samples.others).Run(); }

}  // namespace moir::mo
