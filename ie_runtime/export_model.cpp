// CompiledModel::ExportModel and Core::ImportModel.
//
//   "MOIRMODL"  u32 format  u32 0
//   u64 bytes of: name, topology, description, environment, spans, all weights, kept weights, packed weights
//   u64 key of the packed weights   u64 hash of the first five parts   u64 hash of all weights   u64 of those kept
//   u64 hash of all before
//   name, topology, description, environment, spans; kept weights; packed weights: each of the three at a multiple of
//   64
//
// Little-endian. A span is two u64: where kept bytes begin and end among all weights. A portable file keeps all of them
// and has no packed ones; a compiled one has packed weights (a file of PackedConstants, which checks itself), and keeps
// what is needed besides.
#include <algorithm>
#include <cstring>
#include <istream>
#include <ostream>
#include <sstream>

#include "graph/ir/output_files.h"
#include "ie_runtime/api_impl.h"
#include "ie_runtime/byte_hash.h"
#include "ie_runtime/byte_streams.h"
#include "ie_runtime/internal_api.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/needed_weights.h"
#include "ie_runtime/threads.h"

namespace moir {
namespace {

using graph::StrCat;
using runtime::ByteSpan;
using runtime::Checked;
using runtime::HashBytes;
using runtime::HashText;
using runtime::Translate;

constexpr char kMagic[8] = {'M', 'O', 'I', 'R', 'M', 'O', 'D', 'L'};
constexpr uint32_t kFormat = 2;
constexpr uint64_t kAlignment = 64;

struct Header {
  char magic[8];
  uint32_t format, zero;
  uint64_t name_bytes, xml_bytes, description_bytes, environment_bytes, span_bytes;
  uint64_t weights_bytes, kept_bytes, packed_bytes;
  uint64_t key, hash_of_texts, hash_of_weights, hash_of_kept;
  uint64_t hash_of_header;  // of what stands before it
};
static_assert(sizeof(Header) == 120 && sizeof(ByteSpan) == 16);

uint64_t HashOf(const Header& header) { return HashBytes(&header, offsetof(Header, hash_of_header)); }

uint64_t Aligned(uint64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Where the parts begin, from the header on.
struct Places {
  explicit Places(const Header& header)
      : texts(sizeof(Header)),
        texts_end(texts + header.name_bytes + header.xml_bytes + header.description_bytes + header.environment_bytes +
                  header.span_bytes),
        kept(Aligned(texts_end)),
        packed(Aligned(kept + header.kept_bytes)),
        end(packed + header.packed_bytes) {}
  uint64_t texts, texts_end, kept, packed, end;
};

[[noreturn]] void FailImport(const std::string& reason) {
  throw Error(ErrorKind::kBadModel, StrCat("exported model: ", reason));
}

// Throws kBadModel for what is no header of ours.
void CheckHeader(const Header& header) {
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) FailImport("the stream holds something else");
  if (header.format != kFormat)
    FailImport(StrCat("is of format ", header.format, ", expected ", kFormat, "; export it anew"));
  if (header.hash_of_header != HashOf(header)) FailImport("is damaged");
  constexpr uint64_t kLargest = uint64_t{1} << 48;
  for (const uint64_t size : {header.name_bytes, header.xml_bytes, header.description_bytes, header.environment_bytes,
                              header.span_bytes, header.weights_bytes, header.kept_bytes, header.packed_bytes}) {
    if (size > kLargest) FailImport("its sizes are impossible");
  }
  if (header.span_bytes % sizeof(ByteSpan) != 0 || header.kept_bytes > header.weights_bytes)
    FailImport("its sizes are impossible");
}

// Where the stream can tell what is left of it, that is compared with the size before memory is taken.
void CheckRemaining(std::istream& stream, uint64_t bytes) {
  const std::istream::pos_type here = stream.tellg();
  if (here == std::istream::pos_type(-1)) {
    stream.clear();
    return;
  }
  stream.seekg(0, std::ios::end);
  const std::istream::pos_type end = stream.tellg();
  stream.clear();
  stream.seekg(here);
  if (end != std::istream::pos_type(-1) && static_cast<uint64_t>(end - here) < bytes) FailImport("is cut off");
}

// Throws kBadModel for spans that are not in order or not the kept bytes.
std::vector<ByteSpan> ReadSpans(const std::byte* from, const Header& header) {
  std::vector<ByteSpan> spans(header.span_bytes / sizeof(ByteSpan));
  if (!spans.empty()) std::memcpy(spans.data(), from, header.span_bytes);
  uint64_t end = 0, kept = 0;
  for (const ByteSpan& span : spans) {
    if (span.begin < end || span.end <= span.begin || span.end > header.weights_bytes) FailImport("is damaged");
    end = span.end;
    kept += span.end - span.begin;
  }
  if (kept != header.kept_bytes) FailImport("is damaged");
  return spans;
}

// The lines in which the machine that packed the weights and this one differ.
std::string Differences(const std::string& exported, const std::string& here) {
  std::istringstream theirs(exported), ours(here);
  std::string differences;
  for (std::string their, our; std::getline(theirs, their) && std::getline(ours, our);) {
    if (their != our) differences += StrCat(differences.empty() ? "" : "; ", "for ", their, ", here it is ", our);
  }
  return differences;
}

// Whole, and aligned as the parts are.
struct ExportedBytes {
  std::shared_ptr<const void> keeper;
  const std::byte* data;
  Header header;
};

CompiledModel Import(const ExportedBytes& bytes, const Properties& properties) {
  const Header& header = bytes.header;
  const Places places(header);
  const std::byte* at = bytes.data + places.texts;
  if (HashBytes(at, places.texts_end - places.texts) != header.hash_of_texts) FailImport("is damaged");
  const auto text = [&](uint64_t size) {
    std::string result(reinterpret_cast<const char*>(at), size);
    at += size;
    return result;
  };
  const std::string name = text(header.name_bytes), xml = text(header.xml_bytes);
  const std::string description = text(header.description_bytes), environment = text(header.environment_bytes);
  std::vector<ByteSpan> spans = ReadSpans(at, header);
  const std::byte* const kept = bytes.data + places.kept;
  if (HashBytes(kept, header.kept_bytes) != header.hash_of_kept) FailImport("its weights are damaged");

  const std::string weights_name = StrCat("weights of ", name);
  std::shared_ptr<const graph::MappedFile> weights;
  if (header.kept_bytes == header.weights_bytes) {
    weights = graph::MappedFile::FromMemory(weights_name, kept, header.weights_bytes, bytes.keeper);
  } else {
    const runtime::SparseWeights sparse(header.weights_bytes);
    const std::byte* from = kept;
    for (const ByteSpan& span : spans) {
      std::memcpy(sparse.Data() + span.begin, from, span.end - span.begin);
      from += span.end - span.begin;
    }
    weights = sparse.File(weights_name);
  }
  const auto source = std::make_shared<const runtime::ModelSource>(name, xml, std::move(weights),
                                                                   header.hash_of_weights, std::move(spans));
  Model::Impl model = runtime::RestoreModel(source, description);
  const auto packed_for = [&](const Model::Impl& restored,
                              const runtime::CompileOptions& options) -> std::shared_ptr<runtime::PackedConstants> {
    if (header.packed_bytes == 0) return nullptr;
    // The packing of another version, CPU, number of threads or precision is not asked for its entries.
    const uint64_t key = runtime::PackingKey(runtime::OriginOf(restored), options.threads, options.precision);
    if (key != header.key && source->IsPartial()) {
      const std::string differences =
          Differences(environment, runtime::PackingEnvironment(options.threads, options.precision));
      if (differences.empty()) FailImport("is damaged");
      throw Error(ErrorKind::kUnsupported,
                  StrCat("exported model \"", restored.graph->Name(), "\": its weights are packed ", differences,
                         "; expected the same, the model's own files, or one exported with export_mode portable"));
    }
    const runtime::ThreadCountScope count(options.threads > 0 ? options.threads : runtime::AvailableThreads());
    auto packed = std::make_shared<runtime::PackedConstants>(key);
    if (key == header.key && packed->Load(bytes.keeper, bytes.data + places.packed, header.packed_bytes))
      packed->SettleAlgorithms();
    if (source->IsPartial()) packed->NothingToPackFrom();
    return packed;
  };
  return runtime::CompileModel(std::move(model), properties, packed_for);
}

}  // namespace

void CompiledModel::ExportModel(std::ostream& stream) const {
  const Impl& impl = Checked(impl_, "CompiledModel");
  const runtime::CompiledGraph& graph = *impl.graph;
  const runtime::ModelOrigin& origin = graph.Origin();
  if (!origin.source)
    throw Error(ErrorKind::kUnsupported,
                StrCat("model \"", graph.Name(),
                       "\": was not read from a file, or was compiled with shape_cache_capacity 0, so that "
                       "nothing is left to export"));
  Translate([&] {
    const runtime::ModelSource& source = *origin.source;
    const bool portable = impl.family->Settings().portable_export;
    if (portable) runtime::RequireAllWeights(source, graph.Name(), "ExportModel with export_mode portable");
    const uint64_t all = source.WeightsSize();
    std::vector<ByteSpan> spans;
    if (all > 0 && portable) spans = {{0, all}};
    if (all > 0 && !portable) spans = runtime::NeededWeights(graph);
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof(kMagic));
    header.format = kFormat;
    std::string texts = StrCat(source.Name(), source.Xml(), origin.description);
    header.name_bytes = source.Name().size();
    header.xml_bytes = source.Xml().size();
    header.description_bytes = origin.description.size();
    if (!portable) {
      const std::string environment = runtime::PackingEnvironment(graph.Threads(), graph.Precision());
      texts += environment;
      header.environment_bytes = environment.size();
      header.packed_bytes = graph.Packed().WrittenSize();
      header.key = runtime::PackingKey(origin, graph.Threads(), graph.Precision());
    }
    header.span_bytes = spans.size() * sizeof(ByteSpan);
    texts.append(reinterpret_cast<const char*>(spans.data()), header.span_bytes);
    header.hash_of_texts = HashText(texts);
    header.weights_bytes = all;
    header.hash_of_weights = source.WeightsHash();
    std::shared_ptr<std::byte> gathered;
    const std::byte* kept = all > 0 ? source.Weights()->Data() : nullptr;
    for (const ByteSpan& span : spans) header.kept_bytes += span.end - span.begin;
    if (header.kept_bytes < all) {
      gathered = runtime::AllocateMemory(header.kept_bytes);
      uint64_t at = 0;
      for (const ByteSpan& span : spans) {
        std::memcpy(gathered.get() + at, kept + span.begin, span.end - span.begin);
        at += span.end - span.begin;
      }
      kept = gathered.get();
    }
    header.hash_of_kept =
        header.kept_bytes == all && all > 0 ? header.hash_of_weights : HashBytes(kept, header.kept_bytes);
    header.hash_of_header = HashOf(header);
    const Places places(header);
    const auto write = [&](const void* data, uint64_t bytes) {
      stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
    };
    const char zeros[kAlignment] = {};
    bool written = false;
    try {
      write(&header, sizeof(header));
      write(texts.data(), texts.size());
      write(zeros, places.kept - places.texts_end);
      write(kept, header.kept_bytes);
      write(zeros, places.packed - places.kept - header.kept_bytes);
      written = stream && (portable || graph.Packed().Write(stream, header.key)) && stream.flush();
    } catch (const std::ios_base::failure&) {
      // The caller's stream tells that it failed by throwing.
    }
    if (!written)
      throw Error(ErrorKind::kIo, StrCat("model \"", graph.Name(), "\": ExportModel could not write to the stream"));
  });
}

void CompiledModel::ExportModel(const std::string& path) const {
  Translate([&] {
    graph::OutputFiles files;
    graph::OutputFile& file = files.Add(path);
    runtime::WriteBuffer buffer([&](const char* bytes, size_t size) {
      file.Write(bytes, size);
      return true;
    });
    std::ostream stream(&buffer);
    // What the file throws says more than that the stream failed.
    stream.exceptions(std::ios::badbit);
    ExportModel(stream);
    files.Publish();
  });
}

CompiledModel Core::ImportModel(std::istream& stream, const Properties& properties) const {
  return Translate([&] {
    Header header;
    std::shared_ptr<std::byte> memory;
    const auto read = [&](void* to, uint64_t bytes) {
      if (!stream.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) FailImport("is cut off");
    };
    try {
      read(&header, sizeof(header));
      CheckHeader(header);
      const uint64_t bytes = Places(header).end;
      CheckRemaining(stream, bytes - sizeof(header));
      memory = runtime::AllocateMemory(bytes);
      std::memcpy(memory.get(), &header, sizeof(header));
      read(memory.get() + sizeof(header), bytes - sizeof(header));
    } catch (const std::ios_base::failure&) {
      // The caller's stream tells its end by throwing.
      FailImport("is cut off");
    }
    return Import({memory, memory.get(), header}, Checked(impl_, "Core").Merged(properties));
  });
}

CompiledModel Core::ImportModel(const std::string& path, const Properties& properties) const {
  return Translate([&] {
    const auto file = graph::MappedFile::Open(path);
    try {
      Header header;
      if (file->Size() < sizeof(header)) FailImport("is cut off");
      std::memcpy(&header, file->Data(), sizeof(header));
      CheckHeader(header);
      if (file->Size() < Places(header).end) FailImport("is cut off");
      return Import({file, file->Data(), header}, Checked(impl_, "Core").Merged(properties));
    } catch (const Error& error) {
      throw Error(error.Kind(), StrCat(path, ": ", error.what()));
    }
  });
}

}  // namespace moir
