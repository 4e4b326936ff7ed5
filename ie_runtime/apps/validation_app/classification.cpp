#include "classification.h"

#include <algorithm>

#include "../common/convert.h"
#include "../common/fail.h"

namespace moir::apps {
namespace {

constexpr size_t kTop = 5;

// [N,K], also with sizes of 1 beside K: [N,K,1,1].
bool HoldsClasses(const Shape& shape, int64_t batch) {
  if (shape.size() < 2 || shape[0] != batch) return false;
  return std::count_if(shape.begin() + 1, shape.end(), [](int64_t size) { return size != 1; }) <= 1;
}

int64_t ClassesOf(const Shape& shape) {
  int64_t classes = 1;
  for (size_t i = 1; i < shape.size(); ++i) classes *= shape[i];
  return classes;
}

}  // namespace

void FindClassOutput(SetModel& model, const ValidationOptions& options, const DataSet& set,
                     const std::vector<std::string>& labels) {
  const std::vector<Port> outputs = model.model.Outputs();
  if (outputs.size() != 1 || !HoldsClasses(outputs[0].shape, model.input.batch)) {
    std::string all;
    for (const Port& port : outputs)
      all += (all.empty() ? "\"" : ", \"") + port.name + "\" is " + Describe(port.type, port.shape);
    Fail(ErrorKind::kBadOption, model.path, ": output ", all, ", expected one [", model.input.batch,
         ",classes] with a number per class");
  }
  model.output = 0;
  const int64_t classes = ClassesOf(outputs[0].shape) - (options.zero_is_background ? 1 : 0);
  for (const DataItem& item : set.items) {
    if (item.class_index < classes) continue;
    const auto index = static_cast<size_t>(item.class_index);
    Fail(ErrorKind::kBadOption, item.name, " is of class ", item.class_index,
         index < labels.size() ? " (" + labels[index] + ")" : "", ", and ", model.path, " tells ", classes,
         " classes apart", options.zero_is_background ? ", the background not counted" : "");
  }
}

ClassificationResult Classify(Core& core, const SetModel& model, const ValidationOptions& options, const DataSet& set,
                              std::vector<ReadPictureInfo>& pictures) {
  ClassificationResult result;
  result.top.resize(set.items.size());
  const int64_t background = options.zero_is_background ? 1 : 0;
  result.time =
      RunOverSet(core, model, options, set.items, pictures, [&](size_t item, const Tensor& output, size_t slot) {
        const Tensor values = ConvertTo(output, ElementType::kF32, model.path);
        const auto classes = static_cast<size_t>(ClassesOf(values.GetShape()));
        result.classes = static_cast<int64_t>(classes) - background;
        const auto skip = static_cast<size_t>(background);
        Tensor own(ElementType::kF32, {result.classes}, values.Data<float>() + slot * classes + skip);
        result.top[item] = Summarize(own, kTop).top;
        const int64_t expected = set.items[item].class_index;
        const auto found = std::find_if(result.top[item].begin(), result.top[item].end(),
                                        [&](const IndexedValue& value) { return value.index == expected; });
        ++result.pictures;
        result.top1 += found == result.top[item].begin() && found != result.top[item].end();
        result.top5 += found != result.top[item].end();
      });
  return result;
}

}  // namespace moir::apps
