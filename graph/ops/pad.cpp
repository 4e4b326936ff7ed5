// Pad: the data with elements added before and after every axis.
// in 0: data.  in 1, 2: pads_begin, pads_end, one integer from 0 per axis.  in 3 (optional): pad_value, a scalar, zero
// when absent. attr pad_mode: constant; edge repeats the border (a b c | c c); reflect mirrors without it (a b c | b
// a), symmetric with it (a b c | c b a).
#include "graph/ops/pad.h"

#include <limits>

#include "graph/op_schema.h"
#include "graph/ops/strided.h"

namespace moir::graph {
namespace {

void Infer(InferContext& op) {
  Shape shape = op.InputShape(0);
  const std::vector<int64_t> begin = op.StaticIndices(1), end = op.StaticIndices(2);
  const auto rank = static_cast<size_t>(shape.Rank());
  op.Require(begin.size() == rank && end.size() == rank, "lengths of pads_begin and pads_end",
             StrCat(begin.size(), ", ", end.size()), StrCat(rank, " each"));
  if (op.InputCount() > 3) {
    op.RequireSameType(0, 3);
    op.Require(op.InputShape(3).NumElements() == 1, "shape of pad_value", op.InputShape(3), "a scalar");
  }
  const auto& mode = op.Attr<std::string>("pad_mode");
  for (size_t k = 0; k < rank; ++k) {
    const auto axis = static_cast<int64_t>(k);
    op.Require(begin[k] >= 0 && end[k] >= 0, "pads", StrCat(begin[k], ", ", end[k]), "numbers from 0");
    // What mirroring or repeating can take from the axis.
    const int64_t most = mode == "reflect"     ? shape[axis] - 1
                         : mode == "symmetric" ? shape[axis]
                                               : std::numeric_limits<int64_t>::max() / 4;
    op.Require(begin[k] <= most && end[k] <= most, StrCat("pads of axis ", k), StrCat(begin[k], ", ", end[k]),
               StrCat("at most ", most, " for mode ", mode));
    op.Require(mode == "constant" || shape[axis] > 0 || begin[k] + end[k] == 0, StrCat("size of axis ", k), 0,
               "elements to repeat");
    shape[axis] += begin[k] + end[k];
  }
  op.SetOutput(0, shape);
}

void Evaluate(EvalContext& op) {
  const Shape& in = op.Input(0).Shape();
  const Shape& out = op.Output().Shape();
  const std::vector<int64_t> begin = op.Input(1).ToVector<int64_t>();
  const std::vector<int64_t> strides = in.Strides();
  const auto& mode = op.Attr<std::string>("pad_mode");
  // Per axis, the offset of every position's source; -1 where there is none.
  std::vector<std::vector<int64_t>> offsets(begin.size());
  for (size_t k = 0; k < begin.size(); ++k) {
    const auto axis = static_cast<int64_t>(k);
    for (int64_t i = 0; i < out[axis]; ++i) {
      const int64_t from = PadSource(i - begin[k], in[axis], mode);
      offsets[k].push_back(from < 0 ? -1 : from * strides[k]);
    }
  }
  DispatchWidth(op.Input(0).Type(), [&](auto tag) {
    using T = decltype(tag);
    const T* src = static_cast<const T*>(op.Input(0).Data());
    T* dst = static_cast<T*>(op.Output().MutableData());
    const T value = op.InputCount() > 3 ? *static_cast<const T*>(op.Input(3).Data()) : T{0};
    std::vector<size_t> position(begin.size(), 0);
    const int64_t count = out.NumElements();
    for (int64_t i = 0; i < count; ++i) {
      int64_t offset = 0;
      for (size_t k = 0; k < position.size() && offset >= 0; ++k) {
        const int64_t step = offsets[k][position[k]];
        offset = step < 0 ? -1 : offset + step;
      }
      dst[i] = offset < 0 ? value : src[offset];
      for (size_t k = position.size(); k-- > 0;) {
        if (++position[k] < offsets[k].size()) break;
        position[k] = 0;
      }
    }
  });
}

}  // namespace

OpSchema PadSchema() {
  return {.name = "Pad",
          .inputs = {"data", "pads_begin", "pads_end", OptionalInput("pad_value")},
          .attributes = {AttributeSchema::OneOf("pad_mode", {"constant", "edge", "reflect", "symmetric"})},
          .infer = Infer,
          .evaluate = Evaluate,
          .evaluates_any_type = true};
}

}  // namespace moir::graph
