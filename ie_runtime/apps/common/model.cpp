#include "model.h"

#include <charconv>
#include <map>
#include <sstream>

#include "fail.h"

namespace moir::apps {
namespace {

[[noreturn]] void FailShape(const std::string& text) {
  Fail(ErrorKind::kBadOption, "--input_shape: got \"", text,
       "\", expected [1,3,224,224] for a model with one input, or NAME[1,3,224,224], several separated by commas");
}

Shape ParseSizes(const std::string& sizes, const std::string& whole) {
  Shape shape;
  std::istringstream in(sizes);
  if (sizes.find_first_not_of(' ') == std::string::npos) return shape;
  std::string part;
  while (std::getline(in, part, ',')) {
    int64_t size = 0;
    const size_t first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
    if (first == std::string::npos) FailShape(whole);
    const char* end = part.data() + last + 1;
    const auto [stop, error] = std::from_chars(part.data() + first, end, size);
    if (error != std::errc() || stop != end || size < 0) FailShape(whole);
    shape.push_back(size);
  }
  if (sizes.back() == ',') FailShape(whole);
  return shape;
}

// Adds the shapes that one option gives.
void ParseShapes(const std::string& text, const std::vector<Port>& inputs, std::map<std::string, Shape>& shapes) {
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find('[', at), close = text.find(']', at);
    if (open == std::string::npos || close == std::string::npos || close < open) FailShape(text);
    std::string name = text.substr(at, open - at);
    if (name.empty() && inputs.size() != 1) FailShape(text);
    if (name.empty()) name = inputs[0].name;
    if (!shapes.emplace(name, ParseSizes(text.substr(open + 1, close - open - 1), text)).second)
      Fail(ErrorKind::kBadOption, "--input_shape: input \"", name, "\" is given two shapes");
    at = close + 1;
    if (at < text.size() && (text[at] != ',' || at + 1 == text.size())) FailShape(text);
    ++at;
  }
}

}  // namespace

Model OpenModel(Core& core, const ModelOptions& options) {
  if (options.model.empty())
    Fail(ErrorKind::kBadOption, "--model: expected the .xml file of a model (--help lists the options)");
  for (const std::string& library : options.extensions) core.AddExtension(library);
  Model model = core.ReadModel(options.model, options.weights);
  std::map<std::string, Shape> shapes;
  for (const std::string& text : options.shapes) ParseShapes(text, model.Inputs(), shapes);
  if (!shapes.empty()) model.Reshape(shapes);
  // Refuses a model whose shapes are open before anybody makes inputs for them.
  model.Outputs();
  return model;
}

CompiledModel Compile(const Core& core, const Model& model, const ModelOptions& options) {
  if (options.threads < 0) Fail(ErrorKind::kBadOption, "--threads: got ", options.threads, ", expected 0 or more");
  return core.CompileModel(model, {{"inference_num_threads", std::to_string(options.threads)},
                                   {"inference_precision", options.precision},
                                   {"enable_profiling", options.profile ? "true" : "false"}});
}

std::string Describe(ElementType type, const Shape& shape) {
  return std::string(ElementTypeName(type)) + " " + ShapeToString(shape);
}

}  // namespace moir::apps
