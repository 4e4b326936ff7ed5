// Opening a model as the applications' common options say.
#pragma once

#include <string>
#include <vector>

#include "moir/moir.h"

namespace moir::apps {

struct ModelOptions {
  std::string model;                    // .xml
  std::string weights;                  // .bin; empty: beside the model
  std::vector<std::string> extensions;  // plug-ins, as LoadExtensions takes them
  std::vector<std::string> shapes;      // of inputs: "[1,3,224,224]", "NAME[1,3,224,224]", several separated by commas
  std::string device = "CPU";           // the only one
  std::string precision = "f32";
  int threads = 0;  // 0: as many as the process may use
  bool profile = false;
  std::string shape_option = "--input_shape";  // what errors call `shapes`
};

// Loads the extensions, reads the model and gives its inputs the shapes: the three below in one.
Model OpenModel(Core& core, const ModelOptions& options);
// The model as it is in the files. Throws kBadOption for files that are no IR.
Model ReadModelFiles(Core& core, const ModelOptions& options);
void GiveShapes(Model& model, const ModelOptions& options);
// Throws kBadOption, with what to pass, when shapes of inputs are open.
void RequireSettledShapes(const Model& model, const ModelOptions& options);

// "data[1,3,224,224],im_info[1,3]" as one text for each: names and what is between the brackets.
struct NamedText {
  std::string name, text;
};
// The parts of the option's value `text`; a part without a name is of the only input. Throws kBadOption, with the
// option and `example`, for what is no such list.
std::vector<NamedText> ParseNamedTexts(const std::string& option, const std::string& text,
                                       const std::vector<Port>& inputs, const std::string& example);

// `more` goes beside what the options say.
CompiledModel Compile(const Core& core, const Model& model, const ModelOptions& options, const Properties& more = {});

// "f32 [1,3,224,224]"
std::string Describe(ElementType type, const Shape& shape);

}  // namespace moir::apps
