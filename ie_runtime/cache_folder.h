// The folder of cache_dir: files of packed weights, HASH.moirpack, and notes about files that need not be read again to
// be known, HASH.moirhash (hashed_files.h), which processes share without locks. Whatever goes wrong in it costs time
// and nothing else.
//
// A file of packed weights that was read once and found whole is not read to the same end again, until it changes or
// the system starts anew; the note about it is also where its uses are marked.
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

  // Takes the entries of the key's file, if there is one, which counts as its use. The threads of the caller's parallel
  // regions read it.
  void Load(PackedConstants& packed, uint64_t key) const;
  // Writes the key's file. The folder is made when it is missing.
  void Save(const PackedConstants& packed, uint64_t key) const;
  // Removes files until the others fit, least recently used first; the key's own stays, with its note. Also what was
  // left unfinished a day ago. A file that a process has mapped stays there until that lets go.
  void Trim(uint64_t key) const;

 private:
  std::string FileOf(uint64_t key) const;
  std::string path_;
  std::optional<uint64_t> max_bytes_;
};

}  // namespace moir::runtime
