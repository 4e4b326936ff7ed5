// Transpose: a reorder from the layout the data has to the plain layout of the result, described with the data's axes.
// From channels last to NHWC nothing moves. Types that oneDNN does not have are moved element by element.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/onednn/primitive_task.h"
#include "ie_runtime/kernels/strided_move.h"
#include "ie_runtime/kernels/view.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeTranspose(const KernelContext& context) {
  auto order = context.Indices(1);
  if (!order) return std::nullopt;
  const Shape& in = context.InputShape();
  const int64_t rank = in.Rank();
  if (order->empty()) {
    for (int64_t axis = rank; axis-- > 0;) order->push_back(axis);
  }
  const std::vector<int64_t> out_strides = context.OutputShape().Strides();
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.outputs = {context.PlainOutput()};
  const Layout& layout = context.InputLayout();

  std::vector<int64_t> to_last = {0};
  for (int64_t axis = 2; axis < rank; ++axis) to_last.push_back(axis);
  to_last.push_back(1);
  if (rank >= 3 && rank <= 5 && *order == to_last && layout.ToString() == "channels-last") {
    choice.inputs[0] = layout;
    choice.aliases = {{Alias::Kind::kView}};
    choice.kernel = MakeViewKernel(layout.Bytes(), 0);
    return choice;
  }
  // Strides of the result along the data's axes.
  std::vector<int64_t> strides(static_cast<size_t>(rank));
  for (size_t i = 0; i < order->size(); ++i)
    strides[static_cast<size_t>(in.NormalizeAxis((*order)[i]))] = out_strides[i];
  if (context.Input(0).type == ElementType::kF32 && rank >= 1 && in.NumElements() > 0) {
    const onednn::Desc dst(onednn::ToDims(in), onednn::DataType::f32, strides);
    const dnnl::reorder::primitive_desc desc(onednn::Engine(), layout.Get().desc, onednn::Engine(), dst,
                                             onednn::UserScratchpad());
    choice.inputs[0] = layout;
    choice.kernel = std::make_unique<onednn::UnaryPrimitiveKernel>([desc] { return dnnl::reorder(desc); }, desc,
                                                                   layout.Get().desc, dst);
    return choice;
  }
  const std::vector<int64_t> in_strides = in.Strides();
  std::vector<MoveAxis> axes;
  for (size_t i = 0; i < order->size(); ++i) {
    const auto from = static_cast<size_t>(in.NormalizeAxis((*order)[i]));
    axes.push_back({in[static_cast<int64_t>(from)], in_strides[from], out_strides[i]});
  }
  return MakeMoveChoice(context, StridedMove(std::move(axes), ElementSize(context.Input(0).type)));
}

}  // namespace moir::runtime
