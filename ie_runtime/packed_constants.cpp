#include "ie_runtime/packed_constants.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "ie_runtime/byte_hash.h"
#include "ie_runtime/common.h"
#include "ie_runtime/compile_jobs.h"
#include "ie_runtime/memory.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr char kMagic[8] = {'M', 'O', 'I', 'R', 'P', 'A', 'C', 'K'};
constexpr uint32_t kFormat = 1;
constexpr size_t kAlignment = 64;

struct Header {
  char magic[8];
  uint32_t format;
  uint32_t entries;
  uint64_t key;
  uint64_t size;
  uint64_t table_hash;
};
struct TableEntry {
  uint64_t key, offset, bytes, hash;
};
static_assert(sizeof(Header) == 40 && sizeof(TableEntry) == 32);

size_t Aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

struct Packing {
  PackedConstants* constants = nullptr;
  std::string layer;
  size_t layers = 0, number = 0;
};
thread_local Packing current;
thread_local const UnfilledScope::Take* unfilled = nullptr;

}  // namespace

struct PackedConstants::Table {
  uint64_t hash;
  std::vector<TableEntry> entries;
};

std::optional<PackedConstants::Table> PackedConstants::ReadTable(const std::byte* data, size_t bytes) const {
  Header header;
  if (bytes < sizeof(header)) return std::nullopt;
  std::memcpy(&header, data, sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0 || header.format != kFormat || header.key != key_ ||
      header.size != bytes || header.entries > (bytes - sizeof(header)) / sizeof(TableEntry))
    return std::nullopt;
  Table table{header.table_hash, std::vector<TableEntry>(header.entries)};
  const size_t table_bytes = header.entries * sizeof(TableEntry);
  if (HashBytes(data + sizeof(header), table_bytes) != header.table_hash) return std::nullopt;
  if (table_bytes > 0) std::memcpy(table.entries.data(), data + sizeof(header), table_bytes);
  for (const TableEntry& entry : table.entries) {
    if (entry.offset % kAlignment != 0 || entry.offset > bytes || entry.bytes > bytes - entry.offset)
      return std::nullopt;
  }
  return table;
}

void PackedConstants::Take(const Table& table, const std::shared_ptr<const void>& keeper, const std::byte* data,
                           bool to_be_read) {
  stored_.clear();
  for (const TableEntry& entry : table.entries)
    stored_[entry.key] = {{keeper, data + entry.offset}, entry.bytes, to_be_read};
}

namespace {

// Leaves out damaged entries; returns how many. Equal entries have one place.
size_t LeaveOutDamaged(std::vector<TableEntry>& entries, const std::byte* data) {
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> hashes;
  for (const TableEntry& entry : entries) hashes[{entry.offset, entry.bytes}] = 0;
  std::vector<std::pair<const std::pair<uint64_t, uint64_t>, uint64_t>*> large, small;
  for (auto& place : hashes) (place.first.second > (size_t{4} << 20) ? large : small).push_back(&place);
  const auto hash = [&](auto* place) { place->second = HashBytes(data + place->first.first, place->first.second); };
  for (auto* place : large) hash(place);
  ParallelFor(static_cast<int64_t>(small.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) hash(small[static_cast<size_t>(i)]);
  });
  return std::erase_if(entries, [&](const TableEntry& entry) {
    return hashes.at({entry.offset, entry.bytes}) != entry.hash;
  });
}

}  // namespace

bool PackedConstants::Load(std::shared_ptr<const void> keeper, const std::byte* data, size_t bytes) {
  std::optional<Table> table = ReadTable(data, bytes);
  if (!table) return false;
  LeaveOutDamaged(table->entries, data);
  Take(*table, keeper, data, false);
  return true;
}

void PackedConstants::Load(const PackedConstants& other) {
  for (const Entry& entry : other.entries_) stored_[entry.key] = {entry.data, entry.bytes, false};
}

void PackedConstants::FailMissing() {
  Fail(ErrorKind::kBadModel, "exported model: its packed weights are damaged, and it holds no others");
}

std::optional<PackedConstants::LoadedFile> PackedConstants::Load(
    const std::string& path, const std::function<bool(const FileIdentity&, uint64_t)>& is_known) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  void* memory = MAP_FAILED;
  size_t bytes = 0;
  const std::optional<FileIdentity> identity = IdentityOf(file);
  if (identity && identity->size > 0) {
    bytes = identity->size;
    memory = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  }
  close(file);
  if (memory == MAP_FAILED) return std::nullopt;
  const std::shared_ptr<const void> keeper(memory, [bytes](void* mapped) { munmap(mapped, bytes); });
  const auto* data = static_cast<const std::byte*>(memory);
  std::optional<Table> table = ReadTable(data, bytes);
  if (!table) return std::nullopt;
  const bool known = is_known(*identity, table->hash);
  const size_t damaged = known ? 0 : LeaveOutDamaged(table->entries, data);
  Take(*table, keeper, data, known);
  return LoadedFile{*identity, table->hash, !known && damaged == 0};
}

std::shared_ptr<const std::byte> PackedConstants::Find(uint64_t key, size_t bytes) {
  const auto found = stored_.find(key);
  if (found == stored_.end() || found->second.bytes != bytes) return nullptr;
  const Stored& stored = found->second;
  const bool is_new = given_.insert(stored.data.get()).second;
  if (!is_new) shared_bytes_ += bytes;
  if (is_new && stored.to_be_read) {
    // All threads map pages, instead of each fault of the first inference a few.
    static constexpr size_t kPiece = size_t{1} << 20;
    PutOff(static_cast<int64_t>((bytes + kPiece - 1) / kPiece), 0, [data = stored.data.get(), bytes](int64_t piece) {
      const size_t first = static_cast<size_t>(piece) * kPiece;
      WillRead(data + first, std::min(kPiece, bytes - first));
    });
  }
  entries_.push_back({key, bytes, stored.data});
  ++found_;
  return stored.data;
}

namespace {

uint64_t TextKey(const std::string& name) { return HashText(StrCat("text\n", name)); }

}  // namespace

std::optional<std::string> PackedConstants::FindText(const std::string& name) {
  const auto found = stored_.find(TextKey(name));
  if (found == stored_.end()) return std::nullopt;
  const Stored& stored = found->second;
  entries_.push_back({TextKey(name), stored.bytes, stored.data});
  return std::string(reinterpret_cast<const char*>(stored.data.get()), stored.bytes);
}

void PackedConstants::SetText(const std::string& name, const std::string& text) {
  const std::shared_ptr<std::byte> memory = AllocateMemory(text.size());
  std::memcpy(memory.get(), text.data(), text.size());
  entries_.push_back({TextKey(name), text.size(), memory});
  has_new_text_ = true;
}

std::shared_ptr<std::byte> PackedConstants::NewMemory(size_t bytes) {
  constexpr size_t kFirstBlock = size_t{1} << 18, kLargestBlock = size_t{1} << 25;
  if (bytes >= kLargestBlock) return AllocateMemory(bytes);
  if (bytes > block_bytes_ - block_used_) {
    block_bytes_ = std::min(std::max(2 * block_bytes_, kFirstBlock), kLargestBlock);
    while (block_bytes_ < bytes) block_bytes_ *= 2;
    block_ = AllocateMemory(block_bytes_);
    block_used_ = 0;
  }
  std::shared_ptr<std::byte> memory(block_, block_.get() + block_used_);
  // No two entries begin at the same place.
  block_used_ = std::min(Aligned(block_used_ + std::max<size_t>(bytes, 1)), block_bytes_);
  return memory;
}

std::shared_ptr<const std::byte> PackedConstants::AddNew(uint64_t key, uint64_t alike, size_t bytes,
                                                         std::shared_ptr<const std::byte> data) {
  ++packed_;
  alike_.emplace(alike, entries_.size());
  entries_.push_back({key, bytes, std::move(data)});
  return entries_.back().data;
}

std::shared_ptr<const std::byte> PackedConstants::Add(uint64_t key, uint64_t alike, size_t bytes,
                                                      std::shared_ptr<const std::byte> data) {
  const auto [first, last] = alike_.equal_range(alike);
  for (auto other = first; other != last; ++other) {
    const Entry& entry = entries_[other->second];
    if (entry.bytes != bytes || std::memcmp(entry.data.get(), data.get(), bytes) != 0) continue;
    ++packed_;
    shared_bytes_ += bytes;
    entries_.push_back({key, bytes, entry.data});
    // The memory that is not needed after all was the last to be taken.
    if (block_ && data.get() >= block_.get() && data.get() < block_.get() + block_bytes_)
      block_used_ = static_cast<size_t>(data.get() - block_.get());
    return entries_.back().data;
  }
  return AddNew(key, alike, bytes, std::move(data));
}

std::shared_ptr<const std::byte> PackedConstants::GetLater(uint64_t key, const std::string& form, const Tensor& source,
                                                           size_t bytes, int64_t pieces,
                                                           std::function<void(std::byte*, int64_t)> fill) {
  if (auto found = Find(key, bytes)) return found;
  if (complete_) FailMissing();
  std::shared_ptr<std::byte> memory = NewMemory(bytes);
  const uint64_t alike =
      HashText(StrCat(form, '\n', bytes, '\n', HashBytes(source.Data(), std::min<size_t>(source.ByteSize(), 1024))));
  const auto pack = [memory = memory.get(), fill = std::move(fill)](int64_t piece) { fill(memory, piece); };
  if (!alike_.contains(alike)) {
    PutOff(pieces, bytes, pack);
    return AddNew(key, alike, bytes, std::move(memory));
  }
  // What it is compared with must be there.
  PutOff(pieces, bytes, pack);
  RunPutOff();
  return Add(key, alike, bytes, std::move(memory));
}

std::vector<size_t> PackedConstants::Places(size_t* end) const {
  std::vector<size_t> places;
  std::map<const std::byte*, size_t> written;
  *end = Aligned(sizeof(Header) + entries_.size() * sizeof(TableEntry));
  for (const Entry& entry : entries_) {
    const auto [place, is_new] = written.emplace(entry.data.get(), *end);
    if (is_new) *end = Aligned(*end + entry.bytes);
    places.push_back(place->second);
  }
  return places;
}

size_t PackedConstants::WrittenSize() const {
  size_t end = 0;
  Places(&end);
  return end;
}

bool PackedConstants::Write(std::ostream& stream, uint64_t key) const {
  size_t end = 0;
  const std::vector<size_t> places = Places(&end);
  std::vector<TableEntry> table;
  for (size_t i = 0; i < entries_.size(); ++i)
    table.push_back(
        {entries_[i].key, places[i], entries_[i].bytes, HashBytes(entries_[i].data.get(), entries_[i].bytes)});
  const size_t table_bytes = table.size() * sizeof(TableEntry);
  Header header{{}, kFormat, static_cast<uint32_t>(table.size()), key, end, HashBytes(table.data(), table_bytes)};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  size_t written = 0;
  const auto write = [&](const void* data, size_t bytes) {
    stream.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
    written += bytes;
  };
  const auto pad = [&] {
    const char zeros[kAlignment] = {};
    write(zeros, Aligned(written) - written);
  };
  write(&header, sizeof(header));
  write(table.data(), table_bytes);
  for (size_t i = 0; i < entries_.size(); ++i) {
    pad();
    if (written == places[i]) write(entries_[i].data.get(), entries_[i].bytes);
  }
  pad();
  return stream.good();
}

bool PackedConstants::SaveTo(const std::string& path) const {
  static std::atomic<unsigned> number{0};
  const std::string temporary = StrCat(path, ".", getpid(), ".", number++, ".tmp");
  bool written = false;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    written = file && Write(file, key_);
    file.close();
    written = written && !file.fail();
  }
  if (written && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  unlink(temporary.c_str());
  return false;
}

bool PackedConstants::IsFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[sizeof(kMagic)];
  return file.read(magic, sizeof(magic)) && std::memcmp(magic, kMagic, sizeof(kMagic)) == 0;
}

PackingScope::PackingScope(PackedConstants* constants) : previous_(current.constants) {
  current = {constants, "", 0, 0};
}
PackingScope::~PackingScope() { current.constants = previous_; }

void PackingScope::Layer(const std::string& name) {
  // Names need not be unique.
  current.layer = StrCat(current.layers++, ' ', name);
  current.number = 0;
}

namespace {

uint64_t NextKey(const std::string& form, size_t bytes) {
  return HashText(StrCat(current.layer, '\n', current.number++, '\n', form, '\n', bytes));
}

}  // namespace

UnfilledScope::UnfilledScope(const Take& take) : previous_(unfilled) { unfilled = &take; }
UnfilledScope::~UnfilledScope() { unfilled = previous_; }

PackedConstants* CurrentConstants() { return current.constants; }

std::shared_ptr<const std::byte> PackConstant(const std::string& form, size_t bytes,
                                              const std::function<void(std::byte*)>& fill) {
  if (unfilled) return (*unfilled)(bytes);
  // What fills it may have loops for all threads.
  const TeamStartScope start;
  if (!current.constants) {
    std::shared_ptr<std::byte> memory = AllocateMemory(bytes);
    fill(memory.get());
    return memory;
  }
  return current.constants->Get(NextKey(form, bytes), bytes, fill);
}

std::shared_ptr<const std::byte> PackConstantLater(const std::string& form, const Tensor& source, size_t bytes,
                                                   int64_t pieces, std::function<void(std::byte*, int64_t)> fill) {
  if (unfilled) return (*unfilled)(bytes);
  if (!current.constants) {
    std::shared_ptr<std::byte> memory = AllocateMemory(bytes);
    PutOff(pieces, bytes, [to = memory.get(), fill = std::move(fill)](int64_t piece) { fill(to, piece); });
    return memory;
  }
  return current.constants->GetLater(NextKey(form, bytes), form, source, bytes, pieces, std::move(fill));
}

}  // namespace moir::runtime
