// CompiledModel::ExportModel and Core::ImportModel.
//
//   "MOIRMODL"  u32 format  u32 0
//   u64 bytes of: name, topology, description, weights, packed weights
//   u64 key of the packed weights   u64 hash of name, topology and description   u64 hash of the weights
//   u64 hash of all before
//   the five parts
//
// Little-endian. The packed weights are a file of PackedConstants, which checks itself.
#include <algorithm>
#include <cstring>
#include <istream>
#include <ostream>

#include "ie_runtime/api_impl.h"
#include "ie_runtime/byte_hash.h"
#include "ie_runtime/internal_api.h"
#include "ie_runtime/memory.h"

namespace moir {
namespace {

using graph::StrCat;
using runtime::Checked;
using runtime::HashBytes;
using runtime::HashText;
using runtime::Translate;

constexpr char kMagic[8] = {'M', 'O', 'I', 'R', 'M', 'O', 'D', 'L'};
constexpr uint32_t kFormat = 1;

struct Header {
  char magic[8];
  uint32_t format, zero;
  uint64_t name_bytes, xml_bytes, description_bytes, weights_bytes, packed_bytes;
  uint64_t key, hash_of_texts, hash_of_weights;
  uint64_t hash_of_header;  // of what stands before it
};
static_assert(sizeof(Header) == 88);

uint64_t HashOf(const Header& header) { return HashBytes(&header, offsetof(Header, hash_of_header)); }

[[noreturn]] void FailImport(const std::string& reason) {
  throw Error(ErrorKind::kBadModel, StrCat("exported model: ", reason));
}

void ReadBytes(std::istream& stream, void* to, uint64_t bytes) {
  if (!stream.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) FailImport("is cut off");
}

std::string ReadText(std::istream& stream, uint64_t bytes) {
  std::string text(bytes, '\0');
  ReadBytes(stream, text.data(), bytes);
  return text;
}

// Where the stream can tell what is left of it, sizes are compared with that before memory is taken.
void CheckRemaining(std::istream& stream, const Header& header) {
  constexpr uint64_t kLargest = uint64_t{1} << 48;
  const uint64_t sizes[] = {header.name_bytes, header.xml_bytes, header.description_bytes, header.weights_bytes,
                            header.packed_bytes};
  uint64_t all = 0;
  for (const uint64_t size : sizes) {
    if (size > kLargest) FailImport("its sizes are impossible");
    all += size;
  }
  const std::istream::pos_type here = stream.tellg();
  if (here == std::istream::pos_type(-1)) {
    stream.clear();
    return;
  }
  stream.seekg(0, std::ios::end);
  const std::istream::pos_type end = stream.tellg();
  stream.clear();
  stream.seekg(here);
  if (end != std::istream::pos_type(-1) && static_cast<uint64_t>(end - here) < all) FailImport("is cut off");
}

}  // namespace

void CompiledModel::ExportModel(std::ostream& stream) const {
  const runtime::CompiledGraph& graph = *Checked(impl_, "CompiledModel").graph;
  const runtime::ModelOrigin& origin = graph.Origin();
  if (!origin.source)
    throw Error(ErrorKind::kUnsupported,
                StrCat("model \"", graph.Name(),
                       "\": was not read from a file, or was compiled with shape_cache_capacity 0, so that "
                       "nothing is left to export"));
  const runtime::ModelSource& source = *origin.source;
  const std::shared_ptr<const graph::MappedFile>& weights = source.Weights();
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.format = kFormat;
  header.name_bytes = source.Name().size();
  header.xml_bytes = source.Xml().size();
  header.description_bytes = origin.description.size();
  header.weights_bytes = weights ? weights->Size() : 0;
  header.packed_bytes = graph.Packed().WrittenSize();
  header.key = runtime::PackingKey(origin, graph.Threads(), graph.Precision());
  header.hash_of_texts = HashText(source.Name() + source.Xml() + origin.description);
  header.hash_of_weights = weights ? HashBytes(weights->Data(), weights->Size()) : HashText("");
  header.hash_of_header = HashOf(header);
  stream.write(reinterpret_cast<const char*>(&header), sizeof(header));
  stream << source.Name() << source.Xml() << origin.description;
  if (weights)
    stream.write(reinterpret_cast<const char*>(weights->Data()), static_cast<std::streamsize>(weights->Size()));
  if (!stream || !graph.Packed().Write(stream, header.key) || !stream.flush())
    throw Error(ErrorKind::kIo, StrCat("model \"", graph.Name(), "\": ExportModel could not write to the stream"));
}

CompiledModel Core::ImportModel(std::istream& stream, const Properties& properties) const {
  Header header;
  ReadBytes(stream, &header, sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) FailImport("the stream holds something else");
  if (header.format != kFormat)
    FailImport(StrCat("is of format ", header.format, ", expected ", kFormat, "; export it anew"));
  if (header.hash_of_header != HashOf(header)) FailImport("is damaged");
  return Translate([&] {
    CheckRemaining(stream, header);
    const std::string name = ReadText(stream, header.name_bytes);
    const std::string xml = ReadText(stream, header.xml_bytes);
    const std::string description = ReadText(stream, header.description_bytes);
    if (HashText(name + xml + description) != header.hash_of_texts) FailImport("is damaged");
    const std::shared_ptr<std::byte> weights = runtime::AllocateMemory(header.weights_bytes);
    ReadBytes(stream, weights.get(), header.weights_bytes);
    if (HashBytes(weights.get(), header.weights_bytes) != header.hash_of_weights) FailImport("its weights are damaged");
    std::shared_ptr<std::byte> packed_bytes = runtime::AllocateMemory(header.packed_bytes);
    ReadBytes(stream, packed_bytes.get(), header.packed_bytes);
    const auto source = std::make_shared<const runtime::ModelSource>(
        name, xml, graph::MappedFile::FromMemory("weights of " + name, weights.get(), header.weights_bytes, weights));
    Model::Impl model = runtime::RestoreModel(source, description);
    const auto packed_for = [&](const Model::Impl& restored, const runtime::CompileOptions& options) {
      // The packing of another version, CPU, number of threads or precision is not asked for its entries.
      const uint64_t key = runtime::PackingKey(runtime::OriginOf(restored), options.threads, options.precision);
      auto packed = std::make_shared<runtime::PackedConstants>(key);
      if (key == header.key) packed->Load(packed_bytes, packed_bytes.get(), header.packed_bytes);
      return packed;
    };
    return runtime::CompileModel(std::move(model), impl_->Merged(properties), packed_for);
  });
}

}  // namespace moir
