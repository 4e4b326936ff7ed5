#include "tests/manual/operators_manual.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "graph/graph.h"
#include "graph/ir/ir_v10_v11_spelling.h"
#include "graph/pass.h"
#include "ie_runtime/kernel_table.h"
#include "ie_runtime/unary.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/op_table.h"
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/manual/not_covered.h"
#include "tests/support/mxnet/operator_grids.h"
#include "tests/support/operator_cases.h"
#include "transforms/legalize_for_ir_v10_v11/legalize.h"
#include "transforms/legalize_for_ir_v2_v4/legalize.h"
#include "transforms/pipeline.h"

namespace moir::test {
namespace {

using Names = std::set<std::string, std::less<>>;

// What OpenVINO's operation sets cannot say, by version of the IR.
struct Refusals {
  size_t cases = 0;
  std::map<std::string, Names> reasons;  // by the operator: why it was not taken apart, where a pass has said so
};

// What the cases of one operator showed.
struct Facts {
  size_t cases = 0;
  Names operators;      // of the graph
  Names unary;          // those that the engine's kernels take along
  Names layers;         // of the IR: "Eltwise", "moir.Select"
  Refusals refused[2];  // in IR v10 and v11
};

bool IsComputed(const graph::Node& node) { return !node.Is("Parameter") && !node.Is("Constant"); }

// Tensors without elements, which v10 and v11 refuse wherever they are, are no matter of the operator.
void LearnRefusals(Refusals& refused, graph::Graph& graph, int version) {
  graph::PassRunner legalize;
  for (auto& pass : transforms::MakeLegalizePassesV10V11(version)) legalize.Add(std::move(pass));
  std::map<std::string, std::string> reasons;
  for (const graph::PassReport& pass : legalize.Run(graph)) {
    if (!pass.name.starts_with("decompose-")) continue;
    reasons.insert(pass.declined.begin(), pass.declined.end());
  }
  bool found = false;
  for (const graph::Node* node : graph.TopologicalOrder()) {
    for (size_t i = 0; i < node->OutputCount(); ++i) {
      if (node->Shape(i).NumElements() == 0) return;
    }
  }
  for (const graph::Node* node : graph.TopologicalOrder()) {
    if (!IsComputed(*node) || graph::HasOpsetSpelling(*node, version)) continue;
    found = true;
    Names& told = refused.reasons[node->Op()];
    if (const auto reason = reasons.find(node->Name()); reason != reasons.end()) told.insert(reason->second);
  }
  if (found) ++refused.cases;
}

void Learn(Facts& facts, std::unique_ptr<graph::Graph> graph) {
  ++facts.cases;
  for (const graph::Node* node : graph->TopologicalOrder()) {
    if (!IsComputed(*node)) continue;
    facts.operators.insert(node->Op());
    if (runtime::MatchUnary(*node)) facts.unary.insert(node->Op());
  }
  transforms::MakePipeline({}).Run(*graph);
  for (const int version : {10, 11}) LearnRefusals(facts.refused[version - 10], *graph->Clone(), version);
  graph::PassRunner legalize;
  for (auto& pass : transforms::MakeLegalizePassesV2V4({.version = 3})) legalize.Add(std::move(pass));
  legalize.Run(*graph);
  for (const graph::Node* node : graph->TopologicalOrder()) {
    if (!IsComputed(*node)) continue;
    constexpr std::string_view kLayer = "ie.";
    const std::string& op = node->Op();
    facts.layers.insert(op.starts_with(kLayer) ? op.substr(kLayer.size()) : "moir." + op);
  }
}

std::unique_ptr<graph::Graph> Build(const GridCase& entry) {
  mo::Symbol symbol = mo::ParseSymbol(entry.symbol_text, "symbol.json");
  mo::UpgradeSymbol(symbol);
  mo::BuildOptions options;
  for (const auto& [name, tensor] : entry.inputs) options.inputs.push_back({name, tensor.Shape()});
  return mo::BuildGraph(symbol, entry.params, options).graph;
}

// By registered name. Cases that are refused teach nothing.
std::map<std::string, Facts> AllFacts() {
  std::map<std::string, Facts> facts;
  for (const std::string& file : OperatorGridFiles()) {
    if (!IsConverted(file)) continue;
    for (const GridCase& entry : LoadOperatorGrid(file)) {
      try {
        Learn(facts[std::string(mo::CanonicalOperator(file))], Build(entry));
      } catch (const graph::Error&) {
      }
    }
  }
  for (const std::string& file : OperatorsWithCases()) {
    for (const OperatorCase& entry : LoadOperatorCases(file)) {
      if (entry.refused || !mo::FindOpEntry(file)) continue;
      try {
        Learn(facts[file], BuildOperatorCase(entry).graph);
      } catch (const graph::Error&) {
      }
    }
  }
  return facts;
}

// Every operator that MXNet 1.9.1 registers: its name, without aliases.
Names RegisteredOperators() {
  std::ifstream file(MOIR_TEST_DATA_DIR "/mxnet_registered_operators.txt");
  if (!file) throw std::runtime_error("no list of registered operators");
  Names names;
  for (std::string line; std::getline(file, line);) {
    if (line.find(' ') == std::string::npos) names.insert(line);
  }
  return names;
}

template <typename List>
std::string Listed(const List& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "`" : ", `") + std::string(name) + "`";
  return text;
}

std::string Told(const Refusals& refused, size_t cases) {
  if (refused.cases == 0) return "yes";
  std::string text = refused.cases == cases ? "no" : graph::StrCat("all but ", refused.cases, " cases");
  const char* part = ": ";
  for (const auto& [op, reasons] : refused.reasons) {
    text += graph::StrCat(part, "`", op, "`");
    for (const std::string& reason : reasons) text += graph::StrCat(reason == *reasons.begin() ? " (" : "; ", reason);
    if (!reasons.empty()) text += ")";
    part = ", ";
  }
  return text;
}

std::string ToldOfBoth(const Facts& facts) {
  const std::string old = Told(facts.refused[0], facts.cases), newer = Told(facts.refused[1], facts.cases);
  return old == newer ? old : graph::StrCat("v11: ", newer, "; v10: ", old);
}

std::string Row(const mo::OpEntry& entry, const Facts& facts) {
  std::vector<std::string> plain;
  for (const std::string& op : facts.operators) {
    if (!runtime::FindKernelFactory(op) && !facts.unary.contains(op)) plain.push_back(op);
  }
  const std::string aliases = Listed(mo::AliasesOf(entry.name));
  std::ostringstream row;
  row << "| `" << entry.name << "`" << (aliases.empty() ? "" : ", also ") << aliases << " | " << facts.cases << " | "
      << (facts.operators.empty() ? "a constant, or its input" : Listed(facts.operators)) << " | "
      << (facts.layers.empty() ? "none" : Listed(facts.layers)) << " | " << ToldOfBoth(facts) << " | "
      << (plain.empty() ? "yes" : "but " + Listed(plain)) << " |\n";
  return row.str();
}

constexpr std::string_view kHead = R"(# Operators of MXNet

This file is printed by `moir_operators_manual` from the tables and the reference cases of the tests; a test compares the
two. To bring it up to date: `build/dev/bin/moir_operators_manual > docs/operators.md`.

## Converted

- **cases**: how many small graphs with MXNet 1.9.1's own results the tests compare with
  ([tests/oracle](../tests/oracle/README.md)).
- **graph operators**: what the converter makes of it, over all cases; a single node becomes some of them.
- **IR v2-v4**: the layers that are written, after optimization. Those called `moir.X` are layers of moir's engine; the
  others are layers of OpenVINO 2018.
- **IR v10, v11**: whether OpenVINO's operation sets can say it, perhaps in several operators; if not, which graph operator
  stands in the way, in how many cases and why. (Tensors without elements are refused everywhere: OpenVINO's CPU plug-in
  does not run them.) What OpenVINO makes of it is in [interoperability.md](interoperability.md).
- **kernels**: whether the engine has kernels for all of these operators (f32; other types and the operators that are
  named run the plain evaluation).

)";

}  // namespace

std::string OperatorsManual() {
  const std::map<std::string, Facts> facts = AllFacts();
  const Names registered = RegisteredOperators();
  std::string text(kHead), training, random, dependent, beyond;
  text +=
      "| MXNet operator | cases | graph operators | IR v2-v4 | IR v10, v11 | kernels |\n|---|---|---|---|---|---|\n";
  const auto add = [](std::string& list, std::string_view name) {
    list += (list.empty() ? "`" : ", `") + std::string(name) + "`";
  };
  std::map<std::string, std::vector<std::string>, std::less<>> reasons;
  for (const mo::OpEntry& entry : mo::OpTable()) {
    const auto found = facts.find(std::string(entry.name));
    if (entry.TrainingOnly()) add(training, entry.name);
    else if (entry.convert == mo::ConvertRandom) add(random, entry.name);
    else if (entry.convert == mo::ConvertValueDependent) add(dependent, entry.name);
    if (found != facts.end()) text += Row(entry, found->second);
    else if (!registered.contains(entry.name)) add(beyond, entry.name);
  }
  for (const std::string& name : registered) {
    // Read as another operator by the dialects.
    if (name == "Pooling_v1" || mo::FindOpEntry(mo::CanonicalOperator(name))) continue;
    const std::string_view reason = ReasonNotCovered(name);
    if (reason.empty())
      throw std::runtime_error("operator " + name +
                               " is neither converted nor has a reason in tests/manual/not_covered.cpp");
    reasons[std::string(reason)].push_back(name);
  }
  text += "\n`Pooling_v1` is read as `Pooling`. `Custom` stands for Python code; it is converted where `op_type` is " +
          Listed(mo::CustomOpTypes(true)) + ", left out as training's where it is " + Listed(mo::CustomOpTypes(false)) +
          ", and refused otherwise.\nNot in MXNet 1.9.1, but in files of forks and plug-ins: " + beyond +
          ". `_contrib_fifo_buffer` and `_contrib_quantized_fifo_buffer`, which other converters name, are not "
          "registered in "
          "MXNet 1.9.1: there is no meaning to compare with, so they are refused.\n";
  text += "\n## For training only\n\nLeft out where the outputs do not need them: " + training + ".\n";
  text +=
      "\n## Random numbers\n\nRefused, because there is nothing to compare an inference with; the numbers can be an "
      "input instead (`--input NAME`). A distribution of width 0 is a constant. " +
      random + ".\n";
  text += "\n## Shapes that follow from values\n\nRefused, because an IR has fixed shapes: " + dependent + ".\n";
  text +=
      "\n## Not converted\n\nThe other operators that MXNet 1.9.1 registers, without gradients, which only "
      "training runs.\n\n| why | operators |\n|---|---|\n";
  for (const auto& [reason, names] : reasons) text += "| " + reason + " | " + Listed(names) + " |\n";
  return text;
}

}  // namespace moir::test
