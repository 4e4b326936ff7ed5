// Select, comparisons and logic with NumPy broadcasting: rows along the innermost axis, in which every operand either
// moves on or stands still.
#include "graph/ops/strided.h"
#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

// The axes of the result with the strides of up to three operands; neighbours that behave alike are one axis.
class BroadcastRows {
 public:
  BroadcastRows(const std::vector<Shape>& operands, const Shape& out) {
    std::vector<std::vector<int64_t>> strides;
    for (const Shape& shape : operands) strides.push_back(graph::BroadcastStrides(shape, out));
    for (int64_t i = 0; i < out.Rank(); ++i) {
      if (out[i] == 1) continue;
      Axis axis{out[i], {}};
      for (size_t operand = 0; operand < operands.size(); ++operand)
        axis.strides[operand] = strides[operand][static_cast<size_t>(i)];
      bool alike = !axes_.empty();
      for (size_t operand = 0; alike && operand < 3; ++operand)
        alike = axes_.back().strides[operand] == axis.strides[operand] * axis.size;
      if (alike) axis.size *= axes_.back().size;
      if (alike) axes_.back() = axis;
      else axes_.push_back(axis);
    }
    if (axes_.empty()) axes_.push_back({1, {}});
    rows_ = out.NumElements() / axes_.back().size;
  }
  int64_t Step(size_t operand) const { return axes_.back().strides[operand]; }

  // f(offsets of the operands, offset of the result, count) for every row, in parallel.
  template <typename F>
  void Run(const F& f) const {
    const int64_t width = axes_.back().size;
    ParallelFor(rows_, std::max<int64_t>(1, 16384 / width), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        int64_t rest = row, offsets[3] = {0, 0, 0};
        for (size_t i = axes_.size() - 1; i-- > 0;) {
          const int64_t position = rest % axes_[i].size;
          rest /= axes_[i].size;
          for (size_t operand = 0; operand < 3; ++operand) offsets[operand] += position * axes_[i].strides[operand];
        }
        f(offsets, row * width, width);
      }
    });
  }

 private:
  struct Axis {
    int64_t size;
    int64_t strides[3];
  };
  std::vector<Axis> axes_;
  int64_t rows_ = 0;
};

template <typename T>
[[gnu::always_inline]] inline void SelectLoop(const uint8_t* cond, int64_t cond_step, const T* a, int64_t a_step,
                                              const T* b, int64_t b_step, T* y, int64_t count) {
  if (cond_step == 0) {
    const T* from = *cond ? a : b;
    const int64_t step = *cond ? a_step : b_step;
    for (int64_t i = 0; i < count; ++i) y[i] = from[i * step];
  } else if (a_step == 1 && b_step == 1) {
    for (int64_t i = 0; i < count; ++i) {
      const T then = a[i], otherwise = b[i];
      y[i] = cond[i] ? then : otherwise;
    }
  } else if (a_step == 1) {
    const T otherwise = *b;
    for (int64_t i = 0; i < count; ++i) {
      const T then = a[i];
      y[i] = cond[i] ? then : otherwise;
    }
  } else if (b_step == 1) {
    const T then = *a;
    for (int64_t i = 0; i < count; ++i) {
      const T otherwise = b[i];
      y[i] = cond[i] ? then : otherwise;
    }
  } else {
    const T then = *a, otherwise = *b;
    for (int64_t i = 0; i < count; ++i) y[i] = cond[i] ? then : otherwise;
  }
}

MOIR_VECTOR_CLONES void SelectWords(const uint8_t* cond, int64_t cond_step, const uint32_t* a, int64_t a_step,
                                    const uint32_t* b, int64_t b_step, uint32_t* y, int64_t count) {
  SelectLoop(cond, cond_step, a, a_step, b, b_step, y, count);
}

// f(a, b) as a byte; f is known at compile time.
template <typename T, typename F>
[[gnu::always_inline]] inline void CompareLoop(const T* a, int64_t a_step, const T* b, int64_t b_step, uint8_t* y,
                                               int64_t count, F f) {
  if (a_step == 1 && b_step == 1) {
    for (int64_t i = 0; i < count; ++i) y[i] = f(a[i], b[i]);
  } else if (a_step == 1) {
    const T number = *b;
    for (int64_t i = 0; i < count; ++i) y[i] = f(a[i], number);
  } else if (b_step == 1) {
    const T number = *a;
    for (int64_t i = 0; i < count; ++i) y[i] = f(number, b[i]);
  } else {
    const uint8_t result = f(*a, *b);
    for (int64_t i = 0; i < count; ++i) y[i] = result;
  }
}

enum class Comparison { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kAnd, kOr, kXor };

std::optional<Comparison> ComparisonOf(const std::string& op) {
  if (op == "Equal") return Comparison::kEqual;
  if (op == "NotEqual") return Comparison::kNotEqual;
  if (op == "Less") return Comparison::kLess;
  if (op == "LessEqual") return Comparison::kLessEqual;
  if (op == "Greater") return Comparison::kGreater;
  if (op == "GreaterEqual") return Comparison::kGreaterEqual;
  if (op == "LogicalAnd") return Comparison::kAnd;
  if (op == "LogicalOr") return Comparison::kOr;
  if (op == "LogicalXor") return Comparison::kXor;
  return std::nullopt;
}

template <typename T>
[[gnu::always_inline]] inline void CompareAs(Comparison comparison, const T* a, int64_t a_step, const T* b,
                                             int64_t b_step, uint8_t* y, int64_t count) {
  const auto run = [&](auto f) __attribute__((always_inline)) { CompareLoop(a, a_step, b, b_step, y, count, f); };
  switch (comparison) {
    case Comparison::kEqual: return run([](T p, T q) -> uint8_t { return p == q; });
    case Comparison::kNotEqual: return run([](T p, T q) -> uint8_t { return p != q; });
    case Comparison::kLess: return run([](T p, T q) -> uint8_t { return p < q; });
    case Comparison::kLessEqual: return run([](T p, T q) -> uint8_t { return p <= q; });
    case Comparison::kGreater: return run([](T p, T q) -> uint8_t { return p > q; });
    case Comparison::kGreaterEqual: return run([](T p, T q) -> uint8_t { return p >= q; });
    case Comparison::kAnd: return run([](T p, T q) -> uint8_t { return p != T{} && q != T{}; });
    case Comparison::kOr: return run([](T p, T q) -> uint8_t { return p != T{} || q != T{}; });
    case Comparison::kXor: return run([](T p, T q) -> uint8_t { return (p != T{}) != (q != T{}); });
  }
}

MOIR_VECTOR_CLONES void CompareFloats(Comparison comparison, const float* a, int64_t a_step, const float* b,
                                      int64_t b_step, uint8_t* y, int64_t count) {
  CompareAs(comparison, a, a_step, b, b_step, y, count);
}
MOIR_VECTOR_CLONES void CompareInts(Comparison comparison, const int32_t* a, int64_t a_step, const int32_t* b,
                                    int64_t b_step, uint8_t* y, int64_t count) {
  CompareAs(comparison, a, a_step, b, b_step, y, count);
}
MOIR_VECTOR_CLONES void CompareBytes(Comparison comparison, const uint8_t* a, int64_t a_step, const uint8_t* b,
                                     int64_t b_step, uint8_t* y, int64_t count) {
  CompareAs(comparison, a, a_step, b, b_step, y, count);
}

}  // namespace

std::optional<KernelChoice> MakeSelect(const KernelContext& context) {
  if (context.OutputShape().NumElements() == 0) return std::nullopt;
  const BroadcastRows rows({context.InputShape(0), context.InputShape(1), context.InputShape(2)},
                           context.OutputShape());
  const ElementType type = context.Output().type;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1), context.PlainInput(2)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [rows, type](const Binding& memory) {
    const auto* cond = reinterpret_cast<const uint8_t*>(memory.inputs[0]);
    graph::DispatchWidth(type, [&](auto tag) {
      using T = decltype(tag);
      const T* a = reinterpret_cast<const T*>(memory.inputs[1]);
      const T* b = reinterpret_cast<const T*>(memory.inputs[2]);
      T* y = reinterpret_cast<T*>(memory.outputs[0]);
      rows.Run([&](const int64_t* at, int64_t to, int64_t count) {
        if constexpr (sizeof(T) == sizeof(uint32_t)) {
          SelectWords(cond + at[0], rows.Step(0), a + at[1], rows.Step(1), b + at[2], rows.Step(2), y + to, count);
        } else {
          SelectLoop(cond + at[0], rows.Step(0), a + at[1], rows.Step(1), b + at[2], rows.Step(2), y + to, count);
        }
      });
    });
  });
  return choice;
}

std::optional<KernelChoice> MakeComparison(const KernelContext& context) {
  const auto comparison = ComparisonOf(context.GetLayer().op);
  const ElementType type = context.Input(0).type;
  if (!comparison || context.OutputShape().NumElements() == 0 || context.Input(1).type != type ||
      (type != ElementType::kF32 && type != ElementType::kI32 && type != ElementType::kBool))
    return std::nullopt;
  const BroadcastRows rows({context.InputShape(0), context.InputShape(1)}, context.OutputShape());
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), context.PlainInput(1)};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [rows, type, what = *comparison](const Binding& memory) {
    auto* y = reinterpret_cast<uint8_t*>(memory.outputs[0]);
    const auto run = [&](auto compare, auto tag) {
      using T = decltype(tag);
      const T* a = reinterpret_cast<const T*>(memory.inputs[0]);
      const T* b = reinterpret_cast<const T*>(memory.inputs[1]);
      rows.Run([&](const int64_t* at, int64_t to, int64_t count) {
        compare(what, a + at[0], rows.Step(0), b + at[1], rows.Step(1), y + to, count);
      });
    };
    if (type == ElementType::kF32) run(CompareFloats, float{});
    else if (type == ElementType::kI32) run(CompareInts, int32_t{});
    else run(CompareBytes, uint8_t{});
  });
  return choice;
}

}  // namespace moir::runtime
