#include <algorithm>

#include "ie_runtime/api_impl.h"
#include "ie_runtime/layout_text.h"

namespace moir {

using runtime::Checked;
using runtime::Translate;

namespace {

// 16-bit floats are computed, and therefore exchanged, as f32.
ElementType PortType(graph::ElementType type) {
  const bool half = type == graph::ElementType::kF16 || type == graph::ElementType::kBF16;
  return half ? ElementType::kF32 : runtime::ToPublic(type);
}

// The shape that an input has been given, or what is known of it: -1 stands for an open size.
Shape KnownShape(const Model::Impl& impl, const graph::NetInput& input) {
  if (const auto given = impl.shapes.find(input.name); given != impl.shapes.end()) return given->second.Dims();
  Shape shape;
  if (!input.shape.HasRank()) return {-1};
  for (const graph::SizeRange& size : input.shape.Dims()) shape.push_back(size.IsKnown() ? size.min : -1);
  return shape;
}

// Inputs of the graph, as they are known.
std::vector<Port> GraphInputs(const Model::Impl& impl) {
  std::vector<Port> ports;
  if (!impl.graph) {
    for (const graph::NetInput& input : impl.net->Inputs())
      ports.push_back({input.name, PortType(input.type), KnownShape(impl, input), false, ports.size()});
    return ports;
  }
  for (const graph::Node* node : impl.graph->Parameters())
    ports.push_back({node->Name(), PortType(node->Type()), node->Shape().Dims(), false, ports.size()});
  return ports;
}

const runtime::StatePair* FindState(const Model::Impl& impl, const std::string& input) {
  for (const runtime::StatePair& state : impl.states) {
    if (state.input == input) return &state;
  }
  return nullptr;
}

// Whether it is a variable of the file, whose shape is that of what it starts from, and no input that became a state.
bool IsStateOfFile(const Model::Impl& impl, const std::string& name) {
  if (!impl.net || !FindState(impl, name)) return false;
  const auto& inputs = impl.net->Inputs();
  return std::none_of(inputs.begin(), inputs.end(), [&](const graph::NetInput& input) { return input.name == name; });
}

std::vector<runtime::PictureTensor> TensorsOf(const Model::Impl& impl, const Port& input) {
  const runtime::InputSteps* steps = impl.processing ? impl.processing->Find(input.name) : nullptr;
  if (!steps) return {};
  return Translate([&] { return runtime::PictureTensors(*steps, input.type, input.shape); });
}

// The input whose picture the tensor is a part of, or nothing.
std::optional<runtime::PictureTensor> FindPicture(const Model::Impl& impl, const std::string& tensor) {
  if (!impl.processing) return std::nullopt;
  for (const Port& input : GraphInputs(impl)) {
    for (const runtime::PictureTensor& picture : TensorsOf(impl, input)) {
      if (picture.name == tensor) return picture;
    }
  }
  return std::nullopt;
}

}  // namespace

const std::string& Model::GetName() const {
  const Impl& impl = Checked(impl_, "Model");
  return impl.graph ? impl.graph->Name() : impl.net->Name();
}

std::vector<Port> Model::Inputs() const {
  const Impl& impl = Checked(impl_, "Model");
  std::vector<Port> ports;
  for (Port& input : GraphInputs(impl)) {
    if (FindState(impl, input.name)) continue;
    const auto tensors = TensorsOf(impl, input);
    for (const runtime::PictureTensor& tensor : tensors)
      ports.push_back({tensor.name, tensor.type, tensor.shape, false, ports.size()});
    if (!tensors.empty()) continue;
    input.index = ports.size();
    ports.push_back(std::move(input));
  }
  return ports;
}

std::vector<Port> Model::Outputs() const {
  std::vector<Port> ports;
  const Impl& impl = Checked(impl_, "Model");
  for (const graph::GraphOutput& output : runtime::SettledGraph(impl).Outputs()) {
    if (std::any_of(impl.states.begin(), impl.states.end(),
                    [&](const runtime::StatePair& state) { return state.output == output.name; }))
      continue;
    ports.push_back({output.name, PortType(output.value.Type()), output.value.Shape().Dims(), true, ports.size()});
  }
  return ports;
}

Port Model::Input(const std::string& name) const { return runtime::NamedPort(Inputs(), name, "input"); }
Port Model::Output(const std::string& name) const { return runtime::NamedPort(Outputs(), name, "output"); }

Port Model::Input(size_t index) const { return runtime::NumberedPort(Inputs(), index, "input"); }
Port Model::Output(size_t index) const { return runtime::NumberedPort(Outputs(), index, "output"); }

Shape Model::Impl::InputShape(const std::string& input) const {
  return runtime::NamedPort(GraphInputs(*this), input, "input").shape;
}

void Model::Impl::TakeStates(std::vector<graph::NetState> of_file) {
  for (graph::NetState& state : of_file) {
    const auto known = std::find_if(states.begin(), states.end(),
                                    [&](const runtime::StatePair& pair) { return pair.input == state.input; });
    if (known == states.end()) states.push_back({state.input, state.output, state.initial});
    else known->initial = state.initial;
  }
}

Model::Impl Model::Impl::Reshaped(const std::map<std::string, Shape>& given) const {
  Impl changed = *this;
  std::map<std::string, Shape> other = given;
  if (processing) {
    auto steps = std::make_shared<runtime::ProcessingSteps>(*processing);
    for (runtime::InputSteps& input : steps->inputs) {
      const Port port = runtime::NamedPort(GraphInputs(*this), input.input, "input");
      const std::vector<runtime::PictureTensor> tensors = TensorsOf(*this, port);
      const std::string& first = tensors[0].name;
      const auto found = given.find(first);
      if (found == given.end()) {
        if (tensors.size() > 1 && given.contains(tensors[1].name)) {
          graph::Fail(graph::ErrorKind::kBadOption, "input \"", tensors[1].name, "\": its shape follows that of ",
                      first, ", expected that one");
        }
        continue;
      }
      other.erase(first);
      Port model = port;
      model.shape = runtime::ReshapePicture(input, found->second, port.shape);
      // The other plane follows.
      for (const runtime::PictureTensor& tensor : runtime::PictureTensors(input, model.type, model.shape)) {
        const auto plane = given.find(tensor.name);
        if (plane == given.end() || tensor.name == first) continue;
        if (plane->second != tensor.shape) {
          graph::Fail(graph::ErrorKind::kBadOption, "input \"", tensor.name, "\": shape ", ShapeToString(plane->second),
                      ", expected ", ShapeToString(tensor.shape), " beside ", first);
        }
        other.erase(tensor.name);
      }
      // What stays open comes from the file.
      const bool open = std::find(model.shape.begin(), model.shape.end(), -1) != model.shape.end();
      if (!open) other[input.input] = model.shape;
    }
    changed.processing = std::move(steps);
  }
  if (net) {
    // Shapes are settled anew from the file: what was computed from the old ones must not stay.
    for (const auto& [name, shape] : other) {
      if (!IsStateOfFile(*this, name)) changed.shapes[name] = graph::Shape(shape);
    }
    const bool settled = std::all_of(net->Inputs().begin(), net->Inputs().end(), [&](const graph::NetInput& input) {
      return input.shape.IsStatic() || changed.shapes.contains(input.name);
    });
    if (settled) {
      std::vector<graph::NetState> of_file;
      std::unique_ptr<graph::Graph> built = net->Build(changed.shapes, &of_file);
      changed.TakeStates(std::move(of_file));
      if (processing) runtime::ApplyOutputSteps(processing->outputs, *built);
      changed.graph = std::move(built);
    }
    return changed;
  }
  std::unique_ptr<graph::Graph> copy = graph->Clone();
  for (graph::Node* parameter : std::vector<graph::Node*>(copy->Parameters())) {
    const auto found = other.find(parameter->Name());
    if (found != other.end()) copy->SetParameterShape(parameter, graph::Shape(found->second));
  }
  copy->InferAll();
  changed.graph = std::move(copy);
  return changed;
}

void Model::Reshape(const std::map<std::string, Shape>& shapes) {
  Impl& impl = Checked(impl_, "Model");
  for (const auto& [name, shape] : shapes) {
    if (!FindState(impl, name)) Input(name);
  }
  Translate([&] { impl = impl.Reshaped(shapes); });
  // With another number of axes the input is another thing.
  for (const auto& [name, shape] : shapes) {
    if (FindPicture(impl, name)) continue;
    const auto layout = impl.layouts.find(name);
    if (layout != impl.layouts.end() && !runtime::LayoutFits(layout->second, shape.size())) impl.layouts.erase(layout);
  }
}

void Model::Reshape(size_t index, const Shape& shape) { Reshape({{Input(index).name, shape}}); }

void Model::Reshape(const Shape& shape) {
  const std::vector<Port> inputs = Inputs();
  if (inputs.size() != 1) {
    throw Error(ErrorKind::kBadOption, graph::StrCat("Reshape with one shape: the model has ", inputs.size(),
                                                     " inputs (", runtime::PortNames(inputs), "), say which"));
  }
  Reshape({{inputs[0].name, shape}});
}

std::string Model::GetLayout(const std::string& input) const {
  const Impl& impl = Checked(impl_, "Model");
  if (const auto picture = FindPicture(impl, input)) return picture->layout;
  if (!FindState(impl, input)) Input(input);
  const auto found = impl.layouts.find(input);
  return found == impl.layouts.end() ? std::string() : found->second;
}

void Model::SetLayout(const std::string& input, const std::string& layout) {
  Impl& impl = Checked(impl_, "Model");
  const Port port = FindState(impl, input) ? runtime::NamedPort(GraphInputs(impl), input, "input") : Input(input);
  Translate([&] {
    const std::string text = runtime::NormalizeLayout(layout, input);
    if (const auto picture = FindPicture(impl, input)) {
      if (text == picture->layout) return;
      graph::Fail(graph::ErrorKind::kBadOption, "layout of input \"", input, "\": got \"", layout, "\", its tensor is ",
                  picture->layout, ", as the PrePostProcessor was told");
    }
    if (!runtime::LayoutFits(text, port.shape.size())) {
      graph::Fail(graph::ErrorKind::kBadOption, "layout of input \"", input, "\": got \"", layout,
                  "\", expected as many axes as the shape ", graph::Shape(port.shape), " has");
    }
    impl.layouts[input] = text;
  });
}

void Model::SetBatch(int64_t batch) {
  Impl& impl = Checked(impl_, "Model");
  if (batch < 1) throw Error(ErrorKind::kBadOption, graph::StrCat("batch: got ", batch, ", expected 1 or more"));
  std::map<std::string, Shape> shapes;
  std::vector<Port> ports = Inputs();
  for (const runtime::StatePair& state : impl.states) {
    if (IsStateOfFile(impl, state.input)) continue;
    ports.push_back(runtime::NamedPort(GraphInputs(impl), state.input, "input"));
  }
  for (const Port& port : ports) {
    const std::string layout = GetLayout(port.name);
    if (layout.empty()) {
      throw Error(ErrorKind::kBadOption, graph::StrCat("batch: the layout of input \"", port.name,
                                                       "\" is not known, expected SetLayout first"));
    }
    const auto axis = runtime::BatchAxis(layout, port.shape.size());
    if (!axis) continue;
    Shape& shape = shapes[port.name] = port.shape;
    shape[*axis] = batch;
    if (!FindPicture(impl, port.name) && std::find(shape.begin(), shape.end(), -1) != shape.end()) {
      throw Error(ErrorKind::kBadOption,
                  graph::StrCat("batch: other sizes of input \"", port.name, "\" are open, too: ", ShapeToString(shape),
                                ", expected Reshape with all of them"));
    }
  }
  if (shapes.empty()) throw Error(ErrorKind::kBadOption, "batch: no input's layout has an axis N");
  Reshape(shapes);
}

void Model::AddState(const std::string& output, const std::string& input) {
  Impl& impl = Checked(impl_, "Model");
  const Port from = Output(output), to = Input(input);
  const auto fail = [&](const auto&... parts) {
    throw Error(ErrorKind::kBadOption, graph::StrCat("state \"", input, "\": ", parts...));
  };
  if (FindPicture(impl, input)) fail("has steps of a PrePostProcessor, expected an input as the model has it");
  if (from.type != to.type || from.shape != to.shape) {
    fail("is ", ElementTypeName(to.type), ShapeToString(to.shape), ", output \"", output, "\" ",
         ElementTypeName(from.type), ShapeToString(from.shape), ", expected the same");
  }
  impl.states.push_back({input, output});
}

std::vector<std::string> Model::States() const {
  std::vector<std::string> names;
  for (const runtime::StatePair& state : Checked(impl_, "Model").states) names.push_back(state.input);
  return names;
}

namespace runtime {

std::string PortNames(const std::vector<Port>& ports) {
  std::string names;
  for (const Port& port : ports) names += (names.empty() ? "" : ", ") + port.name;
  return names;
}

Port NamedPort(const std::vector<Port>& ports, const std::string& name, const char* what) {
  for (const Port& port : ports) {
    if (port.name == name) return port;
  }
  throw ::moir::Error(::moir::ErrorKind::kBadOption,
                      StrCat("the model has no ", what, " \"", name, "\", expected one of ", PortNames(ports)));
}

void CheckIndex(size_t index, size_t count, const char* what) {
  if (index >= count)
    throw ::moir::Error(::moir::ErrorKind::kBadOption, StrCat(what, " ", index, ": the model has ", count));
}

Port NumberedPort(const std::vector<Port>& ports, size_t index, const char* what) {
  CheckIndex(index, ports.size(), what);
  return ports[index];
}

const graph::Graph& SettledGraph(const Model::Impl& impl) {
  if (!impl.graph) Translate([&] { impl.net->Build(impl.shapes); });
  return *impl.graph;
}

Model ModelFromGraph(std::unique_ptr<graph::Graph> graph) {
  auto impl = std::make_shared<Model::Impl>();
  impl->graph = std::move(graph);
  return Model(std::move(impl));
}

}  // namespace runtime
}  // namespace moir
