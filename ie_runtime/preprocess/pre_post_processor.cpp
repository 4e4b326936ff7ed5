// PrePostProcessor: collects steps, and gives a model that has them.
#include <algorithm>
#include <cmath>
#include <utility>

#include "ie_runtime/api_impl.h"
#include "ie_runtime/layout_text.h"
#include "ie_runtime/preprocess/picture_plan.h"

namespace moir {

using runtime::Checked;
using runtime::PictureStep;
using runtime::Translate;
using Kind = runtime::PictureStep::Kind;

struct InputTensorInfo::Impl {
  runtime::InputSteps steps;
};
struct OutputTensorInfo::Impl {
  runtime::OutputSteps steps;
};
struct PrePostProcessor::Impl {
  explicit Impl(const Model& given) : model(given) {}
  Model model;
  std::vector<std::pair<std::string, std::shared_ptr<InputTensorInfo::Impl>>> inputs;
  std::vector<std::pair<std::string, std::shared_ptr<OutputTensorInfo::Impl>>> outputs;
};

namespace {

constexpr int64_t kLargest = 1 << 24;  // height or width of a picture

template <typename... Parts>
[[noreturn]] void FailInput(const runtime::InputSteps& steps, const Parts&... parts) {
  throw Error(ErrorKind::kBadOption, graph::StrCat("input \"", steps.input, "\": ", parts...));
}

void AddStep(runtime::InputSteps& steps, PictureStep step) { steps.steps.push_back(std::move(step)); }

void AddValues(runtime::InputSteps& steps, Kind kind, const std::vector<float>& values) {
  PictureStep step{kind};
  step.values = values;
  const std::string name = runtime::StepName(step);
  if (values.empty()) FailInput(steps, "step ", name, ": no values");
  for (const float value : values) {
    if (!std::isfinite(value) || (kind == Kind::kScale && value == 0))
      FailInput(steps, "step ", name, ": got ", value, ", expected a number",
                kind == Kind::kScale ? " other than 0" : "");
  }
  AddStep(steps, std::move(step));
}

std::string ReadLayout(const std::string& layout, const std::string& name) {
  return Translate([&] { return runtime::NormalizeLayout(layout, name); });
}

template <typename Info, typename List>
std::shared_ptr<Info> Entry(List& list, const std::string& name) {
  for (const auto& [known, info] : list) {
    if (known == name) return info;
  }
  return list.emplace_back(name, std::make_shared<Info>()).second;
}

// The only one of the ports.
Port OnlyPort(const std::vector<Port>& ports, const char* what) {
  if (ports.size() != 1) {
    throw Error(ErrorKind::kBadOption, graph::StrCat("PrePostProcessor: the model has ", ports.size(), " ", what, "s (",
                                                     runtime::PortNames(ports), "), say which"));
  }
  return ports[0];
}

}  // namespace

InputTensorInfo& InputTensorInfo::SetElementType(ElementType type) {
  if (type != ElementType::kU8 && type != ElementType::kF32)
    FailInput(Checked(impl_, "InputTensorInfo").steps, "element type ", ElementTypeName(type),
              " of the tensor, expected u8 or f32");
  Checked(impl_, "InputTensorInfo").steps.type = type;
  return *this;
}

InputTensorInfo& InputTensorInfo::SetLayout(const std::string& layout) {
  Checked(impl_, "InputTensorInfo").steps.layout = ReadLayout(layout, Checked(impl_, "InputTensorInfo").steps.input);
  return *this;
}

InputTensorInfo& InputTensorInfo::SetColorFormat(ColorFormat format) {
  Checked(impl_, "InputTensorInfo").steps.color = format;
  return *this;
}

InputTensorInfo& InputTensorInfo::SetSpatialStaticShape(int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > kLargest || width > kLargest) {
    FailInput(Checked(impl_, "InputTensorInfo").steps, "a picture of ", height, " x ", width, ", expected 1 to ",
              kLargest, " each, or SetSpatialDynamicShape");
  }
  Checked(impl_, "InputTensorInfo").steps.size = runtime::InputSteps::Size::kStatic;
  Checked(impl_, "InputTensorInfo").steps.height = height;
  Checked(impl_, "InputTensorInfo").steps.width = width;
  return *this;
}

InputTensorInfo& InputTensorInfo::SetSpatialDynamicShape() {
  Checked(impl_, "InputTensorInfo").steps.size = runtime::InputSteps::Size::kAny;
  Checked(impl_, "InputTensorInfo").steps.height = Checked(impl_, "InputTensorInfo").steps.width = -1;
  return *this;
}

PreProcessSteps& PreProcessSteps::ConvertElementType(ElementType type) {
  if (type != ElementType::kF32)
    FailInput(Checked(impl_, "PreProcessSteps").steps, "step ConvertElementType: to ", ElementTypeName(type),
              ", expected f32");
  AddStep(Checked(impl_, "PreProcessSteps").steps, {Kind::kConvertElementType});
  return *this;
}

PreProcessSteps& PreProcessSteps::ConvertColor(ColorFormat format) {
  PictureStep step{Kind::kConvertColor};
  step.color = format;
  AddStep(Checked(impl_, "PreProcessSteps").steps, std::move(step));
  return *this;
}

PreProcessSteps& PreProcessSteps::Resize(ResizeAlgorithm algorithm) {
  PictureStep step{Kind::kResize};
  step.algorithm = algorithm;
  AddStep(Checked(impl_, "PreProcessSteps").steps, std::move(step));
  return *this;
}

PreProcessSteps& PreProcessSteps::Resize(ResizeAlgorithm algorithm, int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > kLargest || width > kLargest)
    FailInput(Checked(impl_, "PreProcessSteps").steps, "step Resize: to ", height, " x ", width, ", expected 1 to ",
              kLargest, " each");
  PictureStep step{Kind::kResize};
  step.algorithm = algorithm;
  step.height = height;
  step.width = width;
  AddStep(Checked(impl_, "PreProcessSteps").steps, std::move(step));
  return *this;
}

PreProcessSteps& PreProcessSteps::Crop(const std::vector<int64_t>& begin, const std::vector<int64_t>& end) {
  if (begin.size() != end.size() || begin.empty())
    FailInput(Checked(impl_, "PreProcessSteps").steps, "step Crop: ", begin.size(), " and ", end.size(),
              " indices, expected one per axis");
  PictureStep step{Kind::kCrop};
  step.begin = begin;
  step.end = end;
  AddStep(Checked(impl_, "PreProcessSteps").steps, std::move(step));
  return *this;
}

PreProcessSteps& PreProcessSteps::Mean(float value) { return Mean(std::vector<float>{value}); }
PreProcessSteps& PreProcessSteps::Mean(const std::vector<float>& values) {
  AddValues(Checked(impl_, "PreProcessSteps").steps, Kind::kMean, values);
  return *this;
}
PreProcessSteps& PreProcessSteps::Scale(float value) { return Scale(std::vector<float>{value}); }
PreProcessSteps& PreProcessSteps::Scale(const std::vector<float>& values) {
  AddValues(Checked(impl_, "PreProcessSteps").steps, Kind::kScale, values);
  return *this;
}

PreProcessSteps& PreProcessSteps::ReverseChannels() {
  AddStep(Checked(impl_, "PreProcessSteps").steps, {Kind::kReverseChannels});
  return *this;
}

InputModelInfo& InputModelInfo::SetLayout(const std::string& layout) {
  Checked(impl_, "InputModelInfo").steps.model_layout =
      ReadLayout(layout, Checked(impl_, "InputModelInfo").steps.input);
  return *this;
}

OutputTensorInfo& OutputTensorInfo::SetElementType(ElementType type) {
  Checked(impl_, "OutputTensorInfo").steps.type = type;
  return *this;
}
OutputTensorInfo& OutputTensorInfo::SetLayout(const std::string& layout) {
  Checked(impl_, "OutputTensorInfo").steps.layout = ReadLayout(layout, Checked(impl_, "OutputTensorInfo").steps.output);
  return *this;
}
OutputModelInfo& OutputModelInfo::SetLayout(const std::string& layout) {
  Checked(impl_, "OutputModelInfo").steps.model_layout =
      ReadLayout(layout, Checked(impl_, "OutputModelInfo").steps.output);
  return *this;
}

PrePostProcessor::PrePostProcessor(const Model& model) : impl_(std::make_shared<Impl>(model)) { model.Inputs(); }

InputInfo PrePostProcessor::Input() {
  return Input(OnlyPort(Checked(impl_, "PrePostProcessor").model.Inputs(), "input").name);
}
InputInfo PrePostProcessor::Input(size_t index) {
  return Input(Checked(impl_, "PrePostProcessor").model.Input(index).name);
}
InputInfo PrePostProcessor::Input(const std::string& name) {
  Checked(impl_, "PrePostProcessor").model.Input(name);
  auto info = Entry<InputTensorInfo::Impl>(Checked(impl_, "PrePostProcessor").inputs, name);
  info->steps.input = name;
  return InputInfo(std::move(info));
}

OutputInfo PrePostProcessor::Output() {
  return Output(OnlyPort(Checked(impl_, "PrePostProcessor").model.Outputs(), "output").name);
}
OutputInfo PrePostProcessor::Output(size_t index) {
  return Output(Checked(impl_, "PrePostProcessor").model.Output(index).name);
}
OutputInfo PrePostProcessor::Output(const std::string& name) {
  Checked(impl_, "PrePostProcessor").model.Output(name);
  auto info = Entry<OutputTensorInfo::Impl>(Checked(impl_, "PrePostProcessor").outputs, name);
  info->steps.output = name;
  return OutputInfo(std::move(info));
}

namespace {

// The steps with what they leave to the model.
runtime::InputSteps Settled(const Model::Impl& model, runtime::InputSteps steps, const Port& port) {
  if (model.processing && model.processing->Find(steps.input))
    FailInput(steps, "has steps of another PrePostProcessor, expected all in one");
  if (steps.model_layout.empty()) {
    const auto known = model.layouts.find(steps.input);
    if (known != model.layouts.end() && known->second.find_first_of("?.") == std::string::npos)
      steps.model_layout = known->second;
  }
  const bool nv12 = steps.color == ColorFormat::kNv12SinglePlane || steps.color == ColorFormat::kNv12TwoPlanes;
  if (steps.layout.empty()) steps.layout = nv12 ? "NHWC" : steps.model_layout;
  if (steps.model_layout.empty() && !steps.layout.empty())
    FailInput(steps, "the layout of the model's input is not known, expected Model().SetLayout");
  if (!steps.model_layout.empty() && steps.model_layout.size() != port.shape.size()) {
    FailInput(steps, "layout ", steps.model_layout, " of the model's input ", ShapeToString(port.shape),
              ", expected one letter per axis");
  }
  return steps;
}

// Where the file leaves sizes open: the tensor's shape from which they follow; nothing when they do not.
std::optional<Shape> TensorThatSettles(const runtime::InputSteps& input, const Port& port) {
  if (std::find(port.shape.begin(), port.shape.end(), -1) == port.shape.end()) return std::nullopt;
  Shape tensor = runtime::PictureTensors(input, port.type, port.shape)[0].shape;
  const runtime::PictureAxes axes = runtime::FindAxes(input.layout, tensor.size(), input.input);
  if (axes.n >= 0 && tensor[static_cast<size_t>(axes.n)] < 0) return std::nullopt;
  runtime::InputSteps copy = input;
  const runtime::Dims settled = runtime::ReshapePicture(copy, tensor, port.shape);
  if (std::find(settled.begin(), settled.end(), -1) != settled.end()) return std::nullopt;
  return tensor;
}

}  // namespace

Model PrePostProcessor::Build() {
  return Translate([&] {
    Model::Impl model = Checked(Checked(impl_, "PrePostProcessor").model.impl_, "Model");
    auto steps = std::make_shared<runtime::ProcessingSteps>();
    if (model.processing) *steps = *model.processing;
    std::map<std::string, Shape> shapes;
    for (const auto& [name, info] : Checked(impl_, "PrePostProcessor").inputs) {
      const Port port = Checked(impl_, "PrePostProcessor").model.Input(name);
      runtime::InputSteps input = Settled(model, info->steps, port);
      const std::string first = runtime::PictureTensors(input, port.type, port.shape)[0].name;
      if (const auto tensor = TensorThatSettles(input, port)) shapes[first] = *tensor;
      steps->inputs.push_back(std::move(input));
    }
    std::vector<runtime::OutputSteps> outputs;
    for (const auto& [name, info] : Checked(impl_, "PrePostProcessor").outputs) outputs.push_back(info->steps);
    steps->outputs.insert(steps->outputs.end(), outputs.begin(), outputs.end());
    if (model.graph) {
      std::unique_ptr<graph::Graph> graph = model.graph->Clone();
      runtime::ApplyOutputSteps(outputs, *graph);
      // What cannot be done is said now.
      for (const auto& [name, info] : Checked(impl_, "PrePostProcessor").inputs) {
        const Port port = Checked(impl_, "PrePostProcessor").model.Input(name);
        runtime::MakePicturePlan(*steps->Find(name), static_cast<graph::ElementType>(port.type),
                                 graph::Shape(port.shape), runtime::Isa::kSse41);
      }
      model.graph = std::move(graph);
    }
    model.processing = std::move(steps);
    return Model(std::make_shared<Model::Impl>(shapes.empty() ? std::move(model) : model.Reshaped(shapes)));
  });
}

}  // namespace moir
