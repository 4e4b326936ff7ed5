// Arithmetic of two computed values, with NumPy broadcasting and post-ops.
//   equal shapes                     in the layout of the operand that is not plain
//   [N or 1, C, 1, ..] against data  in the data's layout (gates of squeeze-and-excitation blocks)
//   anything else                    plain
#include <cmath>
#include <map>

#include "ie_runtime/kernels/chain.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

std::optional<BinaryKind> KindOf(const std::string& op) {
  static const std::map<std::string, BinaryKind> kKinds = {
      {"Add", BinaryKind::kAdd},           {"Divide", BinaryKind::kDivide},
      {"Maximum", BinaryKind::kMaximum},   {"Minimum", BinaryKind::kMinimum},
      {"Multiply", BinaryKind::kMultiply}, {"SquaredDifference", BinaryKind::kSquaredDifference},
      {"Subtract", BinaryKind::kSubtract}};
  const auto found = kKinds.find(op);
  return found == kKinds.end() ? std::nullopt : std::optional<BinaryKind>(found->second);
}

// Functions that are calls for every element: powers and remainders.
using Function = float (*)(float, float);

float FloorMod(float a, float b) {
  const float rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(rest, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

Function FindFunction(const std::string& op) {
  static const std::map<std::string, Function> kFunctions = {
      {"Atan2",
       [](float a, float b) { return static_cast<float>(std::atan2(static_cast<double>(a), static_cast<double>(b))); }},
      {"FloorMod", FloorMod},
      {"Mod", [](float a, float b) { return std::fmod(a, b); }},
      {"Power",
       [](float a, float b) { return static_cast<float>(std::pow(static_cast<double>(a), static_cast<double>(b))); }}};
  const auto found = kFunctions.find(op);
  return found == kFunctions.end() ? nullptr : found->second;
}

// In bf16 values pass through the first-level cache as floats, so many at a time.
constexpr int64_t kBf16Piece = 2048;

const BF16* Bf16s(const std::byte* memory) { return reinterpret_cast<const BF16*>(memory); }
const float* Floats(const std::byte* memory) { return reinterpret_cast<const float*>(memory); }

// Runs `compute(a, b, y)` on the memory, then the chain over the result, which is of type `type`.
template <typename Compute>
std::unique_ptr<Kernel> MakeOnBytes(std::string name, ElementType type, std::optional<Chain> chain, Compute compute) {
  return MakeKernel(std::move(name),
                    [type, chain = std::move(chain), compute = std::move(compute)](const Binding& memory) {
                      compute(memory.inputs[0], memory.inputs[1], memory.outputs[0]);
                      if (chain) chain->Run(type, memory.outputs[0], memory.outputs[0]);
                    });
}
template <typename Compute>
std::unique_ptr<Kernel> MakeWithChain(std::string name, std::optional<Chain> chain, Compute compute) {
  return MakeOnBytes(std::move(name), ElementType::kF32, std::move(chain),
                     [compute = std::move(compute)](const std::byte* a, const std::byte* b, std::byte* y) {
                       compute(Floats(a), Floats(b), reinterpret_cast<float*>(y));
                     });
}

std::optional<Chain> PostOpChain(const KernelContext& context, const Layout& layout) {
  if (context.GetLayer().post_ops.empty()) return std::nullopt;
  const auto view = layout.Channels();
  Chain chain(view ? *view : ChannelView{1, 1, context.OutputShape().NumElements(), 1, 1});
  chain.AddPostOps(context);
  return chain;
}

void EqualBf16(BinaryKind kind, const BF16* a, const BF16* b, BF16* y, int64_t begin, int64_t end) {
  alignas(64) float p[kBf16Piece], q[kBf16Piece];
  for (int64_t at = begin; at < end; at += kBf16Piece) {
    const int64_t count = std::min(kBf16Piece, end - at);
    FromBf16Loop(a + at, p, count);
    FromBf16Loop(b + at, q, count);
    BinaryLoop(kind, p, 1, q, 1, p, count);
    ToBf16Loop(p, y + at, count);
  }
}

// f(values, gate) on `rows` rows of `width` values; one number of the gate per column, or one for all when width is 1.
void GateBf16(BinaryKind kind, bool swapped, const BF16* values, const float* gate, BF16* y, int64_t rows,
              int64_t width) {
  alignas(64) float piece[kBf16Piece];
  const int64_t columns = std::min(width, kBf16Piece), rows_at_once = kBf16Piece / columns;
  for (int64_t row = 0; row < rows; row += columns == width ? rows_at_once : 1) {
    const int64_t height = columns == width ? std::min(rows_at_once, rows - row) : 1;
    for (int64_t column = 0; column < width; column += columns) {
      const int64_t w = std::min(columns, width - column), at = row * width + column;
      FromBf16Loop(values + at, piece, height * w);
      if (width > 1) BinaryRows(kind, swapped, piece, gate + column, piece, height, w);
      else if (swapped) BinaryLoop(kind, gate, 0, piece, 1, piece, height);
      else BinaryLoop(kind, piece, 1, gate, 0, piece, height);
      ToBf16Loop(piece, y + at, height * w);
    }
  }
}

std::optional<KernelChoice> MakeEqual(const KernelContext& context, BinaryKind kind) {
  Layout layout = context.Input(0).IsConstant() || context.InputLayout(0).IsPlain() ? context.InputLayout(1)
                                                                                    : context.InputLayout(0);
  const bool constant = context.Input(0).IsConstant() || context.Input(1).IsConstant();
  const auto view = layout.Channels();
  // Quotients of padding would be no numbers.
  if (constant || (!view && context.OutputShape().Rank() >= 2) ||
      (view && view->HasPadding() && kind == BinaryKind::kDivide))
    layout = context.PlainOutput();
  else if (context.InputLayout(0).Type() == ElementType::kBF16 || context.InputLayout(1).Type() == ElementType::kBF16)
    layout = layout.WithType(ElementType::kBF16);
  const auto count = static_cast<int64_t>(layout.Bytes() / ElementSize(layout.Type()));
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = choice.inputs[1] = layout;
  choice.outputs = {layout};
  choice.aliases = {{Alias::Kind::kInPlace, 0}, {Alias::Kind::kInPlace, 1}};
  if (layout.Type() == ElementType::kBF16) {
    choice.kernel = MakeOnBytes("vector", layout.Type(), PostOpChain(context, layout),
                                [kind, count](const std::byte* a, const std::byte* b, std::byte* y) {
                                  ParallelFor(count, 16384, [&](int64_t begin, int64_t end) {
                                    EqualBf16(kind, Bf16s(a), Bf16s(b), reinterpret_cast<BF16*>(y), begin, end);
                                  });
                                });
    return choice;
  }
  choice.kernel =
      MakeWithChain("vector", PostOpChain(context, layout), [kind, count](const float* a, const float* b, float* y) {
        ParallelFor(count, 16384, [&](int64_t begin, int64_t end) {
          BinaryLoop(kind, a + begin, 1, b + begin, 1, y + begin, end - begin);
        });
      });
  return choice;
}

// Whether `gate` is one number per channel (and image) of `data`.
bool IsGate(const Shape& gate, const Shape& data) {
  if (gate.Rank() != data.Rank() || data.Rank() < 3 || gate[1] != data[1] || (gate[0] != 1 && gate[0] != data[0]))
    return false;
  return gate.NumElements(2, gate.Rank()) == 1;
}

std::optional<KernelChoice> MakeGate(const KernelContext& context, BinaryKind kind, size_t data) {
  Layout layout = context.InputLayout(data);
  auto view = layout.Channels();
  if (!view || context.Input(1 - data).IsConstant() || (view->HasPadding() && kind == BinaryKind::kDivide)) {
    layout = context.PlainInput(data);
    view = layout.Channels();
  }
  const Shape& gate_shape = context.InputShape(1 - data);
  // A gate has one pixel: blocked by the data's block it is plain, padded at the end.
  Layout gate = context.PlainInput(1 - data);
  if (view->inner > 1 && (view->outer > 1 || view->HasPadding()))
    gate = Layout::Blocked(ElementType::kF32, gate_shape, view->inner);
  const bool per_image = gate_shape[0] > 1;
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[data] = layout;
  choice.inputs[1 - data] = gate;
  choice.outputs = {layout};
  choice.aliases = {{Alias::Kind::kInPlace, data}};
  if (layout.Type() == ElementType::kBF16) {
    choice.kernel =
        MakeOnBytes("vector", layout.Type(), PostOpChain(context, layout),
                    [kind, data, v = *view, per_image](const std::byte* a, const std::byte* b, std::byte* y) {
                      const BF16* values = Bf16s(data == 0 ? a : b);
                      const float* gates = Floats(data == 0 ? b : a);
                      ParallelFor(v.batch * v.outer * v.spatial, std::max<int64_t>(1, 16384 / v.inner),
                                  [&](int64_t begin, int64_t end) {
                                    while (begin < end) {
                                      const int64_t plane = begin / v.spatial;
                                      const int64_t rows = std::min(end, (plane + 1) * v.spatial) - begin;
                                      GateBf16(kind, data == 1, values + begin * v.inner,
                                               gates + (per_image ? plane : plane % v.outer) * v.inner,
                                               reinterpret_cast<BF16*>(y) + begin * v.inner, rows, v.inner);
                                      begin += rows;
                                    }
                                  });
                    });
    return choice;
  }
  choice.kernel = MakeWithChain(
      "vector", PostOpChain(context, layout),
      [kind, data, v = *view, per_image](const float* a, const float* b, float* y) {
        const float* values = data == 0 ? a : b;
        const float* gates = data == 0 ? b : a;
        ParallelFor(v.batch * v.outer, std::max<int64_t>(1, 16384 / (v.spatial * v.inner)),
                    [&](int64_t begin, int64_t end) {
                      for (int64_t plane = begin; plane < end; ++plane) {
                        const int64_t offset = plane * v.spatial * v.inner;
                        const float* gate_row = gates + (per_image ? plane : plane % v.outer) * v.inner;
                        if (v.inner > 1)
                          BinaryRows(kind, data == 1, values + offset, gate_row, y + offset, v.spatial, v.inner);
                        else if (data == 0) BinaryLoop(kind, values + offset, 1, gate_row, 0, y + offset, v.spatial);
                        else BinaryLoop(kind, gate_row, 0, values + offset, 1, y + offset, v.spatial);
                      }
                    });
      });
  return choice;
}

// Axes of the result with the strides of both operands; neighbours that behave alike are one axis.
struct Axis {
  int64_t size, a, b;
};
std::vector<Axis> CollapsedAxes(const Shape& a, const Shape& b, const Shape& out) {
  const std::vector<int64_t> a_strides = graph::BroadcastStrides(a, out), b_strides = graph::BroadcastStrides(b, out);
  std::vector<Axis> axes;
  for (int64_t i = 0; i < out.Rank(); ++i) {
    const auto k = static_cast<size_t>(i);
    if (out[i] == 1) continue;
    const Axis axis{out[i], a_strides[k], b_strides[k]};
    if (!axes.empty() && axes.back().a == axis.a * axis.size && axes.back().b == axis.b * axis.size) {
      axes.back() = {axes.back().size * axis.size, axis.a, axis.b};
    } else {
      axes.push_back(axis);
    }
  }
  if (axes.empty()) axes.push_back({1, 0, 0});
  return axes;
}

// row_of(a, step of a, b, step of b, y, count) computes a part of a row; some 2^14 / `cost` elements go to a thread.
template <typename Row>
std::optional<KernelChoice> MakeBroadcast(const KernelContext& context, const char* name, int64_t cost, Row row_of) {
  const std::vector<Axis> axes = CollapsedAxes(context.InputShape(0), context.InputShape(1), context.OutputShape());
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = context.PlainInput(0);
  choice.inputs[1] = context.PlainInput(1);
  choice.outputs = {context.PlainOutput()};
  const int64_t rows = context.OutputShape().NumElements() / axes.back().size;
  choice.kernel = MakeWithChain(
      name, PostOpChain(context, choice.outputs[0]),
      [row_of, cost, axes, rows](const float* a, const float* b, float* y) {
        const Axis& last = axes.back();
        const int64_t width = std::min(last.size, 16384 / cost), pieces = (last.size + width - 1) / width;
        ParallelFor(rows * pieces, std::max<int64_t>(1, 16384 / cost / width), [&](int64_t begin, int64_t end) {
          for (int64_t piece = begin; piece < end; ++piece) {
            const int64_t row = piece / pieces, first = piece % pieces * width;
            int64_t rest = row, a_offset = first * last.a, b_offset = first * last.b;
            for (size_t i = axes.size() - 1; i-- > 0;) {
              const int64_t position = rest % axes[i].size;
              rest /= axes[i].size;
              a_offset += position * axes[i].a;
              b_offset += position * axes[i].b;
            }
            row_of(a + a_offset, last.a, b + b_offset, last.b, y + row * last.size + first,
                   std::min(width, last.size - first));
          }
        });
      });
  return choice;
}

}  // namespace

std::optional<KernelChoice> MakeBinary(const KernelContext& context) {
  if (!context.AllF32() || context.OutputShape().NumElements() == 0) return std::nullopt;
  if (const Function function = FindFunction(context.GetLayer().op)) {
    return MakeBroadcast(
        context, "math", 16,
        [function](const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t count) {
          for (int64_t i = 0; i < count; ++i) y[i] = function(a[i * a_step], b[i * b_step]);
        });
  }
  const auto kind = KindOf(context.GetLayer().op);
  if (!kind) return std::nullopt;
  if (context.InputShape(0) == context.InputShape(1)) return MakeEqual(context, *kind);
  for (const size_t data : {0, 1}) {
    if (context.InputShape(data) == context.OutputShape() &&
        IsGate(context.InputShape(1 - data), context.OutputShape()))
      return MakeGate(context, *kind, data);
  }
  return MakeBroadcast(context, "vector", 1,
                       [kind = *kind](const float* a, int64_t a_step, const float* b, int64_t b_step, float* y,
                                      int64_t count) { BinaryLoop(kind, a, a_step, b, b_step, y, count); });
}

}  // namespace moir::runtime
