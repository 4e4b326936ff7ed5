#include "mo/mxnet/file_kind.h"

#include "graph/strings.h"

namespace moir::mo {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view start;
  std::string_view kind;
};

// The first match counts, so longer starts come before their own beginnings.
constexpr Signature kSignatures[] = {
    {"\x12\x01\0\0\0\0\0\0"sv, "an MXNet array file"sv},
    {"\xC8\xFA\x93\xF9"sv, "an MXNet array"sv},
    {"\xC9\xFA\x93\xF9"sv, "an MXNet array"sv},
    {"\xCA\xFA\x93\xF9"sv, "an MXNet array"sv},
    {"version https://git-lfs"sv, "a git-lfs pointer (fetch the file itself with \"git lfs pull\")"sv},
    {"\x89PNG"sv, "a PNG picture"sv},
    {"\xFF\xD8\xFF"sv, "a JPEG picture"sv},
    {"GIF8"sv, "a GIF picture"sv},
    {"\x1F\x8B"sv, "a gzip archive (unpack it first)"sv},
    {"BZh"sv, "a bzip2 archive (unpack it first)"sv},
    {"\xFD"
     "7zXZ"sv,
     "an xz archive (unpack it first)"sv},
    {"7z\xBC\xAF"sv, "a 7-Zip archive (unpack it first)"sv},
    {"Rar!"sv, "a RAR archive (unpack it first)"sv},
    {"PK\x03\x04"sv, "a zip archive; if MXNet 2 wrote it (.npz), load it there and save it with mx.nd.save"sv},
    {"PK\x05\x06"sv, "an empty zip archive"sv},
    {"\x93NUMPY"sv, "a NumPy array"sv},
    {"\x89HDF"sv, "an HDF5 file"sv},
    {"\x80\x02"sv, "a Python pickle"sv},
    {"\x80\x03"sv, "a Python pickle"sv},
    {"\x80\x04"sv, "a Python pickle"sv},
    {"\x7F"
     "ELF"sv,
     "an ELF binary"sv},
    {"%PDF"sv, "a PDF document"sv},
    {"\xFE\xFF"sv, "UTF-16 text"sv},
    {"\xFF\xFE"sv, "UTF-16 text"sv},
};

bool StartsWithIgnoringCase(std::string_view text, std::string_view start) {
  if (text.size() < start.size()) return false;
  for (size_t i = 0; i < start.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != start[i]) return false;
  }
  return true;
}

// An ONNX model starts with field 1 (ir_version, a small varint), then field 2 (the producer's name).
bool LooksLikeOnnx(std::string_view bytes) {
  return bytes.size() > 4 && bytes[0] == '\x08' && bytes[1] > 0 && bytes[1] < 32 && bytes[2] == '\x12' &&
         bytes.substr(0, 256).find_first_of("abcdefghijklmnopqrstuvwxyz") == 4;
}

}  // namespace

std::string_view DescribeFileKind(std::string_view bytes) {
  if (bytes.empty()) return "empty";
  for (const Signature& signature : kSignatures) {
    if (bytes.starts_with(signature.start)) return signature.kind;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::string_view text = graph::Trim(bytes.substr(0, 4096));
  if (StartsWithIgnoringCase(text, "<!doctype html") || StartsWithIgnoringCase(text, "<html")) {
    return "an HTML page (a download that failed?)";
  }
  if (StartsWithIgnoringCase(text, "<?xml") || StartsWithIgnoringCase(text, "<net")) return "an XML file";
  if (text.starts_with('{') || text.starts_with('[')) return "JSON text";
  if (LooksLikeOnnx(bytes)) return "an ONNX model";
  return {};
}

}  // namespace moir::mo
