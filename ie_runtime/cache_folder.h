// The folder of cache_dir: files of packed weights, HASH.moirpack, which processes share without locks. Whatever goes
// wrong in it costs time and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ie_runtime/packed_constants.h"

namespace moir::runtime {

class CacheFolder {
 public:
  // `max_bytes`: nothing for no limit.
  CacheFolder(std::string path, std::optional<uint64_t> max_bytes) : path_(std::move(path)), max_bytes_(max_bytes) {}

  // Takes the entries of the key's file, if there is one, which counts as its use.
  void Load(PackedConstants& packed, uint64_t key) const;
  // Writes the key's file. The folder is made when it is missing.
  void Save(const PackedConstants& packed, uint64_t key) const;
  // Removes files until the others fit, least recently used first; the key's own stays. Also what was left unfinished a
  // day ago. A file that a process has mapped stays there until that lets go.
  void Trim(uint64_t key) const;

 private:
  std::string FileOf(uint64_t key) const;
  std::string path_;
  std::optional<uint64_t> max_bytes_;
};

}  // namespace moir::runtime
