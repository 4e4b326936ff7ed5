// LstmGates: the arithmetic of an LSTM's step on the sums of its products (passes/fuse_lstm_gates.cpp).
// in 0, and in 1 where there are three inputs: [..., 4 H], whose sum holds the gates in the layer's gate_order.
// last in: the cell state c [..., H].  out 0: h, out 1: the new cell state.
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// So many numbers at a time that all gates of them stay in the fastest cache.
constexpr int64_t kBlock = 256;

MOIR_VECTOR_CLONES void CellLoop(const float* input, const float* forget, const float* candidate, const float* c,
                                 float* new_c, int64_t count) {
  for (int64_t i = 0; i < count; ++i) new_c[i] = forget[i] * c[i] + input[i] * candidate[i];
}

void RunRow(const float* a, const float* b, const float* c, float* h, float* new_c, int64_t hidden,
            const std::array<int64_t, 4>& order) {
  alignas(64) float gates[4][kBlock];
  alignas(64) float cell[kBlock];
  for (int64_t first = 0; first < hidden; first += kBlock) {
    const int64_t count = std::min(kBlock, hidden - first);
    for (size_t gate = 0; gate < 4; ++gate) {
      const int64_t at = order[gate] * hidden + first;
      const float* x = a + at;
      if (b) AddLoop(x, b + at, gates[gate], count);
      UnaryLoop({gate == 2 ? UnaryKind::kTanh : UnaryKind::kSigmoid}, b ? gates[gate] : x, gates[gate], count);
    }
    // The results may lie where c was.
    CellLoop(gates[0], gates[1], gates[2], c + first, cell, count);
    UnaryLoop({UnaryKind::kTanh}, cell, gates[0], count);
    BinaryLoop(BinaryKind::kMultiply, gates[3], 1, gates[0], 1, h + first, count);
    std::copy_n(cell, count, new_c + first);
  }
}

}  // namespace

std::optional<KernelChoice> MakeLstmGates(const KernelContext& context) {
  const size_t cell = context.InputCount() - 1;
  const int64_t hidden = context.OutputShape()[context.OutputShape().Rank() - 1];
  const int64_t rows = context.OutputShape().NumElements() / hidden;
  KernelChoice choice;
  for (size_t i = 0; i < context.InputCount(); ++i) choice.inputs.push_back(context.PlainInput(i));
  choice.outputs = {context.PlainOutput(0), context.PlainOutput(1)};
  choice.kernel = MakeKernel("vector", [=, order = context.GetLayer().gate_order](const Binding& memory) {
    const auto floats = [](std::byte* bytes) { return reinterpret_cast<float*>(bytes); };
    ParallelFor(rows, std::max<int64_t>(1, 2048 / hidden), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        RunRow(floats(memory.inputs[0]) + row * 4 * hidden,
               cell == 2 ? floats(memory.inputs[1]) + row * 4 * hidden : nullptr,
               floats(memory.inputs[cell]) + row * hidden, floats(memory.outputs[0]) + row * hidden,
               floats(memory.outputs[1]) + row * hidden, hidden, order);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
