#include "values.h"

#include <algorithm>
#include <cmath>

#include "convert.h"
#include "fail.h"

namespace moir::apps {
namespace {

template <typename T>
Summary SummarizeValues(const T* values, size_t size, size_t count) {
  Summary summary;
  int64_t finite = 0;
  double sum = 0;
  std::vector<IndexedValue> kept;
  for (size_t i = 0; i < size; ++i) {
    const auto value = static_cast<double>(values[i]);
    if (std::isfinite(value)) {
      summary.min = finite == 0 ? value : std::min(summary.min, value);
      summary.max = finite == 0 ? value : std::max(summary.max, value);
      sum += value;
      ++finite;
    } else {
      ++summary.not_finite;
    }
    if (!std::isnan(value)) kept.push_back({static_cast<int64_t>(i), value});
  }
  if (finite > 0) summary.mean = sum / static_cast<double>(finite);
  const auto larger = [](const IndexedValue& a, const IndexedValue& b) {
    return a.value != b.value ? a.value > b.value : a.index < b.index;
  };
  count = std::min(count, kept.size());
  std::partial_sort(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(count), kept.end(), larger);
  kept.resize(count);
  summary.top = std::move(kept);
  return summary;
}

}  // namespace

Summary Summarize(const Tensor& tensor, size_t count) {
  const size_t size = tensor.GetSize();
  switch (tensor.GetElementType()) {
    case ElementType::kBool: return SummarizeValues(tensor.Data<bool>(), size, count);
    case ElementType::kF16:
    case ElementType::kBF16: return Summarize(ConvertTo(tensor, ElementType::kF32, "output"), count);
    case ElementType::kF32: return SummarizeValues(tensor.Data<float>(), size, count);
    case ElementType::kF64: return SummarizeValues(tensor.Data<double>(), size, count);
    case ElementType::kI8: return SummarizeValues(tensor.Data<int8_t>(), size, count);
    case ElementType::kU8: return SummarizeValues(tensor.Data<uint8_t>(), size, count);
    case ElementType::kI32: return SummarizeValues(tensor.Data<int32_t>(), size, count);
    case ElementType::kI64: return SummarizeValues(tensor.Data<int64_t>(), size, count);
    case ElementType::kUndefined: break;
  }
  Fail(ErrorKind::kInternal, "a tensor without values");
}

}  // namespace moir::apps
