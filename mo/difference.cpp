#include "mo/difference.h"

#include <cmath>
#include <limits>

namespace moir::mo {
namespace {

// Wide enough for every i64.
using Wide = long double;

Wide Apart(Wide reference, Wide actual) {
  if (std::isnan(reference) && std::isnan(actual)) return 0;
  if (reference == actual) return 0;  // infinities among them
  const Wide apart = std::fabs(actual - reference);
  return std::isnan(apart) ? std::numeric_limits<Wide>::infinity() : apart;
}

}  // namespace

double Difference::Relative() const { return largest_value > 0 ? absolute / largest_value : absolute; }

Difference Compare(const graph::Tensor& reference, const graph::Tensor& actual) {
  Difference difference;
  if (reference.Shape() != actual.Shape()) {
    difference.problem = graph::StrCat("got the shape ", actual.Shape(), ", expected ", reference.Shape());
    return difference;
  }
  const std::vector<Wide> expected = reference.ToVector<Wide>(), got = actual.ToVector<Wide>();
  Wide largest = 0, largest_value = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isfinite(expected[i])) largest_value = std::max(largest_value, std::fabs(expected[i]));
    const Wide apart = Apart(expected[i], got[i]);
    if (apart <= largest) continue;
    largest = apart;
    difference.position = static_cast<int64_t>(i);
    difference.reference = static_cast<double>(expected[i]);
    difference.actual = static_cast<double>(got[i]);
  }
  difference.absolute = static_cast<double>(largest);
  difference.largest_value = static_cast<double>(largest_value);
  return difference;
}

std::string PositionText(const graph::Shape& shape, int64_t position) {
  std::vector<int64_t> index(static_cast<size_t>(shape.Rank()));
  for (size_t axis = index.size(); axis-- > 0;) {
    const int64_t size = std::max<int64_t>(shape[static_cast<int64_t>(axis)], 1);
    index[axis] = position % size;
    position /= size;
  }
  return "[" + graph::Join(index, ",") + "]";
}

}  // namespace moir::mo
