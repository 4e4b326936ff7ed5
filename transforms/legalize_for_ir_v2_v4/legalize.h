// Lowers a graph of opset operators to the layers of IR v2, v3 and v4 (operators "ie.TYPE").
//
// Every pass keeps the numbers: what the old layers cannot say exactly stays an opset operator, which the writer
// stores as a layer of our extension library.
#pragma once

#include <memory>
#include <vector>

#include "graph/pass.h"

namespace moir::transforms {

struct LegalizeOptions {
  int version = 3;   // 2, 3 or 4: v2 cannot say end padding of a pooling, among others
  bool f16 = false;  // the IR will hold FP16 weights
  bool detection_output = false;  // MultiBoxDetection is written as a DetectionOutput, in that layer's layout
};

// The passes in their order; the reasons for the order are in legalize.cpp.
std::vector<std::unique_ptr<graph::Pass>> MakeLegalizePassesV2V4(const LegalizeOptions& options);

}  // namespace moir::transforms
