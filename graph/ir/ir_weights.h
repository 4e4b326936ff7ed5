// Where the weights of an IR are.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "graph/mapped_file.h"

namespace moir::graph {

// A .bin, opened when the first constant needs it: an IR without constants needs none.
class IrWeights {
 public:
  explicit IrWeights(std::string path) : path_(std::move(path)) {}
  explicit IrWeights(std::shared_ptr<const MappedFile> file) : path_(file->Path()), file_(std::move(file)) {}

  const std::string& Path() const { return path_; }
  // Throws kIo.
  const std::shared_ptr<const MappedFile>& Open() {
    if (!file_) file_ = MappedFile::Open(path_);
    return file_;
  }

 private:
  std::string path_;
  std::shared_ptr<const MappedFile> file_;
};

}  // namespace moir::graph
