// What an application sees of a compiled graph: its own tensors, which need not be the graph's inputs one by one.
#pragma once

#include <memory>

#include "ie_runtime/preprocess/picture_plan.h"
#include "moir/moir.h"

namespace moir::runtime {

struct InputPort {
  Port port;                                        // sizes of -1: any, of a picture
  size_t input = 0;                                 // of the graph
  std::shared_ptr<const PicturePlan> picture = {};  // how the input is made of the tensor; null: it is the tensor
  size_t plane = 0;                                 // of the picture's tensors
};

struct OutputPort {
  Port port;
  size_t output = 0;  // of the graph
};

// An input that is what an output of the inference before was.
struct StatePair {
  std::string input, output;
  Tensor initial{};  // not defined: zeros
};
struct StatePort {
  std::string name;
  size_t input, output;  // of the graph
  Tensor initial;
};

// What differs between the graph's inputs and outputs and the application's.
struct ModelInterface {
  std::shared_ptr<const ProcessingSteps> processing = {};
  std::vector<StatePair> states = {};
};

}  // namespace moir::runtime
