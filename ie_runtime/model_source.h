// Where a model came from, and a description of what was done to it since: together they make it again, and decide what
// is compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "graph/mapped_file.h"
#include "ie_runtime/hashed_files.h"
#include "moir/moir.h"

namespace moir::runtime {

class ModelSource {
 public:
  // `weights` may be null. `identity`: of the file that they map, if it is known.
  ModelSource(std::string name, std::string xml, std::shared_ptr<const graph::MappedFile> weights,
              std::optional<FileIdentity> identity = {})
      : name_(std::move(name)), xml_(std::move(xml)), weights_(std::move(weights)), identity_(identity) {}
  const std::string& Name() const { return name_; }
  const std::string& Xml() const { return xml_; }
  const std::shared_ptr<const graph::MappedFile>& Weights() const { return weights_; }
  // Of all bytes, once. `folder`: where hashes of large files are remembered (hashed_files.h); empty: nowhere.
  uint64_t Hash(const std::string& folder = {}) const;

 private:
  std::string name_, xml_;
  uint64_t HashWeights(const std::string& folder) const;

  std::shared_ptr<const graph::MappedFile> weights_;
  std::optional<FileIdentity> identity_;
  mutable std::once_flag hashed_;
  mutable uint64_t hash_ = 0;
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
