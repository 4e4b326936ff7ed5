// ReverseSequence: slices of the data in another order, which the lengths give at run time.
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeReverseSequence(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  const ElementType type = context.Input(1).type;
  if (shape.NumElements() == 0) return std::nullopt;
  const int64_t batch_axis = shape.NormalizeAxis(layer.Attr<int64_t>("batch_axis"));
  const int64_t seq_axis = shape.NormalizeAxis(layer.Attr<int64_t>("seq_axis"));
  const int64_t batch = shape[batch_axis], steps = shape[seq_axis];
  const int64_t last = std::max(batch_axis, seq_axis);
  const int64_t blocks = shape.NumElements(0, last + 1), inner = shape.NumElements(last + 1, shape.Rank());
  // Strides counted in blocks.
  const int64_t batch_stride = shape.NumElements(batch_axis + 1, last + 1);
  const int64_t seq_stride = shape.NumElements(seq_axis + 1, last + 1);
  const size_t bytes = static_cast<size_t>(inner) * ElementSize(context.Input(0).type);
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("move", [=, name = layer.name](const Binding& memory) {
    const std::vector<int64_t> lengths = Tensor::Wrap(memory.inputs[1], type, Shape{batch}).ToVector<int64_t>();
    for (const int64_t length : lengths) {
      if (length >= 0 && length <= steps) continue;
      Fail(graph::ErrorKind::kBadModel, "node \"", name, "\" (ReverseSequence): length ", length, " is outside [0, ",
           steps, "]");
    }
    ParallelFor(blocks, std::max<int64_t>(1, static_cast<int64_t>(131072 / bytes)), [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        const int64_t t = block / seq_stride % steps;
        const int64_t length = lengths[static_cast<size_t>(block / batch_stride % batch)];
        const int64_t from = block + (t < length ? length - 1 - 2 * t : 0) * seq_stride;
        std::memcpy(memory.outputs[0] + static_cast<size_t>(block) * bytes,
                    memory.inputs[0] + static_cast<size_t>(from) * bytes, bytes);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
