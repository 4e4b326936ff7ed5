#include "model.h"

#include "fail.h"

namespace moir::apps {

Model OpenModel(Core& core, const ModelOptions& options) {
  if (options.model.empty())
    Fail(ErrorKind::kBadOption, "--model: expected the .xml file of a model (--help lists the options)");
  for (const std::string& library : options.extensions) core.AddExtension(library);
  return core.ReadModel(options.model, options.weights);
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
