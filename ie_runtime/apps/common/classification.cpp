#include "classification.h"

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cstdio>

#include "common_options.h"
#include "convert.h"
#include "fail.h"
#include "picture_model.h"
#include "values.h"

namespace moir::apps {

bool HoldsClasses(const Shape& shape, int64_t batch) {
  if (shape.size() < 2 || shape[0] != batch) return false;
  return std::count_if(shape.begin() + 1, shape.end(), [](int64_t size) { return size != 1; }) <= 1;
}

int64_t ClassCount(const Shape& shape) {
  int64_t classes = 1;
  for (size_t i = 1; i < shape.size(); ++i) classes *= shape[i];
  return classes;
}

size_t FindClassOutput(const Model& model, int64_t batch, const std::string& name) {
  const std::vector<Port> outputs = model.Outputs();
  std::string all;
  for (const Port& port : outputs)
    all += (all.empty() ? "\"" : ", \"") + port.name + "\" is " + Describe(port.type, port.shape);
  const auto found =
      std::find_if(outputs.begin(), outputs.end(), [&](const Port& port) { return name.empty() || port.name == name; });
  if (found == outputs.end())
    Fail(ErrorKind::kBadOption, "--output_name: got \"", name, "\", which ", model.GetName(), " does not have: ", all);
  if (name.empty() && outputs.size() != 1)
    Fail(ErrorKind::kBadOption, model.GetName(), ": there are ", outputs.size(), " outputs (", all,
         "), expected --output_name with the one that has a number per class");
  if (!HoldsClasses(found->shape, batch))
    Fail(ErrorKind::kBadOption, model.GetName(), ": output \"", found->name, "\" is ",
         Describe(found->type, found->shape), ", expected [", batch, ",classes] with a number per class");
  return found->index;
}

void AddClassificationOptions(boost::program_options::options_description& group, ClassificationOptions& options) {
  namespace po = boost::program_options;
  AddModelOptions(group, options.model);
  // clang-format off
  group.add_options()
      ("input,i", po::value(&options.inputs)->multitoken()->value_name("FILE..."),
       "pictures, and folders of pictures; they may have any size")
      ("nt", po::value(&options.top)->default_value(10)->value_name("N"),
       "how many of the most probable classes to print")
      ("ni", po::value(&options.iterations)->default_value(1)->value_name("N"), "inferences per picture, for the time")
      ("batch,b", po::value(&options.batch)->default_value(1)->value_name("N"),
       "pictures that the model looks at together; 0: as many as it was made for")
      ("output_name", po::value(&options.output_name)->value_name("NAME"),
       "the output that has the classes, for a model with several");
  // clang-format on
  AddShapeOption(group, options.model);
  AddLabelsOption(group, options.labels);
  AddCountersOption(group, options.model);
}

void CheckClassificationOptions(const ClassificationOptions& options) {
  if (options.inputs.empty())
    Fail(ErrorKind::kBadOption, "--input: expected pictures or folders of pictures (--help lists the options)");
  if (options.iterations < 1) Fail(ErrorKind::kBadOption, "--ni: got ", options.iterations, ", expected 1 or more");
  CheckBatch(options.batch);
}

void PrintClasses(const Tensor& output, int64_t slot, const ClassificationOptions& options,
                  const std::vector<std::string>& labels) {
  constexpr double kBarLength = 40;
  const int64_t classes = ClassCount(output.GetShape());
  const Tensor values = ConvertTo(output, ElementType::kF32, "output");
  const Tensor own(ElementType::kF32, {classes}, values.Data<float>() + slot * classes);
  const Summary summary = Summarize(own, options.top);
  size_t width = 5;
  for (const IndexedValue& top : summary.top) {
    const auto index = static_cast<size_t>(top.index);
    if (index < labels.size()) width = std::max(width, labels[index].size());
  }
  std::printf("  class  %-*s  probability\n", static_cast<int>(width), labels.empty() ? "" : "label");
  for (const IndexedValue& top : summary.top) {
    const auto index = static_cast<size_t>(top.index);
    const auto bar = static_cast<size_t>(std::clamp(top.value, 0.0, 1.0) * kBarLength + 0.5);
    std::printf("  %5lld  %-*s  %.6f%s%s\n", static_cast<long long>(top.index), static_cast<int>(width),
                index < labels.size() ? labels[index].c_str() : "", top.value, bar > 0 ? "  " : "",
                std::string(bar, '#').c_str());
  }
  if (summary.not_finite > 0)
    std::printf("  %lld of %lld values are not finite; NaN has no rank\n", static_cast<long long>(summary.not_finite),
                static_cast<long long>(classes));
}

}  // namespace moir::apps
