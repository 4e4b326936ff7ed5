// Multi-head attention on interleaved projections, as GluonNLP's transformers have it (H heads of size D, batch N,
// lengths L and K):
//   _contrib_interleaved_matmul_selfatt_qk       qkv [L, N, H * 3 * D] -> Q K^T / sqrt(D), [N * H, L, L]
//   _contrib_interleaved_matmul_selfatt_valatt   qkv, attention [N * H, L, L] -> [L, N, H * D]
//   _contrib_interleaved_matmul_encdec_qk        q [L, N, H * D], kv [K, N, H * 2 * D] -> [N * H, L, K]
//   _contrib_interleaved_matmul_encdec_valatt    kv, attention [N * H, L, K] -> [L, N, H * D]
// The parts (q, k, v) of one head lie next to each other. _sg_mkldnn_selfatt_qk and _valatt are the first two as
// MXNet's graphs for oneDNN have them; their 8-bit form is refused.
#include <cmath>

#include "mo/mxnet/ops/converters.h"
#include "mo/mxnet/ops/helpers.h"

namespace moir::mo {
namespace {

int64_t Heads(const NodeConverter& node) {
  const int64_t heads = node.Attrs().Int("heads");
  if (heads < 1) node.Attrs().Refuse("heads", "a positive number");
  return heads;
}

// Part `part` of `parts` of a projection [L, N, H * parts * D] as matrices [N * H, L, D].
Value HeadMatrices(NodeConverter& node, Value data, int64_t heads, int64_t parts, int64_t part, std::string_view name) {
  const Shape& shape = data.Shape();
  node.Require(shape.Rank() == 3 && shape[2] % (heads * parts) == 0, "projection of shape ", shape,
               ": expected [length,batch,heads * ", parts, " * size] with ", heads, " heads");
  const int64_t length = shape[0], batch = shape[1], size = shape[2] / (heads * parts);
  if (parts == 1) {
    data = node.Reshape(data, {length, batch * heads, size}, StrCat(name, "/heads"));
  } else {
    data = node.Reshape(data, {length, batch * heads, parts, size}, StrCat(name, "/heads"));
    data =
        node.Add("Gather", {data, node.Index(part, StrCat(name, "/part")), node.Index(2)}, {}, StrCat(name, "/parts"));
  }
  return node.Transpose(data, {1, 0, 2}, name);
}

Value Scores(NodeConverter& node, Value query, Value key) {
  const auto size = static_cast<double>(query.Shape()[2]);
  query = node.Add("Multiply", {query, node.Scalar(1 / std::sqrt(size), query.Type(), "scale")}, {}, "scaled_query");
  node.Require(query.Shape()[0] == key.Shape()[0] && query.Shape()[2] == key.Shape()[2], "queries of ", query.Shape(),
               " and keys of ", key.Shape(), ": expected the same batch, heads and size");
  return node.Add("MatMul", {query, key}, {{"transpose_b", true}});
}

// attention [N * H, L, K] times values [N * H, K, D], as [L, N, H * D].
Value Attend(NodeConverter& node, Value attention, Value value, int64_t heads) {
  const Shape &a = attention.Shape(), &v = value.Shape();
  node.Require(a.Rank() == 3 && a[0] == v[0] && a[2] == v[1], "attention of shape ", a, ": expected [", v[0], ",L,",
               v[1], "]");
  const Value y = node.Transpose(node.Add("MatMul", {attention, value}), {1, 0, 2}, "length_first");
  return node.Reshape(y, {y.Shape()[0], y.Shape()[1] / heads, heads * y.Shape()[2]}, "joined");
}

}  // namespace

void ConvertSelfAttentionScores(NodeConverter& node) {
  node.RequireInputs(1);
  const int64_t heads = Heads(node);
  const Value data = node.Input(0);
  const Value query = HeadMatrices(node, data, heads, 3, 0, "query"),
              key = HeadMatrices(node, data, heads, 3, 1, "key");
  node.Output(Scores(node, query, key));
}

void ConvertSelfAttentionValues(NodeConverter& node) {
  node.RequireInputs(2);
  const int64_t heads = Heads(node);
  node.Output(Attend(node, node.Input(1), HeadMatrices(node, node.Input(0), heads, 3, 2, "value"), heads));
}

void ConvertEncoderDecoderScores(NodeConverter& node) {
  node.RequireInputs(2);
  const int64_t heads = Heads(node);
  const Value query = HeadMatrices(node, node.Input(0), heads, 1, 0, "query");
  node.Output(Scores(node, query, HeadMatrices(node, node.Input(1), heads, 2, 0, "key")));
}

void ConvertEncoderDecoderValues(NodeConverter& node) {
  node.RequireInputs(2);
  const int64_t heads = Heads(node);
  node.Output(Attend(node, node.Input(1), HeadMatrices(node, node.Input(0), heads, 2, 1, "value"), heads));
}

void ConvertFusedSelfAttention(NodeConverter& node) {
  const auto& attrs = node.Attrs();
  if (attrs.Bool("quantized", false)) {
    node.Unsupported(
        "attribute quantized: 8-bit attention is not supported; convert the symbol that was saved before the model was "
        "quantized, or quantize it again with this layer among excluded_sym_names");
  }
  attrs.Ignore({"enable_float_output", "min_calib_range", "max_calib_range"});
  if (node.Op() == "_sg_mkldnn_selfatt_qk") ConvertSelfAttentionScores(node);
  else ConvertSelfAttentionValues(node);
}

}  // namespace moir::mo
