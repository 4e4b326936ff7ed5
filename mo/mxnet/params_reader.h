// Reader of MXNet's array files (.params, .nd, and the .bin of mean images), of every age.
//
//   u64 0x112   u64 0   u64 count   count arrays   u64 names (count or 0)   names: u64 length, bytes
//   array, oldest:  u32 rank, u32 dims[rank], then (when rank > 0) context, type, values
//   array, V1:      u32 0xF993FAC8, u32 rank, i64 dims[rank], then as above
//   array, V2, V3:  u32 0xF993FAC9 / A, i32 storage, [i64-shape of the stored values when sparse], shape, then
//                   (when not empty) context, type, [i32 type and shape of each index array], values, [index arrays]
//   shape: i32 rank, i64 dims[rank]    context: i32 device, i32 number    type: i32, see ElementTypeOfFlag
//
// V3 means NumPy's shape rules: rank -1 is "no array", rank 0 is a scalar. A file may also hold one array and no
// list around it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/tensor.h"

namespace moir::mo {

enum class ParamKind {
  kUnknown,    // a bare name
  kArgument,   // "arg:NAME"
  kAuxiliary,  // "aux:NAME"
};

struct Param {
  ParamKind kind = ParamKind::kUnknown;
  std::string name;      // without "arg:" and "aux:"; the position for files without names
  graph::Tensor tensor;  // undefined for an empty array ("none"); a view of the mapped file unless it was sparse
};

class Params {
 public:
  Params() = default;
  // Throws kBadModel when two arrays of the same kind and name differ.
  Params(std::vector<Param> params, bool named, std::string path);

  const std::vector<Param>& All() const { return params_; }  // in the file's order
  bool Named() const { return named_; }                      // false: the file has no names
  const std::string& Path() const { return path_; }

  // The array of that name: an argument rather than an auxiliary state, either rather than a bare name.
  std::optional<graph::Tensor> Find(std::string_view name) const;
  // Of exactly that kind.
  std::optional<graph::Tensor> Find(ParamKind kind, std::string_view name) const;
  // One line per array: "arg:conv0_weight f32[64,3,7,7]".
  std::string List() const;

 private:
  std::vector<Param> params_;
  std::map<std::pair<ParamKind, std::string>, size_t> index_;
  bool named_ = false;
  std::string path_;
};

// Maps the file; nothing of dense arrays is read. Throws kIo, or kBadModel with the byte offset and what was expected
// there.
Params ReadParams(const std::string& path);

}  // namespace moir::mo
