#include "ie_runtime/apps/common/npz.h"

#include <zip.h>

#include <cstring>
#include <filesystem>

#include "ie_runtime/apps/common/npy.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

std::vector<std::string> NamesOf(const NamedTensors& arrays) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : arrays) names.push_back(name);
  return names;
}

// An archive of one member with any bytes.
void WriteArchive(const std::string& path, const std::string& name, const std::string& bytes) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  ASSERT_NE(archive, nullptr);
  ASSERT_GE(zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0), 0);
  ASSERT_EQ(zip_close(archive), 0);
}

TEST(NpzTest, ReadsStoredAndDeflatedMembersInOrder) {
  const NamedTensors stored = ReadNpz(NpyFixture("stored.npz"));
  EXPECT_EQ(NamesOf(stored), (std::vector<std::string>{"zebra", "apple"}));
  EXPECT_EQ(stored[0].second.Data<float>()[1], -0.5F);
  EXPECT_EQ(stored[1].second.Data<int64_t>()[5], 3);
  const NamedTensors deflated = ReadNpz(NpyFixture("deflated.npz"));
  EXPECT_EQ(NamesOf(deflated), (std::vector<std::string>{"zebra", "apple"}));
  EXPECT_EQ(deflated[0].second.GetShape(), (Shape{50, 50}));
  EXPECT_EQ(deflated[1].second.Data<int64_t>()[0], -2);
}

TEST(NpzTest, RoundTripsTypesShapesAndOrder) {
  const test::TempFolder folder;
  NamedTensors arrays;
  for (const std::string name : {"i64", "f32", "bool", "f16", "u8", "i8", "f64", "i32", "scalar", "empty"}) {
    arrays.emplace_back("layer/" + name, ReadNpy(NpyFixture(name + ".npy")));
  }
  WriteNpz(folder.File("all.npz"), arrays);
  const NamedTensors again = ReadNpz(folder.File("all.npz"));
  ASSERT_EQ(NamesOf(again), NamesOf(arrays));
  for (size_t i = 0; i < arrays.size(); ++i) {
    SCOPED_TRACE(arrays[i].first);
    EXPECT_EQ(again[i].second.GetElementType(), arrays[i].second.GetElementType());
    EXPECT_EQ(again[i].second.GetShape(), arrays[i].second.GetShape());
    ASSERT_EQ(again[i].second.GetByteSize(), arrays[i].second.GetByteSize());
    if (again[i].second.GetByteSize() > 0) {
      EXPECT_EQ(std::memcmp(again[i].second.Data(), arrays[i].second.Data(), arrays[i].second.GetByteSize()), 0);
    }
  }
}

TEST(NpzTest, WritesTheSameBytesEachTimeAndReplacesOldFiles) {
  const test::TempFolder folder;
  const NamedTensors arrays = {{"a", ReadNpy(NpyFixture("f32.npy"))}};
  folder.Write("old.npz", "this is no archive");
  WriteNpz(folder.File("old.npz"), arrays);
  WriteNpz(folder.File("new.npz"), arrays);
  EXPECT_EQ(ReadBytes(folder.File("old.npz")), ReadBytes(folder.File("new.npz")));
  EXPECT_EQ(ReadNpz(folder.File("old.npz")).size(), 1u);
}

TEST(NpzTest, MakesEqualNamesDifferent) {
  const test::TempFolder folder;
  const Tensor a = MakeTensor<float>(ElementType::kF32, {1}, {1}), b = MakeTensor<float>(ElementType::kF32, {1}, {2});
  WriteNpz(folder.File("a.npz"), {{"y", a}, {"y", b}, {"y", a}});
  const NamedTensors again = ReadNpz(folder.File("a.npz"));
  EXPECT_EQ(NamesOf(again), (std::vector<std::string>{"y", "y.1", "y.2"}));
  EXPECT_EQ(again[1].second.Data<float>()[0], 2.0F);
}

TEST(NpzTest, WritesBfloatAsFloat) {
  const test::TempFolder folder;
  WriteNpz(folder.File("a.npz"), {{"y", MakeTensor<uint16_t>(ElementType::kBF16, {2}, {0x3f80, 0xc000})}});
  const Tensor tensor = ReadNpz(folder.File("a.npz"))[0].second;
  ASSERT_EQ(tensor.GetElementType(), ElementType::kF32);
  EXPECT_EQ(tensor.Data<float>()[0], 1.0F);
  EXPECT_EQ(tensor.Data<float>()[1], -2.0F);
}

TEST(NpzTest, LeavesNothingBehindWhenItCannotWrite) {
  const test::TempFolder folder;
  const NamedTensors arrays = {{"a", ReadNpy(NpyFixture("f32.npy"))}};
  ExpectError(ErrorKind::kIo, "no/such/folder.npz", [&] { WriteNpz(folder.File("no/such/folder.npz"), arrays); });
  std::filesystem::create_directory(folder.File("folder.npz"));
  ExpectError(ErrorKind::kIo, "folder.npz", [&] { WriteNpz(folder.File("folder.npz"), arrays); });
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.File(""))) ++files;
  EXPECT_EQ(files, 1u);
}

TEST(NpzTest, RefusesWhatIsNoArchiveOfArrays) {
  const test::TempFolder folder;
  ExpectError(ErrorKind::kIo, "nothing.npz", [&] { ReadNpz(folder.File("nothing.npz")); });
  ExpectError(ErrorKind::kBadModel, "text.npz", [&] { ReadNpz(folder.Write("text.npz", "no archive at all")); });
  WriteArchive(folder.File("other.npz"), "a.txt", "text");
  ExpectError(ErrorKind::kBadModel, "member a.txt", [&] { ReadNpz(folder.File("other.npz")); });
  WriteArchive(folder.File("fake.npz"), "a.npy", "text that is no array");
  ExpectError(ErrorKind::kBadModel, "member a.npy: not a NumPy array", [&] { ReadNpz(folder.File("fake.npz")); });
}

TEST(NpzTest, RefusesEveryTruncation) {
  const test::TempFolder folder;
  for (const std::string name : {"stored.npz", "deflated.npz"}) {
    const std::string file = ReadBytes(NpyFixture(name));
    for (size_t size = 0; size < file.size(); ++size) {
      SCOPED_TRACE(name + " " + std::to_string(size));
      EXPECT_THROW(ReadNpz(folder.Write("a.npz", file.substr(0, size))), Error);
    }
  }
}

// Flipping any bit of the archive must be noticed or must not matter (times, attributes, NumPy's padding).
TEST(NpzTest, NeverReadsOtherValuesFromDamagedArchives) {
  const test::TempFolder folder;
  for (const std::string name : {"stored.npz", "deflated.npz"}) {
    const std::string file = ReadBytes(NpyFixture(name));
    const Tensor expected = ReadNpz(NpyFixture(name))[1].second;
    size_t refused = 0;
    for (size_t byte = 0; byte < file.size(); ++byte) {
      std::string damaged = file;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << byte % 8));
      SCOPED_TRACE(name + " byte " + std::to_string(byte));
      try {
        const NamedTensors arrays = ReadNpz(folder.Write("a.npz", damaged));
        for (const auto& [member, tensor] : arrays) {
          if (member != "apple") continue;
          ASSERT_EQ(tensor.GetByteSize(), expected.GetByteSize());
          EXPECT_EQ(std::memcmp(tensor.Data(), expected.Data(), expected.GetByteSize()), 0);
        }
      } catch (const Error&) {
        ++refused;
      }
    }
    EXPECT_GT(refused, file.size() / 2) << name;
  }
}

}  // namespace
}  // namespace moir::apps
