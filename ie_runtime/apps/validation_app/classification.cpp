#include "classification.h"

#include <algorithm>

#include "../common/classification.h"
#include "../common/convert.h"
#include "../common/fail.h"

namespace moir::apps {
namespace {

constexpr size_t kTop = 5;

}  // namespace

void SetClassOutput(SetModel& model, const ValidationOptions& options, const DataSet& set,
                    const std::vector<std::string>& labels) {
  model.outputs = {FindClassOutput(model.model, model.input.batch, options.output_name)};
  const int64_t classes = ClassCount(model.model.Output(model.outputs[0]).shape) - (options.zero_is_background ? 1 : 0);
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
  result.time = RunOverSet(
      core, model, options, set.items, pictures, [&](size_t item, const std::vector<Tensor>& outputs, size_t slot) {
        const Tensor values = ConvertTo(outputs[0], ElementType::kF32, model.path);
        const auto classes = static_cast<size_t>(ClassCount(values.GetShape()));
        result.classes = static_cast<int64_t>(classes) - background;
        const auto skip = static_cast<size_t>(background);
        Tensor own(ElementType::kF32, {result.classes}, values.Data<float>() + slot * classes + skip);
        Summary summary = Summarize(own, kTop);
        if (summary.not_finite > 0) result.not_finite.push_back(item);
        result.top[item] = std::move(summary.top);
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
