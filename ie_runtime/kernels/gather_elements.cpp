// Elements and slices at places known at run time: GatherElements, GatherND (batch_dims 0) and OneHot.
#include <cstring>

#include "graph/ops/strided.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/index_values.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kGrain = 8192;  // elements

std::string PlaceOf(const Layer& layer) { return graph::StrCat("node \"", layer.name, "\" (", layer.op, ")"); }

}  // namespace

std::optional<KernelChoice> MakeGatherElements(const KernelContext& context) {
  const ElementType type = context.Input(0).type, index_type = context.Input(1).type;
  const Shape& data = context.InputShape(0);
  const int64_t count = context.OutputShape().NumElements();
  if (!IndexValues::Serves(index_type) || count == 0) return std::nullopt;
  const int64_t axis = data.NormalizeAxis(context.GetLayer().Attr<int64_t>("axis"));
  const int64_t size = data[axis], picks = context.InputShape(1)[axis];
  const int64_t inner = data.NumElements(axis + 1, data.Rank());
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("move", [=, place = PlaceOf(context.GetLayer())](const Binding& memory) {
    const IndexValues indices(memory.inputs[1], index_type);
    for (int64_t i = 0; i < count; ++i) CheckIndex(indices[i], size, axis, place);
    graph::DispatchWidth(type, [&](auto tag) {
      using T = decltype(tag);
      const T* src = reinterpret_cast<const T*>(memory.inputs[0]);
      T* dst = reinterpret_cast<T*>(memory.outputs[0]);
      // Rows of the result along the axes behind the picked one.
      ParallelFor(count / inner, std::max<int64_t>(1, kGrain / inner), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const T* from = src + row / picks * size * inner;
          for (int64_t i = 0; i < inner; ++i) {
            const int64_t index = indices[row * inner + i];
            dst[row * inner + i] = from[(index < 0 ? index + size : index) * inner + i];
          }
        }
      });
    });
  });
  return choice;
}

std::optional<KernelChoice> MakeGatherNd(const KernelContext& context) {
  const ElementType index_type = context.Input(1).type;
  const Shape& data = context.InputShape(0);
  const Shape& places = context.InputShape(1);
  if (!IndexValues::Serves(index_type) || context.GetLayer().Attr<int64_t>("batch_dims") != 0 ||
      context.OutputShape().NumElements() == 0)
    return std::nullopt;
  const int64_t depth = places[places.Rank() - 1], picks = places.NumElements(0, places.Rank() - 1);
  const std::vector<int64_t> strides = data.Strides();
  const size_t element = ElementSize(context.Input(0).type);
  const size_t row = static_cast<size_t>(data.NumElements(depth, data.Rank())) * element;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("move", [=, place = PlaceOf(context.GetLayer())](const Binding& memory) {
    const IndexValues indices(memory.inputs[1], index_type);
    for (int64_t i = 0; i < picks * depth; ++i) CheckIndex(indices[i], data[i % depth], i % depth, place);
    ParallelFor(picks, std::max<int64_t>(1, static_cast<int64_t>(131072 / row)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        int64_t from = 0;
        for (int64_t k = 0; k < depth; ++k) {
          const int64_t index = indices[i * depth + k];
          from += (index < 0 ? index + data[k] : index) * strides[static_cast<size_t>(k)];
        }
        std::memcpy(memory.outputs[0] + static_cast<size_t>(i) * row,
                    memory.inputs[0] + static_cast<size_t>(from) * element, row);
      }
    });
  });
  return choice;
}

std::optional<KernelChoice> MakeOneHot(const KernelContext& context) {
  const ElementType type = context.Output().type, index_type = context.Input(0).type;
  const Shape& shape = context.OutputShape();
  if (!IndexValues::Serves(index_type) || shape.NumElements() == 0) return std::nullopt;
  const int64_t axis = shape.NormalizeAxis(context.GetLayer().Attr<int64_t>("axis"));
  const int64_t depth = shape[axis], inner = shape.NumElements(axis + 1, shape.Rank());
  const int64_t outer = shape.NumElements(0, axis);
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), Layout(), context.PlainInput(2), context.PlainInput(3)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("move", [=](const Binding& memory) {
    const IndexValues indices(memory.inputs[0], index_type);
    graph::DispatchWidth(type, [&](auto tag) {
      using T = decltype(tag);
      const T on = *reinterpret_cast<const T*>(memory.inputs[2]);
      const T off = *reinterpret_cast<const T*>(memory.inputs[3]);
      T* dst = reinterpret_cast<T*>(memory.outputs[0]);
      ParallelFor(outer, std::max<int64_t>(1, kGrain / (depth * inner)), [&](int64_t begin, int64_t end) {
        std::fill(dst + begin * depth * inner, dst + end * depth * inner, off);
        for (int64_t i = begin * inner; i < end * inner; ++i) {
          const int64_t index = indices[i];
          if (index >= 0 && index < depth) dst[(i / inner * depth + index) * inner + i % inner] = on;
        }
      });
    });
  });
  return choice;
}

}  // namespace moir::runtime
