// The files themselves: their text, who can run them, and that they appear together or not at all.
#include "graph/ir/ir_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "graph/error.h"
#include "graph/text.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = R"(
  data : f32[1,1,6,6]; w1 : f32[2,1,3,3] = iota(); b1 : f32[2] = fill(0.5); w2 : f32[3,8] = fill(0.25); b2 : f32[3] = iota()
  conv1 = ie.Convolution(data, w1, b1) kernel=[3,3] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=2
  relu1 = ie.ReLU(conv1)
  pool1 = ie.Pooling(relu1) kernel=[2,2] strides=[2,2] pads_begin=[0,0] pads_end=[0,0] pool-method="max" exclude-pad=false rounding_type="floor"
  fc1 = ie.FullyConnected(pool1, w2, b2) out-size=3
  softmax = ie.SoftMax(fc1) axis=1
  return softmax)";

graph::IrWriteOptions Options(int version) {
  return {.version = version,
          .cli_parameters = {{"data_type", "float"}, {"model_name", "tiny"}},
          .unset_cli_parameters = {"batch", "scale"},
          .tool_version = "test"};
}

std::unique_ptr<Graph> Tiny() {
  auto graph = graph::ParseGraph(kModel);
  graph->SetName("tiny");
  graph->FindNode("conv1")->AddOutputName(0, "conv1");
  graph->FindNode("softmax")->AddOutputName(0, "softmax");
  return graph;
}

std::string Golden(const std::string& name) {
  std::ifstream file(std::string(MOIR_TEST_DATA_DIR) + "/../golden/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file.good()) << name;
  return text.str();
}

TEST(IrWriter, WritesTheGoldenFiles) {
  for (const int version : {2, 3, 4}) {
    const IrFiles files;
    files.Write(*Tiny(), Options(version));
    EXPECT_EQ(files.Topology(), Golden("tiny_v" + std::to_string(version) + ".xml")) << "version " << version;
    EXPECT_EQ(files.Folder().Read("model.mapping"), Golden("tiny.mapping"));
  }
}

TEST(IrWriter, TellsWhoCanRunTheFiles) {
  const auto engines = [](const char* text, graph::IrWriteOptions options = {}) {
    const IrFiles files;
    return files.Write(*graph::ParseGraph(text), options).engines[0];
  };
  EXPECT_EQ(engines(kModel), "OpenVINO 2018 R3..R5 CPU + stock extensions");
  EXPECT_EQ(engines(kModel, {.f16 = true}), "OpenVINO 2018 R3..R5 GPU, MYRIAD");
  EXPECT_EQ(engines("x : f32[2,3]; y = Exp(x); z = Sin(y); return z"), "moir engine only (layers: moir.Exp, moir.Sin)");
  EXPECT_EQ(engines("x : i64[2,3]; z : i64[2,3]; y = Add(x, z); return y"),
            "moir engine only (layers: Parameter, moir.Add)");
}

TEST(IrWriter, CountsSharedBlobsAndBytes) {
  const auto graph = graph::ParseGraph(
      R"(x : f32[1,4]; w : f32[4,4] = random(1); v : f32[4,4] = random(1); a = ie.FullyConnected(x, w) out-size=4; y = ie.FullyConnected(a, v) out-size=4; return y)");
  const IrFiles files;
  const graph::IrWriteReport report = files.Write(*graph);
  EXPECT_EQ(report.bin_bytes, 64u);
  EXPECT_EQ(report.blobs_shared, 1u);
  ExpectSameResults(*files.Read(), *graph);
}

TEST(IrWriter, MapsFrameworkNames) {
  const auto graph = graph::ParseGraph(
      "x : f32[2,6]; s = ie.Split(x) axis=1 out_sizes=[3,3]; a = ie.ReLU(s.0); b = ie.ReLU(s.1); return a, b");
  graph->FindNode("s")->AddOutputName(0, "split");
  graph->FindNode("s")->AddOutputName(1, "split.1");
  const IrFiles files;
  files.Write(*graph);
  const std::string mapping = files.Folder().Read("model.mapping");
  EXPECT_NE(
      mapping.find("<framework name=\"split\" out_port_id=\"0\"/>\n\t\t<IR id=\"1\" name=\"s\" out_port_id=\"1\"/>"),
      std::string::npos)
      << mapping;
  EXPECT_NE(
      mapping.find("<framework name=\"split\" out_port_id=\"1\"/>\n\t\t<IR id=\"1\" name=\"s\" out_port_id=\"2\"/>"),
      std::string::npos)
      << mapping;
}

TEST(IrWriter, RefusesEndPaddingOfAPoolingInV2) {
  const auto graph = graph::ParseGraph(R"(x : f32[1,1,6,6]
    y = ie.Pooling(x) kernel=[2,2] strides=[2,2] pads_begin=[0,0] pads_end=[1,1] pool-method="max" exclude-pad=false rounding_type="floor"; return y)");
  const IrFiles files;
  ExpectError([&] { files.Write(*graph, {.version = 2}); }, ErrorKind::kUnsupported,
              {"node \"y\"", "end padding", "version 3 or 4"});
  EXPECT_TRUE(fs::is_empty(files.Folder().Path()));
  files.Write(*graph, {.version = 3});
}

TEST(IrWriter, RefusesOtherVersions) {
  const IrFiles files;
  ExpectError([&] { files.Write(*Tiny(), {.version = 5}); }, ErrorKind::kBadOption, {"IR version 5"});
}

TEST(IrWriterFailure, LeavesNothingInAFolderThatDoesNotExist) {
  const TempFolder folder;
  ExpectError(
      [&] { WriteIrV2V4(*Tiny(), folder.File("no/m.xml"), folder.File("no/m.bin"), folder.File("no/m.mapping"), {}); },
      ErrorKind::kIo, {"no/m.xml", "No such file or directory"});
  EXPECT_TRUE(fs::is_empty(folder.Path()));
}

TEST(IrWriterFailure, LeavesNothingWhereAFolderHasTheName) {
  const TempFolder folder;
  fs::create_directory(folder.File("m.mapping"));
  ExpectError([&] { WriteIrV2V4(*Tiny(), folder.File("m.xml"), folder.File("m.bin"), folder.File("m.mapping"), {}); },
              ErrorKind::kIo, {"m.mapping", "Is a directory"});
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.Path()), fs::directory_iterator()), 1);
}

TEST(IrWriterFailure, LeavesNothingInAFolderWithoutPermission) {
  if (::geteuid() == 0) {
    // Root may write everywhere except in places like this one.
    ExpectError([&] { WriteIrV2V4(*Tiny(), "/proc/self/m.xml", "/proc/self/m.bin", "/proc/self/m.mapping", {}); },
                ErrorKind::kIo, {"/proc/self/m.xml", "cannot create"});
    return;
  }
  const TempFolder folder;
  fs::permissions(folder.Path(), fs::perms::owner_read | fs::perms::owner_exec);
  ExpectError([&] { WriteIrV2V4(*Tiny(), folder.File("m.xml"), folder.File("m.bin"), folder.File("m.mapping"), {}); },
              ErrorKind::kIo, {"m.xml", "Permission denied"});
  EXPECT_TRUE(fs::is_empty(folder.Path()));
  fs::permissions(folder.Path(), fs::perms::owner_all);
}

// Files may not grow beyond `limit` bytes while this lives: writing more fails as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit now{limit, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(IrWriterFailure, LeavesNothingWhenTheDiskIsFull) {
  auto graph = std::make_unique<Graph>();
  const graph::Value x = graph->AddParameter("x", ElementType::kF32, Shape{1, 1000})->Output();
  const graph::Value w = graph->AddConstant("w", RandomTensor(ElementType::kF32, Shape{1000, 1000}, 1))->Output();
  graph->AddOutput("y", graph->Add("ie.FullyConnected", "y", {x, w}, {{"out-size", int64_t{1000}}})->Output());
  const IrFiles files;
  {
    const FileSizeLimit limit(1 << 20);
    ExpectError([&] { files.Write(*graph); }, ErrorKind::kIo, {"model.bin", "cannot write", "File too large"});
  }
  EXPECT_TRUE(fs::is_empty(files.Folder().Path()));
  files.Write(*graph);
  EXPECT_EQ(fs::file_size(files.Bin()), 4000000u);
}

TEST(IrWriterFailure, KeepsTheFilesOfBefore) {
  const IrFiles files;
  files.Write(*Tiny());
  const std::string before = files.Topology();
  const auto broken = graph::ParseGraph(R"(x : f32[1,1,6,6]
    y = ie.Pooling(x) kernel=[2,2] strides=[2,2] pads_begin=[0,0] pads_end=[1,1] pool-method="max" exclude-pad=false rounding_type="floor"; return y)");
  ExpectError([&] { files.Write(*broken, {.version = 2}); }, ErrorKind::kUnsupported, {"y"});
  EXPECT_EQ(files.Topology(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(files.Folder().Path()), fs::directory_iterator()), 3);
}

}  // namespace
}  // namespace moir::test
