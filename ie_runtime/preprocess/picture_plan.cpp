#include "ie_runtime/preprocess/picture_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moir::runtime {
namespace {

using Kind = PictureStep::Kind;
using Affine = PicturePlan::Affine;

bool IsNv12(ColorFormat format) {
  return format == ColorFormat::kNv12SinglePlane || format == ColorFormat::kNv12TwoPlanes;
}

class Planner {
 public:
  Planner(const InputSteps& input, ElementType model_type, const Shape& model_shape, Isa isa)
      : input_(input), plan_(std::make_shared<PicturePlan>()), color_(input.color) {
    plan_->steps = input;
    plan_->kernels = &ChooseRowKernels(isa);
    plan_->model_type = model_type;
    plan_->model_shape = model_shape;
  }

  std::shared_ptr<const PicturePlan> Make() {
    ReadTensor();
    for (const PictureStep& step : input_.steps) {
      step_ = &step;
      Add(step);
    }
    step_ = nullptr;
    Finish();
    return plan_;
  }

 private:
  template <typename... Parts>
  [[noreturn]] void Refuse(ErrorKind kind, const Parts&... parts) const {
    graph::Fail(kind, "input \"", input_.input, "\": ", step_ ? StrCat("step ", StepName(*step_), ": ") : "", parts...);
  }

  void ReadTensor() {
    PicturePlan& p = *plan_;
    const Dims& model = p.model_shape.Dims();
    p.tensors = PictureTensors(input_, static_cast<::moir::ElementType>(p.model_type), model);
    p.type = static_cast<ElementType>(p.tensors[0].type);
    if (p.type != ElementType::kU8 && p.type != ElementType::kF32)
      Refuse(ErrorKind::kUnsupported, "tensors of ", ElementTypeName(p.type), ", expected u8 or f32");
    if (p.model_type != ElementType::kF32 && p.model_type != ElementType::kU8)
      Refuse(ErrorKind::kUnsupported, "the model's input is of ", ElementTypeName(p.model_type),
             ", expected f32 or u8");
    p.model_axes = FindAxes(input_.model_layout, model.size(), input_.input);
    p.tensor_axes = FindAxes(p.tensors[0].layout, p.tensors[0].shape.size(), input_.input);
    p.batch = p.model_axes.Size(model, p.model_axes.n);
    p.height = p.model_axes.Size(model, p.model_axes.h);
    p.width = p.model_axes.Size(model, p.model_axes.w);
    if (p.tensor_axes.n < 0 && p.batch != 1)
      Refuse(ErrorKind::kBadOption, "layout ", p.tensors[0].layout, ": expected an axis N for ", p.batch, " pictures");
    if (IsNv12(color_)) {
      if (p.type != ElementType::kU8)
        Refuse(ErrorKind::kBadOption, "NV12 as ", ElementTypeName(p.type), ", expected u8");
      p.source = color_ == ColorFormat::kNv12TwoPlanes ? PicturePlan::Source::kNv12TwoPlanes
                                                       : PicturePlan::Source::kNv12SinglePlane;
      if (input_.size == InputSteps::Size::kStatic && (input_.height % 2 != 0 || input_.width % 2 != 0))
        Refuse(ErrorKind::kBadOption, "NV12 of ", input_.height, " x ", input_.width, ", expected even sizes");
      p.raw_channels = 3;
    } else {
      p.raw_channels = static_cast<int>(p.tensor_axes.Size(p.tensors[0].shape, p.tensor_axes.c));
    }
    in_floats_ = p.type == ElementType::kF32;
    SetChannels(p.raw_channels);
  }

  // Channels [0, count), in order.
  void SetChannels(int count) {
    from_.clear();
    for (int c = 0; c < count; ++c) from_.push_back(c);
    affine_.assign(from_.size(), {});
  }

  void Select(const std::vector<int>& order) {
    std::vector<int> from;
    std::vector<std::vector<Affine>> affine;
    for (const int k : order) {
      from.push_back(from_[static_cast<size_t>(k)]);
      affine.push_back(affine_[static_cast<size_t>(k)]);
    }
    from_ = std::move(from);
    affine_ = std::move(affine);
  }

  void Add(const PictureStep& step) {
    switch (step.kind) {
      case Kind::kConvertElementType: in_floats_ = true; break;
      case Kind::kConvertColor: ConvertColor(step.color); break;
      case Kind::kReverseChannels: {
        RequireChannels();
        std::vector<int> order;
        for (size_t k = from_.size(); k-- > 0;) order.push_back(static_cast<int>(k));
        Select(order);
        // Another order is another color.
        if (color_ == ColorFormat::kBgr) color_ = ColorFormat::kRgb;
        else if (color_ == ColorFormat::kRgb) color_ = ColorFormat::kBgr;
        else if (color_ != ColorFormat::kGray) color_ = ColorFormat::kUndefined;
        break;
      }
      case Kind::kResize:
        RequireChannels();
        if (plan_->resizes) Refuse(ErrorKind::kUnsupported, "a second one, expected one");
        plan_->resizes = true;
        plan_->algorithm = step.algorithm;
        plan_->in_floats = in_floats_;
        break;
      case Kind::kCrop: CheckCrop(step); break;
      case Kind::kMean:
      case Kind::kScale: {
        RequireChannels();
        if (step.values.size() != 1 && !plan_->tensor_axes.channels_known)
          Refuse(ErrorKind::kBadOption, step.values.size(), " values, but the layout is not known, expected SetLayout");
        if (step.values.size() != 1 && step.values.size() != from_.size())
          Refuse(ErrorKind::kBadOption, step.values.size(), " values for ", from_.size(), " channels");
        in_floats_ = true;
        for (size_t k = 0; k < affine_.size(); ++k) {
          const float value = step.values[step.values.size() == 1 ? 0 : k];
          std::vector<Affine>& list = affine_[k];
          if (step.kind == Kind::kMean) {
            list.push_back({value, 1});
          } else if (list.empty() || list.back().factor != 1) {
            list.push_back({0, 1 / value});
          } else {
            list.back().factor = 1 / value;
          }
        }
        break;
      }
    }
  }

  void RequireChannels() const {
    if (IsNv12(color_)) Refuse(ErrorKind::kBadOption, "of a picture in NV12, expected ConvertColor before it");
  }

  void CheckCrop(const PictureStep& step) const {
    RequireChannels();
    const size_t rank = plan_->tensors[0].shape.size();
    if (step.begin.size() != rank) {
      Refuse(ErrorKind::kBadOption, step.begin.size(), " indices for a tensor with ", rank, " axes");
    }
    const auto whole = [&](const char* name, int axis, int64_t size) {
      if (axis < 0) return;
      const auto at = static_cast<size_t>(axis);
      if (step.begin[at] != 0 || step.end[at] < size)
        Refuse(ErrorKind::kUnsupported, name, " from ", step.begin[at], " to ", step.end[at], ", expected all ", size);
    };
    whole("axis N", plan_->tensor_axes.n, plan_->batch);
    whole("axis C", plan_->tensor_axes.c, static_cast<int64_t>(from_.size()));
  }

  void ConvertColor(ColorFormat wanted) {
    PicturePlan& p = *plan_;
    if (color_ == wanted) return;
    const auto refuse = [&] {
      Refuse(color_ == ColorFormat::kUndefined ? ErrorKind::kBadOption : ErrorKind::kUnsupported, "from ",
             ColorName(color_), " to ", ColorName(wanted),
             color_ == ColorFormat::kUndefined ? ", expected Tensor().SetColorFormat" : "");
    };
    if (wanted != ColorFormat::kBgr && wanted != ColorFormat::kRgb && wanted != ColorFormat::kGray) refuse();
    const bool to_rgb = wanted == ColorFormat::kRgb;
    switch (color_) {
      case ColorFormat::kUndefined:
      case ColorFormat::kNv12SinglePlane:
      case ColorFormat::kNv12TwoPlanes:
        if (!IsNv12(color_)) refuse();
        if (wanted == ColorFormat::kGray) {
          p.luma_only = true;
          p.raw_channels = 1;
          SetChannels(1);
        } else if (to_rgb) {
          Select({2, 1, 0});
        }
        break;
      case ColorFormat::kGray: Select({0, 0, 0}); break;
      case ColorFormat::kBgr:
      case ColorFormat::kRgb:
      case ColorFormat::kBgrx:
      case ColorFormat::kRgbx: {
        const bool is_rgb = color_ == ColorFormat::kRgb || color_ == ColorFormat::kRgbx;
        if (wanted != ColorFormat::kGray) {
          Select(is_rgb == to_rgb ? std::vector<int>{0, 1, 2} : std::vector<int>{2, 1, 0});
          break;
        }
        if (from_.size() >= 2 && from_[0] == from_[1]) {  // it was gray before
          Select({0});
          break;
        }
        if (std::any_of(affine_.begin(), affine_.end(), [](const auto& list) { return !list.empty(); }))
          Refuse(ErrorKind::kUnsupported, "to gray behind Mean or Scale, expected it before");
        for (size_t k = 0; k < 3; ++k) p.gray_of[k] = from_[is_rgb ? 2 - k : k];
        p.gray = p.resizes ? PicturePlan::Gray::kOfResized : PicturePlan::Gray::kOfSource;
        gray_in_floats_ = in_floats_;
        SetChannels(1);
        break;
      }
    }
    color_ = wanted;
  }

  void Finish() {
    PicturePlan& p = *plan_;
    if (IsNv12(color_)) Refuse(ErrorKind::kBadOption, "the picture is NV12, expected the step ConvertColor");
    const int64_t channels = p.model_axes.Size(p.model_shape.Dims(), p.model_axes.c);
    if (static_cast<int64_t>(from_.size()) != channels) {
      Refuse(ErrorKind::kBadOption, "the steps give ", from_.size(), " channels, the model's input ", p.model_shape,
             " has ", channels);
    }
    if (in_floats_ && p.model_type != ElementType::kF32) {
      Refuse(ErrorKind::kUnsupported, "the steps give f32, the model's input is of ", ElementTypeName(p.model_type),
             ", expected steps on bytes alone");
    }
    if (!p.resizes) p.in_floats = p.type == ElementType::kF32;
    // Gray of bytes is rounded to bytes, gray of floats is not; a source of bytes that is to be mixed as floats is
    // widened while it is resized.
    if (p.gray == PicturePlan::Gray::kOfSource && gray_in_floats_ && p.type == ElementType::kU8) {
      p.gray = PicturePlan::Gray::kOfResized;
      p.in_floats = true;
    } else if (p.gray == PicturePlan::Gray::kOfResized && gray_in_floats_ && !p.in_floats) {
      Refuse(ErrorKind::kUnsupported,
             "ConvertColor to gray in f32 behind a Resize of bytes, expected ConvertElementType "
             "before both or behind both");
    }
    p.channels = p.gray == PicturePlan::Gray::kOfSource ? 1 : p.raw_channels;
    p.from = from_;
    p.affine = affine_;
    const PictureGeometry g = FindGeometry(input_, KnownHeight(), KnownWidth(), p.height, p.width);
    if (g.out_height != p.height || g.out_width != p.width) {
      if (g.out_height < 0 || g.out_width < 0) {
        Refuse(ErrorKind::kBadOption, "a picture of any size does not become the model's ", p.height, " x ", p.width,
               ", expected a Resize or SetSpatialStaticShape");
      }
      Refuse(ErrorKind::kBadOption, "the steps give ", g.out_height, " x ", g.out_width, ", the model's input ",
             p.model_shape, " is ", p.height, " x ", p.width, ", expected a Resize, or Model::Reshape before");
    }
  }

  int64_t KnownHeight() const {
    if (input_.size == InputSteps::Size::kAny) return -1;
    if (input_.size == InputSteps::Size::kStatic) return input_.height;
    return input_.HasResize() ? -1 : plan_->height;
  }
  int64_t KnownWidth() const {
    if (input_.size == InputSteps::Size::kAny) return -1;
    if (input_.size == InputSteps::Size::kStatic) return input_.width;
    return input_.HasResize() ? -1 : plan_->width;
  }

  const InputSteps& input_;
  std::shared_ptr<PicturePlan> plan_;
  ColorFormat color_;
  const PictureStep* step_ = nullptr;
  bool in_floats_ = false, gray_in_floats_ = false;
  std::vector<int> from_;                    // raw channel per channel
  std::vector<std::vector<Affine>> affine_;  // per channel
};

}  // namespace

std::shared_ptr<const PicturePlan> MakePicturePlan(const InputSteps& input, ElementType model_type,
                                                   const Shape& model_shape, Isa isa) {
  return Planner(input, model_type, model_shape, isa).Make();
}

}  // namespace moir::runtime
