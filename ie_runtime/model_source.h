// Where a model came from, and a description of what was done to it since: together they make it again, and decide what
// is compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/mapped_file.h"
#include "ie_runtime/hashed_files.h"
#include "moir/moir.h"

namespace moir::runtime {

struct ByteSpan {
  uint64_t begin, end;
};

class ModelSource {
 public:
  // `weights` may be null. `identity`: of the file that they map, if it is known.
  ModelSource(std::string name, std::string xml, std::shared_ptr<const graph::MappedFile> weights,
              std::optional<FileIdentity> identity = {})
      : name_(std::move(name)), xml_(std::move(xml)), weights_(std::move(weights)), identity_(identity) {}
  // Of the weights' bytes only those in `kept` are there, which is all or what a compiled model needs besides packed
  // weights. `weights_hash` is that of all of them.
  ModelSource(std::string name, std::string xml, std::shared_ptr<const graph::MappedFile> weights,
              uint64_t weights_hash, std::vector<ByteSpan> kept);
  const std::string& Name() const { return name_; }
  const std::string& Xml() const { return xml_; }
  const std::shared_ptr<const graph::MappedFile>& Weights() const { return weights_; }
  uint64_t WeightsSize() const { return weights_ ? weights_->Size() : 0; }
  bool IsPartial() const { return partial_; }
  // In order, without gaps between neighbours.
  const std::vector<ByteSpan>& Kept() const { return kept_; }
  // Of all bytes, once; 0 without weights. `folder`: where hashes of large files are remembered (hashed_files.h);
  // empty: nowhere.
  uint64_t WeightsHash(const std::string& folder = {}) const;
  // Of topology and weights.
  uint64_t Hash(const std::string& folder = {}) const;

 private:
  std::string name_, xml_;
  uint64_t HashWeights(const std::string& folder) const;

  std::shared_ptr<const graph::MappedFile> weights_;
  std::optional<FileIdentity> identity_;
  std::vector<ByteSpan> kept_;
  bool partial_ = false;
  mutable std::once_flag hashed_;
  mutable uint64_t weights_hash_ = 0;
};

// A model as it is compiled.
struct ModelOrigin {
  std::shared_ptr<const ModelSource> source;  // null: it came from no file
  std::string description;                    // DescribeModel
  std::string packing;                        // the part of it that decides what is packed
};

// Reads the files; what cannot be read is left to the reader of models to say.
std::shared_ptr<const ModelSource> ReadModelSource(const std::string& xml_path, const std::string& bin_path);

ModelOrigin OriginOf(const Model::Impl& model);
// Shapes, steps and states of a model, as bytes.
std::string DescribeModel(const Model::Impl& model);
// What a source cannot do that has a part of its weights: throws kUnsupported, `what` is "Reshape" or the like.
void RequireAllWeights(const ModelSource& source, const std::string& model, const std::string& what);
// The model of this source with what DescribeModel wrote. Throws kBadModel when that is not whole, and what reading and
// reshaping throw.
Model::Impl RestoreModel(std::shared_ptr<const ModelSource> source, std::string_view description);
// Reads the model as its file says. Defined beside Core.
Model::Impl OpenModel(std::shared_ptr<const ModelSource> source);

// Everything besides the model that decides how weights are packed: versions, CPU, threads and precision of an
// inference.
std::string PackingEnvironment(int threads, ElementType precision);
// Of the file of packed weights. `folder`: see ModelSource::Hash.
uint64_t PackingKey(const ModelOrigin& origin, int threads, ElementType precision, const std::string& folder = {});

}  // namespace moir::runtime
