#include "graph/ops/strided.h"

namespace moir::graph {

void CopyStrided(const Tensor& src, int64_t first, const std::vector<int64_t>& strides, Tensor& dst) {
  const Shape& shape = dst.Shape();
  Check(src.Type() == dst.Type() && static_cast<int64_t>(strides.size()) == shape.Rank(), "strided copy of ",
        src.Type(), " into ", dst.Type(), shape);
  const int64_t count = shape.NumElements();
  if (count == 0) return;
  const int64_t rank = shape.Rank();
  const int64_t run = rank > 0 ? shape[rank - 1] : 1;
  const int64_t step = rank > 0 ? strides.back() : 0;
  DispatchWidth(src.Type(), [&](auto tag) {
    using T = decltype(tag);
    const T* from = static_cast<const T*>(src.Data());
    T* to = static_cast<T*>(dst.MutableData());
    std::vector<int64_t> position(static_cast<size_t>(rank), 0);
    int64_t offset = first;
    for (int64_t done = 0; done < count; done += run) {
      for (int64_t i = 0; i < run; ++i) to[done + i] = from[offset + i * step];
      for (int64_t axis = rank - 1; axis-- > 0;) {
        const auto k = static_cast<size_t>(axis);
        offset += strides[k];
        if (++position[k] < shape[axis]) break;
        position[k] = 0;
        offset -= strides[k] * shape[axis];
      }
    }
  });
}

}  // namespace moir::graph
