// Loops and branches over subgraphs, taken apart while the model is converted:
//   _foreach      one step per index of the data's first axis: every step becomes nodes of its own
//   _while_loop   the same, as long as the condition, which must follow from constants, holds
//   _cond         a constant condition chooses a branch; otherwise both are computed and one is selected
// Attributes *_locs tell which of a subgraph's variables each input stands for, or the other way round.
#include "graph/evaluate.h"
#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"
#include "mo/mxnet/subgraph.h"

namespace moir::mo {
namespace {

// More steps than this make a graph that nobody wants to load.
constexpr int64_t kMostSteps = 4096;

const Symbol& Subgraph(const NodeConverter& node, size_t index, size_t count) {
  const std::vector<Symbol>& subgraphs = node.GetNode().subgraphs;
  node.Require(subgraphs.size() == count, "got ", subgraphs.size(), " subgraphs, expected ", count);
  return subgraphs[index];
}

// Attribute `name` as positions in a list of `size`.
std::vector<size_t> Locations(const NodeConverter& node, std::string_view name, size_t size) {
  std::vector<size_t> locations;
  for (const int64_t location : node.Attrs().Ints(name)) {
    if (location < 0 || location >= static_cast<int64_t>(size))
      node.Attrs().Refuse(name, StrCat("numbers from 0 to ", size, " - 1"));
    locations.push_back(static_cast<size_t>(location));
  }
  return locations;
}

std::vector<Value> Pick(const std::vector<Value>& values, const std::vector<size_t>& locations) {
  std::vector<Value> picked;
  for (const size_t location : locations) picked.push_back(values[location]);
  return picked;
}

std::vector<Value> AllInputs(NodeConverter& node) {
  std::vector<Value> inputs;
  for (size_t i = 0; i < node.InputCount(); ++i) inputs.push_back(node.Input(i));
  return inputs;
}

Value Step(NodeConverter& node, Value data, int64_t index) {
  return node.Add("Gather", {data, node.Index(index, "step"), node.Index(0)}, {}, "data");
}

// The outputs of all steps, one behind the other along a new first axis, and `missing` steps of zeros.
Value Stack(NodeConverter& node, const std::vector<Value>& steps, int64_t missing, std::string_view suffix) {
  std::vector<Value> rows;
  for (const Value& step : steps) rows.push_back(node.Add("Unsqueeze", {step, node.Indices({0}, "axis")}, {}, "row"));
  if (missing > 0) {
    std::vector<int64_t> dims = steps.front().Shape().Dims();
    dims.insert(dims.begin(), missing);
    rows.push_back(node.Constant(Tensor(steps.front().Type(), Shape(dims)), "zeros"));
  }
  if (rows.size() == 1) return rows[0];
  return node.Add("Concat", rows, {{"axis", int64_t{0}}}, suffix);
}

size_t Count(const NodeConverter& node, std::string_view name, size_t most) {
  const int64_t count = node.Attrs().Int(name);
  if (count < 0 || count > static_cast<int64_t>(most)) node.Attrs().Refuse(name, StrCat("a number up to ", most));
  return static_cast<size_t>(count);
}

// The condition's value where it does not depend on inputs.
std::optional<bool> StaticCondition(NodeConverter& node, Value condition) {
  node.Require(condition.Shape().NumElements() == 1, "condition of shape ", condition.Shape(),
               ": expected one element");
  const std::optional<Tensor> value = EvaluateStatic(condition);
  if (!value) return std::nullopt;
  return value->ToVector<double>()[0] != 0;
}

}  // namespace

void ConvertForeach(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  attrs.Ignore({"num_args"});
  const Symbol& body = Subgraph(node, 0, 1);
  const std::vector<Value> inputs = AllInputs(node);
  const size_t variables = body.arg_nodes.size();
  const std::vector<size_t> data_at = Locations(node, "in_data_locs", variables),
                            states_at = Locations(node, "in_state_locs", variables),
                            rest_at = Locations(node, "remain_locs", variables);
  const size_t outputs = Count(node, "num_outputs", body.heads.size());
  const size_t data_outputs = Count(node, "num_out_data", outputs);
  node.RequireInputs(data_at.size() + states_at.size() + rest_at.size());
  node.Require(inputs.size() == variables && outputs == data_outputs + states_at.size(), "got ", inputs.size(),
               " inputs and ", outputs, " outputs, expected one input per variable and one output per state");
  if (data_at.empty()) node.Unsupported("a loop without data");
  node.Require(inputs[0].Shape().Rank() >= 1, "data without axes");
  const int64_t steps = inputs[0].Shape()[0];
  for (size_t i = 0; i < data_at.size(); ++i) {
    node.Require(inputs[i].Shape().Rank() >= 1 && inputs[i].Shape()[0] == steps, "data of shapes ", inputs[0].Shape(),
                 " and ", inputs[i].Shape(), ": expected as many steps");
  }
  if (steps < 1 || steps > kMostSteps) node.Unsupported("a loop of ", steps, " steps; moir unrolls 1 to ", kMostSteps);

  std::vector<Value> arguments(variables);
  for (size_t i = 0; i < states_at.size(); ++i) arguments[states_at[i]] = inputs[data_at.size() + i];
  for (size_t i = 0; i < rest_at.size(); ++i) arguments[rest_at[i]] = inputs[data_at.size() + states_at.size() + i];
  std::vector<std::vector<Value>> rows(data_outputs);
  for (int64_t step = 0; step < steps; ++step) {
    for (size_t i = 0; i < data_at.size(); ++i) arguments[data_at[i]] = Step(node, inputs[i], step);
    for (const Value& argument : arguments)
      node.Require(static_cast<bool>(argument), "a variable of the subgraph has no input");
    const std::vector<Value> results = BuildSubgraph(node, body, arguments);
    for (size_t i = 0; i < data_outputs; ++i) rows[i].push_back(results[i]);
    for (size_t i = 0; i < states_at.size(); ++i) arguments[states_at[i]] = results[data_outputs + i];
  }
  for (size_t i = 0; i < data_outputs; ++i) node.Output(i, Stack(node, rows[i], 0, "stacked"));
  for (size_t i = 0; i < states_at.size(); ++i) node.Output(data_outputs + i, arguments[states_at[i]]);
}

void ConvertWhileLoop(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  attrs.Ignore({"num_args"});
  const Symbol &condition = Subgraph(node, 0, 2), &body = Subgraph(node, 1, 2);
  std::vector<Value> inputs = AllInputs(node);
  const std::vector<size_t> condition_reads = Locations(node, "cond_input_locs", inputs.size()),
                            body_reads = Locations(node, "func_input_locs", inputs.size()),
                            states_at = Locations(node, "func_var_locs", body_reads.size());
  const size_t outputs = Count(node, "num_outputs", body.heads.size());
  const size_t data_outputs = Count(node, "num_out_data", outputs);
  const int64_t most = attrs.Int("max_iterations");
  if (most < 1 || most > kMostSteps) attrs.Refuse("max_iterations", StrCat("a number from 1 to ", kMostSteps));
  node.Require(outputs == data_outputs + states_at.size(), "got ", outputs,
               " outputs, expected one per output of a step and per loop variable");
  std::vector<std::vector<Value>> rows(data_outputs);
  int64_t steps = 0;
  for (; steps < most; ++steps) {
    const std::vector<Value> verdict = BuildSubgraph(node, condition, Pick(inputs, condition_reads));
    node.Require(verdict.size() == 1, "the condition has ", verdict.size(), " outputs, expected one");
    const std::optional<bool> holds = StaticCondition(node, verdict[0]);
    if (!holds) {
      node.Unsupported("the number of steps depends on the model's inputs; only loops whose condition follows from ",
                       "constants can be converted");
    }
    if (!*holds) break;
    const std::vector<Value> results = BuildSubgraph(node, body, Pick(inputs, body_reads));
    for (size_t i = 0; i < data_outputs; ++i) rows[i].push_back(results[i]);
    for (size_t i = 0; i < states_at.size(); ++i) inputs[body_reads[states_at[i]]] = results[data_outputs + i];
  }
  if (steps == 0 && data_outputs > 0) node.Unsupported("a loop without a single step has outputs of unknown shape");
  for (size_t i = 0; i < data_outputs; ++i) node.Output(i, Stack(node, rows[i], most - steps, "stacked"));
  for (size_t i = 0; i < states_at.size(); ++i) node.Output(data_outputs + i, inputs[body_reads[states_at[i]]]);
}

void ConvertCond(NodeConverter& node) {
  node.Attrs().Ignore({"num_args", "num_outputs"});
  const std::vector<Value> inputs = AllInputs(node);
  const auto branch = [&](size_t index, std::string_view locations) {
    return BuildSubgraph(node, Subgraph(node, index, 3), Pick(inputs, Locations(node, locations, inputs.size())));
  };
  const std::vector<Value> verdict = branch(0, "cond_input_locs");
  node.Require(verdict.size() == 1, "the condition has ", verdict.size(), " outputs, expected one");
  const std::optional<bool> holds = StaticCondition(node, verdict[0]);
  // The branch that is not taken is still read: its attributes are not unknown ones.
  node.Attrs().Ignore({"then_input_locs", "else_input_locs"});
  if (holds) {
    const std::vector<Value> results = *holds ? branch(1, "then_input_locs") : branch(2, "else_input_locs");
    for (size_t i = 0; i < results.size(); ++i) node.Output(i, results[i]);
    return;
  }
  const std::vector<Value> then_results = branch(1, "then_input_locs"), else_results = branch(2, "else_input_locs");
  node.Require(then_results.size() == else_results.size(), "branches with ", then_results.size(), " and ",
               else_results.size(), " outputs, expected as many");
  const Value scalar = node.Reshape(verdict[0], {}, "condition");
  const Value chosen = node.Convert(scalar, ElementType::kBool, "holds");
  for (size_t i = 0; i < then_results.size(); ++i) {
    const Value &yes = then_results[i], &no = else_results[i];
    if (yes.Shape() != no.Shape() || yes.Type() != no.Type()) {
      node.Unsupported("the branches give ", yes.Type(), yes.Shape(), " and ", no.Type(), no.Shape(),
                       " and the condition depends on the model's inputs; give both branches one shape");
    }
    node.Output(i, node.Add("Select", {chosen, yes, no}));
  }
}

}  // namespace moir::mo
