// BuildGraph: names, inputs and outputs, what is a weight and what a label, training heads, and what is wrong with a
// model.
#include "mo/mxnet/graph_builder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "graph/error.h"
#include "graph/evaluate.h"
#include "graph/verify.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ElementType;
using graph::ErrorKind;
using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::StrCat;
using graph::Tensor;
using test::ExpectError;

// A symbol in short: one line per node, "NAME = OP(INPUT, INPUT.1, ...) key=value key=value"; OP "null" is a variable.
// The last line lists the heads.
std::string SymbolText(const std::vector<std::string>& lines) {
  std::map<std::string, size_t> index;
  std::string nodes, arguments, heads;
  const auto entry = [&](const std::string& text) {
    const size_t dot = text.rfind('.');
    return StrCat("[", index.at(text.substr(0, dot)), ",", dot == std::string::npos ? "0" : text.substr(dot + 1),
                  ",0]");
  };
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::string& line = lines[i];
    const size_t equals = line.find(" = "), open = line.find('('),
                 close = line.find(") ", open) == std::string::npos ? line.size() - 1 : line.find(") ", open);
    const std::string name = line.substr(0, equals), op = line.substr(equals + 3, open - equals - 3);
    std::string inputs, attributes;
    for (const std::string& input : graph::Split(line.substr(open + 1, close - open - 1), ',')) {
      if (!input.empty()) inputs += (inputs.empty() ? "" : ",") + entry(input);
    }
    for (const std::string& pair : graph::Split(line.substr(std::min(close + 1, line.size())), ' ')) {
      const size_t split = pair.find('=');
      if (split != std::string::npos)
        attributes +=
            StrCat(attributes.empty() ? "" : ",", "\"", pair.substr(0, split), "\":\"", pair.substr(split + 1), "\"");
    }
    index[name] = i;
    nodes += StrCat(i ? "," : "", R"({"op":")", op, R"(","name":")", name.substr(0, name.find('#')), R"(","attrs":{)",
                    attributes, R"(},"inputs":[)", inputs, "]}");
    if (op == "null") arguments += (arguments.empty() ? "" : ",") + std::to_string(i);
  }
  for (const std::string& head : graph::Split(lines.back(), ',')) heads += (heads.empty() ? "" : ",") + entry(head);
  return StrCat(R"({"nodes":[)", nodes, R"(],"arg_nodes":[)", arguments, R"(],"heads":[)", heads,
                R"(],"attrs":{"mxnet_version":["int",10901]}})");
}

Params MakeParams(const std::vector<std::pair<std::string, Shape>>& shapes) {
  std::vector<Param> params;
  for (const auto& [name, shape] : shapes)
    params.push_back({ParamKind::kArgument, name, test::RandomTensor(ElementType::kF32, shape, params.size() + 1)});
  return Params(std::move(params), true, "net.params");
}

BuildResult Build(const std::vector<std::string>& lines, const Params& params, std::vector<InputOption> inputs,
                  std::vector<std::string> outputs = {}, std::optional<int64_t> batch = {}) {
  Symbol symbol = ParseSymbol(SymbolText(lines), "net.json");
  UpgradeSymbol(symbol);
  BuildResult result = BuildGraph(symbol, params, {"net", std::move(inputs), std::move(outputs), batch});
  graph::Verify(*result.graph);
  return result;
}

std::vector<std::string> OutputNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const graph::GraphOutput& output : graph.Outputs()) names.push_back(output.name);
  return names;
}

bool HasNote(const BuildResult& result, const std::string& part) {
  return std::any_of(result.notes.begin(), result.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

const std::vector<std::string> kDense = {"data = null()",
                                         "fc_weight = null()",
                                         "fc_bias = null()",
                                         "fc = FullyConnected(data,fc_weight,fc_bias) num_hidden=4",
                                         "softmax_label = null()",
                                         "softmax = SoftmaxOutput(fc,softmax_label)",
                                         "softmax"};
const std::vector<std::pair<std::string, Shape>> kDenseShapes = {{"fc_weight", {4, 3}}, {"fc_bias", {4}}};
InputOption Data(Shape shape) { return {"data", std::move(shape)}; }

// ---- names ----

TEST(GraphBuilder, NamesNodesAndOutputsAfterTheModel) {
  const BuildResult built = Build(kDense, MakeParams(kDenseShapes), {Data({2, 3})});
  EXPECT_EQ(built.graph->Name(), "net");
  ASSERT_EQ(built.graph->Parameters().size(), 1u);
  EXPECT_EQ(built.graph->Parameters()[0]->Name(), "data");
  EXPECT_EQ(OutputNames(*built.graph), std::vector<std::string>{"softmax"});
  const Node* fc = built.graph->FindNode("fc");
  ASSERT_TRUE(fc);
  EXPECT_TRUE(fc->Is("Add"));
  EXPECT_EQ(fc->OutputAt(0).names, std::vector<std::string>{"fc"});
  EXPECT_TRUE(built.graph->FindNode("fc/matmul"));
  EXPECT_TRUE(built.graph->FindNode("fc_weight")->Is("Constant"));
}

TEST(GraphBuilder, NumbersFurtherOutputs) {
  const std::vector<std::string> lines = {"data = null()", "s = SliceChannel(data) num_outputs=3",
                                          "y = elemwise_add(s.0,s.2)", "s.0,s.1,y"};
  const BuildResult built = Build(lines, {}, {Data({2, 3})});
  EXPECT_EQ(OutputNames(*built.graph), (std::vector<std::string>{"s", "s.1", "y"}));
  EXPECT_EQ(built.graph->FindNode("s")->OutputAt(2).names, std::vector<std::string>{"s.2"});
  for (const char* name : {"s.2", "s_output2", "s:2"}) {
    EXPECT_EQ(OutputNames(*Build(lines, {}, {Data({2, 3})}, {name}).graph), std::vector<std::string>{"s.2"}) << name;
  }
  EXPECT_EQ(OutputNames(*Build(lines, {}, {Data({2, 3})}, {"y_output"}).graph), std::vector<std::string>{"y"});
  ExpectError([&] { Build(lines, {}, {Data({2, 3})}, {"s.3"}); }, ErrorKind::kBadOption, {"\"s\"", "output port 3"});
  ExpectError([&] { Build(lines, {}, {Data({2, 3})}, {"z"}); }, ErrorKind::kBadOption, {"--output", "no node \"z\""});
}

TEST(GraphBuilder, TellsOutputsOfOneNameApart) {
  // Two nodes of one name, as careless scripts make them.
  const BuildResult built = Build(
      {"data = null()", "fc = Activation(data) act_type=relu", "fc#2 = Activation(data) act_type=tanh", "fc,fc#2"}, {},
      {Data({2, 3})});
  EXPECT_EQ(OutputNames(*built.graph), (std::vector<std::string>{"fc", "fc_2"}));
  EXPECT_TRUE(HasNote(built, "comes twice"));
}

TEST(GraphBuilder, ConvertsWhatOutputsNeedOnly) {
  const std::vector<std::string> lines = {"data = null()", "a = Activation(data) act_type=relu",
                                          "b = NoSuchOperator(a)", "b"};
  EXPECT_EQ(OutputNames(*Build(lines, {}, {Data({2})}, {"a"}).graph), std::vector<std::string>{"a"});
  ExpectError([&] { Build(lines, {}, {Data({2})}); }, ErrorKind::kUnsupported, {"NoSuchOperator"});
}

// ---- inputs ----

TEST(GraphBuilder, CutsAtInnerNodes) {
  const std::vector<std::string> lines = {"data = null()", "a = NoSuchOperator(data)",
                                          "b = Activation(a) act_type=relu", "b"};
  const BuildResult built = Build(lines, {}, {{"a", Shape{2, 5}}});
  ASSERT_EQ(built.graph->Parameters().size(), 1u);
  EXPECT_EQ(built.graph->Parameters()[0]->Name(), "a");
  EXPECT_EQ(built.graph->Outputs()[0].value.Shape(), (Shape{2, 5}));
  ExpectError([&] { Build(lines, {}, {{"a", {}}}); }, ErrorKind::kBadOption, {"\"a\" has no shape"});
  ExpectError([&] { Build(lines, {}, {{"aa", Shape{2}}}); }, ErrorKind::kBadOption, {"--input", "no node \"aa\""});
  ExpectError([&] { Build(lines, {}, {{"a", Shape{2}}, {"a", Shape{2}}}); }, ErrorKind::kBadOption, {"comes twice"});
}

TEST(GraphBuilder, ListsInputsWithoutAShape) {
  const std::vector<std::string> lines = {"x = null()", "y = null() __shape__=(2,3)", "z = null()",
                                          "s = add_n(x,y,z) num_args=3", "s"};
  ExpectError([&] { Build(lines, {}, {}); }, ErrorKind::kBadOption,
              {"inputs \"x\", \"z\" have no shape", "--input_shape"});
  // By position, the stated shape by the file; by name in the user's order.
  EXPECT_EQ(Build(lines, {}, {{"", Shape{2, 3}}, {"", {}}, {"", Shape{2, 3}}}).graph->Parameters()[1]->Name(), "y");
  // As many shapes as inputs that state none.
  EXPECT_EQ(Build(lines, {}, {{"", Shape{2, 3}}, {"", Shape{2, 3}}}).graph->Parameters().size(), 3u);
  const BuildResult named = Build(lines, {}, {{"z", Shape{2, 3}}, {"x", Shape{2, 3}}});
  ASSERT_EQ(named.graph->Parameters().size(), 3u);
  EXPECT_EQ(named.graph->Parameters()[0]->Name(), "z");
  EXPECT_EQ(named.graph->Parameters()[2]->Name(), "y");
  ExpectError(
      [&] {
        Build(lines, {}, {{"", Shape{2, 3}}, {"", {}}, {"", Shape{2, 3}}, {"", Shape{2}}});
      },
      ErrorKind::kBadOption, {"more shapes than inputs"});
}

TEST(GraphBuilder, TakesStatedShapesAndTypes) {
  const std::vector<std::string> lines = {"x = null() __shape__=(0,3) __dtype__=4", "y = abs(x)", "y"};
  ExpectError([&] { Build(lines, {}, {}); }, ErrorKind::kBadOption, {"\"x\" has no shape"});
  const BuildResult built = Build(lines, {}, {}, {}, 5);
  EXPECT_EQ(built.graph->Parameters()[0]->Shape(), (Shape{5, 3}));
  EXPECT_EQ(built.graph->Parameters()[0]->Type(), ElementType::kI32);
}

TEST(GraphBuilder, NotesInputsThatNothingReads) {
  const BuildResult built = Build(kDense, MakeParams(kDenseShapes), {Data({2, 3}), {"softmax_label", Shape{2}}});
  EXPECT_EQ(built.graph->Parameters().size(), 1u);
  EXPECT_TRUE(HasNote(built, "input \"softmax_label\" is not read by any output"));
}

TEST(GraphBuilder, ReadsParametersAsInputsOnRequest) {
  const BuildResult built = Build(kDense, MakeParams(kDenseShapes), {Data({2, 3}), {"fc_bias", Shape{4}}});
  EXPECT_EQ(built.graph->Parameters().size(), 2u);
}

// ---- parameters ----

TEST(GraphBuilder, ListsEveryParameterThatDoesNotFit) {
  const std::vector<std::string> lines = {"data = null()",
                                          "a_weight = null()",
                                          "a_bias = null()",
                                          "a = FullyConnected(data,a_weight,a_bias) num_hidden=4",
                                          "b_weight = null()",
                                          "b = FullyConnected(a,b_weight) num_hidden=2 no_bias=True",
                                          "c_gamma = null()",
                                          "c_beta = null()",
                                          "c_moving_mean = null()",
                                          "c_moving_var = null()",
                                          "c = BatchNorm(b,c_gamma,c_beta,c_moving_mean,c_moving_var)",
                                          "c"};
  const Params params = MakeParams({{"a_weight", {4, 7}},
                                    {"a_bias", {4}},
                                    {"b_weight", {3, 4}},
                                    {"c_gamma", {2}},
                                    {"c_moving_var", {2}},
                                    {"stranger", {1}}});
  ExpectError(
      [&] {
        Build(lines, params, {Data({2, 3})});
      },
      ErrorKind::kBadModel,
      {"net.params: the parameters do not belong to net.json", "\"a_weight\": got [4,7], expected [4,3]",
       "\"b_weight\": got [3,4], expected [2,4]", "\"c_beta\": got none, expected shape [2]",
       "\"c_moving_mean\": got none, expected shape [2]", "1 arrays of the file are not in the graph"});
  try {
    Build(lines, params, {Data({2, 3})});
  } catch (const graph::Error& error) {
    // What fits is not listed.
    for (const char* name : {"\"a_bias\"", "\"c_gamma\"", "\"c_moving_var\""})
      EXPECT_EQ(std::string(error.what()).find(name), std::string::npos) << name;
  }
  ExpectError(
      [&] {
        Build(kDense, {}, {Data({2, 3})});
      },
      ErrorKind::kBadModel, {"no params file was given", "\"fc_weight\": got none, expected shape [4,3]"});
}

TEST(GraphBuilder, NotesParametersOutsideTheGraph) {
  auto shapes = kDenseShapes;
  EXPECT_FALSE(HasNote(Build(kDense, MakeParams(shapes), {Data({2, 3})}), "not in the graph"));
  shapes.push_back({"other", {2}});
  EXPECT_TRUE(
      HasNote(Build(kDense, MakeParams(shapes), {Data({2, 3})}), "1 arrays of net.params are not in the graph: other"));
}

TEST(GraphBuilder, KeepsWeightsWhereTheyLie) {
  const Params params = MakeParams({{"c_weight", {4, 2, 3, 3}}, {"c_bias", {4}}});
  const BuildResult built = Build({"data = null()", "c_weight = null()", "c_bias = null()",
                                   "c = Convolution(data,c_weight,c_bias) kernel=(3,3) num_filter=4 num_group=2", "c"},
                                  params, {Data({1, 4, 5, 5})});
  size_t shared = 0;
  for (const Node* node : built.graph->TopologicalOrder()) {
    if (!node->Is("Constant")) continue;
    for (const char* name : {"c_weight", "c_bias"}) shared += node->ConstantValue().Data() == params.Find(name)->Data();
  }
  EXPECT_EQ(shared, 2u);
}

TEST(GraphBuilder, ConvertsHalfWeightsToTheDatasType) {
  std::vector<Param> params = {{ParamKind::kArgument, "fc_weight",
                                test::RandomTensor(ElementType::kF32, {4, 3}, 1).ConvertTo(ElementType::kF16)},
                               {ParamKind::kArgument, "fc_bias", Tensor(ElementType::kF64, {4})}};
  const BuildResult built = Build(kDense, Params(std::move(params), true, "half.params"), {Data({2, 3})});
  EXPECT_EQ(built.graph->Outputs()[0].value.Type(), ElementType::kF32);
}

// ---- operators and attributes ----

TEST(GraphBuilder, ListsUnknownOperatorsAtOnce) {
  const std::vector<std::string> lines = {"data = null()", "a = Convolutoin(data)", "b = Convolutoin(a)", "c = Zyx(b)",
                                          "c"};
  ExpectError([&] { Build(lines, {}, {Data({2})}); }, ErrorKind::kUnsupported,
              {"net.json: 2 operators are not supported",
               "Convolutoin: 2 nodes (a, b); the nearest known operator is Convolution", "Zyx: 1 node (c)",
               "docs/adding_an_operator.md"});
}

TEST(GraphBuilder, RefusesAttributesThatNothingReads) {
  const auto lines = [](const char* attribute) {
    return std::vector<std::string>{"data = null()", StrCat("a = Activation(data) act_type=relu ", attribute), "a"};
  };
  ExpectError([&] { Build(lines("slope=3"), {}, {Data({2})}); }, ErrorKind::kUnsupported,
              {"node \"a\" (Activation)", "attribute slope = \"3\""});
  // Those that never change what is computed are fine.
  EXPECT_NO_THROW(Build(lines("workspace=256"), {}, {Data({2})}));
  EXPECT_NO_THROW(Build(lines("__mirror_stage__=True"), {}, {Data({2})}));
}

TEST(GraphBuilder, CollectsTheProblemsOfAllNodes) {
  const std::vector<std::string> lines = {
      "data = null()", "a = Activation(data) act_type=swish", "b = clip(data) a_min=0",
      "c = abs(a)",    "s = add_n(b,c) num_args=2",           "s"};
  ExpectError([&] { Build(lines, {}, {Data({2})}); }, ErrorKind::kBadModel,
              {"node \"a\" (Activation): attribute act_type: got \"swish\"", "node \"b\" (clip): attribute a_max"});
}

// ---- what is random, or has a shape that follows from values ----

TEST(GraphBuilder, RefusesRandomNumbersAndSaysHowToGoOn) {
  const std::vector<std::string> lines = {"data = null()", "noise = _random_normal() shape=(2,) scale=0.5",
                                          "y = broadcast_add(data,noise)", "y"};
  ExpectError([&] { Build(lines, {}, {Data({2})}); }, ErrorKind::kUnsupported,
              {"node \"noise\" (_random_normal)", "random numbers", "--input noise"});
  // The way out: the numbers are an input.
  const BuildResult cut = Build(lines, {}, {Data({2}), {"noise", Shape{2}}});
  EXPECT_EQ(cut.graph->Parameters().size(), 2u);
  // Nothing random that no output needs stands in the way.
  EXPECT_NO_THROW(Build({"data = null()", "s = shuffle(data)", "y = exp(data)", "y"}, {}, {Data({2})}));
}

TEST(GraphBuilder, MakesAConstantOfADistributionWithoutWidth) {
  for (const char* attributes :
       {"_random_uniform() low=2 high=2 shape=(3,)", "_random_normal() loc=2 scale=0 shape=(3,)"}) {
    const BuildResult built = Build({StrCat("y = ", attributes), "y"}, {}, {});
    test::ExpectValues<float>(graph::EvaluateGraph(*built.graph, {})[0], {3}, {2, 2, 2});
  }
  // A width of which only the default is known is 1.
  ExpectError(
      [&] {
        Build({"y = _random_uniform() low=1.5 shape=(3,)", "y"}, {}, {});
      },
      ErrorKind::kUnsupported, {"random numbers"});
}

TEST(GraphBuilder, RefusesShapesThatFollowFromValues) {
  for (const char* op : {"_npx_nonzero", "_npi_unique", "_npi_bincount"}) {
    ExpectError(
        [&] {
          Build({"data = null()", StrCat("y = ", op, "(data)"), "y"}, {}, {Data({2})});
        },
        ErrorKind::kUnsupported, {"follows from the values", "--output"});
  }
}

// ---- training heads ----

TEST(GraphBuilder, DropsLabelsAndSaysSo) {
  const BuildResult built = Build(kDense, MakeParams(kDenseShapes), {Data({2, 3})});
  EXPECT_TRUE(HasNote(built, "label input \"softmax_label\""));
  EXPECT_TRUE(HasNote(built, "training head \"softmax\" (SoftmaxOutput) became Softmax"));
}

TEST(GraphBuilder, DropsOutputsThatAreLosses) {
  const std::vector<std::string> lines = {"data = null()",
                                          "label = null()",
                                          "p = Activation(data) act_type=sigmoid",
                                          "d = elemwise_sub(p,label)",
                                          "loss = MakeLoss(d)",
                                          "keep = BlockGrad(p)",
                                          "keep,loss"};
  const BuildResult built = Build(lines, {}, {Data({2, 3})});
  EXPECT_EQ(OutputNames(*built.graph), std::vector<std::string>{"keep"});
  EXPECT_TRUE(HasNote(built, "removed output \"loss\" (MakeLoss)"));
  // A label that the user names is an input like others.
  EXPECT_EQ(OutputNames(*Build(lines, {}, {Data({2, 3}), {"label", Shape{2, 3}}}).graph),
            (std::vector<std::string>{"keep", "loss"}));
  std::vector<std::string> only_loss = lines;
  only_loss.back() = "loss";
  ExpectError(
      [&] {
        Build(only_loss, {}, {Data({2, 3})});
      },
      ErrorKind::kBadModel, {"every output depends on labels (loss)"});
}

TEST(GraphBuilder, CutsTargetsOfDetectors) {
  const std::vector<std::string> lines = {"data = null()",
                                          "label = null()",
                                          "anchors = _contrib_MultiBoxPrior(data)",
                                          "scores = Reshape(data) shape=(0,2,-1)",
                                          "target = _contrib_MultiBoxTarget(anchors,label,scores)",
                                          "prob = SoftmaxOutput(scores,target.2) multi_output=True",
                                          "mask = _copy(target.1)",
                                          "loss = MakeLoss(mask)",
                                          "prob,loss"};
  const BuildResult built = Build(lines, {}, {Data({1, 2, 3, 3})});
  EXPECT_EQ(OutputNames(*built.graph), std::vector<std::string>{"prob"});
  ExpectError(
      [&] {
        Build(lines, {}, {Data({1, 2, 3, 3})}, {"mask"});
      },
      ErrorKind::kUnsupported, {"_contrib_MultiBoxTarget", "exists at training only"});
}

TEST(GraphBuilder, MakesDropoutTheIdentity) {
  const auto build = [](const char* mode) {
    return Build({"data = null()", StrCat("d = Dropout(data) p=0.5 ", mode), "y = abs(d)", "y"}, {}, {Data({2})});
  };
  EXPECT_FALSE(HasNote(build(""), "Dropout"));
  EXPECT_TRUE(HasNote(build("mode=always"), "node \"d\" (Dropout) has mode=always"));
  EXPECT_TRUE(build("").graph->FindNode("y")->Input(0).Producer("Parameter"));
}

// MXNet 1.9.1 has no operators of these names; what they give at inference is known from their sources.
TEST(GraphBuilder, KnowsLossesBeyondMxnet) {
  const Tensor x = test::RandomTensor(ElementType::kF32, {2, 3}, 7);
  const auto run = [&](const char* head) {
    const BuildResult built =
        Build({"data = null()", "label = null()", StrCat("y = ", head, "(data,label)"), "y"}, {}, {Data({2, 3})});
    return graph::EvaluateGraph(*built.graph, {{"data", x}})[0];
  };
  EXPECT_TRUE(run("MoonOutput").Equals(x));
  test::ExpectNear(run("WarpCTC"), test::EvaluateOp("Softmax", {x}, {{"axis", int64_t{1}}}));
}

TEST(GraphBuilder, KnowsScaleShift) {
  const Tensor x = Tensor::FromValues<float>({1, 2, 2}, {1, 2, 3, 4});
  const auto run = [&](const char* attributes) {
    std::vector<Param> params;
    params.push_back({ParamKind::kArgument, "g", Tensor::FromValues<float>({2}, {10, -1})});
    params.push_back({ParamKind::kArgument, "b", Tensor::FromValues<float>({2}, {0.5f, 7})});
    const BuildResult built =
        Build({"data = null()", "g = null()", "b = null()", StrCat("y = ScaleShift(data,g,b)", attributes), "y"},
              Params(std::move(params), true, "p.params"), {Data({1, 2, 2})});
    return graph::EvaluateGraph(*built.graph, {{"data", x}})[0];
  };
  test::ExpectNear(run(" fix_gamma=False"), Tensor::FromValues<float>({1, 2, 2}, {10.5f, 20.5f, 4, 3}));
  test::ExpectNear(run(""), Tensor::FromValues<float>({1, 2, 2}, {1.5f, 2.5f, 10, 11}));
}

// ---- shapes ----

TEST(GraphBuilder, FillsOpenStatesFromTheirReader) {
  const std::vector<std::string> lines = {"data = null()", "p = null()", "zeros = _zeros() shape=(1,0,5)",
                                          "rnn = RNN(data,p,zeros) mode=rnn_tanh state_size=5 num_layers=1", "rnn"};
  const Params params = MakeParams({{"p", {5 * (4 + 5 + 2)}}});
  EXPECT_EQ(Build(lines, params, {Data({3, 2, 4})}).graph->Outputs()[0].value.Shape(), (Shape{3, 2, 5}));
  std::vector<std::string> wrong = lines;
  wrong[2] = "zeros = _zeros() shape=(1,0,6)";
  ExpectError(
      [&] {
        Build(wrong, params, {Data({3, 2, 4})});
      },
      ErrorKind::kBadModel, {"\"zeros\"", "[1,0,6]", "[1,2,5]"});
  // A variable in the state's place becomes an input of the shape the reader needs, or of the shape the user gives.
  std::vector<std::string> variable = lines;
  variable[2] = "zeros = null()";
  const BuildResult built = Build(variable, params, {Data({3, 2, 4})});
  ASSERT_EQ(built.graph->Parameters().size(), 2u);
  EXPECT_EQ(built.graph->Parameters()[1]->Shape(), (Shape{1, 2, 5}));
  ExpectError(
      [&] {
        Build(variable, params, {Data({3, 2, 4}), {"zeros", Shape{1, 2, 6}}});
      },
      ErrorKind::kBadModel, {"got shape [1,2,6], expected [1,2,5]"});
}

std::vector<int64_t> Pattern(const char* codes, const Shape& data, bool reverse = false) {
  const BuildResult built =
      Build({"data = null()", StrCat("r = Reshape(data) shape=", codes, reverse ? " reverse=True" : ""), "r"}, {},
            {Data(data)});
  return built.graph->FindNode("r")->Input(1).Constant()->ToVector<int64_t>();
}

TEST(GraphBuilder, KeepsReshapeCodes) {
  EXPECT_EQ(Pattern("(0,-1)", {2, 3, 4}), (std::vector<int64_t>{0, -1}));
  EXPECT_EQ(Pattern("(-2,1,1)", {2, 3}), (std::vector<int64_t>{0, 0, 1, 1}));
  EXPECT_EQ(Pattern("(-3,0)", {2, 3, 4}), (std::vector<int64_t>{-1, 4}));
  EXPECT_EQ(Pattern("(0,-3)", {2, 3, 4}), (std::vector<int64_t>{0, 12}));
  EXPECT_EQ(Pattern("(0,-4,-1,3)", {2, 6}), (std::vector<int64_t>{0, 2, 3}));
  EXPECT_EQ(Pattern("(0,2,-1,0)", {1, 4, 3, 5}), (std::vector<int64_t>{0, 2, -1, 0}));
  EXPECT_EQ(Pattern("(-1,0)", {2, 3, 4}, true), (std::vector<int64_t>{-1, 4}));
}

// Here MXNet reads or writes beyond its arrays.
TEST(GraphBuilder, RefusesReshapesThatDoNotHoldTheData) {
  for (const char* codes : {"(0,12,0)", "(7,-1)", "(0,4,0,-1)", "()", "(0,0,0,0,0)", "(0,-4,4294967296,4294967296,0,0)",
                            "(-1,4294967296,4294967296)", "(4294967296,4294967296,15)"}) {
    ExpectError([&] { Pattern(codes, {2, 3, 4, 5}); }, ErrorKind::kBadModel, {"node \"r\" (Reshape)", "shape"});
  }
}

// MXNet computes channels-last convolutions on GPUs only; transposed data and weights must give the same.
TEST(GraphBuilder, TransposesChannelsLast) {
  const Tensor x = test::RandomTensor(ElementType::kF32, {1, 5, 6, 2}, 3),
               w = test::RandomTensor(ElementType::kF32, {3, 2, 2, 2}, 4);
  const Params params({{ParamKind::kArgument, "w", w}}, true, "net.params");
  const BuildResult last = Build({"data = null()", "w = null()",
                                  "c = Convolution(data,w) kernel=(2,2) num_filter=3 no_bias=True layout=NHWC", "c"},
                                 params, {Data({1, 5, 6, 2})});
  const auto turn = [](const Tensor& t, std::vector<int64_t> order) {
    return test::EvaluateOp("Transpose", {t, Tensor::Indices(order)});
  };
  const Tensor first = test::EvaluateOp("Convolution", {turn(x, {0, 3, 1, 2}), turn(w, {0, 3, 1, 2})});
  test::ExpectNear(graph::EvaluateGraph(*last.graph, {{"data", x}})[0], turn(first, {0, 2, 3, 1}));
  EXPECT_EQ(last.graph->FindNode("c")->Shape(), (Shape{1, 4, 5, 3}));
  const BuildResult pool =
      Build({"data = null()", "p = Pooling(data) kernel=(2,2) layout=NHWC", "p"}, {}, {Data({1, 5, 6, 2})});
  EXPECT_EQ(pool.graph->FindNode("p")->Shape(), (Shape{1, 4, 5, 2}));
}

}  // namespace
}  // namespace moir::mo
