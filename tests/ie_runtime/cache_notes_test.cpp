// A cached file that was read once and found whole is not read again to know that.
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include "ie_runtime/hashed_files.h"
#include "tests/ie_runtime/compiled_files_support.h"

namespace moir {
namespace {

using runtime::FileIdentity;
using runtime::IdentityOf;
using runtime::NoteOf;

class CacheNotes : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<float> weights(520 * 520);
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i * 2654435761u % 1000) / 1000 - 0.5f;
    temp_.Write("m.bin", std::string(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float)));
    model_ = temp_.Write("m.xml", kProductXml);
    folder_ = temp_.File("cache");
    expected_ = Infer(Core().CompileModel(model_, {{"inference_num_threads", "1"}}));
  }

  // What was changed before is seen to have changed.
  static void Tick() { std::this_thread::sleep_for(std::chrono::milliseconds(30)); }
  struct Result {
    bool from_cache;
    std::vector<float> values;
  };
  Result Compile(const Properties& more = {}) {
    Properties properties = With(folder_);
    properties.insert(more.begin(), more.end());
    const CompiledModel compiled = Core().CompileModel(model_, properties);
    return {FromCache(compiled), Infer(compiled)};
  }
  void ExpectCompiles(bool from_cache) {
    const Result result = Compile();
    EXPECT_EQ(result.from_cache, from_cache);
    EXPECT_EQ(result.values, expected_);
  }
  std::string Packed() const { return PackedFilesOf(folder_).at(0); }
  std::string Note() const { return NoteOf(folder_, *IdentityOf(Packed())); }
  // In place, so that it stays the same file.
  void Damage(size_t at) const {
    std::fstream file(Packed(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 0x40));
  }

  test::TempFolder temp_;
  std::string model_, folder_;
  std::vector<float> expected_;
};

TEST_F(CacheNotes, AFileIsReadOnce) {
  ExpectCompiles(false);
  EXPECT_FALSE(fs::exists(Note()));  // it was written, but not read
  Tick();
  ExpectCompiles(true);
  ASSERT_TRUE(fs::exists(Note()));
  const FileIdentity before = *IdentityOf(Packed());
  const std::string note = ReadFile(Note());
  // From now on the note is where uses are marked: the file stays what it was.
  ExpectCompiles(true);
  EXPECT_EQ(IdentityOf(Packed()), before);
  EXPECT_EQ(ReadFile(Note()), note);
  // Nobody reads it: damage that leaves no trace in what the system says is not seen. (The note is made to fit.)
  Damage(ReadFile(Packed()).size() / 8 * 4 + 3);  // an exponent
  const FileIdentity damaged = *IdentityOf(Packed());
  EXPECT_NE(damaged, before);
  Tick();
  uint64_t hash;
  std::memcpy(&hash, note.data() + 8 + sizeof(FileIdentity), sizeof(hash));
  ASSERT_TRUE(runtime::RememberHash(folder_, Packed(), damaged, hash, runtime::Writers::kMoir));
  const Result result = Compile();
  EXPECT_TRUE(result.from_cache);
  EXPECT_NE(result.values, expected_);
}

TEST_F(CacheNotes, AChangedFileIsReadAgain) {
  ExpectCompiles(false);
  Tick();
  ExpectCompiles(true);
  const std::string note = Note(), whole = ReadFile(Packed());
  for (const size_t at : {whole.size() / 2, whole.size() / 4 * 3, size_t{41}, size_t{9}}) {
    SCOPED_TRACE(at);
    Damage(at);
    ExpectCompiles(false);
    Tick();
    ExpectCompiles(true);
    ExpectCompiles(true);
  }
  // The files before left no notes behind.
  EXPECT_EQ(FilesOf(folder_).size(), 2U);
  // Another file under the name, as whole as the first.
  const std::string copy = ReadFile(Packed());
  const std::string path = Packed();
  WriteFile(temp_.File("copy"), copy);
  fs::rename(temp_.File("copy"), path);
  Tick();
  ExpectCompiles(true);
  EXPECT_TRUE(fs::exists(Note()));
}

TEST_F(CacheNotes, DamagedNotesAreWrittenAnew) {
  ExpectCompiles(false);
  Tick();
  ExpectCompiles(true);
  const std::string path = Note(), whole = ReadFile(path);
  for (size_t at = 0; at < whole.size(); at += 8) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    WriteFile(path, bytes);
    ExpectCompiles(true);
    EXPECT_EQ(ReadFile(path), whole) << at;
    WriteFile(path, whole.substr(0, at));
    ExpectCompiles(true);
    EXPECT_EQ(ReadFile(path), whole) << at;
  }
}

// Where another file is at the place of the note: everything is as without notes.
TEST_F(CacheNotes, NotesThatCannotBeWritten) {
  ExpectCompiles(false);
  Tick();
  fs::create_directories(Note() + "/in the way");
  for (int i = 0; i < 3; ++i) ExpectCompiles(true);
  Damage(ReadFile(Packed()).size() / 8 * 4 + 3);  // an exponent
  ExpectCompiles(false);
}

TEST_F(CacheNotes, CountForTheBound) {
  const std::string other = temp_.Write("other.xml", ReadFile(model_) + " ");
  fs::copy_file(temp_.File("m.bin"), temp_.File("other.bin"));
  ExpectCompiles(false);
  Tick();
  ExpectCompiles(true);
  const std::string first = Packed(), note = Note();
  ASSERT_TRUE(fs::exists(note));
  // The first was used last, which its note tells.
  const uint64_t bytes = fs::file_size(first), note_bytes = fs::file_size(note);
  Core().CompileModel(other, With(folder_));
  Tick();
  ExpectCompiles(true);
  Properties bounded = With(folder_);
  // All but the note: what was used before goes.
  bounded["cache_max_size"] = std::to_string(2 * bytes + note_bytes - 1);
  {
    const CompiledModel compiled = Core().CompileModel(model_, bounded);
    EXPECT_TRUE(FromCache(compiled));
  }
  EXPECT_EQ(PackedFilesOf(folder_), std::vector<std::string>{first});
  EXPECT_TRUE(fs::exists(note));
  // A file goes with its note; the own one stays, with its own.
  bounded["cache_max_size"] = "1";
  Core().CompileModel(other, bounded);
  EXPECT_FALSE(fs::exists(first));
  EXPECT_FALSE(fs::exists(note));
  Tick();
  Core().CompileModel(other, bounded);
  EXPECT_EQ(FilesOf(folder_).size(), 2U);
  Core().CompileModel(other, bounded);
  EXPECT_EQ(FilesOf(folder_).size(), 2U);
}

// Notes of models that are gone go when the folder is full; what only looks like one stays.
TEST_F(CacheNotes, OldOnesGo) {
  ExpectCompiles(false);
  Tick();
  ExpectCompiles(true);
  const std::string old = folder_ + "/0123456789abcdef.moirhash", foreign = folder_ + "/1123456789abcdef.moirhash";
  WriteFile(old, ReadFile(Note()));
  WriteFile(foreign, std::string(80, 'x'));
  const timespec times[2] = {{1000, 0}, {1000, 0}};
  for (const std::string& path : {old, foreign}) ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const std::string unfinished = old + ".77.0.tmp";
  WriteFile(unfinished, "x");
  ASSERT_EQ(utimensat(AT_FDCWD, unfinished.c_str(), times, 0), 0);
  Compile({{"cache_max_size", "1"}});
  EXPECT_FALSE(fs::exists(old));
  EXPECT_FALSE(fs::exists(unfinished));
  EXPECT_TRUE(fs::exists(foreign));
  EXPECT_TRUE(fs::exists(Note()));
}

TEST_F(CacheNotes, ThreadsRace) {
  ExpectCompiles(false);
  Tick();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 8; ++round) {
        if (i == 0 && round % 3 == 2) fs::remove(Note());
        const Result result = Compile();
        EXPECT_TRUE(result.from_cache);
        EXPECT_EQ(result.values, expected_);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace moir
