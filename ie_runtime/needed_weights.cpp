#include "ie_runtime/needed_weights.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "ie_runtime/api_impl.h"
#include "ie_runtime/request.h"

namespace moir::runtime {
namespace {

uint64_t PageSize() {
  static const auto size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return size;
}

// Whole pages of some bytes.
class PageSet {
 public:
  PageSet(uint64_t bytes, bool all) : bytes_(bytes), in_((bytes + PageSize() - 1) / PageSize(), all) {}
  void Add(uint64_t begin, uint64_t end) {
    for (uint64_t page = begin / PageSize(); page * PageSize() < end; ++page) in_[page] = true;
  }
  // Pages that lie inside as a whole.
  void RemoveInside(uint64_t begin, uint64_t end) {
    for (uint64_t page = (begin + PageSize() - 1) / PageSize(); (page + 1) * PageSize() <= end; ++page)
      in_[page] = false;
  }
  // Whether there was a new one among them.
  bool Merge(const std::vector<bool>& others) {
    bool added = false;
    for (size_t page = 0; page < in_.size(); ++page) {
      added = added || (others[page] && !in_[page]);
      in_[page] = in_[page] || others[page];
    }
    return added;
  }
  std::vector<ByteSpan> Spans() const {
    std::vector<ByteSpan> spans;
    for (uint64_t page = 0; page < in_.size(); ++page) {
      if (!in_[page]) continue;
      const uint64_t begin = page * PageSize(), end = std::min(begin + PageSize(), bytes_);
      if (!spans.empty() && spans.back().end == begin) spans.back().end = end;
      else spans.push_back({begin, end});
    }
    return spans;
  }

 private:
  uint64_t bytes_;
  std::vector<bool> in_;
};

// Values that lie in `weights`, as they stand there.
std::optional<ByteSpan> SpanOf(const Tensor& tensor, const graph::MappedFile& weights) {
  if (!tensor.IsDefined() || tensor.HasPendingFactors() || tensor.ByteSize() == 0) return std::nullopt;
  const auto* data = static_cast<const std::byte*>(tensor.Data());
  const std::less<const std::byte*> before;
  if (!data || before(data, weights.Data()) || !before(data, weights.Data() + weights.Size())) return std::nullopt;
  const auto begin = static_cast<uint64_t>(data - weights.Data());
  return ByteSpan{begin, begin + tensor.ByteSize()};
}

// Smaller constants are shapes, axes and the like, which decide what is compiled; and they have hardly a page of their
// own.
constexpr uint64_t kLarge = uint64_t{1} << 14;

// All but the large constants.
PageSet FirstGuess(const Graph& graph, const graph::MappedFile& weights) {
  PageSet pages(weights.Size(), true);
  std::vector<ByteSpan> small;
  for (const Node* node : graph.TopologicalOrder()) {
    if (!node->Is("Constant")) continue;
    const auto span = SpanOf(node->ConstantValue(), weights);
    if (!span) continue;
    if (span->end - span->begin >= kLarge) pages.RemoveInside(span->begin, span->end);
    else small.push_back(*span);
  }
  for (const ByteSpan& span : small) pages.Add(span.begin, span.end);
  return pages;
}

// What the compiled model reads when it runs.
void AddConstantsOf(const CompiledGraph& graph, const graph::MappedFile& weights, PageSet& pages) {
  const auto add = [&](const Tensor& tensor) {
    if (const auto span = SpanOf(tensor, weights)) pages.Add(span->begin, span->end);
  };
  for (const PlanValue& value : graph.GetPlan().values) add(value.constant);
  for (const StatePort& state : graph.StatePorts()) add(state.initial);
  // Evaluations get the plan's constants, too; those that nodes have are small ones for attributes.
  for (const Node* node : graph.GetPlan().GetGraph().TopologicalOrder()) {
    if (node->Is("Constant") && node->ConstantValue().ByteSize() < kLarge) add(node->ConstantValue());
  }
}

}  // namespace

SparseWeights::SparseWeights(uint64_t bytes) : bytes_(bytes) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // With large pages a look at one byte would touch two megabytes.
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  memory_ = {static_cast<std::byte*>(memory), [bytes](std::byte* mapped) { munmap(mapped, bytes); }};
}

std::shared_ptr<const graph::MappedFile> SparseWeights::File(const std::string& name) const {
  return graph::MappedFile::FromMemory(name, memory_.get(), bytes_, memory_);
}

std::vector<bool> SparseWeights::TouchedPages() const {
  const size_t pages = (bytes_ + PageSize() - 1) / PageSize();
  std::vector<unsigned char> present(pages, 1);
  // A page that nobody looked at is not there yet. One that was only read is the system's page of zeros, which it never
  // takes away; the others we have written ourselves, and know.
  if (mincore(memory_.get(), bytes_, present.data()) != 0) std::fill(present.begin(), present.end(), 1);
  std::vector<bool> touched(pages);
  for (size_t i = 0; i < pages; ++i) touched[i] = (present[i] & 1) != 0;
  return touched;
}

std::vector<ByteSpan> NeededWeights(const CompiledGraph& compiled) {
  const ModelSource& source = *compiled.Origin().source;
  if (source.WeightsSize() == 0) return {};
  if (source.IsPartial()) return source.Kept();
  const graph::MappedFile& weights = *source.Weights();
  const std::vector<ByteSpan> all = {{0, weights.Size()}};
  Model::Impl as_it_is = RestoreModel(compiled.Origin().source, compiled.Origin().description);
  PageSet needed = FirstGuess(SettledGraph(as_it_is), weights);
  as_it_is = {};
  // What is found out with pages missing may depend on their zeros; it holds when a round finds nothing new.
  constexpr int kRounds = 6;
  for (int round = 0; round < kRounds; ++round) {
    const SparseWeights trial(weights.Size());
    const std::vector<ByteSpan> spans = needed.Spans();
    for (const ByteSpan& span : spans)
      std::memcpy(trial.Data() + span.begin, weights.Data() + span.begin, span.end - span.begin);
    bool failed = false;
    try {
      const Model::Impl model =
          RestoreModel(std::make_shared<const ModelSource>(source.Name(), source.Xml(), trial.File(weights.Path()),
                                                           source.WeightsHash(), spans),
                       compiled.Origin().description);
      CompileOptions options;
      options.threads = compiled.Threads();
      options.precision = compiled.Precision();
      options.packed = std::make_shared<PackedConstants>(0);
      options.packed->Load(compiled.Packed());
      const auto again = std::make_shared<const CompiledGraph>(SettledGraph(model).Clone(), options,
                                                               ModelInterface{model.processing, model.states});
      failed = again->Packed().Packed() > 0;
      AddConstantsOf(*again, *trial.File(weights.Path()), needed);
      Request(again).Infer();
    } catch (const std::exception&) {
      // Of zeros. With what it read until then it may get further.
      failed = true;
    }
    const std::vector<ByteSpan> with_constants = needed.Spans();
    const bool more =
        needed.Merge(trial.TouchedPages()) || with_constants.size() != spans.size() ||
        !std::equal(spans.begin(), spans.end(), with_constants.begin(),
                    [](const ByteSpan& a, const ByteSpan& b) { return a.begin == b.begin && a.end == b.end; });
    if (more) continue;
    return failed ? all : needed.Spans();
  }
  return all;
}

}  // namespace moir::runtime
