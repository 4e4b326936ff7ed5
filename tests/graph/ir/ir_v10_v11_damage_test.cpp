// Damaged files of IR v11: each is refused with the file, the place and the layer, and nothing is allocated from what
// it claims.
#include <gtest/gtest.h>

#include <cstring>

#include "graph/error.h"
#include "tests/support/ir_testing.h"

namespace moir::test {
namespace {

// A convolution with weights in f16, a Reshape and a loop over three parts of its result.
constexpr const char* kXml = R"(<?xml version="1.0"?>
<net name="damage" version="11">
	<layers>
		<layer id="0" name="x" type="Parameter" version="opset1">
			<data shape="1,3,8,8" element_type="f32" />
			<output><port id="0" precision="FP32" names="x"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port></output>
		</layer>
		<layer id="1" name="w_half" type="Const" version="opset1">
			<data element_type="f16" shape="4, 3, 3, 3" offset="0" size="216" />
			<output><port id="0" precision="FP16"><dim>4</dim><dim>3</dim><dim>3</dim><dim>3</dim></port></output>
		</layer>
		<layer id="2" name="w" type="Convert" version="opset1">
			<data destination_type="f32" />
			<rt_info><attribute name="decompression" version="0" /></rt_info>
			<input><port id="0" precision="FP16"><dim>4</dim><dim>3</dim><dim>3</dim><dim>3</dim></port></input>
			<output><port id="1" precision="FP32"><dim>4</dim><dim>3</dim><dim>3</dim><dim>3</dim></port></output>
		</layer>
		<layer id="3" name="conv" type="Convolution" version="opset1">
			<data strides="1, 1" dilations="1, 1" pads_begin="0, 0" pads_end="0, 0" auto_pad="explicit" />
			<input>
				<port id="0" precision="FP32"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port>
				<port id="1" precision="FP32"><dim>4</dim><dim>3</dim><dim>3</dim><dim>3</dim></port>
			</input>
			<output><port id="2" precision="FP32"><dim>1</dim><dim>4</dim><dim>6</dim><dim>6</dim></port></output>
		</layer>
		<layer id="4" name="pattern" type="Const" version="opset1">
			<data element_type="i64" shape="2" offset="216" size="16" />
			<output><port id="0" precision="I64"><dim>2</dim></port></output>
		</layer>
		<layer id="5" name="flat" type="Reshape" version="opset1">
			<data special_zero="false" />
			<input>
				<port id="0" precision="FP32"><dim>1</dim><dim>4</dim><dim>6</dim><dim>6</dim></port>
				<port id="1" precision="I64"><dim>2</dim></port>
			</input>
			<output><port id="2" precision="FP32"><dim>1</dim><dim>144</dim></port></output>
		</layer>
		<layer id="6" name="parts" type="TensorIterator" version="opset1">
			<input><port id="0" precision="FP32"><dim>1</dim><dim>144</dim></port></input>
			<output><port id="1" precision="FP32"><dim>1</dim><dim>144</dim></port></output>
			<port_map>
				<input axis="1" external_port_id="0" internal_layer_id="0" start="0" end="-1" stride="48" part_size="48" />
				<output axis="1" external_port_id="1" internal_layer_id="2" start="0" end="-1" stride="48" part_size="48" />
			</port_map>
			<body>
				<layers>
					<layer id="0" name="part" type="Parameter" version="opset1">
						<data shape="1,48" element_type="f32" />
						<output><port id="0" precision="FP32"><dim>1</dim><dim>48</dim></port></output>
					</layer>
					<layer id="1" name="tanh" type="Tanh" version="opset1">
						<input><port id="0" precision="FP32"><dim>1</dim><dim>48</dim></port></input>
						<output><port id="1" precision="FP32"><dim>1</dim><dim>48</dim></port></output>
					</layer>
					<layer id="2" name="part_out" type="Result" version="opset1">
						<input><port id="0" precision="FP32"><dim>1</dim><dim>48</dim></port></input>
					</layer>
				</layers>
				<edges>
					<edge from-layer="0" from-port="0" to-layer="1" to-port="0" />
					<edge from-layer="1" from-port="1" to-layer="2" to-port="0" />
				</edges>
			</body>
		</layer>
		<layer id="7" name="y" type="SoftMax" version="opset8">
			<data axis="1" />
			<input><port id="0" precision="FP32"><dim>1</dim><dim>144</dim></port></input>
			<output><port id="1" precision="FP32" names="probabilities"><dim>1</dim><dim>144</dim></port></output>
		</layer>
		<layer id="8" name="out" type="Result" version="opset1">
			<input><port id="0" precision="FP32"><dim>1</dim><dim>144</dim></port></input>
		</layer>
	</layers>
	<edges>
		<edge from-layer="0" from-port="0" to-layer="3" to-port="0" />
		<edge from-layer="1" from-port="0" to-layer="2" to-port="0" />
		<edge from-layer="2" from-port="1" to-layer="3" to-port="1" />
		<edge from-layer="3" from-port="2" to-layer="5" to-port="0" />
		<edge from-layer="4" from-port="0" to-layer="5" to-port="1" />
		<edge from-layer="5" from-port="2" to-layer="6" to-port="0" />
		<edge from-layer="6" from-port="1" to-layer="7" to-port="0" />
		<edge from-layer="7" from-port="1" to-layer="8" to-port="0" />
	</edges>
	<rt_info />
</net>
)";

std::string WeightBytes() {
  std::string bytes(232, '\0');
  const int64_t pattern[] = {1, -1};
  std::memcpy(bytes.data() + 216, pattern, sizeof(pattern));
  return bytes;
}

void WriteModel(const IrFiles& files) {
  files.Folder().Write("model.xml", kXml);
  files.Folder().Write("model.bin", WeightBytes());
}

struct Damage {
  const char* name;
  const char* from;
  const char* to;
  std::vector<std::string> parts;  // of the message
  ErrorKind kind = ErrorKind::kBadModel;
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

const std::vector<Damage>& Damages() {
  constexpr ErrorKind kUnsupported = ErrorKind::kUnsupported;
  static const std::vector<Damage> damages = {
      // The document.
      {"AnotherRoot", "net", "not", {"<not>", "expected <net>"}},
      {"NoVersion", " version=\"11\"", "", {"version"}},
      {"OldVersion", "version=\"11\"", "version=\"9\"", {"IR version 9", "10 or 11"}, kUnsupported},
      {"NewVersion", "version=\"11\"", "version=\"12\"", {"IR version 12"}, kUnsupported},
      {"VersionInLetters", "version=\"11\"", "version=\"eleven\"", {"eleven"}},
      {"NegativeVersion", "version=\"11\"", "version=\"-11\"", {"-11"}},
      {"DocumentType", "<net ", "<!DOCTYPE bomb [<!ENTITY a \"&b;&b;\">]>\n<net ", {"document type"}},
      {"NoLayers", "layers>", "lairs>", {"no <layers>"}},
      {"StrangeElementAmongLayers", "<layers>", "<layers><foo/>", {"<foo> among the layers"}},
      {"NoEdges", "edges>", "hedges>", {"no edge leads to input port"}},
      {"CutInTheMiddle", "<rt_info />", "<rt_info", {"not a complete XML file"}},
      // Layers.
      {"NoId", "layer id=\"3\"", "layer", {"no attribute \"id\""}},
      {"NegativeId", "layer id=\"3\"", "layer id=\"-3\"", {"-3"}},
      {"IdTwice", "layer id=\"3\"", "layer id=\"2\"", {"two layers have the id 2"}},
      {"HugeId", "layer id=\"3\"", "layer id=\"99999999999999999999\"", {"whole number"}},
      {"NoName", " name=\"conv\"", "", {"no attribute \"name\""}},
      {"EmptyName", "name=\"conv\"", "name=\"\"", {"empty name"}},
      {"NoType", " type=\"Convolution\"", "", {"no attribute \"type\""}},
      {"NoOpset", "type=\"Convolution\" version=\"opset1\"", "type=\"Convolution\"", {"no attribute \"version\""}},
      {"UnknownType",
       "type=\"Convolution\"",
       "type=\"Convolutoin\"",
       {"Convolutoin (opset1)", "\"conv\"", "not known"},
       kUnsupported},
      {"UnknownOpset",
       "type=\"SoftMax\" version=\"opset8\"",
       "type=\"SoftMax\" version=\"opset99\"",
       {"SoftMax (opset99)", "opset16"},
       kUnsupported},
      {"OpsetInLetters",
       "type=\"SoftMax\" version=\"opset8\"",
       "type=\"SoftMax\" version=\"mine\"",
       {"SoftMax (mine)", "no operation set"},
       kUnsupported},
      {"TooOldOpset",
       "type=\"Tanh\" version=\"opset1\"",
       "type=\"Swish\" version=\"opset1\"",
       {"Swish (opset1)", "newer versions"},
       kUnsupported},
      {"RefusedType",
       "type=\"SoftMax\" version=\"opset8\"",
       "type=\"NonZero\" version=\"opset3\"",
       {"NonZero (opset3)", "depends on the data"},
       kUnsupported},
      {"StrangeElementInLayer", "<rt_info><attribute", "<oops/><rt_info><attribute", {"layer \"w\"", "<oops>"}},
      {"AttributeTwice", "<data axis=\"1\" />", "<data axis=\"1\" axis=\"2\" />", {"axis", "twice"}},
      {"UnknownAttribute", "<data axis=\"1\" />", "<data axis=\"1\" foo=\"2\" />", {"layer \"y\"", "foo=\"2\""}},
      // Ports and edges.
      {"PortTwice",
       "<port id=\"1\" precision=\"FP32\"><dim>4</dim>",
       "<port id=\"0\" precision=\"FP32\"><dim>4</dim>",
       {"id 0"}},
      {"PortWithoutId",
       "<port id=\"2\" precision=\"FP32\"><dim>1</dim><dim>144",
       "<port precision=\"FP32\"><dim>1</dim><dim>144",
       {"no attribute \"id\""}},
      {"PrecisionThatDisagrees",
       "<port id=\"1\" precision=\"FP32\" names",
       "<port id=\"1\" precision=\"I32\" names",
       {"layer \"y\"", "precision I32", "f32"}},
      {"DimensionInLetters", "<dim>8</dim>", "<dim>eight</dim>", {"<dim>", "eight"}},
      {"DimensionNegative", "<dim>8</dim>", "<dim>-8</dim>", {"<dim>", "-8"}},
      {"DimensionsOverflow", "<dim>8</dim>", "<dim>9999999999999</dim>", {"line "}},
      {"DimensionsThatDisagree",
       "names=\"probabilities\"><dim>1</dim><dim>144</dim>",
       "names=\"probabilities\"><dim>1</dim><dim>145</dim>",
       {"layer \"out\"", "[1,145]", "[1,144]"}},
      {"OutputThatDisagrees",
       "<dim>6</dim><dim>6</dim>",
       "<dim>6</dim><dim>7</dim>",
       {"layer \"conv\"", "[1,4,6,7]", "[1,4,6,6]"}},
      {"InputThatDisagrees",
       "<input><port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>144</dim></port></input>\n\t\t\t<output><port "
       "id=\"1\" precision=\"FP32\" names",
       "<input><port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>143</dim></port></input>\n\t\t\t<output><port "
       "id=\"1\" precision=\"FP32\" names",
       {"layer \"y\"", "[1,143]", "[1,144]"}},
      {"EdgeFromNowhere", "from-layer=\"2\" from-port=\"1\"", "from-layer=\"77\" from-port=\"1\"", {"layer 77"}},
      {"EdgeToNowhere", "to-layer=\"8\"", "to-layer=\"88\"", {"layer 88"}},
      {"EdgeFromNoPort",
       "from-layer=\"2\" from-port=\"1\"",
       "from-layer=\"2\" from-port=\"9\"",
       {"layer \"w\" has no output port 9"}},
      {"EdgeToNoPort", "to-layer=\"3\" to-port=\"1\"", "to-layer=\"3\" to-port=\"5\"", {"no input port 5"}},
      {"EdgeTwice", "<rt_info />\n</net>", "</net>", {"two edges lead to input port 0"}},
      {"Cycle",
       "<edge from-layer=\"5\" from-port=\"2\" to-layer=\"6\"",
       "<edge from-layer=\"6\" from-port=\"1\" to-layer=\"6\"",
       {"layer \"parts\"", "cycle"}},
      {"NoResult",
       "<layer id=\"8\" name=\"out\" type=\"Result\"",
       "<layer id=\"8\" name=\"out\" type=\"Tanh\"",
       {"no Result"}},
      // Parameters and constants.
      {"NoParameterType",
       "<data shape=\"1,3,8,8\" element_type=\"f32\" />",
       "<data shape=\"1,3,8,8\" />",
       {"layer \"x\"", "element_type"}},
      {"NoParameterShape",
       "<data shape=\"1,3,8,8\" element_type=\"f32\" />",
       "<data element_type=\"f32\" />",
       {"layer \"x\"", "shape"}},
      {"ParameterOfText",
       "shape=\"1,3,8,8\" element_type=\"f32\"",
       "shape=\"1,3,8,8\" element_type=\"string\"",
       {"layer \"x\"", "string"},
       kUnsupported},
      {"ParameterShapeInLetters", "shape=\"1,3,8,8\"", "shape=\"1,three,8,8\"", {"layer \"x\"", "three"}},
      {"ParameterShapeHuge", "shape=\"1,3,8,8\"", "shape=\"9999999999,9999999999,8,8\"", {"layer \"x\""}},
      {"ParameterShapeNegative", "shape=\"1,3,8,8\"", "shape=\"1,-3,8,8\"", {"layer \"x\"", "1,-3,8,8"}},
      {"ParameterRangeOfNothing", "shape=\"1,3,8,8\"", "shape=\"1,3,8..2,8\"", {"layer \"x\"", "8..2"}},
      {"NoOffset", " offset=\"0\" size=\"216\"", " size=\"216\"", {"layer \"w_half\"", "offset"}},
      {"NoSize", " offset=\"0\" size=\"216\"", " offset=\"0\"", {"layer \"w_half\"", "size"}},
      {"OffsetBehindTheEnd", "offset=\"0\" size=\"216\"", "offset=\"400\" size=\"216\"", {"byte 400", "has 232 bytes"}},
      {"OffsetOverflows",
       "offset=\"0\" size=\"216\"",
       "offset=\"9223372036854775807\" size=\"216\"",
       {"has 232 bytes"}},
      {"OffsetHuge", "offset=\"0\" size=\"216\"", "offset=\"99999999999999999999\" size=\"216\"", {"whole number"}},
      {"OffsetNegative", "offset=\"0\" size=\"216\"", "offset=\"-2\" size=\"216\"", {"-2"}},
      {"SizeNegative", "offset=\"0\" size=\"216\"", "offset=\"0\" size=\"-216\"", {"-216"}},
      {"SizeTooSmall", "offset=\"0\" size=\"216\"", "offset=\"0\" size=\"215\"", {"215", "216 bytes"}},
      {"ShapeThatDisagrees", "shape=\"4, 3, 3, 3\"", "shape=\"4, 3, 3, 4\"", {"216", "288 bytes"}},
      {"ShapeHuge", "shape=\"4, 3, 3, 3\"", "shape=\"1000000000, 1000000000, 8\"", {"layer \"w_half\""}},
      {"ShapeOverflows", "shape=\"4, 3, 3, 3\"", "shape=\"4611686018427387904, 4\"", {"layer \"w_half\""}},
      {"ShapeOpen", "shape=\"4, 3, 3, 3\"", "shape=\"4, ?, 3, 3\"", {"layer \"w_half\"", "[4,?,3,3]"}},
      {"ConstantOfText",
       "element_type=\"f16\"",
       "element_type=\"string\"",
       {"layer \"w_half\"", "string"},
       kUnsupported},
      {"ConstantOfBits", "element_type=\"f16\"", "element_type=\"u1\"", {"layer \"w_half\"", "u1"}, kUnsupported},
      {"ConstantOfAnotherType",
       "element_type=\"f16\" shape=\"4, 3, 3, 3\"",
       "element_type=\"i16\" shape=\"4, 3, 3, 3\"",
       {"layer \"w_half\"", "precision FP16"}},
      {"ConvertToText",
       "destination_type=\"f32\"",
       "destination_type=\"string\"",
       {"layer \"w\"", "string"},
       kUnsupported},
      {"ConvertToNothing", "<data destination_type=\"f32\" />", "", {"layer \"w\"", "destination_type"}},
      // Operators.
      {"StrideOfZero", "strides=\"1, 1\"", "strides=\"0, 1\"", {"layer \"conv\"", "strides"}},
      {"StridesOfThree", "strides=\"1, 1\"", "strides=\"1, 1, 1\"", {"layer \"conv\"", "strides"}},
      {"StridesInLetters", "strides=\"1, 1\"", "strides=\"a, b\"", {"layer \"conv\"", "whole number"}},
      {"PadsHuge", "pads_end=\"0, 0\"", "pads_end=\"9999999999, 0\"", {"layer \"conv\"", "pads_end"}},
      {"PadsOfAnotherKind", "auto_pad=\"explicit\"", "auto_pad=\"guess\"", {"layer \"conv\"", "guess"}},
      {"AxisBehindTheShape", "<data axis=\"1\" />", "<data axis=\"4\" />", {"layer \"y\""}},
      {"AxisInLetters", "<data axis=\"1\" />", "<data axis=\"one\" />", {"layer \"y\"", "one"}},
      {"FlagInLetters", "special_zero=\"false\"", "special_zero=\"perhaps\"", {"layer \"flat\"", "perhaps"}},
      {"PatternFromAnInput",
       "<edge from-layer=\"4\" from-port=\"0\" to-layer=\"5\" to-port=\"1\" />",
       "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"5\" to-port=\"1\" />",
       {"layer \"flat\"", "[2]"}},
      // Bodies.
      {"NoBody", "body>", "buddy>", {"layer \"parts\"", "<buddy>"}},
      {"BodyWithoutParameter",
       "internal_layer_id=\"0\"",
       "internal_layer_id=\"1\"",
       {"layer \"parts\"", "no Parameter"}},
      {"BodyWithoutResult", "internal_layer_id=\"2\"", "internal_layer_id=\"9\"", {"layer \"parts\"", "no Result"}},
      {"MapOfNoPort", "external_port_id=\"1\"", "external_port_id=\"5\"", {"layer \"parts\"", "no port 5"}},
      {"MapWithoutPort", "external_port_id=\"0\"", "", {"external_port_id"}},
      {"PartsThatDoNotDivide",
       "end=\"-1\" stride=\"48\" part_size=\"48\"",
       "end=\"-1\" stride=\"50\" part_size=\"50\"",
       {"layer \"parts\"", "parts of 50"}},
      {"PartsOfNothing",
       "end=\"-1\" stride=\"48\" part_size=\"48\"",
       "end=\"-1\" stride=\"0\" part_size=\"0\"",
       {"layer \"parts\"", "parts of 0"},
       kUnsupported},
      {"PartsBackwardsWithoutEnd",
       "stride=\"48\"",
       "stride=\"-9223372036854775808\"",
       {"layer \"parts\""},
       kUnsupported},
      {"PartsBehindTheEnd", "start=\"0\"", "start=\"1000\"", {"layer \"parts\""}, kUnsupported},
      {"MapAxisBehindTheShape",
       "axis=\"1\" external_port_id=\"0\"",
       "axis=\"7\" external_port_id=\"0\"",
       {"layer \"parts\""}},
      {"BodyShapeThatDisagrees",
       "<port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>48</dim></port></input>\n\t\t\t\t\t\t<output><port id=\"1\" "
       "precision=\"FP32\"><dim>1</dim><dim>48</dim>",
       "<port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>48</dim></port></input>\n\t\t\t\t\t\t<output><port id=\"1\" "
       "precision=\"FP32\"><dim>1</dim><dim>49</dim>",
       {"[1,49]", "[1,48]"}},
  };
  return damages;
}

class IrV11Damage : public testing::TestWithParam<Damage> {};

TEST_P(IrV11Damage, IsRefused) {
  const Damage& damage = GetParam();
  const IrFiles files;
  WriteModel(files);
  if (std::string_view(damage.name) == "EdgeTwice") {
    files.Edit("<edge from-layer=\"7\"",
               "<edge from-layer=\"5\" from-port=\"2\" to-layer=\"6\" to-port=\"0\" /><edge from-layer=\"7\"");
  } else {
    files.Edit(damage.from, damage.to);
  }
  std::vector<std::string> parts = damage.parts;
  parts.emplace_back("model.xml: ");
  ExpectError([&] { files.Read(); }, damage.kind, parts);
}

INSTANTIATE_TEST_SUITE_P(Edits, IrV11Damage, testing::ValuesIn(Damages()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(IrV11DamageTo, NothingIsRead) {
  const IrFiles files;
  WriteModel(files);
  const auto graph = files.Read();
  EXPECT_EQ(graph->Parameters()[0]->Name(), "x");
  ASSERT_EQ(graph->Outputs().size(), 1u);
  EXPECT_EQ(graph->Outputs()[0].name, "probabilities");
  EXPECT_EQ(graph->Outputs()[0].value.Shape(), (graph::Shape{1, 144}));
}

TEST(IrV11DamageTo, UnknownOperatorsAreListedTogether) {
  const IrFiles files;
  WriteModel(files);
  files.Edit("type=\"Convolution\" version=\"opset1\"", "type=\"BinaryConvolution\" version=\"opset1\"");
  files.Edit("type=\"Tanh\" version=\"opset1\"", "type=\"RandomUniform\" version=\"opset8\"");
  files.Edit("type=\"SoftMax\" version=\"opset8\"", "type=\"Mine\" version=\"extension\"");
  ExpectError([&] { files.Read(); }, ErrorKind::kUnsupported,
              {"operators that cannot be run", "BinaryConvolution (opset1), layer \"conv\"",
               "RandomUniform (opset8), layer \"tanh\": it draws random numbers", "Mine (extension), layer \"y\""});
}

TEST(IrV11DamageTo, ATopologyCutAnywhere) {
  const IrFiles files;
  WriteModel(files);
  const std::string text = kXml;
  const size_t last = text.find("</net>");
  for (size_t size = 0; size < last; size += 131) {
    files.Folder().Write("model.xml", text.substr(0, size));
    ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml"});
  }
}

// Any byte changed: either the file is refused as it should be, or it still says something. Nothing crashes.
TEST(IrV11DamageTo, AnyByteOfTheTopology) {
  const IrFiles files;
  WriteModel(files);
  const std::string text = kXml;
  size_t refused = 0, read = 0;
  for (size_t i = 0; i < text.size(); i += 5) {
    std::string changed = text;
    changed[i] = static_cast<char>("<>&\"9-z\n"[i % 8]);
    files.Folder().Write("model.xml", changed);
    try {
      files.Read();
      ++read;
    } catch (const graph::Error& error) {
      EXPECT_TRUE(error.Kind() != ErrorKind::kInternal) << error.what();
      EXPECT_NE(std::string(error.what()).find("model.xml"), std::string::npos) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, read);
}

TEST(IrV11DamageTo, TheBin) {
  const IrFiles files;
  WriteModel(files);
  files.Folder().Write("model.bin", WeightBytes().substr(0, 231));
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml: line ", "\"pattern\"", "231 bytes"});
  files.Folder().Write("model.bin", "");
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"has 0 bytes"});
}

TEST(IrV11DamageTo, AMissingBin) {
  const IrFiles files;
  files.Folder().Write("model.xml", kXml);
  ExpectError([&] { files.Read(); }, ErrorKind::kIo, {"model.bin"});
}

// Patterns that say too much.
TEST(IrV11DamageTo, TheValuesOfAShape) {
  const IrFiles files;
  for (const int64_t size : {int64_t{-2}, int64_t{145}, int64_t{1} << 40, INT64_MAX, INT64_MIN}) {
    WriteModel(files);
    std::string bytes = WeightBytes();
    std::memcpy(bytes.data() + 224, &size, sizeof(size));
    files.Folder().Write("model.bin", bytes);
    ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml: line ", "layer \"flat\"", "pattern"});
  }
}

TEST(IrV11DamageTo, BodiesWithoutEnd) {
  const IrFiles files;
  std::string text = "<net name=\"deep\" version=\"11\">";
  for (int i = 0; i < 100000; ++i)
    text += "<layers><layer id=\"0\" name=\"l\" type=\"TensorIterator\" version=\"opset1\"><body>";
  for (int i = 0; i < 100000; ++i) text += "</body></layer></layers>";
  files.Folder().Write("model.xml", text + "</net>");
  ExpectError([&] { files.Read(); }, ErrorKind::kBadModel, {"model.xml: line ", "deep within each other"});
}

TEST(IrV11DamageTo, IterationsWithoutEnd) {
  const IrFiles files;
  WriteModel(files);
  files.Edit("shape=\"1,3,8,8\"", "shape=\"1,3,8,3000000\"");
  files.Edit("stride=\"48\" part_size=\"48\"", "stride=\"1\" part_size=\"1\"");
  for (const char* dims : {"<dim>8</dim><dim>8</dim>", "<dim>6</dim><dim>6</dim>", "<dim>1</dim><dim>144</dim>",
                           "<dim>1</dim><dim>48</dim>"})
    files.Edit(dims, "<dim>-1</dim><dim>-1</dim>");
  files.Edit("shape=\"1,48\"", "shape=\"1,?\"");
  ExpectError([&] { files.Read(); }, ErrorKind::kUnsupported, {"layer \"parts\"", "unrolling"});
}

// Open sizes are no damage, but they need shapes.
TEST(IrV11Shapes, OpenOnesAreListedAndSettled) {
  const IrFiles files;
  WriteModel(files);
  files.Edit("shape=\"1,3,8,8\"", "shape=\"?,3,5..,8\"");
  files.Edit("<dim>1</dim><dim>3</dim><dim>8</dim>", "<dim>-1</dim><dim>3</dim><dim>-1</dim>");
  files.Edit("<dim>1</dim><dim>4</dim><dim>6</dim>", "<dim>-1</dim><dim>4</dim><dim>-1</dim>");
  ExpectError([&] { files.Read(); }, ErrorKind::kBadOption, {"model.xml", "\"x\" [?,3,5..,8]", "--input_shape"});
  const graph::OpenedIr opened = graph::OpenIr(files.Xml());
  EXPECT_EQ(opened.graph, nullptr);
  ASSERT_NE(opened.net, nullptr);
  const auto graph = opened.net->Build({{"x", {1, 3, 8, 8}}});
  EXPECT_EQ(graph->Outputs()[0].value.Shape(), (graph::Shape{1, 144}));
  ExpectError([&] { opened.net->Build({{"z", {1, 3, 8, 8}}}); }, ErrorKind::kBadOption, {"no input \"z\"", "x"});
  ExpectError(
      [&] {
        opened.net->Build({{"x", {3, 8, 8}}});
      },
      ErrorKind::kBadOption, {"\"x\"", "[3,8,8]", "[?,3,5..,8]"});
  ExpectError([&] { opened.net->Build({{"x", {1, 4, 8, 8}}}); }, ErrorKind::kBadModel, {"layer \"conv\"", "channels"});
  // A size that does not fit what follows is that layer's error.
  ExpectError(
      [&] {
        opened.net->Build({{"x", {1, 3, 9, 8}}});
      },
      ErrorKind::kBadModel, {"layer \"parts\"", "parts of 48"});
}

}  // namespace
}  // namespace moir::test
