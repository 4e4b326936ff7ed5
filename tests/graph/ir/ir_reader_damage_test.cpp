// Damaged and foreign files: each is refused with the file, the place and the layer, and nothing is allocated from what
// it claims.
#include <gtest/gtest.h>

#include <functional>

#include "graph/error.h"
#include "graph/text.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

// The file that is damaged: every kind of element occurs.
constexpr const char* kModel = R"(
  x : f32[1,3,8,8]; w : f32[4,3,3,3] = random(1); b : f32[4] = random(2); k : f32[1,4,6,6] = random(3)
  conv = ie.Convolution(x, w, b) kernel=[3,3] strides=[1,1] pads_begin=[0,0] pads_end=[0,0] dilations=[1,1] group=1 output=4
  sum = ie.Eltwise(conv, k) operation="sum"
  exp = Exp(sum)
  y = ie.SoftMax(exp) axis=1
  return y)";

struct Damage {
  const char* name;
  const char* from;
  const char* to;
  std::vector<std::string> parts;  // of the message
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

const std::vector<Damage>& Damages() {
  static const std::vector<Damage> damages = {
      {"AnotherDocument", "<net batch", "<mapping batch", {"line "}},
      {"AnotherRoot", "net", "not", {"<not>", "expected <net>"}},
      {"ZeroByteLikeText", "version=\"3\"", "version=\"3", {"not a complete XML file"}},
      {"NoVersion", " version=\"3\"", "", {"version"}},
      {"VersionInLetters", "version=\"3\"", "version=\"three\"", {"three", "whole number"}},
      {"NoLayers", "layers>", "lairs>", {"no <layers>"}},
      {"StrangeElementAmongLayers", "<layers>", "<layers><foo/>", {"<foo> among the layers"}},
      {"NoId", "layer id=\"1\"", "layer", {"no attribute \"id\""}},
      {"NegativeId", "layer id=\"1\"", "layer id=\"-1\"", {"\"id\"", "-1"}},
      {"IdTwice", "layer id=\"1\"", "layer id=\"0\"", {"two layers have the id 0"}},
      {"NameTwice", "name=\"sum\"", "name=\"conv\"", {"two layers are named \"conv\""}},
      {"EmptyName", "name=\"sum\"", "name=\"\"", {"empty name"}},
      {"NoType", " type=\"Eltwise\"", "", {"no attribute \"type\""}},
      {"UnknownType", "type=\"Eltwise\"", "type=\"Eltwice\"", {"layer \"sum\" (Eltwice)", "unknown layer type"}},
      {"UnknownTypes", "type=\"moir.Exp\"", "type=\"moir.Exq\"", {"layer \"exp\" (moir.Exq)", "unknown layer type"}},
      {"UnknownPrecision",
       "precision=\"FP32\" type=\"Const\"",
       "precision=\"FP99\" type=\"Const\"",
       {"layer \"k\"", "FP99"}},
      {"StrangeElementInLayer", "<data axis=\"1\"/>", "<oops axis=\"1\"/>", {"layer \"y\"", "<oops>"}},
      {"BlobBehindTheEnd",
       "<weights offset=\"576\" size=\"432\"/>",
       "<weights offset=\"4000\" size=\"432\"/>",
       {"layer \"conv\"", "blob weights", "4000"}},
      {"BlobOffsetOverflows",
       "<weights offset=\"576\"",
       "<weights offset=\"9223372036854775807\"",
       {"layer \"conv\"", "blob weights"}},
      {"BlobOffsetHuge",
       "<weights offset=\"576\"",
       "<weights offset=\"99999999999999999999999\"",
       {"offset", "whole number"}},
      {"BlobSizeNegative", "size=\"432\"", "size=\"-432\"", {"size", "-432"}},
      {"BlobSizeOdd", "size=\"432\"", "size=\"431\"", {"layer \"conv\"", "431 bytes", "multiple of 4"}},
      {"BlobTooSmall", "size=\"432\"", "size=\"400\"", {"layer \"conv\"", "100 values", "108"}},
      {"ConstOfAnotherSize", "size=\"576\"", "size=\"572\"", {"layer \"k\"", "572 bytes", "144 values"}},
      {"NoWeights", "<weights offset=\"576\" size=\"432\"/>", "", {"layer \"conv\"", "no blob \"weights\""}},
      {"NoCustomBlob", "<custom ", "<costum ", {"layer \"k\"", "no blob \"custom\""}},
      {"BiasesOfAnotherCount",
       "<biases offset=\"1008\" size=\"16\"/>",
       "<biases offset=\"1008\" size=\"12\"/>",
       {"layer \"conv\"", "biases", "3 values"}},
      {"NoKernel", " kernel=\"3,3\"", "", {"layer \"conv\"", "kernel"}},
      {"KernelOfThree", "kernel=\"3,3\"", "kernel=\"3,3,3\"", {"layer \"conv\"", "rank 5"}},
      {"KernelOfZero", "kernel=\"3,3\"", "kernel=\"0,3\"", {"layer \"conv\""}},
      {"KernelInLetters", "kernel=\"3,3\"", "kernel=\"a,b\"", {"layer \"conv\"", "kernel", "whole number"}},
      {"StrideOfZero", "strides=\"1,1\"", "strides=\"0,1\"", {"layer \"conv\"", "strides"}},
      {"GroupOfZero", "group=\"1\"", "group=\"0\"", {"layer \"conv\"", "group"}},
      {"GroupThatDoesNotDivide", "group=\"1\"", "group=\"2\"", {"layer \"conv\"", "group"}},
      {"OutputOverflows", "output=\"4\"", "output=\"4611686018427387904\"", {"layer \"conv\""}},
      {"UnknownOperation", "operation=\"sum\"", "operation=\"mean\"", {"layer \"sum\"", "operation", "mean"}},
      {"UnknownGenericAttribute",
       "type=\"moir.Exp\">",
       "type=\"moir.Exp\"><data foo=\"1\"/>",
       {"layer \"exp\"", "foo"}},
      {"SoftMaxAxisBehindTheShape", "<data axis=\"1\"/>", "<data axis=\"4\"/>", {"layer \"y\""}},
      {"DimensionsThatDisagree",
       "<port id=\"3\">\n\t\t\t\t\t<dim>1</dim>\n\t\t\t\t\t<dim>4</dim>",
       "<port id=\"3\">\n\t\t\t\t\t<dim>1</dim>\n\t\t\t\t\t<dim>5</dim>",
       {"layer \"sum\"", "[1,5,6,6]", "[1,4,6,6]"}},
      {"DimensionInLetters", "<dim>8</dim>", "<dim>eight</dim>", {"<dim>", "eight"}},
      {"DimensionNegative", "<dim>8</dim>", "<dim>-8</dim>", {"<dim>", "-8"}},
      {"DimensionsOverflow", "<dim>8</dim>", "<dim>9999999999999</dim>", {"line "}},
      {"EveryDimensionHuge", "<dim>8</dim>", "<dim>100000000</dim>", {"layer \"conv\""}},
      {"PortTwice", "<port id=\"1\">", "<port id=\"0\">", {"the id 0"}},
      {"EdgeFromNowhere", "from-layer=\"2\"", "from-layer=\"77\"", {"layer 77", "does not exist"}},
      {"EdgeFromNoPort",
       "from-layer=\"1\" from-port=\"1\"",
       "from-layer=\"1\" from-port=\"9\"",
       {"layer \"k\" has no output port 9"}},
      {"EdgeToNoPort", "to-layer=\"4\" to-port=\"0\"", "to-layer=\"4\" to-port=\"5\"", {"no input port 5"}},
      {"EdgeTwice",
       "<edges>",
       "<edges><edge from-layer=\"0\" from-port=\"0\" to-layer=\"2\" to-port=\"0\"/>",
       {"two edges lead to input port 0"}},
      {"NoEdges", "edges>", "hedges>", {"no edge leads to input port"}},
      {"OutputOfNoLayer",
       "<output name=\"y\" layer=\"5\"",
       "<output name=\"y\" layer=\"55\"",
       {"output \"y\"", "layer 55"}},
      {"OutputOfNoPort", "layer=\"5\" port=\"1\"", "layer=\"5\" port=\"7\"", {"output \"y\"", "port 7"}},
      {"OutputTwice",
       "<output name=\"y\" layer=\"5\" port=\"1\"/>",
       "<output name=\"y\" layer=\"5\" port=\"1\"/><output name=\"y\" layer=\"4\" port=\"1\"/>",
       {"two outputs are named \"y\""}},
      {"PreProcessOfNoInput",
       "<layers>",
       "<pre-process reference-layer-name=\"z\"/><layers>",
       {"\"z\"", "does not exist"}},
      {"PreProcessOfTooManyChannels",
       "<layers>",
       "<pre-process reference-layer-name=\"x\"><channel id=\"3\"><mean value=\"1\"/></channel></pre-process><layers>",
       {"channel 3"}},
      {"PreProcessInLetters",
       "<layers>",
       "<pre-process reference-layer-name=\"x\"><channel id=\"0\"><mean "
       "value=\"one\"/></channel></pre-process><layers>",
       {"one", "number"}},
      {"DocumentType",
       "<net ",
       "<!DOCTYPE bomb [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<net ",
       {"line 2", "document type"}},
      {"CutInTheMiddle", "<edges>", "<edges", {"not a complete XML file"}},
  };
  return damages;
}

class IrReaderDamage : public testing::TestWithParam<Damage> {};

TEST_P(IrReaderDamage, IsRefused) {
  const Damage& damage = GetParam();
  const IrFiles files;
  files.Write(*graph::ParseGraph(kModel));
  files.Edit(damage.from, damage.to);
  std::vector<std::string> parts = damage.parts;
  parts.push_back("model.xml: line ");
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, parts);
}

INSTANTIATE_TEST_SUITE_P(Edits, IrReaderDamage, testing::ValuesIn(Damages()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(IrReaderDamageTo, ACycle) {
  const IrFiles files;
  files.Write(*graph::ParseGraph("x : f32[2]; a = ie.ReLU(x); b = ie.TanH(a); return b"));
  files.Edit("<edge from-layer=\"0\" from-port=\"0\" to-layer=\"1\" to-port=\"0\"/>",
             "<edge from-layer=\"2\" from-port=\"1\" to-layer=\"1\" to-port=\"0\"/>");
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"layer \"a\" (ReLU)", "cycle"});
}

TEST(IrReaderDamageTo, ATopologyCutAnywhere) {
  const IrFiles files;
  files.Write(*graph::ParseGraph(kModel));
  const std::string text = files.Topology();
  const size_t last = text.find("</net>");
  for (size_t size = 0; size < last; size += 97) {
    files.Folder().Write("model.xml", text.substr(0, size));
    ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml"});
  }
}

// Any byte changed: either the file is refused as it should be, or it still says something. Nothing crashes.
TEST(IrReaderDamageTo, AnyByteOfTheTopology) {
  const IrFiles files;
  files.Write(*graph::ParseGraph(kModel));
  const std::string text = files.Topology();
  size_t refused = 0, read = 0;
  for (size_t i = 0; i < text.size(); i += 7) {
    std::string changed = text;
    changed[i] = static_cast<char>("<>&\"9-z\n"[i % 8]);
    files.Folder().Write("model.xml", changed);
    try {
      files.Read();
      ++read;
    } catch (const graph::Error& error) {
      EXPECT_TRUE(error.Kind() == ErrorKind::kBadModel || error.Kind() == ErrorKind::kUnsupported) << error.what();
      EXPECT_NE(std::string(error.what()).find("model.xml"), std::string::npos) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, read);
}

TEST(IrReaderDamageTo, TheBin) {
  const IrFiles files;
  files.Write(*graph::ParseGraph(kModel));
  const std::string bin = files.Folder().Read("model.bin");
  files.Folder().Write("model.bin", bin.substr(0, bin.size() - 1));
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml: line ", "model.bin has 1023"});
  files.Folder().Write("model.bin", "");
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.bin has 0"});
}

TEST(IrReaderDamageTo, Versions) {
  const IrFiles files;
  files.Write(*graph::ParseGraph(kModel));
  files.Edit("version=\"3\"", "version=\"7\"");
  ExpectError([&] { files.Read(); }, ErrorKind::kUnsupported, {"model.xml: line 2", "IR version 7 cannot be read"});
}

TEST(IrReaderDamageTo, FilesOfAnotherKind) {
  const IrFiles files;
  for (const char* text : {"", "hello", "{\"nodes\": []}",
                           "\x7f"
                           "ELF",
                           "<?xml version=\"1.0\" ?>"}) {
    files.Folder().Write("model.xml", text);
    ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml: line 1"});
  }
  files.Folder().Write("model.xml", std::string("<net>\0</net>", 12));
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml: line 1", "zero byte"});
}

TEST(IrReaderDamageTo, MissingFiles) {
  const IrFiles files;
  ExpectError([&] { files.Read(); }, ErrorKind::kIo, {"model.xml"});
  files.Write(*graph::ParseGraph(kModel));
  ExpectError([&] { graph::ReadIr(files.Xml(), files.Folder().File("other.bin")); }, ErrorKind::kIo, {"other.bin"});
  ExpectError([&] { graph::ReadIr(files.Folder().Path()); }, ErrorKind::kIo, {"folder"});
}

TEST(IrReaderDamageTo, EntitiesAreNotExpanded) {
  const IrFiles files;
  files.Write(*graph::ParseGraph("x : f32[2]; a = ie.ReLU(x); return a"));
  files.Edit("name=\"x\"", "name=\"&lol;\"");
  EXPECT_EQ(files.Read()->Parameters()[0]->Name(), "&lol;");
}

}  // namespace
}  // namespace moir::test
