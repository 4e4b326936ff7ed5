// Which bytes of a model's weights a compiled model needs besides the packed ones.
#pragma once

#include <memory>
#include <vector>

#include "ie_runtime/compiled_graph.h"

namespace moir::runtime {

// Weights of which a part is there: memory that reads as zeros where nothing was written, and takes no room there.
class SparseWeights {
 public:
  explicit SparseWeights(uint64_t bytes);
  std::byte* Data() const { return memory_.get(); }
  std::shared_ptr<const graph::MappedFile> File(const std::string& name) const;
  // Per page, whether somebody wrote or read it. A system that cannot tell says that all were.
  std::vector<bool> TouchedPages() const;

 private:
  uint64_t bytes_;
  std::shared_ptr<std::byte> memory_;
};

// The bytes of the source's weights that must be there so that the same model can be compiled again from them and from
// the packed weights: those that are used as they are, and those that compiling it reads. Whole pages that neither
// compiling nor an inference touches are left out; this is tried out, not guessed. All of them when that cannot be
// found out.
std::vector<ByteSpan> NeededWeights(const CompiledGraph& compiled);

}  // namespace moir::runtime
