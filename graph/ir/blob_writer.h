// Writes constants into the .bin of an IR: streamed from where they lie, denormals flushed to zero, f32 as f16 where
// asked for, equal blobs stored once.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "graph/ir/ir_writer.h"
#include "graph/ir/output_files.h"
#include "graph/tensor.h"

namespace moir::graph {

struct Blob {
  uint64_t offset = 0;
  uint64_t size = 0;
};

class BlobWriter {
 public:
  // Counts go to `report`. Both must outlive the writer; the report also the file, whose threads stream the values:
  // what they count is complete when the file has been published.
  BlobWriter(OutputFile& file, bool f16, IrWriteReport& report) : file_(file), f16_(f16), report_(report) {}
  Blob Add(const Tensor& tensor) { return Add(tensor, f16_); }
  // The same with f32 written as f16 or as it is, whatever the file's rule.
  Blob Add(const Tensor& tensor, bool f16);

 private:
  struct Stored {
    Tensor values;  // flat
    bool f16;       // how it was written
    Blob blob;
  };
  const Blob* FindEqual(uint64_t signature, const Tensor& flat, bool f16) const;

  OutputFile& file_;
  bool f16_;
  IrWriteReport& report_;
  std::unordered_multimap<uint64_t, Stored> stored_;
  std::shared_ptr<std::mutex> counting_ = std::make_shared<std::mutex>();  // of the counts of values
};

// Counts the denormal numbers among `count` f32 values.
uint64_t CountDenormals(const float* values, size_t count);
// Copies with denormals replaced by zeros of their sign.
void FlushDenormals(const float* from, size_t count, float* to);
// Converts to f16, rounding to nearest even. Finite values that f16 cannot hold become the largest f16 of their sign
// and are counted in `overflows`; values other than zero that become zero are counted in `underflows`.
void ConvertToHalf(const float* from, size_t count, uint16_t* to, uint64_t& overflows, uint64_t& underflows);

}  // namespace moir::graph
