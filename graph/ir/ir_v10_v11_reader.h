// Reads IR v10 and v11: layers of OpenVINO's operation sets.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/ir/ir_weights.h"
#include "graph/ir/partial_shape.h"
#include "graph/ir/xml.h"

namespace moir::graph {

struct NetInput {
  std::string name;
  std::vector<std::string> other_names;  // under which the input may be given, too
  ElementType type = ElementType::kUndefined;
  PartialShape shape;  // as the file declares it
  std::string layout;  // as the file declares it, "[N,C,H,W]"; empty: it does not
};

struct Net;

// A file whose topology has been read and whose operators are all known. Shapes are settled only when a graph is built,
// so that one file can be had in several; graphs share the mapped weights. Building may happen in several threads.
// An input whose value is that of an output of the inference before.
struct NetState {
  std::string input, output;
  Tensor initial;  // not defined: zeros
};

class NetModel {
 public:
  // Throws kBadModel (file, line, layer, what is wrong) and kUnsupported for operators that are not known, all of them
  // at once.
  NetModel(std::shared_ptr<const XmlFile> xml, IrWeights weights);
  ~NetModel();

  const std::string& Name() const { return name_; }
  const std::vector<NetInput>& Inputs() const { return inputs_; }
  // All sizes of all inputs are declared.
  bool IsStatic() const;
  // The graph for inputs of the given shapes, by name; the others have those that the file declares. Sizes that the
  // file settles may be given as others, the number of axes may not. Throws kBadOption for names that no input has, for
  // shapes of another rank, and when sizes of other inputs are open: the message lists them. Throws kBadModel and
  // kUnsupported with the layer's place.
  // Values that the model keeps from one inference to the next (ReadValue, Assign) are inputs behind the others, which
  // Inputs() does not list, and outputs behind the others; `states` says which belong together.
  std::unique_ptr<Graph> Build(const std::map<std::string, Shape>& shapes = {},
                               std::vector<NetState>* states = nullptr) const;

 private:
  std::shared_ptr<const XmlFile> xml_;
  IrWeights weights_;
  std::unique_ptr<const Net> net_;
  std::string name_;
  std::vector<NetInput> inputs_;
};

}  // namespace moir::graph
