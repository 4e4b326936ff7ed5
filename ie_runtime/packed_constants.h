// PackedConstants: the weights of a compiled graph as its kernels want them, so that the next start takes them from a
// file instead of packing them.
//
//   "MOIRPACK"  u32 format  u32 entries  u64 key  u64 size of all  u64 hash of the table   (40 bytes)
//   per entry: u64 key  u64 offset  u64 bytes  u64 hash of the bytes
//   the bytes, each entry's at a multiple of 64
// An entry may also be a text: which algorithms were chosen by measuring (algorithm_choices.h).
// Equal bytes are there once, in memory and in the file: the steps of an unrolled recurrent network share their
// weights.
//
// Little-endian. The file's key stands for everything that decides what is packed and how; an entry's key for the layer
// and its number there. The table is checked when the file is opened, and so are all entries, in parallel, unless the
// file is known to be whole. A damaged entry is packed anew.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "ie_runtime/byte_hash.h"
#include "ie_runtime/common.h"
#include "ie_runtime/hashed_files.h"

namespace moir::runtime {

class PackedConstants {
 public:
  // Starts without a file. `key` is that of the file to be; 0: there is none.
  explicit PackedConstants(uint64_t key) : key_(key) {}

  // Takes the entries that are whole of what SaveTo and Write wrote, if it has this key and a table that is whole; else
  // nothing happens. Returns whether it did. `keeper` keeps the bytes alive. All bytes are read, by the threads of the
  // caller's parallel regions.
  bool Load(std::shared_ptr<const void> keeper, const std::byte* data, size_t bytes);
  struct LoadedFile {
    FileIdentity identity;  // from before its bytes were read
    uint64_t table_hash;
    bool read_whole;  // all bytes, which were as they should be
  };
  // The same of a file, which is mapped read-only: processes share its pages. Its bytes are not read if `is_known` says
  // of its identity and the hash of its table that they are as they should be.
  std::optional<LoadedFile> Load(const std::string& path,
                                 const std::function<bool(const FileIdentity&, uint64_t table_hash)>& is_known);
  // Takes the entries that `other` was asked for.
  void Load(const PackedConstants& other);
  // There is nothing to pack from: Get throws kBadModel instead.
  void NothingToPackFrom() { complete_ = true; }

  // The bytes of the entry `key`, or, when they are not there, new memory that `fill` writes.
  template <typename Fill>
  std::shared_ptr<const std::byte> Get(uint64_t key, size_t bytes, const Fill& fill) {
    if (auto found = Find(key, bytes)) return found;
    if (complete_) FailMissing();
    std::shared_ptr<std::byte> memory = NewMemory(bytes);
    fill(memory.get());
    // Weights that begin alike are equal nearly always, so the rest is read for these only.
    return Add(key, HashBytes(memory.get(), std::min<size_t>(bytes, 1024)), bytes, memory);
  }
  // The same with filling put off (compile_jobs.h). `source`: what is packed, `form`: how. Where it may be what has
  // been packed before, it is packed at once, and compared.
  std::shared_ptr<const std::byte> GetLater(uint64_t key, const std::string& form, const Tensor& source, size_t bytes,
                                            int64_t pieces, std::function<void(std::byte*, int64_t)> fill);

  // A text that is kept beside the constants, with a name of its own; nothing when it is not there or damaged. It
  // counts neither as found nor as packed.
  std::optional<std::string> FindText(const std::string& name);
  void SetText(const std::string& name, const std::string& text);
  // They were packed for the algorithms that were chosen then, by estimate where there is no text of it.
  void SettleAlgorithms() { settled_ = true; }
  bool AlgorithmsAreSettled() const { return settled_; }

  // What layers with the same weights have in common besides packed bytes; null at first. `what`: unique for it.
  std::shared_ptr<void>& Common(const std::string& what) { return common_[what]; }
  // Whether the bytes are this process's alone: they neither come from a file nor go into one.
  bool IsPrivate() const { return key_ == 0; }
  size_t Found() const { return found_; }    // entries that came from the file
  size_t Packed() const { return packed_; }  // those that did not
  // Whether there is anything that the file lacks.
  bool HasNews() const { return packed_ > 0 || has_new_text_; }
  // Of the entries that are equal to an earlier one, whose memory they have.
  size_t SharedBytes() const { return shared_bytes_; }
  // All entries that were asked for, under another key. Returns false when the stream fails.
  bool Write(std::ostream& stream, uint64_t key) const;
  size_t WrittenSize() const;
  // To a file that appears whole or not at all; whatever else may write it at the same time. Returns whether it did.
  bool SaveTo(const std::string& path) const;
  // Whether the file begins as what SaveTo writes.
  static bool IsFile(const std::string& path);

 private:
  struct Entry {
    uint64_t key;
    size_t bytes;
    std::shared_ptr<const std::byte> data;
  };
  struct Stored {
    std::shared_ptr<const std::byte> data;
    size_t bytes;
    bool to_be_read;  // its pages are not mapped yet
  };
  // What stands before the entries of what Write wrote, if that is whole.
  struct Table;
  std::optional<Table> ReadTable(const std::byte* data, size_t bytes) const;
  void Take(const Table& table, const std::shared_ptr<const void>& keeper, const std::byte* data, bool to_be_read);
  [[noreturn]] static void FailMissing();
  std::shared_ptr<const std::byte> Find(uint64_t key, size_t bytes);
  std::shared_ptr<std::byte> NewMemory(size_t bytes);
  // Returns the data, or an earlier entry's that are equal; `alike`: the same for equal ones, and rarely for others.
  std::shared_ptr<const std::byte> Add(uint64_t key, uint64_t alike, size_t bytes,
                                       std::shared_ptr<const std::byte> data);
  std::shared_ptr<const std::byte> AddNew(uint64_t key, uint64_t alike, size_t bytes,
                                          std::shared_ptr<const std::byte> data);

  // Where the entries' bytes are to lie in a file, and where it ends.
  std::vector<size_t> Places(size_t* end) const;

  uint64_t key_;
  bool complete_ = false, settled_ = false, has_new_text_ = false;
  std::map<uint64_t, Stored> stored_;
  std::set<const std::byte*> given_;  // of what was stored
  std::vector<Entry> entries_;
  std::multimap<uint64_t, size_t> alike_;  // what Add was told -> the entry's index
  size_t found_ = 0, packed_ = 0, shared_bytes_ = 0;
  std::map<std::string, std::shared_ptr<void>> common_;
  // New entries lie in blocks that grow, side by side: a few large pages instead of many small ones.
  std::shared_ptr<std::byte> block_;
  size_t block_bytes_ = 0, block_used_ = 0;
};

// While it lives, PackConstant in this thread asks `constants`; null: it packs.
class PackingScope {
 public:
  explicit PackingScope(PackedConstants* constants);
  ~PackingScope();
  PackingScope(const PackingScope&) = delete;
  PackingScope& operator=(const PackingScope&) = delete;
  // Constants are those of this layer from now on.
  void Layer(const std::string& name);

 private:
  PackedConstants* previous_;
};

// While it lives, PackConstant in this thread gives what `take(bytes)` does, which nobody fills: for kernels that are
// made to be timed, and never run for their results.
class UnfilledScope {
 public:
  using Take = std::function<std::shared_ptr<const std::byte>(size_t bytes)>;
  explicit UnfilledScope(const Take& take);
  ~UnfilledScope();
  UnfilledScope(const UnfilledScope&) = delete;
  UnfilledScope& operator=(const UnfilledScope&) = delete;

 private:
  const Take* previous_;
};

// The constants that PackConstant asks; null: none, it packs.
PackedConstants* CurrentConstants();

// A constant of the current layer, packed. `form` says how; kernels call it in the same order each time.
std::shared_ptr<const std::byte> PackConstant(const std::string& form, size_t bytes,
                                              const std::function<void(std::byte*)>& fill);
// The same with filling put off (compile_jobs.h): fill(memory, piece) for each of `pieces` pieces. `source`: what is
// packed.
std::shared_ptr<const std::byte> PackConstantLater(const std::string& form, const Tensor& source, size_t bytes,
                                                   int64_t pieces, std::function<void(std::byte*, int64_t)> fill);

}  // namespace moir::runtime
