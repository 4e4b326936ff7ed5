// Softmax along an axis that is not the innermost one, on plain values seen as [before, axis, after]:
//   y[b, k, a] = exp(x[b, k, a] - m[b, a]) / sum over k,   m[b, a] = max over k of x[b, k, a]
// A few neighbours along the last part are computed together, so that all loops run over adjacent numbers.
#include <algorithm>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kPiece = 256;

struct Sizes {
  int64_t before, axis, after;
};

void SoftmaxPiece(const float* x, float* y, const Sizes& s, int64_t count) {
  float largest[kPiece], sums[kPiece] = {};
  std::copy_n(x, count, largest);
  for (int64_t k = 1; k < s.axis; ++k) MaximumLoop(x + k * s.after, largest, count);
  for (int64_t k = 0; k < s.axis; ++k) ExpOfDifferenceLoop(x + k * s.after, largest, y + k * s.after, sums, count);
  for (int64_t i = 0; i < count; ++i) sums[i] = 1 / sums[i];
  for (int64_t k = 0; k < s.axis; ++k) {
    BinaryLoop(BinaryKind::kMultiply, y + k * s.after, 1, sums, 1, y + k * s.after, count);
  }
}

}  // namespace

std::optional<KernelChoice> MakeSoftmax(const KernelContext& context) {
  const Shape& shape = context.InputShape();
  if (context.GetLayer().op != "Softmax" || !context.AllF32() || shape.NumElements() == 0)
    return MakeSoftmaxKernel(context);
  const int64_t axis = shape.NormalizeAxis(context.GetLayer().Attr<int64_t>("axis"));
  const Sizes sizes{shape.NumElements(0, axis), shape[axis], shape.NumElements(axis + 1, shape.Rank())};
  // Few neighbours make short loops.
  if (sizes.after < 16) return MakeSoftmaxKernel(context);
  KernelChoice choice;
  choice.inputs = {context.PlainInput()};
  choice.outputs = {context.PlainOutput()};
  choice.aliases = {{Alias::Kind::kInPlace}};
  choice.kernel = MakeKernel("vector", [sizes](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    float* y = reinterpret_cast<float*>(memory.outputs[0]);
    const int64_t pieces = (sizes.after + kPiece - 1) / kPiece;
    ParallelFor(sizes.before * pieces, std::max<int64_t>(1, 4096 / (kPiece * sizes.axis)),
                [&](int64_t begin, int64_t end) {
                  for (int64_t i = begin; i < end; ++i) {
                    const int64_t start = i % pieces * kPiece;
                    const int64_t offset = i / pieces * sizes.axis * sizes.after + start;
                    SoftmaxPiece(x + offset, y + offset, sizes, std::min(kPiece, sizes.after - start));
                  }
                });
  });
  return choice;
}

}  // namespace moir::runtime
