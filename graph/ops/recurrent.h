// What LSTMSequence, GRUSequence and RNNSequence share.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "graph/op_schema.h"

namespace moir::graph {

// One kind of cell. Inputs: X [B,T,I], `states` initial states [B,D,H], lengths [B], W [D,gates*H,I], R [D,gates*H,H],
// B [D,bias_gates*H]. Outputs: Y [B,D,T,H] and the last states [B,D,H].
// D is 2 for direction "bidirectional", forward first, else 1. Steps from lengths[b] on leave the states alone and give
// zeros; a reverse direction starts at step lengths[b] - 1.
struct CellStep {
  // Of one sequence and direction, `hidden` numbers per gate.
  size_t hidden;
  std::span<const double> wx;    // W x, all gates
  std::span<const double> bias;  // all bias gates
  const std::vector<std::function<double(double)>>& activations;
  double clip;                               // 0: none
  std::vector<std::vector<double>>& states;  // read and replaced
  std::function<std::vector<double>(size_t first_gate, size_t gates, std::span<const double> state)>
      times_r;  // R[gates] state

  // The argument of an activation, limited when the layer has a clip.
  double Limit(double value) const { return clip > 0 ? (value < -clip ? -clip : value > clip ? clip : value) : value; }
};

struct CellKind {
  const char* name;
  size_t gates, states;
  std::vector<std::string> activations;  // the defaults
  std::function<void(CellStep&)> step;
};

// Attributes hidden_size, direction, activations, clip and the given ones.
OpSchema RecurrentSchema(CellKind kind, std::function<int64_t(const Node&)> bias_gates,
                         std::vector<AttributeSchema> attributes = {});

}  // namespace moir::graph
