// PartialShape: the shape of a tensor as an IR v10 or v11 declares it, where sizes or the number of axes may be open.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/shape.h"

namespace moir::graph {

// The sizes from min to max; without max there is no upper bound.
struct SizeRange {
  int64_t min = 0;
  std::optional<int64_t> max;
  bool IsKnown() const { return max && *max == min; }
  bool Contains(int64_t size) const { return size >= min && (!max || size <= *max); }
};

class PartialShape {
 public:
  PartialShape() = default;  // nothing is known
  explicit PartialShape(std::vector<SizeRange> dims) : dims_(std::move(dims)) {}
  explicit PartialShape(const Shape& shape);
  // "1,3,224,224", "?,3,10..,..640" (also -1 for ?), "" for a scalar, "..." when the rank is open. Throws kBadModel.
  static PartialShape Parse(std::string_view text);

  bool HasRank() const { return dims_.has_value(); }
  const std::vector<SizeRange>& Dims() const { return *dims_; }
  bool IsStatic() const;
  // Precondition: IsStatic().
  Shape ToShape() const;
  // Whether a tensor of this shape may be given.
  bool Allows(const Shape& shape) const;
  std::string ToString() const;  // "[?,3,10..,..640]", "[...]"

 private:
  std::optional<std::vector<SizeRange>> dims_;
};

inline std::ostream& operator<<(std::ostream& out, const PartialShape& shape) { return out << shape.ToString(); }

}  // namespace moir::graph
