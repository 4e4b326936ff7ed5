#include "graph/ir/partial_shape.h"

#include <algorithm>

#include "graph/error.h"
#include "graph/strings.h"

namespace moir::graph {
namespace {

SizeRange ParseSize(std::string_view text, std::string_view whole) {
  const auto number = [&](std::string_view part) {
    const std::optional<int64_t> value = ParseInt(Trim(part));
    if (!value || *value < 0) {
      Fail(ErrorKind::kBadModel, "got \"", whole,
           "\", expected sizes separated by commas: a number from 0 on, ? or a range such as 1..8");
    }
    return *value;
  };
  if (text == "?" || text == "-1") return {};
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const int64_t size = number(text);
    return {size, size};
  }
  SizeRange range;
  const std::string_view low = Trim(text.substr(0, dots)), high = Trim(text.substr(dots + 2));
  if (!low.empty()) range.min = number(low);
  if (!high.empty()) range.max = number(high);
  if (range.max && *range.max < range.min)
    Fail(ErrorKind::kBadModel, "got \"", whole, "\", whose range ", text, " holds nothing");
  return range;
}

}  // namespace

PartialShape::PartialShape(const Shape& shape) : dims_(std::vector<SizeRange>{}) {
  for (const int64_t size : shape) dims_->push_back({size, size});
}

PartialShape PartialShape::Parse(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  if (trimmed == "...") return {};
  std::vector<SizeRange> dims;
  if (!trimmed.empty()) {
    for (const std::string& part : Split(trimmed, ',')) dims.push_back(ParseSize(part, text));
  }
  if (dims.size() > 32) Fail(ErrorKind::kBadModel, "got ", dims.size(), " sizes, expected at most 32");
  return PartialShape(std::move(dims));
}

bool PartialShape::IsStatic() const {
  return dims_ && std::all_of(dims_->begin(), dims_->end(), [](const SizeRange& dim) { return dim.IsKnown(); });
}

Shape PartialShape::ToShape() const {
  Check(IsStatic(), "shape ", ToString(), " has open sizes");
  std::vector<int64_t> dims;
  for (const SizeRange& dim : *dims_) dims.push_back(dim.min);
  return Shape(std::move(dims));
}

bool PartialShape::Allows(const Shape& shape) const {
  if (!dims_) return true;
  if (static_cast<size_t>(shape.Rank()) != dims_->size()) return false;
  for (size_t i = 0; i < dims_->size(); ++i) {
    if (!(*dims_)[i].Contains(shape[static_cast<int64_t>(i)])) return false;
  }
  return true;
}

std::string PartialShape::ToString() const {
  if (!dims_) return "[...]";
  std::vector<std::string> parts;
  for (const SizeRange& dim : *dims_) {
    if (dim.IsKnown()) parts.push_back(StrCat(dim.min));
    else if (dim.max) parts.push_back(StrCat(dim.min, "..", *dim.max));
    else parts.push_back(dim.min == 0 ? "?" : StrCat(dim.min, ".."));
  }
  return StrCat("[", Join(parts, ","), "]");
}

}  // namespace moir::graph
