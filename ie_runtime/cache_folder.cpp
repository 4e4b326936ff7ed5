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
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <vector>

#include "ie_runtime/byte_hash.h"
#include "ie_runtime/common.h"
#include "ie_runtime/hashed_files.h"

namespace moir::runtime {
namespace {

constexpr std::string_view kSuffix = ".moirpack", kNoteSuffix = ".moirhash";
constexpr size_t kHashDigits = 16;
constexpr time_t kUnfinishedSeconds = 24 * 60 * 60;

// "0123456789abcdef.moirpack", or with the other suffix
bool IsNamed(std::string_view name, std::string_view suffix) {
  return name.size() == kHashDigits + suffix.size() && name.substr(kHashDigits) == suffix &&
         name.find_first_not_of("0123456789abcdef") >= kHashDigits;
}

bool IsCacheFile(std::string_view name) { return IsNamed(name, kSuffix) || IsNamed(name, kNoteSuffix); }

// "0123456789abcdef.moirpack.PROCESS.NUMBER.tmp", see PackedConstants::SaveTo; the same of a note.
bool IsUnfinished(std::string_view name) {
  static_assert(kSuffix.size() == kNoteSuffix.size());
  const size_t numbers = kHashDigits + kSuffix.size();
  constexpr std::string_view kTemporary = ".tmp";
  if (name.size() <= numbers + kTemporary.size() || !IsCacheFile(name.substr(0, numbers)) ||
      name.substr(name.size() - kTemporary.size()) != kTemporary)
    return false;
  const std::string_view middle = name.substr(numbers, name.size() - kTemporary.size() - numbers);
  return middle.front() == '.' && middle.find_first_not_of("0123456789.") == std::string_view::npos;
}

// What a note says of a file of packed weights that was found to be whole. A file may be less whole after the system
// went down than before, so that it is read once each time the system has started.
uint64_t WholeHash(uint64_t table_hash) {
  static const std::string boot = [] {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
  }();
  return HashText(StrCat("whole\n", table_hash, '\n', boot));
}

// Smaller files are read as quickly as a note about them.
constexpr uint64_t kLarge = uint64_t{1} << 20;

struct File {
  std::string name, note;  // the note about it
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
  const auto loaded = packed.Load(path, [&](const FileIdentity& identity, uint64_t table_hash) {
    return identity.size >= kLarge && RememberedHash(path_, identity) == WholeHash(table_hash);
  });
  if (!loaded) return;
  const bool noted = loaded->read_whole ? loaded->identity.size >= kLarge &&
                                              RememberHash(path_, path, loaded->identity, WholeHash(loaded->table_hash),
                                                           Writers::kMoir)
                                        : IdentityOf(NoteOf(path_, loaded->identity)).has_value();
  // Where there is a note it tells of the use, since to mark the file changes what the note is about.
  if (!noted) MarkUsed(path);
}

void CacheFolder::Save(const PackedConstants& packed, uint64_t key) const {
  std::error_code ignored;
  std::filesystem::create_directories(path_, ignored);
  const std::string path = FileOf(key);
  const std::optional<FileIdentity> before = IdentityOf(path);
  if (!packed.SaveTo(path)) return;
  MarkUsed(path);
  if (before) unlink(NoteOf(path_, *before).c_str());
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
    File& file = files.emplace_back(
        File{name, {}, static_cast<uint64_t>(info.st_size), std::max(info.st_atim, info.st_mtim, Earlier)});
    if (IsNamed(name, kSuffix)) file.note = NoteOf("", {.device = info.st_dev, .inode = info.st_ino}).substr(1);
    total += file.bytes;
  }
  if (!max_bytes_ || total <= *max_bytes_) return;
  std::map<std::string, timespec> uses;
  for (const File& file : files) uses[file.name] = file.used;
  for (File& file : files) {
    if (const auto note = uses.find(file.note); note != uses.end())
      file.used = std::max(file.used, note->second, Earlier);
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return Earlier(a.used, b.used) || (!Earlier(b.used, a.used) && a.name < b.name);
  });
  const std::string own = StrCat(HashName(key), kSuffix);
  std::set<std::string> kept, gone;  // names of notes
  for (const File& file : files) {
    if (file.name == own) kept.insert(file.note);
  }
  for (const File& file : files) {
    if (total <= *max_bytes_) return;
    if (file.name == own || kept.contains(file.name) || gone.contains(file.name)) continue;
    const std::string path = StrCat(path_, '/', file.name);
    if (!(IsNamed(file.name, kSuffix) ? PackedConstants::IsFile(path) : IsNote(path))) continue;
    // Another process may have been faster: it is gone either way.
    if (unlinkat(descriptor, file.name.c_str(), 0) != 0 && errno != ENOENT) continue;
    total -= file.bytes;
    const auto note =
        std::find_if(files.begin(), files.end(), [&](const File& other) { return other.name == file.note; });
    if (note == files.end() || !IsNote(StrCat(path_, '/', file.note)) || !gone.insert(file.note).second) continue;
    if (unlinkat(descriptor, file.note.c_str(), 0) == 0 || errno == ENOENT) total -= note->bytes;
  }
}

}  // namespace moir::runtime
