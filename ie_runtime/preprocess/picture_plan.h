// PicturePlan: the steps of one input, settled for a model's input, in the form in which one pass does them.
//
//   source row -> [color that mixes channels] -> along the row -> between rows -> [gray] -> per channel (x - m) * f
//
// Permutations of channels, crops and affine steps move to their place in it; that changes no number but by the
// rounding of floats.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ie_runtime/preprocess/row_kernels.h"
#include "ie_runtime/preprocess/steps.h"

namespace moir::runtime {

struct PicturePlan {
  struct Affine {
    float mean = 0, factor = 1;
  };
  enum class Source { kDirect, kNv12SinglePlane, kNv12TwoPlanes };
  enum class Gray { kNone, kOfSource, kOfResized };

  InputSteps steps;
  const RowKernels* kernels = nullptr;
  std::vector<PictureTensor> tensors;
  PictureAxes tensor_axes;
  // Rows as they are read: `raw_channels` of them, u8 or f32.
  Source source = Source::kDirect;
  ElementType type = ElementType::kU8;
  int raw_channels = 1;
  Gray gray = Gray::kNone;
  int gray_of[3] = {0, 1, 2};  // which raw channels are blue, green and red
  bool luma_only = false;      // of NV12: gray is its Y plane
  // Resizing.
  bool resizes = false;
  bool in_floats = false;  // f32 before or while it is resized
  ResizeAlgorithm algorithm = ResizeAlgorithm::kLinear;
  int channels = 1;  // worked on: those that are resized
  // The model's input: dense, channel k comes from channel `from[k]`.
  ElementType model_type = ElementType::kF32;
  Shape model_shape;
  PictureAxes model_axes;
  int64_t batch = 1, height = 1, width = 1;
  std::vector<int> from;
  std::vector<std::vector<Affine>> affine;  // per channel of the model

  std::string ExecType() const { return StrCat("picture:", kernels->name); }
};

// Throws kBadOption and kUnsupported with the input and the step.
std::shared_ptr<const PicturePlan> MakePicturePlan(const InputSteps& input, ElementType model_type,
                                                   const Shape& model_shape, Isa isa);

}  // namespace moir::runtime
