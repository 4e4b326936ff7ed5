// moir_preprocessor_...: see moir/c/moir.h.
#include "moir/preprocess.h"

#include "ie_runtime/c_api/call.h"

using moir::c_api::Call;
using moir::c_api::MakeHandle;

namespace {

// Null stands for the only one.
moir::InputInfo InputOf(const Call& call, moir_preprocessor* preprocessor, const char* input) {
  const auto object = call.Object(preprocessor);
  return input ? object->Input(std::string(input)) : object->Input();
}

moir::OutputInfo OutputOf(const Call& call, moir_preprocessor* preprocessor, const char* output) {
  const auto object = call.Object(preprocessor);
  return output ? object->Output(std::string(output)) : object->Output();
}

moir::ColorFormat Format(const Call& call, moir_color_format format) {
  static_assert(MOIR_COLOR_BGR == static_cast<int>(moir::ColorFormat::kBgr));
  static_assert(MOIR_COLOR_RGB == static_cast<int>(moir::ColorFormat::kRgb));
  static_assert(MOIR_COLOR_GRAY == static_cast<int>(moir::ColorFormat::kGray));
  static_assert(MOIR_COLOR_BGRX == static_cast<int>(moir::ColorFormat::kBgrx));
  static_assert(MOIR_COLOR_RGBX == static_cast<int>(moir::ColorFormat::kRgbx));
  static_assert(MOIR_COLOR_NV12_SINGLE_PLANE == static_cast<int>(moir::ColorFormat::kNv12SinglePlane));
  static_assert(MOIR_COLOR_NV12_TWO_PLANES == static_cast<int>(moir::ColorFormat::kNv12TwoPlanes));
  if (format < MOIR_COLOR_BGR || format > MOIR_COLOR_NV12_TWO_PLANES) {
    call.Fail("color format: got " + std::to_string(format) + ", expected " + std::to_string(MOIR_COLOR_BGR) + " to " +
              std::to_string(MOIR_COLOR_NV12_TWO_PLANES));
  }
  return static_cast<moir::ColorFormat>(format);
}

moir::ResizeAlgorithm Algorithm(const Call& call, moir_resize_algorithm algorithm) {
  switch (algorithm) {
    case MOIR_RESIZE_LINEAR: return moir::ResizeAlgorithm::kLinear;
    case MOIR_RESIZE_NEAREST: return moir::ResizeAlgorithm::kNearest;
    default: call.Fail("resize algorithm: got " + std::to_string(algorithm) + ", expected 0 (linear) or 1 (nearest)");
  }
}

std::vector<float> Floats(const Call& call, const float* values, size_t count) {
  constexpr size_t kMostChannels = 65536;  // more is a size that went astray
  if (count == 0 || count > kMostChannels)
    call.Fail("values: got " + std::to_string(count) + ", expected one, or one for each channel");
  call.NotNull(values, "values");
  return {values, values + count};
}

}  // namespace

moir_status moir_preprocessor_create(moir_model* model, moir_preprocessor** preprocessor) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(preprocessor);
    result = MakeHandle<moir_preprocessor>(moir::PrePostProcessor(*call.Object(model)));
  });
}

moir_status moir_preprocessor_free(moir_preprocessor* preprocessor) {
  return moir::c_api::FreeHandle(__func__, preprocessor);
}

moir_status moir_preprocessor_build(moir_preprocessor* preprocessor, moir_model** model) {
  return Call::Run(__func__, [&](const Call& call) {
    auto& result = call.Result(model);
    result = MakeHandle<moir_model>(call.Object(preprocessor)->Build());
  });
}

moir_status moir_preprocessor_set_tensor_type(moir_preprocessor* preprocessor, const char* input,
                                              moir_element_type type) {
  return Call::Run(
      __func__, [&](const Call& call) { InputOf(call, preprocessor, input).Tensor().SetElementType(call.Type(type)); });
}

moir_status moir_preprocessor_set_tensor_layout(moir_preprocessor* preprocessor, const char* input,
                                                const char* layout) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Tensor().SetLayout(call.Text(layout, "layout"));
  });
}

moir_status moir_preprocessor_set_tensor_color(moir_preprocessor* preprocessor, const char* input,
                                               moir_color_format format) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Tensor().SetColorFormat(Format(call, format));
  });
}

moir_status moir_preprocessor_set_tensor_size(moir_preprocessor* preprocessor, const char* input, int64_t height,
                                              int64_t width) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Tensor().SetSpatialStaticShape(height, width);
  });
}

moir_status moir_preprocessor_set_tensor_any_size(moir_preprocessor* preprocessor, const char* input) {
  return Call::Run(__func__,
                   [&](const Call& call) { InputOf(call, preprocessor, input).Tensor().SetSpatialDynamicShape(); });
}

moir_status moir_preprocessor_set_model_layout(moir_preprocessor* preprocessor, const char* input, const char* layout) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Model().SetLayout(call.Text(layout, "layout"));
  });
}

moir_status moir_preprocessor_convert_type(moir_preprocessor* preprocessor, const char* input, moir_element_type type) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Preprocess().ConvertElementType(call.Type(type));
  });
}

moir_status moir_preprocessor_convert_color(moir_preprocessor* preprocessor, const char* input,
                                            moir_color_format format) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Preprocess().ConvertColor(Format(call, format));
  });
}

moir_status moir_preprocessor_resize(moir_preprocessor* preprocessor, const char* input,
                                     moir_resize_algorithm algorithm) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Preprocess().Resize(Algorithm(call, algorithm));
  });
}

moir_status moir_preprocessor_resize_to(moir_preprocessor* preprocessor, const char* input,
                                        moir_resize_algorithm algorithm, int64_t height, int64_t width) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input).Preprocess().Resize(Algorithm(call, algorithm), height, width);
  });
}

moir_status moir_preprocessor_crop(moir_preprocessor* preprocessor, const char* input, size_t rank,
                                   const int64_t* begin, const int64_t* end) {
  return Call::Run(__func__, [&](const Call& call) {
    InputOf(call, preprocessor, input)
        .Preprocess()
        .Crop(call.Numbers(rank, begin, "begin"), call.Numbers(rank, end, "end"));
  });
}

moir_status moir_preprocessor_mean(moir_preprocessor* preprocessor, const char* input, const float* values,
                                   size_t count) {
  return Call::Run(__func__, [&](const Call& call) {
    const std::vector<float> mean = Floats(call, values, count);
    moir::PreProcessSteps steps = InputOf(call, preprocessor, input).Preprocess();
    if (count == 1) steps.Mean(mean[0]);
    else steps.Mean(mean);
  });
}

moir_status moir_preprocessor_scale(moir_preprocessor* preprocessor, const char* input, const float* values,
                                    size_t count) {
  return Call::Run(__func__, [&](const Call& call) {
    const std::vector<float> scale = Floats(call, values, count);
    moir::PreProcessSteps steps = InputOf(call, preprocessor, input).Preprocess();
    if (count == 1) steps.Scale(scale[0]);
    else steps.Scale(scale);
  });
}

moir_status moir_preprocessor_reverse_channels(moir_preprocessor* preprocessor, const char* input) {
  return Call::Run(__func__,
                   [&](const Call& call) { InputOf(call, preprocessor, input).Preprocess().ReverseChannels(); });
}

moir_status moir_preprocessor_set_output_type(moir_preprocessor* preprocessor, const char* output,
                                              moir_element_type type) {
  return Call::Run(__func__, [&](const Call& call) {
    OutputOf(call, preprocessor, output).Tensor().SetElementType(call.Type(type));
  });
}

moir_status moir_preprocessor_set_output_layout(moir_preprocessor* preprocessor, const char* output,
                                                const char* layout) {
  return Call::Run(__func__, [&](const Call& call) {
    OutputOf(call, preprocessor, output).Tensor().SetLayout(call.Text(layout, "layout"));
  });
}

moir_status moir_preprocessor_set_output_model_layout(moir_preprocessor* preprocessor, const char* output,
                                                      const char* layout) {
  return Call::Run(__func__, [&](const Call& call) {
    OutputOf(call, preprocessor, output).Model().SetLayout(call.Text(layout, "layout"));
  });
}
