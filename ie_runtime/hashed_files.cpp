#include "ie_runtime/hashed_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "ie_runtime/byte_hash.h"
#include "ie_runtime/common.h"

namespace moir::runtime {
namespace {

constexpr char kMagic[8] = {'M', 'O', 'I', 'R', 'H', 'A', 'S', 'H'};
constexpr int64_t kSettledSeconds = 2;

struct Record {
  char magic[8];
  FileIdentity identity;
  uint64_t hash;
  uint64_t check;  // of what stands before it
};
static_assert(sizeof(FileIdentity) == 56 && sizeof(Record) == 80);

uint64_t CheckOf(const Record& record) { return HashBytes(&record, offsetof(Record, check)); }

// Whether a change from now on would be seen.
bool IsSettled(const FileIdentity& identity, Writers writers) {
  if (writers == Writers::kAnybody)
    return std::time(nullptr) - std::max(identity.changed, identity.modified) >= kSettledSeconds;
  timespec now{};
  return ::clock_gettime(CLOCK_REALTIME_COARSE, &now) == 0 &&
         std::tie(now.tv_sec, now.tv_nsec) > std::tie(identity.changed, identity.changed_ns);
}

std::optional<FileIdentity> ToIdentity(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{status.st_dev,         status.st_ino,          static_cast<uint64_t>(status.st_size),
                      status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_mtim.tv_sec,
                      status.st_mtim.tv_nsec};
}

}  // namespace

std::optional<FileIdentity> IdentityOf(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return ToIdentity(status);
}

std::optional<FileIdentity> IdentityOf(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  return ToIdentity(status);
}

std::string NoteOf(const std::string& folder, const FileIdentity& identity) {
  const uint64_t words[] = {identity.device, identity.inode};
  return StrCat(folder, '/', HashName(HashBytes(words, sizeof(words))), ".moirhash");
}

bool IsNote(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[sizeof(kMagic)];
  return file.read(magic, sizeof(magic)) && std::memcmp(magic, kMagic, sizeof(kMagic)) == 0;
}

void MarkUsed(const std::string& path) {
  // The system's own clock for files moves in steps of some milliseconds, in which several models may be compiled.
  timespec now{};
  if (::clock_gettime(CLOCK_REALTIME, &now) != 0) return;
  const timespec only_access[2] = {now, {0, UTIME_OMIT}};
  if (::utimensat(AT_FDCWD, path.c_str(), only_access, 0) == 0) return;
  // Who may write a file of somebody else's may set both times only.
  ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

std::optional<uint64_t> RememberedHash(const std::string& folder, const FileIdentity& identity) {
  Record record;
  const std::string path = NoteOf(folder, identity);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(&record), sizeof(record)) ||
      std::memcmp(record.magic, kMagic, sizeof(kMagic)) != 0 || record.check != CheckOf(record) ||
      record.identity != identity)
    return std::nullopt;
  MarkUsed(path);
  return record.hash;
}

bool RememberHash(const std::string& folder, const std::string& path, const FileIdentity& identity, uint64_t hash,
                  Writers writers) {
  if (!IsSettled(identity, writers) || IdentityOf(path) != identity) return false;
  Record record{{}, identity, hash, 0};
  std::memcpy(record.magic, kMagic, sizeof(kMagic));
  record.check = CheckOf(record);
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  static std::atomic<unsigned> number{0};
  const std::string target = NoteOf(folder, identity);
  const std::string temporary = StrCat(target, ".", ::getpid(), ".", number++, ".tmp");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(&record), sizeof(record));
  file.close();
  if (!file.fail() && std::rename(temporary.c_str(), target.c_str()) == 0) return true;
  ::unlink(temporary.c_str());
  return false;
}

}  // namespace moir::runtime
