#include "npz.h"

#include <zip.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string_view>

#include "convert.h"
#include "fail.h"
#include "npy.h"

namespace moir::apps {
namespace {

constexpr std::string_view kSuffix = ".npy";

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;

Archive Open(const std::string& path, int flags) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), flags, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  const bool content = code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS;
  Fail(content ? ErrorKind::kBadModel : ErrorKind::kIo, path, ": cannot open as .npz: ", text);
}

// The member's bytes. Sizes in the archive are claims: deflate packs at most 1032 to 1, and what is packed lies in the
// file.
std::vector<std::byte> ReadMember(zip_t* archive, zip_uint64_t index, uint64_t file_size, const std::string& place) {
  zip_stat_t stat;
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
    Fail(ErrorKind::kBadModel, place, ": ", zip_strerror(archive));
  }
  constexpr uint64_t kLargestRatio = 1032;
  if (stat.comp_size > file_size || stat.size / kLargestRatio > stat.comp_size) {
    Fail(ErrorKind::kBadModel, place, ": claims to be ", stat.size, " bytes, packed into ", stat.comp_size,
         " of a file of ", file_size);
  }
  const Member member(zip_fopen_index(archive, index, 0));
  if (!member) Fail(ErrorKind::kBadModel, place, ": ", zip_strerror(archive));
  std::vector<std::byte> bytes(stat.size);
  size_t filled = 0;
  // One byte more than claimed is asked for: only at the end of the data does libzip compare the checksum.
  std::byte extra;
  while (true) {
    const bool full = filled == bytes.size();
    const zip_int64_t got = full ? zip_fread(member.get(), &extra, 1)
                                 : zip_fread(member.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0) Fail(ErrorKind::kBadModel, place, ": ", zip_file_strerror(member.get()));
    if (got == 0) break;
    if (full) Fail(ErrorKind::kBadModel, place, ": longer than the ", stat.size, " bytes it claims");
    filled += static_cast<size_t>(got);
  }
  if (filled != bytes.size()) Fail(ErrorKind::kBadModel, place, ": ends at byte ", filled, " of ", bytes.size());
  return bytes;
}

}  // namespace

NamedTensors ReadNpz(const std::string& path) {
  const Archive archive = Open(path, ZIP_RDONLY | ZIP_CHECKCONS);
  std::error_code error;
  const uint64_t file_size = std::filesystem::file_size(path, error);
  if (error) Fail(ErrorKind::kIo, path, ": ", error.message());
  NamedTensors arrays;
  std::set<std::string> seen;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* raw = zip_get_name(archive.get(), index, 0);
    if (!raw) Fail(ErrorKind::kBadModel, path, ": member ", i, ": ", zip_strerror(archive.get()));
    std::string name = raw;
    const std::string place = path + ": member " + name;
    if (!name.ends_with(kSuffix)) Fail(ErrorKind::kBadModel, place, ": expected a name that ends in .npy");
    name.resize(name.size() - kSuffix.size());
    if (!seen.insert(name).second) Fail(ErrorKind::kBadModel, place, ": there are two of this name");
    arrays.emplace_back(std::move(name), ParseNpy(ReadMember(archive.get(), index, file_size, place), place));
  }
  return arrays;
}

void WriteNpz(const std::string& path, const NamedTensors& arrays) {
  // libzip reads these only in zip_close.
  std::vector<Tensor> values;
  std::vector<std::string> headers;
  values.reserve(arrays.size());
  headers.reserve(arrays.size());
  // The archive is written to a temporary file beside `path` and renamed by zip_close.
  Archive archive = Open(path, ZIP_CREATE | ZIP_TRUNCATE);
  std::set<std::string> used;
  for (const auto& [name, tensor] : arrays) {
    std::string unique = name;
    for (int i = 1; !used.insert(unique).second; ++i) unique = name + "." + std::to_string(i);
    const Tensor& value = values.emplace_back(
        tensor.GetElementType() == ElementType::kBF16 ? ConvertTo(tensor, ElementType::kF32, name) : tensor);
    const std::string& header = headers.emplace_back(MakeNpyHeader(value.GetElementType(), value.GetShape()));
    const zip_buffer_fragment_t fragments[] = {
        {reinterpret_cast<zip_uint8_t*>(const_cast<char*>(header.data())), header.size()},
        {static_cast<zip_uint8_t*>(value.Data()), value.GetByteSize()}};
    zip_source_t* source = zip_source_buffer_fragment(archive.get(), fragments, value.GetByteSize() > 0 ? 2 : 1, 0);
    if (!source) Fail(ErrorKind::kIo, path, ": ", zip_strerror(archive.get()));
    const zip_int64_t index =
        zip_file_add(archive.get(), (unique + std::string(kSuffix)).c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      Fail(ErrorKind::kIo, path, ": member ", unique, ": ", zip_strerror(archive.get()));
    }
    // The same values give the same bytes: no time (the first one zip files can express) and no packing.
    constexpr zip_uint16_t kFirstDate = 1 << 5 | 1;
    if (zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(index), 0, kFirstDate, 0) != 0) {
      Fail(ErrorKind::kIo, path, ": member ", unique, ": ", zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) Fail(ErrorKind::kIo, path, ": cannot write: ", zip_strerror(archive.get()));
  archive.release();
}

}  // namespace moir::apps
