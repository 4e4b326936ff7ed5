#include "ie_runtime/hashed_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ie_runtime/byte_hash.h"
#include "moir/moir.h"
#include "tests/ie_runtime/compiled_files_support.h"
#include "tests/support/graph_testing.h"

namespace moir::runtime {
namespace {

namespace fs = std::filesystem;

// Until a change of the file counts as settled.
void WaitUntilSettled() { std::this_thread::sleep_for(std::chrono::milliseconds(3100)); }

TEST(HashedFiles, AreRememberedUntilTheyChange) {
  const test::TempFolder temp;
  const std::string folder = temp.File("cache"), path = temp.Write("weights", std::string(100, 'a'));
  EXPECT_FALSE(IdentityOf(temp.File("absent")));
  EXPECT_FALSE(IdentityOf(temp.Path()));
  // A moment ago it changed: it might again, unseen.
  RememberHash(folder, path, *IdentityOf(path), 1);
  EXPECT_FALSE(RememberedHash(folder, *IdentityOf(path)));
  const std::string other = temp.Write("other", std::string(100, 'o'));
  WaitUntilSettled();
  const FileIdentity identity = *IdentityOf(path);
  RememberHash(folder, path, identity, 2);
  EXPECT_EQ(RememberedHash(folder, identity), 2u);
  EXPECT_FALSE(RememberedHash(folder, *IdentityOf(other)));
  EXPECT_FALSE(RememberedHash(temp.File("another_cache"), identity));
  // Read while somebody put another file in its place.
  RememberHash(folder, other, identity, 3);
  EXPECT_EQ(RememberedHash(folder, identity), 2u);

  // A damaged note, and one that is cut off.
  const std::string note = fs::directory_iterator(folder)->path();
  std::ifstream file(note, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  ASSERT_EQ(whole.size(), 80u);
  for (size_t at = 0; at < whole.size(); at += 8) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(note, std::ios::binary) << bytes;
    EXPECT_FALSE(RememberedHash(folder, identity)) << at;
    std::ofstream(note, std::ios::binary) << whole.substr(0, at);
    EXPECT_FALSE(RememberedHash(folder, identity)) << at;
  }
  std::ofstream(note, std::ios::binary) << whole;
  EXPECT_EQ(RememberedHash(folder, identity), 2u);

  // Other bytes of the same number, the time of modification set back.
  std::ofstream(path, std::ios::binary) << std::string(100, 'b');
  const timespec times[2] = {{identity.modified, identity.modified_ns}, {identity.modified, identity.modified_ns}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_EQ(IdentityOf(path)->modified, identity.modified);
  EXPECT_FALSE(RememberedHash(folder, *IdentityOf(path)));
}

// What moir alone writes, by renaming, need not rest for seconds: a change shows as soon as the clock has moved on.
TEST(HashedFiles, OursAreRememberedSooner) {
  const test::TempFolder temp;
  const std::string folder = temp.File("cache"), path = temp.Write("packed", std::string(100, 'a'));
  const auto tick = [] { std::this_thread::sleep_for(std::chrono::milliseconds(30)); };
  tick();
  const FileIdentity identity = *IdentityOf(path);
  EXPECT_FALSE(RememberHash(folder, path, identity, 1));
  EXPECT_TRUE(RememberHash(folder, path, identity, 2, Writers::kMoir));
  EXPECT_EQ(RememberedHash(folder, identity), 2u);
  EXPECT_TRUE(IsNote(NoteOf(folder, identity)));
  EXPECT_FALSE(IsNote(path));
  std::ofstream(path, std::ios::binary) << std::string(100, 'b');
  EXPECT_FALSE(RememberedHash(folder, *IdentityOf(path)));
  // From the future.
  FileIdentity later = *IdentityOf(path);
  later.changed += 1000;
  EXPECT_FALSE(RememberHash(folder, path, later, 3, Writers::kMoir));
}

// A model whose weights changed is not taken for the one that was cached, and one whose weights did not is.
TEST(HashedFiles, TheCacheKnowsChangedWeights) {
  const test::TempFolder temp;
  const std::string bin(sizeof(float) * 520 * 520, '\0');
  const std::string model = temp.Write("m.xml", kProductXml), weights = temp.Write("m.bin", bin),
                    cache = temp.File("cache");
  const auto count = [&](const std::string& extension) {
    int files = 0;
    for (const auto& entry : fs::directory_iterator(cache)) files += entry.path().extension() == extension;
    return files;
  };
  const auto compile = [&] {
    return Core().CompileModel(model, {{"cache_dir", cache}}).GetProperty("loaded_from_cache") == "true";
  };
  WaitUntilSettled();
  EXPECT_FALSE(compile());
  EXPECT_EQ(count(".moirhash"), 1);
  EXPECT_TRUE(compile());
  std::fstream(weights, std::ios::binary | std::ios::in | std::ios::out).put('\x3f');
  EXPECT_FALSE(compile());
  EXPECT_TRUE(compile());
  EXPECT_EQ(count(".moirpack"), 2);
}

}  // namespace
}  // namespace moir::runtime
