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
std::optional<FileIdentity> IdentityOf(int descriptor);

// The note about a file: FOLDER/DEVICE-AND-INODE.moirhash. There need not be one.
std::string NoteOf(const std::string& folder, const FileIdentity& identity);
// Whether the file begins as a note does.
bool IsNote(const std::string& path);

// To ask counts as a use of the note.
std::optional<uint64_t> RememberedHash(const std::string& folder, const FileIdentity& identity);
// `identity`: from before the bytes were read; the file is looked at again, and nothing is remembered when it is
// another one, or may change again without being seen to: for two seconds, in which some file systems see no
// difference, or, when moir alone writes such files and only by renaming, until the system's clock for files moves on.
// A folder that cannot be written costs the next start its time, nothing else. Returns whether it is remembered.
enum class Writers { kAnybody, kMoir };
bool RememberHash(const std::string& folder, const std::string& path, const FileIdentity& identity, uint64_t hash,
                  Writers writers = Writers::kAnybody);

// Notes that a file of the cache folder is used now: the times that the system keeps by itself depend on how it is
// mounted.
void MarkUsed(const std::string& path);

}  // namespace moir::runtime
