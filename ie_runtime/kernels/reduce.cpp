// Reductions of f32 over any axes. Neighbouring axes that are both reduced, or both kept, are one axis; then either the
// innermost axis is reduced and every result sums up rows, or it is kept and rows are added to rows of accumulators.
// Sums run in double, as in the plain evaluation.
#include <cmath>
#include <limits>
#include <map>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

enum class ReduceKind { kSum, kProd, kMax, kMin, kL1, kL2 };

constexpr int64_t kLanes = 16;
constexpr int64_t kPiece = 256;  // accumulators of one piece of a row

// The helpers are inlined into functions that are built for several instruction sets.
template <typename Take, typename Merge>
[[gnu::always_inline]] inline double TakeRow(const float* x, int64_t count, double start, double neutral, Take take,
                                             Merge merge) {
  double lanes[kLanes];
  for (double& lane : lanes) lane = neutral;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] = take(lanes[l], static_cast<double>(x[i + l]));
  }
  for (; i < count; ++i) lanes[0] = take(lanes[0], static_cast<double>(x[i]));
  for (const double lane : lanes) start = merge(start, lane);
  return start;
}

template <typename Take>
[[gnu::always_inline]] inline void TakeColumns(const float* x, double* totals, int64_t count, Take take) {
  for (int64_t i = 0; i < count; ++i) totals[i] = take(totals[i], static_cast<double>(x[i]));
}

constexpr auto kAdd = [](double a, double b) { return a + b; };
constexpr auto kMultiply = [](double a, double b) { return a * b; };
// NaN stays and wins.
constexpr auto kLarger = [](double a, double b) { return b > a || b != b ? b : a; };
constexpr auto kSmaller = [](double a, double b) { return b < a || b != b ? b : a; };
constexpr auto kAddSize = [](double a, double b) { return a + std::fabs(b); };
constexpr auto kAddSquare = [](double a, double b) { return a + b * b; };

double Neutral(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::kProd: return 1;
    case ReduceKind::kMax: return -std::numeric_limits<double>::infinity();
    case ReduceKind::kMin: return std::numeric_limits<double>::infinity();
    default: return 0;
  }
}

MOIR_VECTOR_CLONES double ReduceRow(ReduceKind kind, const float* x, int64_t count, double start, double neutral) {
  switch (kind) {
    case ReduceKind::kSum: return TakeRow(x, count, start, neutral, kAdd, kAdd);
    case ReduceKind::kProd: return TakeRow(x, count, start, neutral, kMultiply, kMultiply);
    case ReduceKind::kMax: return kLarger(start, static_cast<double>(LargestOf(x, count)));
    case ReduceKind::kMin: return kSmaller(start, static_cast<double>(SmallestOf(x, count)));
    case ReduceKind::kL1: return TakeRow(x, count, start, neutral, kAddSize, kAdd);
    case ReduceKind::kL2: return TakeRow(x, count, start, neutral, kAddSquare, kAdd);
  }
  return start;
}

MOIR_VECTOR_CLONES void ReduceColumns(ReduceKind kind, const float* x, double* totals, int64_t count) {
  switch (kind) {
    case ReduceKind::kSum: return TakeColumns(x, totals, count, kAdd);
    case ReduceKind::kProd: return TakeColumns(x, totals, count, kMultiply);
    case ReduceKind::kMax: return TakeColumns(x, totals, count, kLarger);
    case ReduceKind::kMin: return TakeColumns(x, totals, count, kSmaller);
    case ReduceKind::kL1: return TakeColumns(x, totals, count, kAddSize);
    case ReduceKind::kL2: return TakeColumns(x, totals, count, kAddSquare);
  }
}

struct Axis {
  int64_t size, stride;
};

// Where the positions of axes (the last one fastest) begin.
class Offsets {
 public:
  void Add(Axis axis) { axes_.push_back(axis); }
  int64_t Count() const {
    int64_t count = 1;
    for (const Axis& axis : axes_) count *= axis.size;
    return count;
  }
  int64_t At(int64_t position) const {
    int64_t offset = 0;
    for (size_t i = axes_.size(); i-- > 0;) {
      offset += position % axes_[i].size * axes_[i].stride;
      position /= axes_[i].size;
    }
    return offset;
  }

 private:
  std::vector<Axis> axes_;
};

struct ReducePlan {
  ReduceKind kind;
  bool mean;
  Offsets kept, reduced;  // without the innermost axis
  int64_t width;          // of the innermost axis
  bool row;               // whether the innermost axis is reduced
  int64_t group;          // elements that make one result

  float Finish(double total) const {
    if (kind == ReduceKind::kL2) total = std::sqrt(total);
    return static_cast<float>(mean ? total / static_cast<double>(group) : total);
  }
};

std::optional<ReducePlan> MakePlan(const std::string& op, const Shape& shape, const std::vector<int64_t>& axes) {
  static const std::map<std::string, ReduceKind> kKinds = {
      {"ReduceL1", ReduceKind::kL1},    {"ReduceL2", ReduceKind::kL2},   {"ReduceMax", ReduceKind::kMax},
      {"ReduceMean", ReduceKind::kSum}, {"ReduceMin", ReduceKind::kMin}, {"ReduceProd", ReduceKind::kProd},
      {"ReduceSum", ReduceKind::kSum}};
  const auto kind = kKinds.find(op);
  if (kind == kKinds.end() || shape.NumElements() == 0) return std::nullopt;
  std::vector<bool> reduced(static_cast<size_t>(shape.Rank()), false);
  for (const int64_t axis : axes) reduced[static_cast<size_t>(shape.NormalizeAxis(axis))] = true;
  struct Group {
    int64_t size, stride;
    bool reduced;
  };
  std::vector<Group> groups;
  const std::vector<int64_t> strides = shape.Strides();
  for (int64_t i = 0; i < shape.Rank(); ++i) {
    const auto k = static_cast<size_t>(i);
    if (shape[i] == 1) continue;
    if (!groups.empty() && groups.back().reduced == reduced[k])
      groups.back() = {groups.back().size * shape[i], strides[k], reduced[k]};
    else groups.push_back({shape[i], strides[k], reduced[k]});
  }
  if (groups.empty()) groups.push_back({1, 1, false});
  ReducePlan plan{kind->second, op == "ReduceMean", {}, {}, groups.back().size, groups.back().reduced, 1};
  groups.pop_back();
  for (const Group& group : groups) (group.reduced ? plan.reduced : plan.kept).Add({group.size, group.stride});
  plan.group = plan.reduced.Count() * (plan.row ? plan.width : 1);
  return plan;
}

void Run(const ReducePlan& plan, const float* x, float* y) {
  const int64_t kept = plan.kept.Count(), reduced = plan.reduced.Count();
  const double neutral = Neutral(plan.kind);
  const int64_t grain = std::max<int64_t>(1, 16384 / plan.group);
  if (plan.row) {
    ParallelFor(kept, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const float* base = x + plan.kept.At(i);
        double total = neutral;
        for (int64_t r = 0; r < reduced; ++r)
          total = ReduceRow(plan.kind, base + plan.reduced.At(r), plan.width, total, neutral);
        y[i] = plan.Finish(total);
      }
    });
    return;
  }
  const int64_t pieces = (plan.width + kPiece - 1) / kPiece;
  ParallelFor(kept * pieces, std::max<int64_t>(1, grain / kPiece), [&](int64_t begin, int64_t end) {
    double totals[kPiece];
    for (int64_t i = begin; i < end; ++i) {
      const int64_t start = i % pieces * kPiece, count = std::min(kPiece, plan.width - start);
      const float* base = x + plan.kept.At(i / pieces) + start;
      std::fill(totals, totals + count, neutral);
      for (int64_t r = 0; r < reduced; ++r) ReduceColumns(plan.kind, base + plan.reduced.At(r), totals, count);
      float* to = y + i / pieces * plan.width + start;
      for (int64_t k = 0; k < count; ++k) to[k] = plan.Finish(totals[k]);
    }
  });
}

}  // namespace

std::optional<KernelChoice> MakeReduce(const KernelContext& context) {
  if (context.GetLayer().op == "ReduceMean") {
    // Over a picture it is a pooling, which takes the layout that comes.
    if (std::optional<KernelChoice> choice = MakeMean(context)) return choice;
  }
  const auto axes = context.Indices(1);
  if (context.Input(0).type != ElementType::kF32 || !axes) return std::nullopt;
  const std::optional<ReducePlan> plan = MakePlan(context.GetLayer().op, context.InputShape(), *axes);
  if (!plan) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput(), Layout()};
  choice.outputs = {context.PlainOutput()};
  choice.kernel = MakeKernel("vector", [plan = *plan](const Binding& memory) {
    Run(plan, reinterpret_cast<const float*>(memory.inputs[0]), reinterpret_cast<float*>(memory.outputs[0]));
  });
  return choice;
}

}  // namespace moir::runtime
