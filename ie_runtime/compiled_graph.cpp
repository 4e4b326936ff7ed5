#include "ie_runtime/compiled_graph.h"

#include <algorithm>
#include <optional>
#include <set>

#include "graph/multiply_adds.h"
#include "ie_runtime/compile_jobs.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/kernel_table.h"
#include "ie_runtime/measure_algorithms.h"
#include "ie_runtime/passes/passes.h"
#include "ie_runtime/storage_types.h"
#include "ie_runtime/techniques.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

namespace {

Technique TechniqueOf(Alias::Kind kind) {
  switch (kind) {
    case Alias::Kind::kView: return Technique::kViews;
    case Alias::Kind::kPart: return Technique::kConcatInPlace;
    case Alias::Kind::kInPlace: break;
  }
  return Technique::kInPlace;
}

}  // namespace

CompiledGraph::CompiledGraph(std::unique_ptr<Graph> graph, const CompileOptions& options,
                             const ModelInterface& interface)
    : name_(graph->Name()),
      packed_(options.packed ? options.packed : std::make_shared<PackedConstants>(0)),
      origin_(options.origin),
      threads_(options.threads > 0 ? options.threads : AvailableThreads()),
      profiling_(options.profiling),
      precision_(options.precision) {
  // Primitives are made for the number of threads that will run them. Only measuring runs something with them.
  const CallerScope scope(threads_);
  std::optional<InferenceScope> team;
  if (options.measuring_seconds > 0) team.emplace(threads_);
  plan_ = std::make_unique<Plan>(std::move(graph));
  for (size_t i = 0; i < plan_->inputs.size(); ++i) {
    const PlanValue& value = plan_->Value(plan_->inputs[i]);
    inputs_.push_back({plan_->input_names[i], value.type, value.shape});
  }
  for (size_t i = 0; i < plan_->outputs.size(); ++i) {
    const PlanValue& value = plan_->Value(plan_->outputs[i]);
    outputs_.push_back({plan_->output_names[i], value.type, value.shape});
  }
  AddStates(interface.states);
  AddPorts(interface);
  AlgorithmChoices algorithms;
  const AlgorithmScope algorithm_scope(&algorithms);
  RunPasses(*plan_, precision_, [&] { algorithms = ChooseAlgorithms(options.measuring_seconds); });
  for (const auto& layer : plan_->layers) {
    for (const ValueId input : layer->inputs) ++constant_uses_[input].layers_to_come;
  }
  // What the model gives out as it is.
  for (const ValueId output : plan_->outputs) constant_uses_[output].read_at_run_time = true;
  // What the passes replaced.
  for (ValueId id = 0; id < plan_->values.size(); ++id) {
    PlanValue& value = plan_->values[id];
    if (value.IsConstant() && !constant_uses_.contains(id))
      value.constant = Tensor::Wrap(nullptr, value.type, value.shape);
  }

  layouts_.resize(plan_->values.size());
  for (const ValueId input : plan_->inputs)
    layouts_[input] = Layout::Plain(plan_->Value(input).type, plan_->Value(input).shape);
  const size_t shared_before = packed_->SharedBytes();
  PackingScope packing(packed_.get());
  const std::vector<ElementType> storage =
      precision_ == ElementType::kBF16 ? ChooseStorage(*plan_) : std::vector<ElementType>();
  // Weights are packed a few layers at a time: what was packed leaves memory before the next is read.
  constexpr size_t kBatchBytes = size_t{64} << 20;
  CompileJobs jobs(options.packing_threads > 0 ? options.packing_threads : threads_, threads_);
  for (const auto& layer : plan_->layers) {
    packing.Layer(layer->name);
    KernelChoice choice = Choose(*layer, storage);
    CountUses(*layer, choice);
    AddStep(*layer, std::move(choice));
    if (jobs.PendingBytes() < kBatchBytes) continue;
    jobs.Run();
    ReleaseConstants();
  }
  AddOutputCopies();
  jobs.Run();
  ReleaseConstants();
  weight_bytes_ -= packed_->SharedBytes() - shared_before;
  PlanTheMemory();
  std::set<const void*> counted;
  for (const auto& [id, use] : constant_uses_) {
    const Tensor& constant = plan_->Value(id).constant;
    if (use.read_at_run_time && constant.IsDefined() && counted.insert(constant.Data()).second)
      weight_bytes_ += constant.ByteSize();
  }
}

AlgorithmChoices CompiledGraph::ChooseAlgorithms(double measuring_seconds) const {
  constexpr const char* kText = "algorithms";
  if (const auto text = packed_->FindText(kText)) return AlgorithmChoices::FromText(*text);
  if (measuring_seconds <= 0 || packed_->AlgorithmsAreSettled()) return {};
  AlgorithmChoices choices = MeasureAlgorithms(*plan_, precision_, measuring_seconds);
  packed_->SetText(kText, choices.ToText());
  return choices;
}

// `storage`: of every value that the layers have, or nothing when each lies in memory as its own type.
KernelChoice CompiledGraph::Choose(const Layer& layer, const std::vector<ElementType>& storage) const {
  KernelPrecision precision{precision_, {}};
  if (!storage.empty()) {
    for (const ValueId output : layer.outputs) precision.outputs.push_back(storage[output]);
  }
  // What follows its data is asked for nothing in bf16 when nobody wants that: conversions come first then, where they
  // are most often part of what made the data.
  bool takes_bf16 = !storage.empty() && TakesBf16(*plan_, layer);
  if (takes_bf16 && FindBf16Use(layer.op) == Bf16Use::kFollows) {
    takes_bf16 = std::any_of(precision.outputs.begin(), precision.outputs.end(),
                             [](ElementType type) { return type == ElementType::kBF16; });
  }
  std::vector<Layout> input_layouts;
  for (const ValueId input : layer.inputs) {
    const PlanValue& value = plan_->Value(input);
    if (value.IsConstant()) input_layouts.push_back(Layout::Plain(value.type, value.shape));
    else if (storage.empty() || takes_bf16) input_layouts.push_back(layouts_[input]);
    else input_layouts.push_back(layouts_[input].WithType(value.type));
  }
  const KernelContext context(*plan_, layer, std::move(input_layouts), std::move(precision));
  if (auto choice = MakeEmptyKernel(context)) return std::move(*choice);
  const KernelFactory factory = FindKernelFactory(layer.op);
  if (auto choice = factory ? factory(context) : std::nullopt) return std::move(*choice);
  return MakePlainKernel(context);
}

void CompiledGraph::AddStates(const std::vector<StatePair>& states) {
  for (const StatePair& state : states) {
    const auto find = [&](const std::vector<GraphPort>& ports, const std::string& name, const char* what) {
      const auto found =
          std::find_if(ports.begin(), ports.end(), [&](const GraphPort& port) { return port.name == name; });
      if (found == ports.end())
        Fail(ErrorKind::kBadOption, "state \"", state.input, "\": the model has no ", what, " \"", name, "\"");
      return static_cast<size_t>(found - ports.begin());
    };
    StatePort port{state.input, find(inputs_, state.input, "input"), find(outputs_, state.output, "output"),
                   state.initial};
    const GraphPort &input = inputs_[port.input], &output = outputs_[port.output];
    if (input.type != output.type || input.shape != output.shape) {
      Fail(ErrorKind::kBadOption, "state \"", state.input, "\": is ", ElementTypeName(input.type), input.shape,
           ", its output \"", output.name, "\" ", ElementTypeName(output.type), output.shape, ", expected the same");
    }
    // 16-bit floats are computed in f32.
    const bool half = port.initial.Type() == ElementType::kF16 || port.initial.Type() == ElementType::kBF16;
    if (half) port.initial = port.initial.ConvertTo(ElementType::kF32);
    if (port.initial.IsDefined() && (port.initial.Type() != input.type || port.initial.Shape() != input.shape)) {
      Fail(ErrorKind::kBadOption, "state \"", state.input, "\": is ", ElementTypeName(input.type), input.shape,
           ", its initial value ", ElementTypeName(port.initial.Type()), port.initial.Shape(), ", expected the same");
    }
    state_ports_.push_back(std::move(port));
  }
}

void CompiledGraph::AddPorts(const ModelInterface& interface) {
  const auto is_state = [&](size_t StatePort::*which, size_t index) {
    return std::any_of(state_ports_.begin(), state_ports_.end(),
                       [&](const StatePort& state) { return state.*which == index; });
  };
  const auto add = [&](size_t input, std::string name, ::moir::ElementType type, ::moir::Shape shape) -> InputPort& {
    const size_t index = input_ports_.size();
    return input_ports_.emplace_back(InputPort{{std::move(name), type, std::move(shape), false, index}, input});
  };
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (is_state(&StatePort::input, i)) continue;
    const GraphPort& port = inputs_[i];
    const InputSteps* steps = interface.processing ? interface.processing->Find(port.name) : nullptr;
    if (!steps) {
      add(i, port.name, static_cast<::moir::ElementType>(port.type), port.shape.Dims());
      continue;
    }
    const auto picture = MakePicturePlan(*steps, port.type, port.shape, EffectiveIsa());
    for (size_t plane = 0; plane < picture->tensors.size(); ++plane) {
      const PictureTensor& tensor = picture->tensors[plane];
      InputPort& added = add(i, tensor.name, tensor.type, tensor.shape);
      added.picture = picture;
      added.plane = plane;
    }
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (is_state(&StatePort::output, i)) continue;
    const GraphPort& port = outputs_[i];
    const auto type = static_cast<::moir::ElementType>(port.type);
    output_ports_.push_back({{port.name, type, port.shape.Dims(), true, output_ports_.size()}, i});
  }
}

void CompiledGraph::AddStep(const Layer& layer, KernelChoice choice) {
  Check(choice.inputs.size() == layer.inputs.size() && choice.outputs.size() == layer.outputs.size(), "layer \"",
        layer.name, "\": layouts of its kernel");
  Step step{layer.name, layer.op, layer.fused, std::move(choice.kernel), layer.inputs, layer.outputs, {}};
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    step.reads.push_back(choice.inputs[i].IsDefined());
    if (choice.inputs[i].IsDefined()) step.inputs[i] = Reordered(step.inputs[i], choice.inputs[i]);
  }
  for (size_t i = 0; i < step.outputs.size(); ++i) layouts_.at(step.outputs[i]) = choice.outputs[i];
  scratchpad_bytes_ = std::max(scratchpad_bytes_, step.kernel->ScratchpadBytes());
  weight_bytes_ += step.kernel->WeightBytes();
  for (const Layer* part : {&layer, layer.prologue.get()}) {
    if (part && part->node) step.multiply_adds += graph::MultiplyAdds(*part->node);
  }
  steps_.push_back(std::move(step));
  std::erase_if(choice.aliases, [](const Alias& alias) { return !Uses(TechniqueOf(alias.kind)); });
  aliases_.push_back(std::move(choice.aliases));
}

ValueId CompiledGraph::Reordered(ValueId value, const Layout& wanted) {
  const PlanValue& source = plan_->Value(value);
  if (source.IsConstant()) {
    Check(wanted.IsPlain() && wanted.Type() == source.type, "constant \"", source.name, "\" wanted in layout ",
          wanted.ToString());
    layouts_[value] = wanted;
    return value;
  }
  if (layouts_[value].SameBytes(wanted)) return value;
  for (const auto& [from, copy] : reordered_) {
    if (from == value && layouts_[copy].SameBytes(wanted)) return copy;
  }
  const std::string name = source.name;
  const ValueId copy = plan_->AddValue(StrCat(name, "/", wanted.ToString()), source.type, source.shape);
  layouts_.resize(plan_->values.size());
  layouts_[copy] = wanted;
  Step step{name, "Reorder", {}, MakeReorder(layouts_[value], wanted), {value}, {copy}, {true}};
  scratchpad_bytes_ = std::max(scratchpad_bytes_, step.kernel->ScratchpadBytes());
  steps_.push_back(std::move(step));
  aliases_.emplace_back();
  reordered_.emplace_back(value, copy);
  return copy;
}

// Every output tensor gets a value that a step writes for it alone, in the plain layout.
void CompiledGraph::AddOutputCopies() {
  std::vector<ValueId> written;
  for (const Step& step : steps_) written.insert(written.end(), step.outputs.begin(), step.outputs.end());
  for (const ValueId output : plan_->outputs) {
    const PlanValue& value = plan_->Value(output);
    const Layout plain = Layout::Plain(value.type, value.shape);
    const bool own = std::find(written.begin(), written.end(), output) != written.end() &&
                     std::find(output_values_.begin(), output_values_.end(), output) == output_values_.end();
    if (own && layouts_[output].SameBytes(plain)) {
      output_values_.push_back(output);
      continue;
    }
    if (value.IsConstant()) layouts_[output] = plain;
    const std::string name = value.name;
    const ValueId copy = plan_->AddValue(name, plain.Type(), plain.Shape());
    layouts_.resize(plan_->values.size());
    layouts_[copy] = plain;
    Step step{name, "Reorder", {}, MakeReorder(layouts_[output], plain), {output}, {copy}, {true}};
    scratchpad_bytes_ = std::max(scratchpad_bytes_, step.kernel->ScratchpadBytes());
    steps_.push_back(std::move(step));
    aliases_.emplace_back();
    output_values_.push_back(copy);
  }
}

void CompiledGraph::PlanTheMemory() {
  MemoryProblem problem;
  for (ValueId id = 0; id < plan_->values.size(); ++id) {
    problem.values.push_back({layouts_[id].IsDefined() ? layouts_[id].Bytes() : 0, plan_->Value(id).IsConstant()});
  }
  for (size_t i = 0; i < steps_.size(); ++i)
    problem.steps.push_back({steps_[i].inputs, steps_[i].outputs, steps_[i].reads, aliases_[i]});
  problem.inputs = plan_->inputs;
  problem.outputs = output_values_;
  memory_ = PlanMemory(problem);
}

// A constant that kernels pack, and that no layer to come looks at, need not stay in memory when they have.
void CompiledGraph::CountUses(const Layer& layer, const KernelChoice& choice) {
  for (size_t i = 0; i < layer.inputs.size(); ++i) {
    if (!plan_->Value(layer.inputs[i]).IsConstant()) continue;
    ConstantUse& use = constant_uses_[layer.inputs[i]];
    use.read_at_run_time = use.read_at_run_time || choice.inputs[i].IsDefined();
    if (--use.layers_to_come == 0 && !use.read_at_run_time) used_up_.push_back(layer.inputs[i]);
  }
}

void CompiledGraph::ReleaseConstants() {
  // Pages that nobody packed from were hardly read; to let go of each layer's would take longer than all the rest of
  // it.
  const bool packed_any = packed_->Packed() > 0;
  for (const ValueId id : used_up_) {
    PlanValue& value = plan_->values[id];
    if (packed_any) value.constant.ReleasePages();
    value.constant = Tensor::Wrap(nullptr, value.type, value.shape);
  }
  used_up_.clear();
}

}  // namespace moir::runtime
