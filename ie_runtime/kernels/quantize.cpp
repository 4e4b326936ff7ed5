// Quantize and Convert between f32, i32, i8 and u8, in the layout that arrives when it is plain or has the channels
// last.
//
// Elements pass through buffers of floats, one stage after the other: every stage is one rounding, as the operator
// demands; joined in one expression, the compiler could contract a product and a sum.
#include <cmath>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int64_t kPiece = 512;

// Sums of 2^23 and a half more leave no bits behind the point: the sum is rounded to the nearest even integer. Exact
// for |x| < 2^22.
constexpr float kRounder = 12582912.0f;

MOIR_VECTOR_CLONES void AffineColumns(const float* x, const float* bias, const float* scale, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = (x[i] + bias[i]) * scale[i];
}
MOIR_VECTOR_CLONES void AffineRow(const float* x, float bias, float scale, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = (x[i] + bias) * scale;
}
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define MOIR_FMA_CLONES __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define MOIR_FMA_CLONES
#endif

// y + x * scale with one rounding, as oneDNN adds what is there already.
MOIR_FMA_CLONES void AddScaled(const float* x, float scale, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = __builtin_fmaf(x[i], scale, y[i]);
}
MOIR_VECTOR_CLONES void SlopeLoop(float slope, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = y[i] < 0 ? y[i] * slope : y[i];
}
// NaN becomes 0.
MOIR_VECTOR_CLONES void RoundWithin(float low, float high, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    float v = y[i] == y[i] ? y[i] : 0.0f;
    v = v < low ? low : v;
    v = v > high ? high : v;
    y[i] = (v + kRounder) - kRounder;
  }
}
MOIR_VECTOR_CLONES void FromI8(const int8_t* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i];
}
MOIR_VECTOR_CLONES void FromU8(const uint8_t* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = x[i];
}
MOIR_VECTOR_CLONES void FromI32(const int32_t* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<float>(x[i]);
}
MOIR_VECTOR_CLONES void ToI8(const float* x, int8_t* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<int8_t>(static_cast<int32_t>(x[i]));
}
MOIR_VECTOR_CLONES void ToU8(const float* x, uint8_t* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<uint8_t>(static_cast<int32_t>(x[i]));
}

bool Serves(ElementType type) {
  return type == ElementType::kF32 || type == ElementType::kI32 || type == ElementType::kI8 || type == ElementType::kU8;
}

// Elements [first, first + count) of a tensor as floats.
void Load(ElementType type, const std::byte* data, int64_t first, float* y, int64_t count) {
  switch (type) {
    case ElementType::kI8: return FromI8(reinterpret_cast<const int8_t*>(data) + first, y, count);
    case ElementType::kU8: return FromU8(reinterpret_cast<const uint8_t*>(data) + first, y, count);
    case ElementType::kI32: return FromI32(reinterpret_cast<const int32_t*>(data) + first, y, count);
    default: std::copy_n(reinterpret_cast<const float*>(data) + first, count, y);
  }
}

// The same back. Integers come in range for 8 bits.
void Store(ElementType type, const float* x, std::byte* data, int64_t first, int64_t count) {
  switch (type) {
    case ElementType::kI8: return ToI8(x, reinterpret_cast<int8_t*>(data) + first, count);
    case ElementType::kU8: return ToU8(x, reinterpret_cast<uint8_t*>(data) + first, count);
    case ElementType::kI32:
      for (int64_t i = 0; i < count; ++i)
        reinterpret_cast<int32_t*>(data)[first + i] = graph::ConvertElement<int32_t, float>(x[i]);
      return;
    default: std::copy_n(x, count, reinterpret_cast<float*>(data) + first);
  }
}

// Data as rows; numbers per channel belong to the columns or, in the plain layout, to the rows, row r to channel r
// modulo their count.
struct Rows {
  int64_t count, width;
  bool channels_are_columns;
};

struct Arithmetic {
  ElementType from, to, addend_type = ElementType::kF32;
  std::vector<float> scale, bias;  // one, or one per channel; no scale: it is input 1
  size_t addend = 0;               // the input; 0: none
  std::vector<float> addend_rows;  // instead: one per channel
  float slope = 1, addend_scale = 1;
  bool single_rounding = false, relu = false;
};

class QuantizeKernel final : public Kernel {
 public:
  QuantizeKernel(Arithmetic arithmetic, Rows rows) : a_(std::move(arithmetic)), rows_(rows) {}
  std::string ExecType() const override { return "vector"; }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct QuantizeTask final : Task {
      QuantizeTask(const QuantizeKernel& owner, const Binding& binding_) : kernel(owner), memory(binding_) {}
      void Run() override { kernel.Run(memory); }
      const QuantizeKernel& kernel;
      Binding memory;
    };
    return std::make_unique<QuantizeTask>(*this, binding);
  }

 private:
  // numbers[channel] for `count` elements from column `first` of row `row`: a pointer to them, or null for one number.
  const float* Columns(const std::vector<float>& numbers, int64_t first) const {
    return numbers.size() > 1 && rows_.channels_are_columns ? numbers.data() + first : nullptr;
  }
  static float OfRow(const std::vector<float>& numbers, int64_t row) {
    return numbers[static_cast<size_t>(row) % numbers.size()];
  }

  void Run(const Binding& memory) const {
    const int64_t pieces = (rows_.width + kPiece - 1) / kPiece;
    const int64_t grain = std::max<int64_t>(1, 8 * kPiece / std::max<int64_t>(1, std::min(rows_.width, kPiece)));
    ParallelFor(rows_.count * pieces, grain, [&](int64_t begin, int64_t end) {
      for (int64_t piece = begin; piece < end; ++piece) {
        const int64_t first = piece % pieces * kPiece;
        RunPiece(memory, piece / pieces, first, std::min(kPiece, rows_.width - first));
      }
    });
  }

  void Add(float* addend, float* v, int64_t count) const {
    if (a_.single_rounding) return AddScaled(addend, a_.addend_scale, v, count);
    AffineRow(addend, 0, a_.addend_scale, addend, count);
    AddLoop(v, addend, v, count);
  }

  void RunPiece(const Binding& memory, int64_t row, int64_t first, int64_t count) const {
    alignas(64) float v[kPiece], other[kPiece];
    const int64_t at = row * rows_.width + first;
    Load(a_.from, memory.inputs[0], at, v, count);
    if (a_.scale.empty()) {
      AffineRow(v, 0, *reinterpret_cast<const float*>(memory.inputs[1]), v, count);
    } else if (Columns(a_.scale, first) || Columns(a_.bias, first)) {
      const float *scale = Columns(a_.scale, first), *bias = Columns(a_.bias, first);
      if (!scale) std::fill_n(other, count, a_.scale[0]);
      if (!bias) std::fill_n(other, count, a_.bias[0]);
      AffineColumns(v, bias ? bias : other, scale ? scale : other, v, count);
    } else {
      AffineRow(v, OfRow(a_.bias, row), OfRow(a_.scale, row), v, count);
    }
    if (a_.slope != 1) SlopeLoop(a_.slope, v, count);
    if (a_.addend != 0) {
      Load(a_.addend_type, memory.inputs[a_.addend], at, other, count);
      Add(other, v, count);
    } else if (!a_.addend_rows.empty()) {
      const float* columns = Columns(a_.addend_rows, first);
      for (int64_t i = 0; i < count; ++i) other[i] = columns ? columns[i] : OfRow(a_.addend_rows, row);
      Add(other, v, count);
    }
    if (a_.relu) {
      for (int64_t i = 0; i < count; ++i) v[i] = v[i] > 0 ? v[i] : 0.0f;
    }
    if (a_.to == ElementType::kI8) RoundWithin(-128, 127, v, count);
    else if (a_.to == ElementType::kU8) RoundWithin(0, 255, v, count);
    else if (a_.to == ElementType::kI32) {
      for (int64_t i = 0; i < count; ++i) v[i] = std::nearbyint(v[i]);
    }
    Store(a_.to, v, memory.outputs[0], at, count);
  }

  Arithmetic a_;
  Rows rows_;
};

// The layout to work in, and another type's like it.
struct Placement {
  Layout input;
  bool channels_last;
  Layout Like(ElementType type, const Shape& shape) const {
    return channels_last ? Layout::ChannelsLast(type, shape) : Layout::Plain(type, shape);
  }
};

Placement Place(const KernelContext& context) {
  const Shape& shape = context.InputShape();
  const Layout& given = context.InputLayout();
  if (given.IsDefined() && !given.IsPlain() && shape.Rank() >= 3 && shape.Rank() <= 5) {
    const Layout last = Layout::ChannelsLast(given.Type(), shape);
    if (given.SameBytes(last)) return {last, true};
  }
  return {context.PlainInput(), false};
}

// A constant that is one number or one per channel (axis 1) of `data`.
std::optional<std::vector<float>> PerChannel(const PlanValue& value, const Shape& data) {
  if (!value.IsConstant()) return std::nullopt;
  const Shape& shape = value.shape;
  if (shape.NumElements() == 1) return ConstantFloats(value);
  if (shape.Rank() != data.Rank() || data.Rank() < 2 || shape[1] != data[1] || shape.NumElements() != data[1])
    return std::nullopt;
  return ConstantFloats(value);
}

}  // namespace

std::optional<KernelChoice> MakeQuantize(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  Arithmetic a;
  a.from = context.Input(0).type;
  a.to = context.Output().type;
  if (!Serves(a.from) || !Serves(a.to) || shape.NumElements() == 0 || !layer.post_ops.empty() || layer.bias != 0)
    return std::nullopt;
  a.slope = static_cast<float>(layer.Attr<double>("negative_slope"));
  a.addend_scale = static_cast<float>(layer.Attr<double>("addend_scale"));
  a.single_rounding = layer.Attr<bool>("single_rounding");
  a.relu = layer.Attr<bool>("relu");
  const Placement place = Place(context);
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = place.input;
  choice.outputs = {place.Like(a.to, shape)};
  a.bias = {0.0f};
  if (context.InputCount() > 2 && context.InputShape(2).NumElements() > 0) {
    const auto bias = PerChannel(context.Input(2), shape);
    if (!bias) return std::nullopt;
    a.bias = *bias;
  }
  if (const auto scale = PerChannel(context.Input(1), shape)) {
    a.scale = *scale;
  } else if (context.InputShape(1).NumElements() == 1 && a.bias == std::vector<float>{0.0f}) {
    choice.inputs[1] = context.PlainInput(1);
  } else {
    return std::nullopt;
  }
  if (context.InputCount() > 3) {
    if (context.InputShape(3) == shape && !context.Input(3).IsConstant() && Serves(context.Input(3).type)) {
      a.addend = 3;
      a.addend_type = context.Input(3).type;
      choice.inputs[3] = place.Like(a.addend_type, shape);
    } else {
      const auto addend = PerChannel(context.Input(3), shape);
      if (!addend) return std::nullopt;
      a.addend_rows = *addend;
    }
  }
  const bool one_number = a.scale.size() <= 1 && a.bias.size() == 1 && a.addend_rows.size() <= 1;
  Rows rows{1, shape.NumElements(), false};
  if (!one_number && place.channels_last) rows = {shape.NumElements() / shape[1], shape[1], true};
  else if (!one_number) rows = {shape[0] * shape[1], shape.NumElements(2, shape.Rank()), false};
  choice.kernel = std::make_unique<QuantizeKernel>(std::move(a), rows);
  return choice;
}

std::optional<KernelChoice> MakeQuantizedConvert(const KernelContext& context) {
  const ElementType from = context.Input(0).type, to = context.Output().type;
  const Shape& shape = context.InputShape();
  const bool widens =
      (from == ElementType::kI8 || from == ElementType::kU8) && (to == ElementType::kF32 || to == ElementType::kI32);
  const bool same_size =
      (from == ElementType::kI32 && to == ElementType::kF32) || (from == ElementType::kF32 && to == ElementType::kI32);
  const bool narrows = from == ElementType::kF32 && (to == ElementType::kI8 || to == ElementType::kU8);
  if ((!widens && !same_size && !narrows) || !context.GetLayer().post_ops.empty() || context.GetLayer().bias != 0)
    return std::nullopt;
  const Placement place = Place(context);
  KernelChoice choice;
  choice.inputs = {place.input};
  choice.outputs = {place.Like(to, shape)};
  choice.kernel = MakeKernel("vector", [from, to, count = shape.NumElements()](const Binding& memory) {
    ParallelFor((count + kPiece - 1) / kPiece, 8, [&](int64_t begin, int64_t end) {
      alignas(64) float v[kPiece];
      for (int64_t piece = begin; piece < end; ++piece) {
        const int64_t first = piece * kPiece, size = std::min(kPiece, count - first);
        Load(from, memory.inputs[0], first, v, size);
        if (to == ElementType::kI8 || to == ElementType::kU8) {
          // Towards zero; out of range to the nearest.
          const float low = to == ElementType::kI8 ? -128 : 0, high = to == ElementType::kI8 ? 127 : 255;
          for (int64_t i = 0; i < size; ++i) {
            const float x = v[i] == v[i] ? v[i] : 0.0f;
            v[i] = x < low ? low : x > high ? high : x;
          }
        }
        Store(to, v, memory.outputs[0], first, size);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
