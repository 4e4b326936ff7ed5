// Slice. A stretch of whole rows (or of whole blocks of channels of one image) is a view of the data; the rest is
// moved.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/strided_move.h"
#include "ie_runtime/kernels/view.h"

namespace moir::runtime {
namespace {

struct Cut {
  int64_t first, step;
};

// First element and step per axis; counts are the settled output's.
std::optional<std::vector<Cut>> ReadCuts(const KernelContext& context) {
  const auto start = context.Indices(1), step = context.Indices(3);
  if (!start || !step) return std::nullopt;
  const Shape& shape = context.InputShape();
  std::vector<Cut> cuts(static_cast<size_t>(shape.Rank()), Cut{0, 1});
  std::vector<int64_t> axes;
  if (context.InputCount() > 4) {
    const auto given = context.Indices(4);
    if (!given) return std::nullopt;
    axes = *given;
  } else {
    for (size_t i = 0; i < start->size(); ++i) axes.push_back(static_cast<int64_t>(i));
  }
  for (size_t i = 0; i < start->size(); ++i) {
    const int64_t axis = shape.NormalizeAxis(axes[i]);
    const int64_t size = shape[axis];
    const int64_t by = (*step)[i];
    int64_t first = (*start)[i];
    if (first < 0) first = std::max(first, -size - 1) + size;
    first = by > 0 ? std::clamp<int64_t>(first, 0, size) : std::clamp<int64_t>(first, -1, size - 1);
    cuts[static_cast<size_t>(axis)] = {first, by};
  }
  return cuts;
}

KernelChoice MakeView(const KernelContext& context, const Layout& in, const Layout& out, size_t offset) {
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = in;
  choice.outputs = {out};
  choice.aliases = {{Alias::Kind::kView, 0, 0, offset}};
  choice.kernel = MakeViewKernel(out.Bytes(), offset);
  return choice;
}

}  // namespace

std::optional<KernelChoice> MakeSlice(const KernelContext& context) {
  const auto cuts = ReadCuts(context);
  const Shape& in = context.InputShape();
  const Shape& out = context.OutputShape();
  if (!cuts || out.NumElements() == 0) return std::nullopt;
  const ElementType type = context.Input(0).type;
  const std::vector<int64_t> in_strides = in.Strides(), out_strides = out.Strides();
  int64_t first = 0;
  size_t changed = 0, changed_axis = 0;
  std::vector<MoveAxis> axes;
  for (size_t k = 0; k < cuts->size(); ++k) {
    const Cut& cut = (*cuts)[k];
    const int64_t size = out[static_cast<int64_t>(k)];
    first += cut.first * in_strides[k];
    // A step beyond the axis is never taken; it must not overflow either.
    axes.push_back({size, size > 1 ? in_strides[k] * cut.step : 0, out_strides[k]});
    if (size != in[static_cast<int64_t>(k)] || cut.step != 1) {
      ++changed;
      changed_axis = k;
    }
  }
  const auto axis = static_cast<int64_t>(changed_axis);
  if (changed <= 1 && (changed == 0 || (*cuts)[changed_axis].step == 1) && in.NumElements(0, axis) == 1) {
    const Cut& cut = (*cuts)[changed_axis];
    const auto view = context.InputLayout().Channels();
    const bool blocked = changed == 1 && axis == 1 && !context.InputLayout().IsPlain() && view && view->inner > 1 &&
                         view->inner < view->channels;
    if (blocked && cut.first % view->inner == 0 && (out[1] % view->inner == 0 || cut.first + out[1] == in[1])) {
      const Layout whole = Layout::Blocked(type, in, view->inner);
      if (whole.SameBytes(context.InputLayout())) {
        return MakeView(context, whole, Layout::Blocked(type, out, view->inner),
                        static_cast<size_t>(cut.first * view->spatial) * ElementSize(type));
      }
    }
    return MakeView(context, context.PlainInput(), context.PlainOutput(),
                    static_cast<size_t>(first) * ElementSize(type));
  }
  return MakeMoveChoice(context, StridedMove(std::move(axes), ElementSize(type), first));
}

}  // namespace moir::runtime
