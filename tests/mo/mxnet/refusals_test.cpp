// What converters of reduction, sorting, indexing, sequence and shape operators refuse: values that MXNet refuses as
// well, and what cannot be settled at conversion.
#include <gtest/gtest.h>

#include "graph/error.h"
#include "graph/strings.h"
#include "mo/mxnet/dialects.h"
#include "mo/mxnet/graph_builder.h"
#include "mo/mxnet/symbol_reader.h"
#include "tests/support/graph_testing.h"

namespace moir::mo {
namespace {

using graph::ErrorKind;
using graph::Shape;
using graph::StrCat;

// One node "op" that reads one variable per shape; attributes are written "NAME=VALUE;NAME=VALUE".
void ExpectRefused(const std::string& op, const std::string& attributes, const std::vector<Shape>& shapes,
                   const std::vector<std::string>& parts, ErrorKind kind = ErrorKind::kBadModel) {
  SCOPED_TRACE(StrCat(op, " ", attributes));
  std::string nodes, arguments, inputs, pairs;
  BuildOptions options;
  for (size_t i = 0; i < shapes.size(); ++i) {
    nodes += StrCat("{\"op\":\"null\",\"name\":\"x", i, "\",\"inputs\":[]},");
    arguments += StrCat(i ? "," : "", i);
    inputs += StrCat(i ? "," : "", "[", i, ",0,0]");
    options.inputs.push_back({StrCat("x", i), shapes[i]});
  }
  for (const std::string& pair : graph::Split(attributes, ';')) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    pairs += StrCat(pairs.empty() ? "" : ",", "\"", pair.substr(0, equals), "\":\"", pair.substr(equals + 1), "\"");
  }
  Symbol symbol = ParseSymbol(StrCat("{\"nodes\":[", nodes, "{\"op\":\"", op, "\",\"name\":\"op\",\"attrs\":{", pairs,
                                     "},\"inputs\":[", inputs, "]}],\"arg_nodes\":[", arguments, "],\"heads\":[[",
                                     shapes.size(), ",0,0]],\"attrs\":{\"mxnet_version\":[\"int\",10901]}}"),
                              "symbol.json");
  UpgradeSymbol(symbol);
  std::vector<std::string> expected = parts;
  expected.insert(expected.begin(), {"symbol.json", "node \"op"});
  test::ExpectError([&] { BuildGraph(symbol, Params({}, false, ""), options); }, kind, expected);
}

TEST(Refusals, Ordering) {
  ExpectRefused("topk", "k=4", {{2, 3}}, {"attribute k: got \"4\", expected at most the 3 elements of axis 1"});
  ExpectRefused("topk", "axis=2", {{2, 3}}, {"attribute axis: got 2, expected a value in [-2, 2)"});
  ExpectRefused("topk", "ret_typ=first", {{2, 3}}, {"attribute ret_typ"});
  ExpectRefused("sort", "axis=-3", {{2, 3}}, {"attribute axis"});
  ExpectRefused("argmax", "axis=2", {{2, 3}}, {"attribute axis"});
  ExpectRefused("argmax_channel", "", {{3}}, {"attribute axis: got 1"});
}

TEST(Refusals, ReductionsAndSums) {
  ExpectRefused("moments", "", {{2, 3}}, {"attribute axes", "expected at least one axis"});
  ExpectRefused("moments", "axes=(1, -1)", {{2, 3}}, {"attribute axes", "every axis once"});
  ExpectRefused("_np_cumsum", "axis=2", {{2, 3}}, {"attribute axis"});
  ExpectRefused("nansum", "axis=(0, 0)", {{2, 3}}, {"attribute axis", "every axis once"});
}

TEST(Refusals, Rearrangements) {
  ExpectRefused("_split_v2", "indices=(1, 3)", {{2, 5}}, {"attribute indices", "start with 0"});
  ExpectRefused("_split_v2", "indices=(0, 3, 2)", {{2, 5}}, {"attribute indices", "ascending positions up to 5"});
  ExpectRefused("_split_v2", "indices=(0, 7)", {{2, 5}}, {"attribute indices"});
  ExpectRefused("_split_v2", "indices=(0, 2, 2)", {{2, 5}}, {"piece 1 is empty"}, ErrorKind::kUnsupported);
  ExpectRefused("_split_v2", "indices=(0, 2);squeeze_axis=True", {{2, 5}}, {"attribute squeeze_axis"});
  ExpectRefused("_split_v2", "indices=();sections=6", {{2, 5}}, {"attribute sections"});
  ExpectRefused("repeat", "repeats=0", {{2, 3}}, {"attribute repeats"});
  ExpectRefused("repeat", "repeats=2;axis=2", {{2, 3}}, {"attribute axis"});
  ExpectRefused("reverse", "axis=-1", {{2, 3}}, {"attribute axis", "expected axes in [0, 2)"});
  ExpectRefused("_np_roll", "shift=(1, 2)", {{2, 3}}, {"attribute shift", "expected one number"});
  ExpectRefused("_np_roll", "shift=(1, 2);axis=(1,)", {{2, 3}}, {"attribute shift"});
  ExpectRefused("_np_roll", "shift=1;axis=(1, -1)", {{2, 3}}, {"attribute axis", "every axis once"});
  ExpectRefused("depth_to_space", "block_size=2", {{1, 3, 1, 2}}, {"attribute block_size"});
  ExpectRefused("depth_to_space", "block_size=2", {{4, 1, 2}}, {"expected 4 axes"});
  ExpectRefused("space_to_depth", "block_size=0", {{1, 3, 1, 2}}, {"attribute block_size"});
  ExpectRefused("space_to_depth", "block_size=2", {{1, 3, 2, 3}}, {"attribute block_size"});
  ExpectRefused("diag", "axis1=1;axis2=-1", {{2, 3}}, {"attribute axis2"});
  ExpectRefused("diag", "k=3", {{2, 3}}, {"attribute k"}, ErrorKind::kUnsupported);
}

TEST(Refusals, Positions) {
  ExpectRefused("pick", "axis=None", {{2, 3}, {2}}, {"attribute axis"});
  ExpectRefused("pick", "mode=raise", {{2, 3}, {2}}, {"attribute mode"});
  ExpectRefused("pick", "", {{2, 3}, {3}}, {"index of shape [3]: expected [2]"});
  ExpectRefused("batch_take", "", {{2, 3, 4}, {2, 3}}, {"expected rows and one position for each"});
  ExpectRefused("_contrib_boolean_mask", "", {{2, 3}, {2}}, {"put it into the parameters"}, ErrorKind::kUnsupported);
  ExpectRefused("_contrib_boolean_mask", "axis=1", {{2, 3}, {3}}, {"attribute axis"});
  ExpectRefused("gather_nd", "", {{2, 3}, {3, 4}}, {"expected at most 2 coordinates"});
  ExpectRefused("scatter_nd", "shape=(2, 2)", {{3}, {1, 3}}, {"shape of updates"});
  ExpectRefused("scatter_nd", "shape=(2, 0)", {{3}, {1, 3}}, {"attribute shape"});
  ExpectRefused("_unravel_index", "shape=(2, 0)", {{3}}, {"attribute shape"});
  ExpectRefused("_ravel_multi_index", "shape=(2, 5)", {{3, 3}}, {"expected 2 rows"});
  ExpectRefused("_ravel_multi_index", "shape=(4294967296, 4294967296, 4294967296)", {{3, 3}},
                {"attribute shape", "smaller sizes"});
  ExpectRefused("_contrib_arange_like", "repeat=0", {{2, 3}}, {"attribute repeat"});
}

TEST(Refusals, ConstantsOfAnySize) {
  ExpectRefused("_eye", "N=100000", {}, {"a constant of shape [100000,100000] is too large"}, ErrorKind::kUnsupported);
  ExpectRefused("diag", "k=2000000000", {{3}}, {"is too large"}, ErrorKind::kUnsupported);
  ExpectRefused("scatter_nd", "shape=(100000, 100000)", {{3}, {2, 3}}, {"is too large"}, ErrorKind::kUnsupported);
  ExpectRefused("topk", "ret_typ=mask", {{100000, 1000}}, {"is too large"}, ErrorKind::kUnsupported);
  ExpectRefused("_contrib_index_array", "", {{100000, 1000}}, {"is too large"}, ErrorKind::kUnsupported);
  ExpectRefused("_contrib_arange_like", "", {{100000, 1000}}, {"is too large"}, ErrorKind::kUnsupported);
}

TEST(Refusals, SequencesAndNormalizations) {
  ExpectRefused("SequenceMask", "axis=2", {{2, 3, 4}}, {"attribute axis", "expected 0 or 1"});
  ExpectRefused("SequenceReverse", "axis=1", {{2, 3, 4}}, {"attribute axis", "expected 0"});
  ExpectRefused("SequenceLast", "", {{2}}, {"expected at least 2 axes"});
  ExpectRefused("SequenceMask", "use_sequence_length=True", {{2, 3}, {2}}, {"expected [3]"});
  ExpectRefused("SequenceMask", "use_sequence_length=True", {{2, 3}}, {"got 1 inputs, expected 2"});
  ExpectRefused("softmax", "use_length=True", {{2, 3}, {2}}, {"expected integers of shape [2]"});
  ExpectRefused("log_softmax", "use_length=True", {{2, 3}, {2}}, {"attribute use_length"});
  ExpectRefused("GroupNorm", "num_groups=2", {{2, 3, 4}, {2}, {2}}, {"attribute num_groups"});
  ExpectRefused("_contrib_allclose", "", {{2}, {1, 2}}, {"expected equal shapes"});
  ExpectRefused("khatri_rao", "num_args=2", {{2, 3}, {2, 2}}, {"input 1 of shape [2,2]"});
  ExpectRefused("amp_multicast", "num_outputs=3", {{2}, {2}}, {"attribute num_outputs"});
}

}  // namespace
}  // namespace moir::mo
