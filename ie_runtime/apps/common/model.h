// Opening a model as the applications' common options say.
#pragma once

#include <string>
#include <vector>

#include "moir/moir.h"

namespace moir::apps {

struct ModelOptions {
  std::string model;                    // .xml
  std::string weights;                  // .bin; empty: beside the model
  std::vector<std::string> extensions;  // libraries of operators
  std::vector<std::string> shapes;      // of inputs: "[1,3,224,224]", "NAME[1,3,224,224]", several separated by commas
  std::string precision = "f32";
  int threads = 0;  // 0: as many as the process may use
  bool profile = false;
};

// Loads the extensions, reads the model and gives its inputs the shapes.
Model OpenModel(Core& core, const ModelOptions& options);
CompiledModel Compile(const Core& core, const Model& model, const ModelOptions& options);

// "f32 [1,3,224,224]"
std::string Describe(ElementType type, const Shape& shape);

}  // namespace moir::apps
