// Gather along one axis (batch_dims 0): rows of the data picked by indices known at run time.
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {

std::optional<KernelChoice> MakeGather(const KernelContext& context) {
  const auto axis_input = context.Indices(2);
  const ElementType index_type = context.Input(1).type;
  if (!axis_input || context.GetLayer().Attr<int64_t>("batch_dims") != 0 ||
      (index_type != ElementType::kI32 && index_type != ElementType::kI64))
    return std::nullopt;
  const Shape& data = context.InputShape(0);
  const int64_t axis = data.NormalizeAxis(axis_input->at(0));
  const int64_t outer = data.NumElements(0, axis), size = data[axis], picks = context.InputShape(1).NumElements();
  const size_t row = static_cast<size_t>(data.NumElements(axis + 1, data.Rank())) * ElementSize(context.Input(0).type);
  if (outer * picks == 0 || row == 0) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1), Layout()};
  choice.outputs = {context.PlainOutput()};
  const std::string name = context.GetLayer().name;
  choice.kernel = MakeKernel("move", [=](const Binding& memory) {
    const auto index_at = [&](int64_t i) {
      return index_type == ElementType::kI32 ? int64_t{reinterpret_cast<const int32_t*>(memory.inputs[1])[i]}
                                             : reinterpret_cast<const int64_t*>(memory.inputs[1])[i];
    };
    // Before anything runs in parallel, where nothing may be thrown.
    for (int64_t i = 0; i < picks; ++i) {
      const int64_t index = index_at(i);
      if (index < -size || index >= size) {
        Fail(ErrorKind::kBadModel, "node \"", name, "\" (Gather): index ", index, " is outside the ", size,
             " elements of axis ", axis);
      }
    }
    ParallelFor(outer * picks, std::max<int64_t>(1, static_cast<int64_t>(131072 / row)),
                [&](int64_t begin, int64_t end) {
                  for (int64_t i = begin; i < end; ++i) {
                    const int64_t index = index_at(i % picks);
                    const int64_t from = i / picks * size + (index < 0 ? index + size : index);
                    std::memcpy(memory.outputs[0] + static_cast<size_t>(i) * row,
                                memory.inputs[0] + static_cast<size_t>(from) * row, row);
                  }
                });
  });
  return choice;
}

}  // namespace moir::runtime
