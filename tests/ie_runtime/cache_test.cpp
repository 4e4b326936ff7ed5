// Compiled models on disk: the cache.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "tests/ie_runtime/compiled_files_support.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

class Cache : public testing::Test {
 protected:
  void SetUp() override { expected_ = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}})); }
  // Numbers are the same bits wherever the weights come from.
  bool Compile(const std::string& folder, const std::string& model = kModel) {
    const CompiledModel compiled = Core().CompileModel(model + ".xml", With(folder));
    EXPECT_EQ(Infer(compiled), expected_);
    return FromCache(compiled);
  }
  test::TempFolder temp_;
  std::vector<float> expected_;
};

TEST_F(Cache, SecondCompilationTakesWhatTheFirstPacked) {
  const std::string folder = temp_.File("made/when/missing");
  EXPECT_FALSE(Compile(folder));
  ASSERT_EQ(FilesOf(folder).size(), 1U);
  EXPECT_TRUE(Compile(folder));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
  // The same files elsewhere are the same model, in memory too.
  fs::copy_file(kModel + ".xml", temp_.File("copy.xml"));
  fs::copy_file(kModel + ".bin", temp_.File("copy.bin"));
  EXPECT_TRUE(Compile(folder, temp_.File("copy")));
  std::string bin = ReadFile(kModel + ".bin");
  const Model in_memory = Core().ReadModel(ReadFile(kModel + ".xml"),
                                           Tensor(ElementType::kU8, {static_cast<int64_t>(bin.size())}, bin.data()));
  EXPECT_TRUE(FromCache(Core().CompileModel(in_memory, With(folder))));
  EXPECT_EQ(Core().CompileModel(in_memory, With(folder)).GetProperty("cache_dir"), folder);
  EXPECT_FALSE(FromCache(Core().CompileModel(in_memory, With(""))));
}

// The weights are the file's pages, for as long as something runs on them.
TEST_F(Cache, WeightsAreMapped) {
  const auto mapped = [] { return ReadFile("/proc/self/maps").find(".moirpack") != std::string::npos; };
  const std::string folder = temp_.File("cache");
  Compile(folder);
  EXPECT_FALSE(mapped());
  InferRequest request = Core().CompileModel(kModel + ".xml", With(folder)).CreateInferRequest();
  EXPECT_TRUE(mapped());
  // The file may go, or become another one, while a request uses it.
  for (const std::string& file : FilesOf(folder)) fs::remove(file);
  request.Infer();
  EXPECT_TRUE(mapped());
  request = InferRequest();
  EXPECT_FALSE(mapped());
}

// Models that keep nothing to make others from.
TEST_F(Cache, WithoutAShapeCache) {
  Properties properties = With(temp_.File("cache"));
  properties["shape_cache_capacity"] = "0";
  EXPECT_FALSE(FromCache(Core().CompileModel(kModel + ".xml", properties)));
  const CompiledModel model = Core().CompileModel(kModel + ".xml", properties);
  EXPECT_TRUE(FromCache(model));
  EXPECT_EQ(Infer(model), expected_);
  std::stringstream stream;
  ExpectError(ErrorKind::kUnsupported, "shape_cache_capacity 0", [&] { model.ExportModel(stream); });
  std::stringstream whole;
  Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}}).ExportModel(whole);
  const CompiledModel imported = Core().ImportModel(whole, properties);
  EXPECT_TRUE(FromCache(imported));
  EXPECT_EQ(Infer(imported), expected_);
}

TEST_F(Cache, AnythingThatMattersMakesAnotherFile) {
  const std::string folder = temp_.File("cache");
  Compile(folder);
  // Threads.
  EXPECT_FALSE(FromCache(Core().CompileModel(kModel + ".xml", With(folder, "2"))));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
  // One bit of the weights.
  std::string bin = ReadFile(kModel + ".bin");
  fs::copy_file(kModel + ".xml", temp_.File("copy.xml"));
  bin[bin.size() / 2] = static_cast<char>(bin[bin.size() / 2] ^ 1);
  WriteFile(temp_.File("copy.bin"), bin);
  EXPECT_FALSE(FromCache(Core().CompileModel(temp_.File("copy.xml"), With(folder))));
  // A blank in the topology.
  fs::copy_file(kModel + ".bin", temp_.File("copy.bin"), fs::copy_options::overwrite_existing);
  WriteFile(temp_.File("copy.xml"), ReadFile(kModel + ".xml") + "\n");
  EXPECT_FALSE(FromCache(Core().CompileModel(temp_.File("copy.xml"), With(folder))));
  EXPECT_EQ(FilesOf(folder).size(), 4U);
  // Shapes.
  Model model = Core().ReadModel(kModel + ".xml");
  Shape shape = model.Input().shape;
  shape[0] = 2;
  const CompiledModel one = Core().CompileModel(model, With(folder));
  EXPECT_TRUE(FromCache(one));
  EXPECT_FALSE(FromCache(one.Reshape({{model.Input().name, shape}})));
  model.Reshape(shape);
  EXPECT_TRUE(FromCache(Core().CompileModel(model, With(folder))));
  EXPECT_EQ(FilesOf(folder).size(), 5U);
}

TEST_F(Cache, DamagedFilesAreWrittenAnew) {
  const std::string folder = temp_.File("cache");
  Compile(folder);
  const std::string path = FilesOf(folder).at(0), whole = ReadFile(path);
  const auto check = [&](const std::string& bytes) {
    WriteFile(path, bytes);
    EXPECT_FALSE(Compile(folder));
    EXPECT_EQ(ReadFile(path).size(), whole.size());
    EXPECT_TRUE(Compile(folder));
  };
  for (const size_t size : {size_t{0}, size_t{7}, size_t{39}, size_t{41}, whole.size() / 2, whole.size() - 1}) {
    SCOPED_TRACE(size);
    check(whole.substr(0, size));
  }
  check(whole + "more");
  check(std::string(whole.size(), '\xff'));
  check(ReadFile(kModel + ".bin"));
  for (const size_t at : {size_t{0}, size_t{8}, size_t{12}, size_t{17}, size_t{25}, size_t{33}, size_t{40}, size_t{48},
                          size_t{56}, size_t{64}, whole.size() / 2, whole.size() * 3 / 4}) {
    SCOPED_TRACE(at);
    std::string bytes = whole;
    for (size_t i = at; i < bytes.size() && i < at + 64; i += 16) bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    check(bytes);
  }
}

TEST_F(Cache, FolderThatCannotBeWritten) {
  WriteFile(temp_.File("file"), "a file, no folder");
  EXPECT_FALSE(Compile(temp_.File("file")));
  EXPECT_FALSE(Compile(temp_.File("file/below")));
  EXPECT_FALSE(Compile("/proc/moir"));
  // A folder where the file should be.
  const std::string folder = temp_.File("cache");
  Compile(folder);
  const std::string path = FilesOf(folder).at(0);
  fs::remove(path);
  fs::create_directories(path + "/inside");
  EXPECT_FALSE(Compile(folder));
  EXPECT_EQ(FilesOf(folder), std::vector<std::string>{path});  // and nothing half-written beside it
}

// Run by the tests below, in processes of their own.
TEST(CacheProcess, Compiles) {
  const char* folder = std::getenv("MOIR_TEST_CACHE");
  if (!folder) GTEST_SKIP() << "MOIR_TEST_CACHE says where";
  const std::vector<float> expected = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}}));
  for (int round = 0; round < 30; ++round) {
    const CompiledModel model = Core().CompileModel(kModel + ".xml", With(folder));
    EXPECT_EQ(Infer(model), expected);
    if (round < 20) {
      for (const std::string& file : FilesOf(folder)) fs::remove(file);
    }
  }
}

test::Finished CompileInAnotherProcess(const test::Limits& limits = {}) {
  return test::RunProgram("moir_ie_runtime_tests", {"--gtest_filter=CacheProcess.Compiles"}, limits);
}

TEST_F(Cache, ProcessesRace) {
  const std::string folder = temp_.File("cache");
  fs::create_directories(folder);
  setenv("MOIR_TEST_CACHE", folder.c_str(), 1);
  test::Finished first, second;
  std::thread other([&] { first = CompileInAnotherProcess(); });
  second = CompileInAnotherProcess();
  other.join();
  unsetenv("MOIR_TEST_CACHE");
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(second.exit_code, 0) << second.output;
  EXPECT_NE(first.output.find("[  PASSED  ] 1 test"), std::string::npos) << first.output;
  EXPECT_TRUE(Compile(folder));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
}

TEST_F(Cache, FullDisk) {
  const std::string folder = temp_.File("cache");
  fs::create_directories(folder);
  setenv("MOIR_TEST_CACHE", folder.c_str(), 1);
  const test::Finished finished = CompileInAnotherProcess({.file_size = 1000});
  unsetenv("MOIR_TEST_CACHE");
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_TRUE(FilesOf(folder).empty());
}

// Files of `count` models that differ in a blank; gives their names in the order of the models.
std::vector<std::string> MakeModels(const std::string& folder, int count) {
  std::vector<std::string> models;
  for (int i = 0; i < count; ++i) {
    models.push_back(folder + "/model" + std::to_string(i));
    WriteFile(models.back() + ".xml", ReadFile(kModel + ".xml") + std::string(static_cast<size_t>(i), ' '));
    fs::copy_file(kModel + ".bin", models.back() + ".bin", fs::copy_options::overwrite_existing);
  }
  return models;
}

Properties Bounded(const std::string& folder, uint64_t bytes) {
  Properties properties = With(folder);
  properties["cache_max_size"] = std::to_string(bytes);
  return properties;
}

TEST_F(Cache, ABoundRemovesWhatWasNotUsedForTheLongestTime) {
  const std::string folder = temp_.File("cache");
  const std::vector<std::string> models = MakeModels(temp_.File(""), 4);
  const auto compile = [&](size_t model, uint64_t bound) {
    const CompiledModel compiled = Core().CompileModel(models[model] + ".xml", Bounded(folder, bound));
    EXPECT_EQ(Infer(compiled), expected_);
    return FromCache(compiled);
  };
  EXPECT_FALSE(compile(0, 1 << 30));
  const uint64_t size = fs::file_size(FilesOf(folder).at(0)), bound = 2 * size + size / 2;
  EXPECT_FALSE(compile(1, bound));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
  // The first was used last.
  EXPECT_TRUE(compile(0, bound));
  EXPECT_FALSE(compile(2, bound));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
  EXPECT_TRUE(compile(0, bound));
  EXPECT_TRUE(compile(2, bound));
  EXPECT_FALSE(compile(1, bound));
  EXPECT_TRUE(compile(2, bound));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
  // The model's own stays, however small the bound; a bound alone removes the others.
  EXPECT_TRUE(compile(2, 1));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
  EXPECT_TRUE(compile(2, 1));
  // As large as they are together is not too much.
  EXPECT_FALSE(compile(3, 2 * size));
  EXPECT_EQ(FilesOf(folder).size(), 2U);
}

// A file may go while another model runs on it.
TEST_F(Cache, ABoundLeavesModelsThatRun) {
  const std::string folder = temp_.File("cache");
  const std::vector<std::string> models = MakeModels(temp_.File(""), 2);
  Core().CompileModel(models[0] + ".xml", With(folder));
  const CompiledModel first = Core().CompileModel(models[0] + ".xml", With(folder));
  ASSERT_TRUE(FromCache(first));
  const CompiledModel second = Core().CompileModel(models[1] + ".xml", Bounded(folder, 1));
  EXPECT_EQ(FilesOf(folder).size(), 1U);
  EXPECT_EQ(Infer(first), expected_);
  EXPECT_EQ(Infer(second), expected_);
}

TEST_F(Cache, ABoundLeavesWhatIsNotOurs) {
  const std::string folder = temp_.File("cache"), outside = temp_.File("outside.moirpack");
  const std::vector<std::string> models = MakeModels(temp_.File(""), 2);
  Core().CompileModel(models[0] + ".xml", With(folder));
  const std::string packed = ReadFile(FilesOf(folder).at(0));
  const std::string large(100000, 'x');
  const std::vector<std::string> foreign = {"notes.txt",
                                            "0123456789abcdef",
                                            "0123456789abcde.moirpack",
                                            "0123456789ABCDEF.moirpack",
                                            "0123456789abcdef.moirpack.bak",
                                            "x0123456789abcdef.moirpack",
                                            "0123456789abcdef.moirpack.tmp",
                                            "0123456789abcdef.moirpack.12.x.tmp",
                                            "0123456789abcdef.moirpackage.1.2.tmp",
                                            "1123456789abcdef.moirpack.77.0.tmp"};  // somebody may be writing it
  for (const std::string& name : foreign) WriteFile(folder + "/" + name, packed + large);
  for (const std::string& name : foreign) {
    if (name.back() == 'p' && name.front() == '1') continue;
    const timespec old[2] = {{1000, 0}, {1000, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, (folder + "/" + name).c_str(), old, 0), 0);
  }
  // Under names of ours: something else, a folder, a link.
  WriteFile(folder + "/2123456789abcdef.moirpack", large);
  fs::create_directory(folder + "/3123456789abcdef.moirpack");
  WriteFile(outside, packed);
  fs::create_symlink(outside, folder + "/4123456789abcdef.moirpack");
  const size_t before = FilesOf(folder).size();
  // What was left unfinished long ago goes.
  const std::string unfinished = folder + "/5123456789abcdef.moirpack.77.0.tmp";
  WriteFile(unfinished, large);
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, unfinished.c_str(), old, 0), 0);

  Core().CompileModel(models[1] + ".xml", Bounded(folder, 1));
  EXPECT_FALSE(fs::exists(unfinished));
  EXPECT_EQ(FilesOf(folder).size(), before);  // one came, one went
  for (const std::string& name : foreign) EXPECT_TRUE(fs::exists(folder + "/" + name)) << name;
  EXPECT_TRUE(fs::exists(folder + "/2123456789abcdef.moirpack"));
  EXPECT_TRUE(fs::is_directory(folder + "/3123456789abcdef.moirpack"));
  EXPECT_TRUE(fs::is_symlink(folder + "/4123456789abcdef.moirpack"));
  EXPECT_EQ(ReadFile(outside), packed);
}

TEST_F(Cache, BoundsThatAreNone) {
  const auto in_force = [&](const std::string& value) {
    Core core;
    core.SetProperty("cache_max_size", value);
    return core.CompileModel(kModel + ".xml").GetProperty("cache_max_size");
  };
  EXPECT_EQ(Core().CompileModel(kModel + ".xml").GetProperty("cache_max_size"), std::to_string(uint64_t{8} << 30));
  EXPECT_EQ(in_force("unlimited"), "unlimited");
  EXPECT_EQ(in_force("1"), "1");
  EXPECT_EQ(in_force("3K"), "3072");
  EXPECT_EQ(in_force("512M"), std::to_string(512 << 20));
  EXPECT_EQ(in_force("2T"), std::to_string(uint64_t{2} << 40));
  for (const char* value : {"", "0", "-1", "K", "1.5G", "8GB", "8g", "9000000T", "99999999999999999999", "none"}) {
    ExpectError(ErrorKind::kBadOption,
                "property cache_max_size: got \"" + std::string(value) + "\", expected unlimited",
                [&] { Core().SetProperty("cache_max_size", value); });
  }
}

// Run by the tests below, in processes of their own.
TEST(CacheProcess, CompilesWithABound) {
  const char* folder = std::getenv("MOIR_TEST_CACHE");
  const char* models = std::getenv("MOIR_TEST_MODELS");
  if (!folder || !models) GTEST_SKIP() << "MOIR_TEST_CACHE and MOIR_TEST_MODELS say where";
  const std::vector<float> expected = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}}));
  const uint64_t bound = std::stoull(std::getenv("MOIR_TEST_BOUND"));
  std::vector<CompiledModel> kept;
  for (int round = 0; round < 40; ++round) {
    const std::string model = std::string(models) + "/model" + std::to_string(round * 7 % 4) + ".xml";
    kept.push_back(Core().CompileModel(model, Bounded(folder, bound)));
    EXPECT_EQ(Infer(kept.back()), expected);
  }
  for (const CompiledModel& model : kept) EXPECT_EQ(Infer(model), expected);
}
TEST(CacheProcess, MayOnlyRead) {
  const char* folder = std::getenv("MOIR_TEST_CACHE");
  const char* models = std::getenv("MOIR_TEST_MODELS");
  if (!folder || !models) GTEST_SKIP() << "MOIR_TEST_CACHE and MOIR_TEST_MODELS say where";
  const std::string model = std::string(models) + "/model0.xml";
  ASSERT_EQ(access(folder, R_OK | X_OK), 0);
  ASSERT_NE(access(folder, W_OK), 0);
  EXPECT_TRUE(FromCache(Core().CompileModel(model, Bounded(folder, 1))));
  // Another file would be needed.
  Properties properties = Bounded(folder, 1);
  properties["inference_num_threads"] = "2";
  EXPECT_FALSE(FromCache(Core().CompileModel(model, properties)));
}

struct Environment {
  explicit Environment(std::map<std::string, std::string> values) : variables(std::move(values)) {
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& variable : variables) unsetenv(variable.first.c_str());
  }
  const std::map<std::string, std::string> variables;
};

TEST_F(Cache, ProcessesWithABoundRace) {
  const std::string folder = temp_.File("cache");
  MakeModels(temp_.File(""), 4);
  Compile(folder);
  const uint64_t size = fs::file_size(FilesOf(folder).at(0)), bound = 2 * size;
  const Environment environment(
      {{"MOIR_TEST_CACHE", folder}, {"MOIR_TEST_MODELS", temp_.File("")}, {"MOIR_TEST_BOUND", std::to_string(bound)}});
  const auto run = [] {
    return test::RunProgram("moir_ie_runtime_tests", {"--gtest_filter=CacheProcess.CompilesWithABound"});
  };
  test::Finished first, second;
  std::thread other([&] { first = run(); });
  second = run();
  other.join();
  for (const test::Finished* finished : {&first, &second}) {
    EXPECT_EQ(finished->exit_code, 0) << finished->output << finished->errors;
    EXPECT_NE(finished->output.find("[  PASSED  ] 1 test"), std::string::npos) << finished->output;
  }
  // The last one that wrote or read removed what was too much, and nothing half-written is left.
  uint64_t total = 0;
  for (const std::string& file : FilesOf(folder)) {
    EXPECT_EQ(fs::path(file).extension(), ".moirpack");
    total += fs::file_size(file);
  }
  EXPECT_LE(total, bound);
}

TEST_F(Cache, AFolderThatMayOnlyBeRead) {
  const std::string folder = temp_.File("cache");
  Compile(folder);
  const std::vector<std::string> models = MakeModels(temp_.File(""), 1);
  EXPECT_FALSE(FromCache(Core().CompileModel(models[0] + ".xml", With(folder, "3"))));
  const std::vector<std::string> before = FilesOf(folder);
  ASSERT_EQ(before.size(), 2U);
  fs::permissions(temp_.File(""), fs::perms(0755));
  fs::permissions(folder, fs::perms(0555));
  // The checkout may lie where others may not look.
  const Environment environment({{"MOIR_TEST_CACHE", folder}, {"MOIR_TEST_MODELS", temp_.File("")}});
  const test::Finished finished = test::RunProgram(
      "moir_ie_runtime_tests", {"--gtest_filter=CacheProcess.MayOnlyRead", "--gtest_output="}, {.unprivileged = true});
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_NE(finished.output.find("[  PASSED  ] 1 test"), std::string::npos) << finished.output;
  EXPECT_EQ(FilesOf(folder).size(), before.size());
  fs::permissions(folder, fs::perms(0755));
}

}  // namespace
}  // namespace moir
