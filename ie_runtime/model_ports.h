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

}  // namespace moir::runtime
