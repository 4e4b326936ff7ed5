#include "mo/verify.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <set>
#include <unordered_map>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/ir/ir_reader.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using graph::Fail;
using graph::Graph;
using graph::Node;
using graph::Tensor;
using graph::Value;

using Tensors = std::vector<Tensor>;
using Place = VerifyFault::Place;

// Computed from something that is fed: what stages are compared by.
bool IsComputed(const Node& node) { return !node.Is("Constant") && !node.Is("Parameter"); }

// Under these names the rest of the world knows a value; passes keep them with the numbers. Names of nodes are not
// among them: a convolution that takes a scale in keeps its own.
std::vector<std::string> LastingNames(const Graph& graph, Value value) {
  std::vector<std::string> names;
  if (!IsComputed(*value.node)) return names;
  for (const std::string& name : value.node->OutputAt(value.index).names) names.push_back("value " + name);
  for (const graph::GraphOutput& output : graph.Outputs()) {
    if (output.value == value) names.push_back("output " + output.name);
  }
  return names;
}

// Layers of the files have the names of the nodes that were written.
std::vector<std::string> LayerNames(const Graph&, Value value) {
  if (!IsComputed(*value.node)) return {};
  return {"layer " + value.node->Name() + ":" + std::to_string(value.index)};
}

// The input for the files. They may hold it in another type, which the values must survive.
Tensor FileInput(const Tensor& given, const Node& parameter) {
  if (given.Type() == parameter.Type()) return given;
  Tensor converted = given.ConvertTo(parameter.Type());
  const bool rounds = graph::IsFloat(given.Type()) && graph::IsFloat(parameter.Type());
  if (!rounds && !converted.ConvertTo(given.Type()).Equals(given)) {
    Fail(ErrorKind::kBadOption, "input \"", parameter.Name(), "\": the files take ", parameter.Type(),
         ", which cannot hold all of the ", given.Type(), " values that were given");
  }
  return converted;
}

class Verifier {
 public:
  explicit Verifier(const VerifyRequest& request) : request_(request) {}

  VerifyResult Run() {
    Tell("reference");
    for (const NamedTensors& run : request_.runs) expected_.push_back(EvaluateGraph(*request_.reference, run));
    for (const graph::GraphOutput& output : request_.reference->Outputs())
      result_.outputs.push_back({output.name, output.value.Shape(), {}, false});
    if (!ReadFiles() || !RunFiles()) return std::move(result_);
    const auto failed = std::find_if(result_.outputs.begin(), result_.outputs.end(),
                                     [](const OutputDifference& output) { return !output.passed; });
    if (failed != result_.outputs.end()) result_.faults.push_back(FindFault());
    return std::move(result_);
  }

 private:
  void Tell(const std::string& what) const {
    if (request_.listener) request_.listener("verify: " + what);
  }
  double Tolerance() const { return request_.tolerance; }

  void AddProblem(Place place, const std::string& problem) {
    VerifyFault& fault = result_.faults.emplace_back();
    fault.place = place;
    fault.problem = problem;
  }

  bool ReadFiles() {
    Tell("read the files");
    try {
      std::map<std::string, graph::Shape> shapes;
      if (request_.settle_shapes) {
        for (const Node* input : request_.reference->Parameters()) shapes.emplace(input->Name(), input->Shape());
      }
      files_ = graph::ReadIr(request_.xml_path, request_.bin_path, shapes);
      for (const NamedTensors& run : request_.runs) file_runs_.push_back(FileInputs(run));
    } catch (const graph::Error& error) {
      if (error.Kind() == ErrorKind::kBadOption) throw;
      AddProblem(Place::kFiles, error.what());
    }
    return result_.faults.empty();
  }

  NamedTensors FileInputs(const NamedTensors& run) const {
    NamedTensors inputs;
    for (const Node* parameter : files_->Parameters()) {
      const auto given = run.find(parameter->Name());
      if (given == run.end()) {
        Fail(ErrorKind::kBadModel, request_.xml_path, ": the model that was read has no input \"", parameter->Name(),
             "\"");
      }
      if (given->second.Shape() != parameter->Shape()) {
        Fail(ErrorKind::kBadModel, request_.xml_path, ": input \"", parameter->Name(), "\" has the shape ",
             parameter->Shape(), ", that of the model that was read ", given->second.Shape());
      }
      inputs.emplace(parameter->Name(), FileInput(given->second, *parameter));
    }
    return inputs;
  }

  bool RunFiles() {
    Tell(request_.engine ? "the engine" : "the files");
    std::vector<Tensors> all;
    try {
      if (request_.engine) {
        all = request_.engine(*files_, file_runs_);
      } else {
        for (const NamedTensors& run : file_runs_) all.push_back(EvaluateGraph(*files_, run));
      }
    } catch (const graph::Error& error) {
      AddProblem(request_.engine ? Place::kEngine : Place::kFiles, error.what());
      return false;
    }
    double worst = -1;
    for (size_t run = 0; run < all.size(); ++run) {
      const std::vector<Difference> differences = Differences(*files_, all[run], run);
      for (size_t i = 0; i < differences.size(); ++i) {
        OutputDifference& output = result_.outputs[i];
        const Difference& difference = differences[i];
        const bool worse =
            run == 0 || (output.difference.problem.empty() &&
                         (!difference.problem.empty() || difference.Relative() > output.difference.Relative()));
        if (worse) output.difference = difference;
        output.passed = output.difference.Within(Tolerance());
        const double badness = difference.problem.empty() ? difference.Relative() : HUGE_VAL;
        if (badness > worst) {
          worst = badness;
          worst_run_ = run;
        }
      }
    }
    return true;
  }

  // Of the reference's outputs, in their order, from a run of `graph`.
  std::vector<Difference> Differences(const Graph& graph, const Tensors& actual, size_t run) const {
    std::vector<Difference> differences;
    const std::vector<graph::GraphOutput>& outputs = graph.Outputs();
    for (size_t i = 0; i < request_.reference->Outputs().size(); ++i) {
      const std::string& name = request_.reference->Outputs()[i].name;
      const auto found = std::find_if(outputs.begin(), outputs.end(),
                                      [&](const graph::GraphOutput& output) { return output.name == name; });
      if (found == outputs.end()) {
        std::vector<std::string> names;
        for (const graph::GraphOutput& output : outputs) names.push_back(output.name);
        differences.push_back({.problem = "there is no such output; there are " + graph::Join(names, ", ")});
      } else {
        differences.push_back(Compare(expected_[run][i], actual.at(static_cast<size_t>(found - outputs.begin()))));
      }
    }
    return differences;
  }

  bool Agrees(const Graph& graph, const NamedTensors& inputs) const {
    const std::vector<Difference> differences = Differences(graph, EvaluateGraph(graph, inputs), worst_run_);
    return std::all_of(differences.begin(), differences.end(),
                       [&](const Difference& difference) { return difference.Within(Tolerance()); });
  }

  // ---- which stage ----

  VerifyFault FindFault() {
    if (request_.engine) {
      Tell("the files, plainly");
      if (Agrees(*files_, file_runs_[worst_run_])) return EngineFault();
    }
    base_ = request_.pass_input ? request_.pass_input : request_.reference;
    const NamedTensors& given = request_.runs[worst_run_];
    pass_run_ = request_.pass_input_of ? request_.pass_input_of(given) : given;
    passes_ = request_.make_passes();
    size_t good = 0, bad = passes_.size();
    std::unique_ptr<Graph> last = After(bad);
    if (Agrees(*last, pass_run_)) return FilesFault(*last);
    while (bad - good > 1) {
      const size_t middle = good + (bad - good) / 2;
      (Agrees(*After(middle), pass_run_) ? good : bad) = middle;
    }
    return PassFault(bad);
  }

  // The graph after the first `count` passes.
  std::unique_ptr<Graph> After(size_t count) const {
    if (count > 0) Tell("after pass " + std::string(passes_[count - 1].pass->Name()));
    std::unique_ptr<Graph> graph = base_->Clone();
    for (size_t i = 0; i < count; ++i) {
      graph::PassReport ignored;
      passes_[i].pass->Run(*graph, ignored);
    }
    return graph;
  }

  // ---- which value ----

  using Names = std::vector<std::string> (*)(const Graph&, Value);

  // The first value of `after`, in the order of its computation, that has a name in common with a value of `before` and
  // other numbers than that.
  void FindValue(const Graph& before, const NamedTensors& before_inputs, const Graph& after,
                 const NamedTensors& after_inputs, Names names_of, VerifyFault& fault) const {
    std::set<std::string> wanted;
    for (Node* node : after.TopologicalOrder()) {
      for (size_t i = 0; i < node->OutputCount(); ++i) wanted.merge(AsSet(names_of(after, node->Output(i))));
    }
    std::unordered_map<std::string, Tensor> known;
    EvaluateGraph(before, before_inputs, [&](Value value, const Tensor& tensor) {
      for (const std::string& name : names_of(before, value)) {
        if (wanted.contains(name)) known.emplace(name, tensor);
      }
      return true;
    });
    EvaluateGraph(after, after_inputs, [&](Value value, const Tensor& tensor) {
      for (const std::string& name : names_of(after, value)) {
        const auto found = known.find(name);
        if (found == known.end()) continue;
        Difference difference = Compare(found->second, tensor);
        // Names of the inside of an expanded layer may be somebody else's.
        if (!difference.problem.empty() || difference.Within(Tolerance())) continue;
        SetLayer(fault, *value.node, difference);
        fault.value = name.substr(name.find(' ') + 1);
        if (fault.value == fault.layer || name.starts_with("layer ")) fault.value.clear();
        return false;
      }
      return true;
    });
  }

  static std::set<std::string> AsSet(std::vector<std::string> names) {
    return {std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
  }
  static void SetLayer(VerifyFault& fault, const Node& node, Difference difference) {
    fault.layer = node.Name();
    fault.op = node.Op();
    fault.difference = std::move(difference);
  }

  VerifyFault PassFault(size_t position) const {
    const ListedPass& listed = passes_[position - 1];
    VerifyFault fault;
    fault.place = Place::kPass;
    fault.list = listed.list;
    fault.pass = listed.pass->Name();
    FindValue(*After(position - 1), pass_run_, *After(position), pass_run_, LastingNames, fault);
    return fault;
  }

  VerifyFault FilesFault(const Graph& written) const {
    VerifyFault fault;
    fault.place = Place::kFiles;
    FindValue(written, pass_run_, *files_, file_runs_[worst_run_], LayerNames, fault);
    return fault;
  }

  // ---- the engine ----

  struct Candidate {
    Value value;
    Tensor plain;
    std::optional<bool> agrees;
  };

  // Whether the engine computes the value as the plain evaluation does, when it is asked for that one alone.
  bool EngineAgrees(Candidate& candidate) const {
    if (candidate.agrees) return *candidate.agrees;
    const std::string& name = candidate.value.node->Name();
    Tell("the engine, up to layer " + name);
    std::unique_ptr<Graph> part = files_->Clone();
    part->SetOutputs({{"verified", {part->FindNode(name), candidate.value.index}}});
    part->RemoveDead();
    const std::vector<NamedTensors> run = {file_runs_[worst_run_]};
    candidate.agrees = Compare(candidate.plain, request_.engine(*part, run).at(0).at(0)).Within(Tolerance());
    return *candidate.agrees;
  }

  VerifyFault EngineFault() const {
    VerifyFault fault;
    fault.place = Place::kEngine;
    std::vector<Candidate> candidates;
    std::set<const Node*> fed;  // depends on what is fed; the rest is constant, which the engine computes beforehand
    EvaluateGraph(*files_, file_runs_[worst_run_], [&](Value value, const Tensor& tensor) {
      Node& node = *value.node;
      const bool depends = std::any_of(node.Inputs().begin(), node.Inputs().end(),
                                       [&](const Value& input) { return fed.contains(input.node); });
      if (node.Is("Parameter") || depends) fed.insert(&node);
      const bool read = value.ReaderCount() > 0 || value.IsGraphOutput();
      if (IsComputed(node) && depends && read) candidates.push_back({value, tensor, std::nullopt});
      return true;
    });
    const std::optional<size_t> end = FirstFailed(candidates);
    if (!end) return fault;
    size_t bad = *end;
    for (size_t good = 0, low = bad; low > good;) {  // every candidate before `good` is taken for right
      const size_t middle = good + (low - good) / 2;
      if (EngineAgrees(candidates[middle])) {
        good = middle + 1;
      } else {
        bad = low = middle;
      }
    }
    // In the order of the computation the one before may stand in another branch: what the layer reads counts.
    for (bool moved = true; moved;) {
      moved = false;
      for (const Value& input : candidates[bad].value.node->Inputs()) {
        const auto found = std::find_if(candidates.begin(), candidates.end(),
                                        [&](const Candidate& candidate) { return candidate.value == input; });
        if (found == candidates.end() || EngineAgrees(*found)) continue;
        bad = static_cast<size_t>(found - candidates.begin());
        moved = true;
        break;
      }
    }
    const Value value = candidates[bad].value;
    std::unique_ptr<Graph> part = files_->Clone();
    part->SetOutputs({{"verified", {part->FindNode(value.node->Name()), value.index}}});
    part->RemoveDead();
    const std::vector<NamedTensors> run = {file_runs_[worst_run_]};
    SetLayer(fault, *value.node, Compare(candidates[bad].plain, request_.engine(*part, run).at(0).at(0)));
    return fault;
  }

  // Where the first output of the files that the engine computes otherwise comes from.
  std::optional<size_t> FirstFailed(std::vector<Candidate>& candidates) const {
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].value.IsGraphOutput() && !EngineAgrees(candidates[i])) return i;
    }
    return std::nullopt;
  }

  const VerifyRequest& request_;
  VerifyResult result_;
  std::vector<Tensors> expected_;  // per run
  std::unique_ptr<Graph> files_;
  std::vector<NamedTensors> file_runs_;
  size_t worst_run_ = 0;
  const Graph* base_ = nullptr;
  NamedTensors pass_run_;
  std::vector<ListedPass> passes_;
};

}  // namespace

VerifyResult VerifyConversion(const VerifyRequest& request) {
  graph::Check(request.reference && !request.runs.empty(), "verification of nothing");
  return Verifier(request).Run();
}

NamedTensors UniformInputs(const Graph& graph, uint64_t seed) {
  NamedTensors inputs;
  std::mt19937_64 random(seed);
  for (const Node* parameter : graph.Parameters()) {
    const bool real = graph::IsFloat(parameter->Type());
    Tensor tensor(graph::ElementType::kF32, parameter->Shape());
    // The standard's distributions differ between libraries; 24 bits of the generator do not.
    for (float& value : tensor.MutableValues<float>()) {
      value = static_cast<float>(random() >> 40) / 16777216.0F;
      if (!real) value = value < 0.5F ? 0.0F : 1.0F;
    }
    inputs.emplace(parameter->Name(), tensor.ConvertTo(parameter->Type()));
  }
  return inputs;
}

}  // namespace moir::mo
