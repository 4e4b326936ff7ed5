// Recognizes files that have not changed since their bytes were hashed, so that they need not be read again to be
// known.
//
// The system's notes stand for the bytes: which file it is, its size, when it last changed. Where they might be wrong
// (a file that changed a moment ago may change again within the clock's resolution) nothing is remembered.
//
//   FOLDER/DEVICE-AND-INODE.moirhash, little-endian:
//   "MOIRHASH"  the identity, 7 x 8 bytes  u64 hash of the file's bytes  u64 hash of all before
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace moir::runtime {

struct FileIdentity {
  uint64_t device = 0, inode = 0, size = 0;
  int64_t changed = 0, changed_ns = 0;    // status: also when the modification time is set back
  int64_t modified = 0, modified_ns = 0;  // bytes
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
// Nothing when there is no regular file.
std::optional<FileIdentity> IdentityOf(const std::string& path);

std::optional<uint64_t> RememberedHash(const std::string& folder, const FileIdentity& identity);
// `identity`: from before the bytes were read; the file is looked at again, and nothing is remembered when it is
// another one, or changed less than two seconds ago. A folder that cannot be written costs the next start its time,
// nothing else.
void RememberHash(const std::string& folder, const std::string& path, const FileIdentity& identity, uint64_t hash);

}  // namespace moir::runtime
