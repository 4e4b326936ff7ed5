// Pre- and post-processing compiled into a model, after OpenVINO's PrePostProcessor: the application hands over
// pictures as it has them, and one pass over each makes the model's input of it.
//
//   moir::PrePostProcessor ppp(core.ReadModel("resnet.xml"));
//   ppp.Input().Tensor()
//       .SetElementType(moir::ElementType::kU8).SetLayout("NHWC").SetColorFormat(moir::ColorFormat::kBgr);
//   ppp.Input().Preprocess()
//       .ConvertColor(moir::ColorFormat::kRgb).Resize(moir::ResizeAlgorithm::kLinear)
//       .Mean({123.675f, 116.28f, 103.53f}).Scale({58.395f, 57.12f, 57.375f});
//   moir::CompiledModel model = core.CompileModel(ppp.Build());
//   request.SetInputTensor(picture);  // u8 [1,H,W,3], of any height and width, another one each time
//
// What is wrong with steps is kBadOption or kUnsupported, with the input and the step: at the call, in Build, or, when
// it depends on sizes that are open until then, in CompileModel or, of a picture, in the inference.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "moir/moir.h"

namespace moir {

enum class ColorFormat {
  kUndefined,
  kBgr,
  kRgb,
  kGray,
  kBgrx,  // four channels, the last one is not looked at
  kRgbx,
  kNv12SinglePlane,  // u8: height * 3 / 2 rows of `width`: the Y plane, then rows of U and V in turn, of half the size
  kNv12TwoPlanes,    // u8: two tensors, [N,H,W,1] and [N,H/2,W/2,2], named INPUT/y and INPUT/uv
};

enum class ResizeAlgorithm {
  // OpenCV's INTER_LINEAR: bit by bit on u8 (but that OpenCV rounds halves to even numbers where a picture with 2 or
  // more than 4 channels becomes exactly half as large), to 1e-5 of the largest value on f32.
  kLinear,
  kNearest,  // OpenCV's INTER_NEAREST
};

// What the application has. What is not said is as the model has it.
class MOIR_API InputTensorInfo {
 public:
  InputTensorInfo& SetElementType(ElementType type);      // kU8 or kF32
  InputTensorInfo& SetLayout(const std::string& layout);  // "NHWC", "NCHW", without N for one picture: "HWC", ...
  InputTensorInfo& SetColorFormat(ColorFormat format);
  // The picture's size; it need not be the model's when the steps change it.
  InputTensorInfo& SetSpatialStaticShape(int64_t height, int64_t width);
  // Any size, another one in each inference (the default when there is a Resize).
  InputTensorInfo& SetSpatialDynamicShape();

  struct Impl;
  explicit InputTensorInfo(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

// What is done, in this order. Layout and element type become the model's at the end by themselves.
class MOIR_API PreProcessSteps {
 public:
  // Only to kF32: what comes behind is computed in f32 instead of bytes, which matters to Resize.
  PreProcessSteps& ConvertElementType(ElementType type = ElementType::kF32);
  // Between BGR and RGB, from these to gray and back, from BGRX, RGBX and NV12 to any of them, with OpenCV's numbers.
  PreProcessSteps& ConvertColor(ColorFormat format);
  PreProcessSteps& Resize(ResizeAlgorithm algorithm);  // to the model's size
  PreProcessSteps& Resize(ResizeAlgorithm algorithm, int64_t height, int64_t width);
  // Keeps what is from `begin` up to, not including, `end` of each axis of the tensor's layout. Negative indices count
  // from the end. Only height and width may be cut; elsewhere 0 and -- at least -- the size stand.
  PreProcessSteps& Crop(const std::vector<int64_t>& begin, const std::vector<int64_t>& end);
  // x - value, x / value in f32: one number for all channels or one for each in the order they then have. A pair
  // (Mean, Scale) is computed as (x - mean) * (1 / scale).
  PreProcessSteps& Mean(float value);
  PreProcessSteps& Mean(const std::vector<float>& values);
  PreProcessSteps& Scale(float value);
  PreProcessSteps& Scale(const std::vector<float>& values);
  PreProcessSteps& ReverseChannels();

  using Impl = InputTensorInfo::Impl;
  explicit PreProcessSteps(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class MOIR_API InputModelInfo {
 public:
  // Of the model's input; needed when Model::GetLayout does not know it.
  InputModelInfo& SetLayout(const std::string& layout);

  using Impl = InputTensorInfo::Impl;
  explicit InputModelInfo(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class InputInfo {
 public:
  InputTensorInfo Tensor() { return InputTensorInfo(impl_); }
  PreProcessSteps Preprocess() { return PreProcessSteps(impl_); }
  InputModelInfo Model() { return InputModelInfo(impl_); }

  using Impl = InputTensorInfo::Impl;
  explicit InputInfo(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class MOIR_API OutputTensorInfo {
 public:
  OutputTensorInfo& SetElementType(ElementType type);      // converted as the operator Convert does
  OutputTensorInfo& SetLayout(const std::string& layout);  // the axes of the model's layout in another order

  struct Impl;
  explicit OutputTensorInfo(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class MOIR_API OutputModelInfo {
 public:
  OutputModelInfo& SetLayout(const std::string& layout);

  using Impl = OutputTensorInfo::Impl;
  explicit OutputModelInfo(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class OutputInfo {
 public:
  OutputTensorInfo Tensor() { return OutputTensorInfo(impl_); }
  OutputModelInfo Model() { return OutputModelInfo(impl_); }

  using Impl = OutputTensorInfo::Impl;
  explicit OutputInfo(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

class MOIR_API PrePostProcessor {
 public:
  explicit PrePostProcessor(const Model& model);
  InputInfo Input();  // the only one
  InputInfo Input(size_t index);
  InputInfo Input(const std::string& name);
  OutputInfo Output();  // the only one
  OutputInfo Output(size_t index);
  OutputInfo Output(const std::string& name);
  // The model with the steps; the one that was given stays as it is. Its inputs are the application's tensors (sizes of
  // -1: any), in GetLayout and SetBatch as well. Reshape takes their shapes, -1 for any height and width, and gives the
  // model the size that the steps make of it.
  Model Build();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace moir
