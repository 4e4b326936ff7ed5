#include "ie_runtime/hashed_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>

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

std::string PathOf(const std::string& folder, const FileIdentity& identity) {
  const uint64_t words[] = {identity.device, identity.inode};
  return StrCat(folder, '/', HashName(HashBytes(words, sizeof(words))), ".moirhash");
}

}  // namespace

std::optional<FileIdentity> IdentityOf(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{status.st_dev,         status.st_ino,          static_cast<uint64_t>(status.st_size),
                      status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_mtim.tv_sec,
                      status.st_mtim.tv_nsec};
}

std::optional<uint64_t> RememberedHash(const std::string& folder, const FileIdentity& identity) {
  Record record;
  std::ifstream file(PathOf(folder, identity), std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(&record), sizeof(record)) ||
      std::memcmp(record.magic, kMagic, sizeof(kMagic)) != 0 || record.check != CheckOf(record) ||
      record.identity != identity)
    return std::nullopt;
  return record.hash;
}

void RememberHash(const std::string& folder, const std::string& path, const FileIdentity& identity, uint64_t hash) {
  const int64_t latest = std::max(identity.changed, identity.modified);
  if (std::time(nullptr) - latest < kSettledSeconds || IdentityOf(path) != identity) return;
  Record record{{}, identity, hash, 0};
  std::memcpy(record.magic, kMagic, sizeof(kMagic));
  record.check = CheckOf(record);
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  static std::atomic<unsigned> number{0};
  const std::string target = PathOf(folder, identity);
  const std::string temporary = StrCat(target, ".", ::getpid(), ".", number++, ".tmp");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(&record), sizeof(record));
  file.close();
  if (file.fail() || std::rename(temporary.c_str(), target.c_str()) != 0) ::unlink(temporary.c_str());
}

}  // namespace moir::runtime
