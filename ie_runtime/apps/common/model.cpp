#include "model.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>

#include "extensions.h"
#include "fail.h"

namespace moir::apps {
namespace {

constexpr const char* kShapeExample = "[1,3,224,224]";

[[noreturn]] void FailNamedText(const std::string& option, const std::string& text, const std::string& example) {
  Fail(ErrorKind::kBadOption, option, ": got \"", text, "\", expected ", example,
       " for a model with one input, or NAME", example, ", several separated by commas");
}

// `whole` is the option's value, for errors.
Shape ParseSizes(const std::string& sizes, const std::string& option, const std::string& whole) {
  Shape shape;
  std::istringstream in(sizes);
  if (sizes.find_first_not_of(' ') == std::string::npos) return shape;
  const auto fail = [&] { FailNamedText(option, whole, kShapeExample); };
  std::string part;
  while (std::getline(in, part, ',')) {
    int64_t size = 0;
    const size_t first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
    if (first == std::string::npos) fail();
    const char* end = part.data() + last + 1;
    const auto [stop, error] = std::from_chars(part.data() + first, end, size);
    if (error != std::errc() || stop != end || size < 0) fail();
    shape.push_back(size);
  }
  if (sizes.back() == ',') fail();
  return shape;
}

// "data[1,3,?,?]" of inputs whose shapes are open.
std::string ListOpen(const std::vector<Port>& inputs) {
  std::string text;
  for (const Port& port : inputs) {
    if (std::none_of(port.shape.begin(), port.shape.end(), [](int64_t size) { return size < 0; })) continue;
    text += (text.empty() ? "" : ",") + port.name + "[";
    for (size_t i = 0; i < port.shape.size(); ++i)
      text += (i == 0 ? "" : ",") + (port.shape[i] < 0 ? "?" : std::to_string(port.shape[i]));
    text += "]";
  }
  return text;
}

// What is no IR but easily taken for one.
void RequireIr(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".params" || extension == ".json" || extension == ".nd")
    Fail(ErrorKind::kBadOption, "--model: ", path, ": a file of MXNet, expected the .xml that mo makes of it: mo ",
         extension == ".json" ? "--input_symbol " : "--input_model ", path);
  if (extension == ".bin")
    Fail(ErrorKind::kBadOption, "--model: ", path, ": the weights, expected the .xml beside them");
  if (extension == ".onnx")
    Fail(ErrorKind::kBadOption, "--model: ", path, ": an ONNX file, expected the .xml that OpenVINO's ovc makes of it");
}

Properties EngineProperties(const ModelOptions& options) {
  if (options.threads < 0) Fail(ErrorKind::kBadOption, "--threads: got ", options.threads, ", expected 0 or more");
  return {{"inference_num_threads", std::to_string(options.threads)},
          {"inference_precision", options.precision},
          {"enable_profiling", options.profile ? "true" : "false"}};
}

}  // namespace

Model ReadModelFiles(Core& core, const ModelOptions& options) {
  if (options.model.empty())
    Fail(ErrorKind::kBadOption, "--model: expected the .xml file of a model (--help lists the options)");
  if (options.device != "CPU")
    Fail(ErrorKind::kBadOption, "--device: got ", options.device, ", expected CPU, the only device");
  RequireIr(options.model);
  // Wrong values show before the model is read.
  core.SetProperty(EngineProperties(options));
  LoadExtensions(core, options.extensions);
  return core.ReadModel(options.model, options.weights);
}

void GiveShapes(Model& model, const ModelOptions& options) {
  std::map<std::string, Shape> shapes;
  for (const std::string& text : options.shapes) {
    for (const NamedText& part : ParseNamedTexts(options.shape_option, text, model.Inputs(), kShapeExample)) {
      if (!shapes.emplace(part.name, ParseSizes(part.text, options.shape_option, text)).second)
        Fail(ErrorKind::kBadOption, options.shape_option, ": input \"", part.name, "\" is given two shapes");
    }
  }
  if (!shapes.empty()) model.Reshape(shapes);
}

void RequireSettledShapes(const Model& model, const ModelOptions& options) {
  if (const std::string open = ListOpen(model.Inputs()); !open.empty()) {
    Fail(ErrorKind::kBadOption, options.model, ": the model leaves sizes of its inputs open, expected ",
         options.shape_option, " \"", open, "\" with a number for each ?");
  }
  model.Outputs();  // those of everything else follow, or it says why not
}

Model OpenModel(Core& core, const ModelOptions& options) {
  Model model = ReadModelFiles(core, options);
  GiveShapes(model, options);
  RequireSettledShapes(model, options);
  return model;
}

std::vector<NamedText> ParseNamedTexts(const std::string& option, const std::string& text,
                                       const std::vector<Port>& inputs, const std::string& example) {
  std::vector<NamedText> parts;
  if (text.empty()) FailNamedText(option, text, example);
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find('[', at), close = text.find(']', at);
    if (open == std::string::npos || close == std::string::npos || close < open) FailNamedText(option, text, example);
    std::string name = text.substr(at, open - at);
    if (name.empty() && inputs.size() != 1) FailNamedText(option, text, example);
    if (name.empty()) name = inputs[0].name;
    parts.push_back({name, text.substr(open + 1, close - open - 1)});
    at = close + 1;
    if (at < text.size() && (text[at] != ',' || at + 1 == text.size())) FailNamedText(option, text, example);
    ++at;
  }
  return parts;
}

CompiledModel Compile(const Core& core, const Model& model, const ModelOptions& options, const Properties& more) {
  Properties properties = EngineProperties(options);
  properties.insert(more.begin(), more.end());
  const CompiledModel compiled = core.CompileModel(model, properties);
  if (const std::string precision = compiled.GetProperty("inference_precision"); precision != options.precision)
    std::cerr << "note: this CPU has no instructions for " << options.precision << ", computing in " << precision
              << "\n";
  return compiled;
}

std::string Describe(ElementType type, const Shape& shape) {
  return std::string(ElementTypeName(type)) + " " + ShapeToString(shape);
}

}  // namespace moir::apps
