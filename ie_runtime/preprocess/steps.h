// What a PrePostProcessor was told, and what that comes to for a model's shapes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "ie_runtime/common.h"
#include "moir/preprocess.h"

namespace moir::runtime {

using Dims = std::vector<int64_t>;  // a shape in which -1 stands for any size

struct PictureStep {
  enum class Kind { kConvertElementType, kConvertColor, kResize, kCrop, kMean, kScale, kReverseChannels };
  Kind kind;
  ColorFormat color = ColorFormat::kUndefined;
  ResizeAlgorithm algorithm = ResizeAlgorithm::kLinear;
  int64_t height = -1, width = -1;  // of Resize; -1: the model's
  Dims begin{}, end{};              // of Crop, by the tensor's axes
  std::vector<float> values{};      // of Mean and Scale
};

struct InputSteps {
  enum class Size { kDefault, kStatic, kAny };
  std::string input;
  ::moir::ElementType type = ::moir::ElementType::kUndefined;  // undefined: the model's
  std::string layout, model_layout;                            // normalized; empty: the model's, not known
  ColorFormat color = ColorFormat::kUndefined;
  Size size = Size::kDefault;
  int64_t height = -1, width = -1;
  std::vector<PictureStep> steps;

  bool HasResize() const;
};

struct OutputSteps {
  std::string output;
  ::moir::ElementType type = ::moir::ElementType::kUndefined;
  std::string layout, model_layout;
};

struct ProcessingSteps {
  std::vector<InputSteps> inputs;
  std::vector<OutputSteps> outputs;
  const InputSteps* Find(const std::string& input) const;
};

// The application's tensors of an input, one or, for NV12 in two planes, two.
struct PictureTensor {
  std::string name;
  ::moir::ElementType type;
  Dims shape;
  std::string layout;
};
// `model` is the shape of the model's input as far as it is known.
std::vector<PictureTensor> PictureTensors(const InputSteps& input, ::moir::ElementType model_type, const Dims& model);

// Gives the input's tensor another shape (-1: any height or width): changes `input`, and gives the shape that the
// model's input then has. Throws kBadOption.
Dims ReshapePicture(InputSteps& input, const Dims& tensor, const Dims& model);

// Sizes of a picture on its way through the steps. Throws kBadOption when a step does not fit; -1 where a size is not
// known yet.
struct PictureGeometry {
  int64_t height = -1, width = -1;                              // of the tensor
  int64_t y = 0, x = 0, source_height = -1, source_width = -1;  // what is resized, or else used
  bool resized = false;
  int64_t resized_height = -1, resized_width = -1;
  int64_t out_y = 0, out_x = 0, out_height = -1, out_width = -1;  // what of that reaches the model
};
PictureGeometry FindGeometry(const InputSteps& input, int64_t height, int64_t width, int64_t model_height,
                             int64_t model_width);

// Where the axes are; -1: there is none.
struct PictureAxes {
  int n = -1, c = -1, h = -1, w = -1;
  bool channels_known = true;
  int64_t Size(const Dims& shape, int axis) const { return axis < 0 ? 1 : shape[static_cast<size_t>(axis)]; }
};
PictureAxes FindAxes(const std::string& layout, size_t rank, const std::string& input);

// Puts the conversions of outputs behind them. Throws kBadOption and kUnsupported.
void ApplyOutputSteps(const std::vector<OutputSteps>& outputs, graph::Graph& graph);

std::string StepName(const PictureStep& step);
std::string_view ColorName(ColorFormat format);

}  // namespace moir::runtime
