// _npi_einsum: sums of products over the labels that the result does not have, two operands at a time from the left:
// each pair becomes one MatMul [shared and kept, of a only, summed] x [shared and kept, summed, of b only].
#include <algorithm>
#include <functional>
#include <map>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

struct Operand {
  Value value;
  std::string labels;  // one per axis
};

bool Contains(std::string_view labels, char label) { return labels.find(label) != std::string_view::npos; }

std::string Select(std::string_view labels, const std::function<bool(char)>& wanted) {
  std::string selected;
  for (const char label : labels) {
    if (wanted(label)) selected += label;
  }
  return selected;
}

// Sums over the labels that are not in `kept`.
void SumAxes(NodeConverter& node, Operand& operand, std::string_view kept) {
  std::vector<int64_t> axes;
  for (size_t i = 0; i < operand.labels.size(); ++i) {
    if (!Contains(kept, operand.labels[i])) axes.push_back(static_cast<int64_t>(i));
  }
  if (axes.empty()) return;
  operand.value = node.Add("ReduceSum", {operand.value, node.Indices(axes, "axes")}, {}, "sum");
  operand.labels = Select(operand.labels, [&](char label) { return Contains(kept, label); });
}

// The axes in the order of `labels`, which are all of them.
void Reorder(NodeConverter& node, Operand& operand, const std::string& labels) {
  if (operand.labels == labels) return;
  std::vector<int64_t> order;
  for (const char label : labels) order.push_back(static_cast<int64_t>(operand.labels.find(label)));
  operand.value = node.Transpose(operand.value, order, "ordered");
  operand.labels = labels;
}

class Contraction {
 public:
  explicit Contraction(NodeConverter& node) : node_(node) {}

  // Learns the sizes of labels.
  void Measure(const Operand& operand) {
    const Shape& shape = operand.value.Shape();
    for (size_t i = 0; i < operand.labels.size(); ++i) {
      const int64_t size = shape[static_cast<int64_t>(i)];
      const auto [found, added] = sizes_.emplace(operand.labels[i], size);
      if (!added && found->second != size)
        node_.Unsupported("label ", std::string(1, operand.labels[i]), " has sizes ", found->second, " and ", size);
    }
  }

  Operand Multiply(Operand a, Operand b, const std::string& kept) {
    SumAxes(node_, a, kept + b.labels);
    SumAxes(node_, b, kept + a.labels);
    const std::string both = Select(a.labels, [&](char l) { return Contains(b.labels, l) && Contains(kept, l); }),
                      summed = Select(a.labels, [&](char l) { return Contains(b.labels, l) && !Contains(kept, l); }),
                      of_a = Select(a.labels, [&](char l) { return !Contains(b.labels, l); }),
                      of_b = Select(b.labels, [&](char l) { return !Contains(a.labels, l); });
    Reorder(node_, a, both + of_a + summed);
    Reorder(node_, b, both + summed + of_b);
    const Value left = node_.Reshape(a.value, {Size(both), Size(of_a), Size(summed)}, "left");
    const Value right = node_.Reshape(b.value, {Size(both), Size(summed), Size(of_b)}, "right");
    std::vector<int64_t> dims;
    for (const char label : both + of_a + of_b) dims.push_back(sizes_.at(label));
    return {node_.Reshape(node_.Add("MatMul", {left, right}), dims, "product"), both + of_a + of_b};
  }

 private:
  int64_t Size(const std::string& labels) const {
    std::vector<int64_t> dims;
    for (const char label : labels) dims.push_back(sizes_.at(label));
    return Shape(std::move(dims)).NumElements();
  }

  NodeConverter& node_;
  std::map<char, int64_t> sizes_;
};

}  // namespace

void ConvertEinsum(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  attrs.Ignore({"num_args", "optimize"});
  std::string subscripts = attrs.String("subscripts");
  std::erase(subscripts, ' ');
  const size_t arrow = subscripts.find("->");
  const std::string inputs = subscripts.substr(0, arrow);
  for (const char c : inputs) {
    if (c == '.') node.Unsupported("attribute subscripts: got ", subscripts, "; an ellipsis is not supported");
    if (c != ',' && (c < 'A' || (c > 'Z' && c < 'a') || c > 'z')) attrs.Refuse("subscripts", "letters, commas and ->");
  }
  std::vector<std::string> parts(1);
  for (const char c : inputs) {
    if (c == ',') parts.emplace_back();
    else parts.back() += c;
  }
  node.Require(parts.size() == node.InputCount(), "attribute subscripts: got ", subscripts, ", expected labels for ",
               node.InputCount(), " operands");
  std::string output;
  if (arrow != std::string::npos) {
    output = subscripts.substr(arrow + 2);
  } else {
    // What comes once, in the order of the alphabet.
    output = Select(inputs, [&](char c) { return c != ',' && std::count(inputs.begin(), inputs.end(), c) == 1; });
    std::sort(output.begin(), output.end());
  }
  for (const char label : output) {
    if (!Contains(inputs, label) || label == ',' || std::count(output.begin(), output.end(), label) > 1)
      attrs.Refuse("subscripts", "a result whose labels are among the operands', each once");
  }

  Contraction contraction(node);
  std::vector<Operand> operands;
  for (size_t i = 0; i < parts.size(); ++i) {
    Operand operand{node.Input(i), parts[i]};
    node.Require(operand.value.Shape().Rank() == static_cast<int64_t>(parts[i].size()), "operand ", i, " of shape ",
                 operand.value.Shape(), ": expected an axis for each of ", parts[i]);
    for (const char label : parts[i]) {
      if (std::count(parts[i].begin(), parts[i].end(), label) > 1)
        node.Unsupported("attribute subscripts: got ", subscripts, "; diagonals of one operand are not supported");
    }
    contraction.Measure(operand);
    operands.push_back(std::move(operand));
  }
  Operand result = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    std::string kept = output;
    for (size_t k = i + 1; k < operands.size(); ++k) kept += operands[k].labels;
    result = contraction.Multiply(result, operands[i], kept);
  }
  SumAxes(node, result, output);
  Reorder(node, result, output);
  node.Output(result.value);
}

}  // namespace moir::mo
