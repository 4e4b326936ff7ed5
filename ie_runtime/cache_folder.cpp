#include "ie_runtime/cache_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <tuple>
#include <vector>

#include "ie_runtime/byte_hash.h"
#include "ie_runtime/common.h"

namespace moir::runtime {
namespace {

constexpr std::string_view kSuffix = ".moirpack";
constexpr size_t kHashDigits = 16;
constexpr time_t kUnfinishedSeconds = 24 * 60 * 60;

// The times that the system keeps by itself depend on how it is mounted, so a use is noted. Its own clock for files
// moves in steps of some milliseconds, in which several models may be compiled.
void MarkUsed(const std::string& path) {
  timespec now{};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return;
  const timespec only_access[2] = {now, {0, UTIME_OMIT}};
  if (utimensat(AT_FDCWD, path.c_str(), only_access, 0) == 0) return;
  // Who may write a file of somebody else's may set both times only.
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

// "0123456789abcdef.moirpack"
bool IsCacheFile(std::string_view name) {
  return name.size() == kHashDigits + kSuffix.size() && name.substr(kHashDigits) == kSuffix &&
         name.find_first_not_of("0123456789abcdef") >= kHashDigits;
}

// "0123456789abcdef.moirpack.PROCESS.NUMBER.tmp", see PackedConstants::SaveTo.
bool IsUnfinished(std::string_view name) {
  const size_t numbers = kHashDigits + kSuffix.size();
  constexpr std::string_view kTemporary = ".tmp";
  if (name.size() <= numbers + kTemporary.size() || !IsCacheFile(name.substr(0, numbers)) ||
      name.substr(name.size() - kTemporary.size()) != kTemporary)
    return false;
  const std::string_view middle = name.substr(numbers, name.size() - kTemporary.size() - numbers);
  return middle.front() == '.' && middle.find_first_not_of("0123456789.") == std::string_view::npos;
}

struct File {
  std::string name;
  uint64_t bytes;
  timespec used;
};

bool Earlier(const timespec& a, const timespec& b) {
  return std::tie(a.tv_sec, a.tv_nsec) < std::tie(b.tv_sec, b.tv_nsec);
}

}  // namespace

std::string CacheFolder::FileOf(uint64_t key) const { return StrCat(path_, '/', HashName(key), kSuffix); }

void CacheFolder::Load(PackedConstants& packed, uint64_t key) const {
  const std::string path = FileOf(key);
  if (packed.Load(path)) MarkUsed(path);
}

void CacheFolder::Save(const PackedConstants& packed, uint64_t key) const {
  std::error_code ignored;
  std::filesystem::create_directories(path_, ignored);
  if (packed.SaveTo(FileOf(key))) MarkUsed(FileOf(key));
}

void CacheFolder::Trim(uint64_t key) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path_.c_str()), closedir);
  if (!folder) return;
  const int descriptor = dirfd(folder.get());
  const time_t now = std::time(nullptr);
  std::vector<File> files;
  uint64_t total = 0;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string name = entry->d_name;
    struct stat info {};
    if (!IsCacheFile(name) && !IsUnfinished(name)) continue;
    // Links are not ours.
    if (fstatat(descriptor, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) continue;
    if (IsUnfinished(name)) {
      if (info.st_mtim.tv_sec + kUnfinishedSeconds < now) unlinkat(descriptor, name.c_str(), 0);
      continue;
    }
    files.push_back({name, static_cast<uint64_t>(info.st_size), std::max(info.st_atim, info.st_mtim, Earlier)});
    total += files.back().bytes;
  }
  if (!max_bytes_ || total <= *max_bytes_) return;
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return Earlier(a.used, b.used) || (!Earlier(b.used, a.used) && a.name < b.name);
  });
  const std::string own = StrCat(HashName(key), kSuffix);
  for (const File& file : files) {
    if (total <= *max_bytes_) return;
    if (file.name == own || !PackedConstants::IsFile(StrCat(path_, '/', file.name))) continue;
    // Another process may have been faster: it is gone either way.
    if (unlinkat(descriptor, file.name.c_str(), 0) == 0 || errno == ENOENT) total -= file.bytes;
  }
}

}  // namespace moir::runtime
