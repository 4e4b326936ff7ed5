// Concat and Split. Both sides are `outer` rows, each the chunks of all parts one after another:
//   plain, axis k       outer = sizes before k        chunk = sizes from k on
//   blocked, channels   outer = N                     chunk = whole blocks of channels
//   channels last       outer = N * pixels            chunk = channels
// With one row the parts are slices of the whole, which the memory plan uses: nothing is copied then.
#include <cstring>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

struct Chunks {
  Layout whole;
  std::vector<Layout> parts;
  int64_t outer;
  std::vector<size_t> bytes, offsets;  // per part, within a row
  size_t row_bytes;
};

Chunks MakeChunks(const Layout& whole, std::vector<Layout> parts, int64_t outer) {
  Chunks chunks{whole, std::move(parts), outer, {}, {}, 0};
  for (const Layout& part : chunks.parts) {
    chunks.offsets.push_back(chunks.row_bytes);
    chunks.bytes.push_back(part.Bytes() / static_cast<size_t>(outer));
    chunks.row_bytes += chunks.bytes.back();
  }
  return chunks;
}

// Layouts for joining (or cutting) along `axis`, given one that the values have already.
std::optional<Chunks> Choose(const Layout& hint, ElementType type, const Shape& whole, const std::vector<Shape>& parts,
                             int64_t axis) {
  if (whole.NumElements() == 0) return std::nullopt;
  for (const Shape& part : parts) {
    if (part.NumElements() == 0) return std::nullopt;
  }
  const auto view = hint.Channels();
  std::vector<Layout> layouts;
  if (axis == 1 && whole.Rank() >= 3 && view && view->inner > 1 && !hint.IsPlain()) {
    const bool last = view->outer == 1 && view->inner == view->channels && hint.ToString() == "channels-last";
    if (last) {
      for (const Shape& part : parts) layouts.push_back(Layout::ChannelsLast(type, part));
      return MakeChunks(Layout::ChannelsLast(type, whole), std::move(layouts),
                        whole[0] * whole.NumElements(2, whole.Rank()));
    }
    bool whole_blocks = true;
    for (size_t i = 0; i + 1 < parts.size(); ++i) whole_blocks = whole_blocks && parts[i][1] % view->inner == 0;
    if (whole_blocks) {
      for (const Shape& part : parts) layouts.push_back(Layout::Blocked(type, part, view->inner));
      return MakeChunks(Layout::Blocked(type, whole, view->inner), std::move(layouts), whole[0]);
    }
  }
  for (const Shape& part : parts) layouts.push_back(Layout::Plain(type, part));
  return MakeChunks(Layout::Plain(type, whole), std::move(layouts), whole.NumElements(0, axis));
}

void CopyRows(std::byte* to, size_t to_stride, const std::byte* from, size_t from_stride, size_t bytes, int64_t rows) {
  if (rows == 1) {
    ParallelFor(static_cast<int64_t>(bytes), 1 << 17, [&](int64_t begin, int64_t end) {
      std::memcpy(to + begin, from + begin, static_cast<size_t>(end - begin));
    });
    return;
  }
  ParallelFor(rows, std::max<int64_t>(1, static_cast<int64_t>((1 << 17) / bytes)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      std::memcpy(to + static_cast<size_t>(row) * to_stride, from + static_cast<size_t>(row) * from_stride, bytes);
  });
}

// Joins parts into the whole or cuts it, leaving out what lies in its place already.
class ChunkKernel final : public Kernel {
 public:
  ChunkKernel(Chunks chunks, bool joins) : chunks_(std::move(chunks)), joins_(joins) {}
  std::string ExecType() const override { return "copy"; }
  std::unique_ptr<Task> Bind(const Binding& binding) const override {
    struct ChunkTask final : Task {
      struct Move {
        std::byte* to;
        size_t to_stride;
        const std::byte* from;
        size_t from_stride, bytes;
      };
      void Run() override {
        for (const Move& move : moves) CopyRows(move.to, move.to_stride, move.from, move.from_stride, move.bytes, rows);
      }
      std::vector<Move> moves;
      int64_t rows = 0;
    };
    auto task = std::make_unique<ChunkTask>();
    task->rows = chunks_.outer;
    for (size_t i = 0; i < chunks_.parts.size(); ++i) {
      std::byte* part = joins_ ? binding.inputs[i] : binding.outputs[i];
      std::byte* slice = (joins_ ? binding.outputs[0] : binding.inputs[0]) + chunks_.offsets[i];
      // An output that nobody reads has no memory.
      if (!part || (part == slice && chunks_.outer == 1)) continue;
      if (joins_) task->moves.push_back({slice, chunks_.row_bytes, part, chunks_.bytes[i], chunks_.bytes[i]});
      else task->moves.push_back({part, chunks_.bytes[i], slice, chunks_.row_bytes, chunks_.bytes[i]});
    }
    if (task->moves.empty()) return nullptr;
    return task;
  }

 private:
  Chunks chunks_;
  bool joins_;
};

// Of the whole: bf16 when it is wanted, and only then; parts in f32 are rounded on their way in. Constants are f32.
ElementType JoinedType(const KernelContext& context) {
  for (size_t i = 0; i < context.InputCount(); ++i) {
    if (context.Input(i).IsConstant()) return context.Output().type;
  }
  for (size_t i = 0; i < context.InputCount(); ++i) {
    if (context.InputLayout(i).Type() == ElementType::kBF16) return context.OutputStorage();
  }
  return context.Output().type;
}

}  // namespace

std::optional<KernelChoice> MakeConcat(const KernelContext& context) {
  const Shape& whole = context.OutputShape();
  const int64_t axis = whole.NormalizeAxis(context.GetLayer().Attr<int64_t>("axis"));
  std::vector<Shape> parts;
  // The layout of most bytes decides.
  std::map<std::string, size_t> weights;
  size_t heaviest = 0;
  Layout hint = context.PlainInput(0);
  for (size_t i = 0; i < context.InputCount(); ++i) {
    parts.push_back(context.InputShape(i));
    if (context.Input(i).type != context.Output().type) return std::nullopt;
    size_t& weight = weights[context.InputLayout(i).ToString()];
    weight += context.InputLayout(i).Bytes();
    if (weight > heaviest) {
      heaviest = weight;
      hint = context.InputLayout(i);
    }
  }
  for (size_t i = 0; i < context.InputCount(); ++i) {
    if (context.Input(i).IsConstant()) hint = context.PlainInput(0);
  }
  auto chunks = Choose(hint, JoinedType(context), whole, parts, axis);
  if (!chunks) return std::nullopt;
  KernelChoice choice;
  choice.inputs = chunks->parts;
  choice.outputs = {chunks->whole};
  if (chunks->outer == 1) {
    for (size_t i = 0; i < parts.size(); ++i) choice.aliases.push_back({Alias::Kind::kPart, i, 0, chunks->offsets[i]});
  }
  choice.kernel = std::make_unique<ChunkKernel>(std::move(*chunks), true);
  return choice;
}

std::optional<KernelChoice> MakeSplit(const KernelContext& context) {
  const auto axis = context.Indices(1);
  if (!axis || axis->size() != 1) return std::nullopt;
  const Shape& whole = context.InputShape();
  std::vector<Shape> parts;
  for (size_t i = 0; i < context.GetLayer().outputs.size(); ++i) parts.push_back(context.OutputShape(i));
  auto chunks = Choose(context.InputLayout(), context.Input(0).type, whole, parts, whole.NormalizeAxis((*axis)[0]));
  if (!chunks) return std::nullopt;
  KernelChoice choice;
  choice.inputs.resize(context.InputCount());
  choice.inputs[0] = chunks->whole;
  choice.outputs = chunks->parts;
  if (chunks->outer == 1) {
    for (size_t i = 0; i < parts.size(); ++i) choice.aliases.push_back({Alias::Kind::kView, 0, i, chunks->offsets[i]});
  }
  choice.kernel = std::make_unique<ChunkKernel>(std::move(*chunks), false);
  return choice;
}

}  // namespace moir::runtime
