#include "mo/mxnet/dialects.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "graph/error.h"
#include "graph/strings.h"
#include "mo/mxnet/attributes.h"

namespace moir::mo {

using namespace graph;

namespace {

// Versions before which a file means something else.
constexpr int kListsAuxiliaryStates = 900;
constexpr int kReduceAxisOptional = 905;

// Trailing inputs that MXNet adds as variables NODE_INPUT to nodes of old files.
std::vector<std::string_view> ExpectedInputs(const SymbolNode& node, const Attributes& attributes) {
  const std::string& op = node.op;
  if (op == "BatchNorm") return {"data", "gamma", "beta", "moving_mean", "moving_var"};
  if (op == "IdentityAttachKLSparseReg") return {"data", "moving_avg"};
  if (op == "Convolution" || op == "FullyConnected" || op == "Deconvolution") {
    if (attributes.Bool("no_bias", op == "Deconvolution")) return {"data", "weight"};
    return {"data", "weight", "bias"};
  }
  if (op == "Embedding") return {"data", "weight"};
  if (op == "InstanceNorm") return {"data", "gamma", "beta"};
  if (op == "LeakyReLU" && attributes.String("act_type", "leaky") == "prelu") return {"data", "gamma"};
  if (op == "SoftmaxOutput" || op == "SVMOutput" || op == "LinearRegressionOutput" ||
      op == "LogisticRegressionOutput" || op == "MAERegressionOutput") {
    return {"data", "label"};
  }
  return {};
}

// Copies the nodes one by one, so that new ones can be put before those that need them.
class Upgrader {
 public:
  explicit Upgrader(Symbol& symbol) : symbol_(symbol) {}

  void Run() {
    std::vector<SymbolNode> old_nodes = std::move(symbol_.nodes);
    symbol_.nodes.clear();
    symbol_.nodes.reserve(old_nodes.size());
    for (SymbolNode& node : old_nodes) {
      for (SymbolInput& input : node.inputs) input.node = position_[input.node];
      for (Symbol& subgraph : node.subgraphs) UpgradeSymbol(subgraph);
      if (!node.IsVariable()) Upgrade(node);
      position_.push_back(symbol_.nodes.size());
      symbol_.nodes.push_back(std::move(node));
    }
    for (SymbolInput& head : symbol_.heads) head.node = position_[head.node];
    symbol_.arg_nodes.clear();
    for (size_t i = 0; i < symbol_.nodes.size(); ++i) {
      if (symbol_.nodes[i].IsVariable()) symbol_.arg_nodes.push_back(i);
    }
  }

 private:
  size_t Insert(SymbolNode node) {
    symbol_.nodes.push_back(std::move(node));
    return symbol_.nodes.size() - 1;
  }

  void Upgrade(SymbolNode& node) {
    node.op = CanonicalOperator(node.op);
    if (symbol_.version < kListsAuxiliaryStates) AddMissingInputs(node);
    if (symbol_.version < kReduceAxisOptional && (node.op == "argmax" || node.op == "argmin")) {
      const auto axis = node.attributes.find("axis");
      if (axis != node.attributes.end() && Trim(axis->second) == "-1") node.attributes.erase(axis);
    }
    if (node.op == "Reshape") UpgradeReshape(node);
    if (node.op == "Pooling_v1") UpgradePooling(node);
  }

  void AddMissingInputs(SymbolNode& node) {
    const std::vector<std::string_view> names =
        ExpectedInputs(node, Attributes(node.attributes, symbol_.PlaceOf(node)));
    // The first input is data; a node without any is broken, not old.
    if (node.inputs.empty()) return;
    for (size_t i = node.inputs.size(); i < names.size(); ++i) {
      SymbolNode variable;
      variable.name = node.name.empty() ? std::string(names[i]) : StrCat(node.name, "_", names[i]);
      variable.op = "null";
      node.inputs.push_back({Insert(std::move(variable)), 0, 0});
    }
  }

  // target_shape (0: infer; one at most) with keep_highest (the first size is the input's) is what shape came from.
  void UpgradeReshape(SymbolNode& node) {
    const Attributes attributes(node.attributes, symbol_.PlaceOf(node));
    std::vector<int64_t> target = attributes.Ints("target_shape", std::vector<int64_t>{});
    const bool keep_highest = attributes.Bool("keep_highest", false);
    node.attributes.erase("target_shape");
    node.attributes.erase("keep_highest");
    if (target.empty() || !attributes.Ints("shape", std::vector<int64_t>{}).empty()) return;
    const auto first = target.begin() + (keep_highest ? 1 : 0);
    const bool negative = std::any_of(first, target.end(), [](int64_t size) { return size < 0; });
    if (negative || std::count(first, target.end(), 0) > 1) {
      attributes.Refuse("target_shape", "sizes, at most one of them 0 for the size that is left");
    }
    std::replace(first, target.end(), int64_t{0}, int64_t{-1});
    if (keep_highest) target.front() = 0;  // today's code for "as the input's"
    node.attributes["shape"] = "(" + Join(target, ", ") + (target.size() == 1 ? ",)" : ")");
  }

  // Pooling_v1 fills its padding with zeros (which a maximum sees) and divides by the whole kernel (also where a window
  // of the "full" convention hangs over the padding). Everything else is today's Pooling.
  void UpgradePooling(SymbolNode& node) {
    const Attributes attributes(node.attributes, symbol_.PlaceOf(node));
    const std::string type = attributes.OneOf("pool_type", "max", {"max", "avg", "sum"});
    const std::vector<int64_t> pad = attributes.Ints("pad", std::vector<int64_t>{});
    const bool global = attributes.Bool("global_pool", false);
    const bool full = attributes.OneOf("pooling_convention", "valid", {"valid", "full"}) == "full";
    const bool padded = std::any_of(pad.begin(), pad.end(), [](int64_t size) { return size != 0; });
    node.op = "Pooling";
    if (global) return;
    if (type == "max" && padded) {
      SymbolNode zeros;
      zeros.op = "Pad";
      zeros.name = node.name + "_pad";
      std::vector<int64_t> widths(4, 0);
      for (const int64_t size : pad) widths.insert(widths.end(), 2, size);
      zeros.attributes = {{"mode", "constant"}, {"constant_value", "0"}, {"pad_width", "(" + Join(widths, ", ") + ")"}};
      zeros.inputs = std::move(node.inputs);
      node.inputs = {{Insert(std::move(zeros)), 0, 0}};
      node.attributes.erase("pad");
    } else if (type == "avg" && full) {
      int64_t window = 1;
      for (const int64_t size : attributes.Ints("kernel")) {
        if (__builtin_mul_overflow(window, size, &window) || window <= 0) attributes.Refuse("kernel", "positive sizes");
      }
      SymbolNode sum = node;
      sum.name = node.name + "_sum";
      sum.attributes["pool_type"] = "sum";
      node.op = "_mul_scalar";
      node.attributes = {{"scalar", FormatDouble(1.0 / static_cast<double>(window))}};
      node.inputs = {{Insert(std::move(sum)), 0, 0}};
    }
  }

  Symbol& symbol_;
  std::vector<size_t> position_;  // of the nodes before the upgrade
};

}  // namespace

void UpgradeSymbol(Symbol& symbol) { Upgrader(symbol).Run(); }

}  // namespace moir::mo
