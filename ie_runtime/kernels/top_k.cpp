// TopK of f32: each row becomes keys of 64 bits, the value's order above and the position below, which sort fast. Where
// equal elements stand among the first k (or straddle the end), and their order is not that of their positions, the
// plain algorithm runs on the row.
// ArgMax of f32: rows are looked through twice, for the extreme and for its place; with axes behind the searched one,
// many searches run side by side.
#include "graph/ops/top_k.h"

#include <bit>
#include <limits>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/kernels/workspace.h"

namespace moir::runtime {
namespace {

// Ascending in x, with NaN first and one zero.
uint32_t OrderOf(float x) {
  if (x != x) return 0;
  const auto bits = std::bit_cast<uint32_t>(x + 0.0f);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}

struct TopKPlan {
  int64_t size, inner, k;
  bool largest, by_value, stable;
};

class RowSorter {
 public:
  RowSorter(Workspace& workspace, const TopKPlan& plan)
      : plan_(plan),
        keys_{workspace.Take<uint64_t>(plan.size), static_cast<size_t>(plan.size)},
        order_{workspace.Take<int64_t>(plan.size), static_cast<size_t>(plan.size)},
        places_(workspace.Take<int64_t>(plan.k)) {}

  // The positions of the first k.
  const int64_t* Run(const float* row) {
    int64_t* const places = places_;
    for (int64_t j = 0; j < plan_.size; ++j) {
      const uint32_t order = OrderOf(row[j * plan_.inner]);
      keys_[static_cast<size_t>(j)] = uint64_t{plan_.largest ? ~order : order} << 32 | static_cast<uint64_t>(j);
    }
    const auto end = keys_.begin() + plan_.k;
    if (end != keys_.end()) std::nth_element(keys_.begin(), end, keys_.end());
    std::sort(keys_.begin(), end);
    if (!plan_.stable && HasTies(row)) {
      graph::SortTop(row, plan_.inner, plan_.k, plan_.largest, false, order_);
      std::copy(order_.begin(), order_.begin() + plan_.k, places);
    } else {
      for (int64_t j = 0; j < plan_.k; ++j)
        places[j] = static_cast<int64_t>(keys_[static_cast<size_t>(j)] & 0xffffffffu);
    }
    if (!plan_.by_value) std::sort(places, places + plan_.k);
    return places;
  }

 private:
  // Whether the order of the first k is not settled by the values alone. NaN has no order there.
  bool HasTies(const float* row) const {
    for (int64_t j = 0; j < plan_.size; ++j) {
      const float value = row[j * plan_.inner];
      if (value != value) return true;
    }
    for (int64_t j = 1; j < plan_.k; ++j) {
      if (keys_[static_cast<size_t>(j)] >> 32 == keys_[static_cast<size_t>(j - 1)] >> 32) return true;
    }
    if (plan_.k == 0 || plan_.k == plan_.size) return false;
    const uint64_t last = keys_[static_cast<size_t>(plan_.k - 1)] >> 32;
    return std::any_of(keys_.begin() + plan_.k, keys_.end(), [&](uint64_t key) { return key >> 32 == last; });
  }

  TopKPlan plan_;
  std::span<uint64_t> keys_;
  std::span<int64_t> order_;
  int64_t* places_;
};

// Whether a value takes the place of the best one so far; NaN is the most extreme.
template <bool kLargest>
[[gnu::always_inline]] inline bool Passes(float value, float best) {
  return (kLargest ? value > best : value < best) || (value != value && best == best);
}

// Whether x[0 .. kBlock) holds the value; compared with itself, NaN is looked for.
constexpr int64_t kBlock = 64;
MOIR_VECTOR_CLONES bool BlockHolds(const float* x, float value) {
  int32_t found = 0;
  if (value != value) {
    for (int64_t i = 0; i < kBlock; ++i) found |= x[i] != x[i];
  } else {
    for (int64_t i = 0; i < kBlock; ++i) found |= x[i] == value;
  }
  return found != 0;
}

int64_t PlaceOf(const float* x, int64_t count, bool largest) {
  const float best = largest ? LargestOf(x, count) : SmallestOf(x, count);
  int64_t i = 0;
  while (i + kBlock <= count && !BlockHolds(x + i, best)) i += kBlock;
  while (best != best ? x[i] == x[i] : x[i] != best) ++i;
  return i;
}

template <bool kLargest>
[[gnu::always_inline]] inline void Compete(const float* x, float* best, int32_t* places, int32_t place, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const bool passes = Passes<kLargest>(x[i], best[i]);
    best[i] = passes ? x[i] : best[i];
    places[i] = passes ? place : places[i];
  }
}
MOIR_VECTOR_CLONES void CompeteLargest(const float* x, float* best, int32_t* places, int32_t place, int64_t count) {
  Compete<true>(x, best, places, place, count);
}
MOIR_VECTOR_CLONES void CompeteSmallest(const float* x, float* best, int32_t* places, int32_t place, int64_t count) {
  Compete<false>(x, best, places, place, count);
}

void StoreIndex(std::byte* memory, bool wide, int64_t at, int64_t index) {
  if (wide) reinterpret_cast<int64_t*>(memory)[at] = index;
  else reinterpret_cast<int32_t*>(memory)[at] = static_cast<int32_t>(index);
}

}  // namespace

std::optional<KernelChoice> MakeTopK(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  const auto k = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !k || shape.NumElements() == 0) return std::nullopt;
  const int64_t axis = shape.NormalizeAxis(layer.Attr<int64_t>("axis"));
  if (shape[axis] > std::numeric_limits<int32_t>::max()) return std::nullopt;
  const TopKPlan plan{shape[axis],
                      shape.NumElements(axis + 1, shape.Rank()),
                      context.OutputShape(0)[axis],
                      layer.Attr<std::string>("mode") == "max",
                      layer.Attr<std::string>("sort") == "value",
                      layer.Attr<bool>("stable")};
  const int64_t rows = shape.NumElements(0, axis) * plan.inner;
  const bool wide = context.Output(1).type == ElementType::kI64;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(0), Layout()};
  choice.outputs = {context.PlainOutput(0), context.PlainOutput(1)};
  choice.kernel = MakeWorkersKernel<RowSorter>("sort", rows, std::max<int64_t>(1, 2048 / plan.size), plan,
                                               [plan, wide](const Binding& memory, int64_t i, RowSorter& sorter) {
                                                 float* values = reinterpret_cast<float*>(memory.outputs[0]);
                                                 const int64_t outer = i / plan.inner, inner = i % plan.inner;
                                                 const float* row = reinterpret_cast<const float*>(memory.inputs[0]) +
                                                                    outer * plan.size * plan.inner + inner;
                                                 const int64_t* places = sorter.Run(row);
                                                 for (int64_t j = 0; j < plan.k; ++j) {
                                                   const int64_t at = (outer * plan.k + j) * plan.inner + inner;
                                                   values[at] = row[places[j] * plan.inner];
                                                   StoreIndex(memory.outputs[1], wide, at, places[j]);
                                                 }
                                               });
  return choice;
}

std::optional<KernelChoice> MakeArgMax(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  if (context.Input(0).type != ElementType::kF32 || shape.NumElements() == 0) return std::nullopt;
  const int64_t axis = shape.NormalizeAxis(layer.Attr<int64_t>("axis"));
  const int64_t size = shape[axis], outer = shape.NumElements(0, axis);
  const int64_t inner = shape.NumElements(axis + 1, shape.Rank());
  if (size > std::numeric_limits<int32_t>::max()) return std::nullopt;
  const bool largest = layer.Attr<std::string>("mode") == "max", wide = context.Output().type == ElementType::kI64;
  KernelChoice choice;
  choice.inputs = {context.PlainInput()};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [=](const Binding& memory) {
    const float* x = reinterpret_cast<const float*>(memory.inputs[0]);
    if (inner == 1) {
      ParallelFor(outer, std::max<int64_t>(1, 16384 / size), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
          StoreIndex(memory.outputs[0], wide, i, PlaceOf(x + i * size, size, largest));
      });
      return;
    }
    constexpr int64_t kPiece = 256;
    const int64_t pieces = (inner + kPiece - 1) / kPiece;
    ParallelFor(outer * pieces, std::max<int64_t>(1, 16384 / (size * kPiece)), [&](int64_t begin, int64_t end) {
      float best[kPiece];
      int32_t places[kPiece];
      for (int64_t i = begin; i < end; ++i) {
        const int64_t start = i % pieces * kPiece, count = std::min(kPiece, inner - start);
        const float* base = x + i / pieces * size * inner + start;
        std::copy(base, base + count, best);
        std::fill(places, places + count, 0);
        for (int64_t j = 1; j < size; ++j) {
          const auto place = static_cast<int32_t>(j);
          if (largest) CompeteLargest(base + j * inner, best, places, place, count);
          else CompeteSmallest(base + j * inner, best, places, place, count);
        }
        for (int64_t j = 0; j < count; ++j)
          StoreIndex(memory.outputs[0], wide, i / pieces * inner + start + j, places[j]);
      }
    });
  });
  return choice;
}

}  // namespace moir::runtime
