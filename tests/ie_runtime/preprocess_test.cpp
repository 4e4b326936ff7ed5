// Pre- and post-processing against OpenCV: its library, as far as the applications use it, and what tests/oracle's
// script wrote.
#include "moir/preprocess.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <opencv2/imgproc.hpp>
#include <random>

#include "ie_runtime/apps/common/npz.h"
#include "ie_runtime/preprocess/row_kernels.h"
#include "tests/ie_runtime/api_test_support.h"

namespace moir {
namespace {

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

// A model that gives out its input.
Model Identity(const std::string& type_and_shape, const std::string& layout) {
  Model model =
      ParseModel("x : " + type_and_shape + "; shape : i64[1] = {-1}; y = Reshape(x, shape); return y as \"y\"");
  if (!layout.empty()) model.SetLayout("x", layout);
  return model;
}

Tensor Random(ElementType type, const Shape& shape, unsigned seed = 1) {
  Tensor tensor(type, shape);
  std::mt19937 random(seed);
  for (size_t i = 0; i < tensor.GetSize(); ++i) {
    const auto value = random() % 256;
    if (type == ElementType::kU8) tensor.Data<uint8_t>()[i] = static_cast<uint8_t>(value);
    else tensor.Data<float>()[i] = static_cast<float>(value) + 0.25f * static_cast<float>(random() % 4);
  }
  return tensor;
}

std::vector<float> ResultOf(const CompiledModel& model, const std::vector<Tensor>& tensors) {
  InferRequest request = model.CreateInferRequest();
  for (size_t i = 0; i < tensors.size(); ++i) request.SetInputTensor(i, tensors[i]);
  request.Infer();
  const Tensor output = request.GetOutputTensor();
  return {output.Data<float>(), output.Data<float>() + output.GetSize()};
}
std::vector<float> ResultOf(const Model& model, const std::vector<Tensor>& tensors, const char* threads = "2") {
  return ResultOf(Core().CompileModel(model, {{"inference_num_threads", threads}}), tensors);
}

cv::Mat AsMat(const Tensor& tensor, int height, int width, int channels) {
  const int depth = tensor.GetElementType() == ElementType::kU8 ? CV_8U : CV_32F;
  return {height, width, CV_MAKETYPE(depth, channels), tensor.Data()};
}

// Values of a picture, planar.
std::vector<float> Planes(const cv::Mat& mat) {
  cv::Mat floats;
  mat.convertTo(floats, CV_32F);
  std::vector<float> values;
  for (int c = 0; c < mat.channels(); ++c) {
    for (int y = 0; y < mat.rows; ++y) {
      for (int x = 0; x < mat.cols; ++x) values.push_back(floats.ptr<float>(y)[x * mat.channels() + c]);
    }
  }
  return values;
}

void ExpectValues(const std::vector<float>& found, const std::vector<float>& expected, float tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  ASSERT_FALSE(found.empty());
  float largest = 0, difference = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(found[i] - expected[i]));
    ASSERT_FALSE(std::isnan(found[i]));
  }
  EXPECT_LE(difference, tolerance * largest);
}

std::string ShapeText(ElementType type, int64_t channels, int64_t height, int64_t width) {
  return std::string(ElementTypeName(type)) + ShapeToString({1, channels, height, width});
}

struct Sizes {
  int height, width, to_height, to_width;
};
constexpr Sizes kSizes[] = {{480, 640, 224, 224}, {37, 53, 61, 90},   {1, 1, 5, 7},      {2, 3, 40, 41},
                            {64, 64, 32, 32},     {7, 1, 3, 9},       {1, 9, 4, 4},      {5, 2, 5, 33},
                            {96, 100, 96, 100},   {300, 31, 17, 300}, {33, 200, 33, 50}, {19, 4, 8, 35}};

class Resizing : public testing::TestWithParam<std::tuple<ElementType, int, ResizeAlgorithm, bool>> {};

// Bit by bit on bytes, 1e-5 on floats. OpenCV halves pictures by a function of its own: of four bytes it rounds sums
// that end in one half up with 1, 3 and 4 channels, as linear weights do, and to the even number with others.
TEST_P(Resizing, IsThatOfOpenCv) {
  const auto [type, channels, algorithm, planar] = GetParam();
  for (const Sizes& s : kSizes) {
    if (s.height == 480 && channels != 3) continue;
    SCOPED_TRACE(testing::Message() << s.height << " x " << s.width << " to " << s.to_height << " x " << s.to_width);
    const Tensor picture = Random(type, {1, s.height, s.width, channels});
    PrePostProcessor ppp(Identity(ShapeText(ElementType::kF32, channels, s.to_height, s.to_width), "NCHW"));
    ppp.Input().Tensor().SetElementType(type).SetLayout(planar ? "NCHW" : "NHWC");
    ppp.Input().Preprocess().Resize(algorithm);
    const cv::Mat source = AsMat(picture, s.height, s.width, channels);
    cv::Mat expected;
    cv::resize(source, expected, cv::Size(s.to_width, s.to_height), 0, 0,
               algorithm == ResizeAlgorithm::kLinear ? cv::INTER_LINEAR : cv::INTER_NEAREST);
    Tensor given = picture;
    if (planar) {
      given = Tensor(type, {1, channels, s.height, s.width});
      const std::vector<float> planes = Planes(source);
      for (size_t i = 0; i < planes.size(); ++i) {
        if (type == ElementType::kU8) given.Data<uint8_t>()[i] = static_cast<uint8_t>(planes[i]);
        else given.Data<float>()[i] = planes[i];
      }
    }
    const bool to_even = algorithm == ResizeAlgorithm::kLinear && channels > 4 && s.height == 2 * s.to_height &&
                         s.width == 2 * s.to_width;
    const float of_bytes = to_even ? 1.2f / 255 : 0.0f;
    ExpectValues(ResultOf(ppp.Build(), {given}), Planes(expected), type == ElementType::kU8 ? of_bytes : 1e-5f);
  }
}
INSTANTIATE_TEST_SUITE_P(All, Resizing,
                         testing::Combine(testing::Values(ElementType::kU8, ElementType::kF32),
                                          testing::Values(1, 3, 4, 5),
                                          testing::Values(ResizeAlgorithm::kLinear, ResizeAlgorithm::kNearest),
                                          testing::Bool()));

TEST(Preprocess, BytesResizedAsFloatsAreNotRounded) {
  const Tensor picture = Random(ElementType::kU8, {1, 31, 45, 3});
  PrePostProcessor ppp(Identity("f32[1,3,20,60]", "NCHW"));
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  ppp.Input().Preprocess().ConvertElementType().Resize(ResizeAlgorithm::kLinear);
  cv::Mat floats, expected;
  AsMat(picture, 31, 45, 3).convertTo(floats, CV_32F);
  cv::resize(floats, expected, cv::Size(60, 20), 0, 0, cv::INTER_LINEAR);
  ExpectValues(ResultOf(ppp.Build(), {picture}), Planes(expected), 1e-5f);
}

// Files of OpenCV 4.10 with its own vector code, beside the library that these tests are linked with.
TEST(Preprocess, OpenCvFromTheScript) {
  std::map<std::string, Tensor> arrays;
  for (auto& [name, tensor] : apps::ReadNpz(std::string(MOIR_TEST_DATA_DIR) + "/pictures/opencv.npz"))
    arrays[name] = tensor;
  int compared = 0;
  for (const auto& [name, expected] : arrays) {
    const size_t dot = name.find('.');
    if (dot == std::string::npos) continue;
    SCOPED_TRACE(name);
    const std::string step = name.substr(0, dot), source = name.substr(name.rfind('.') + 1);
    const Tensor& given = arrays.at(source);
    const bool nv12 = source == "nv12";
    const int64_t height = given.GetShape()[0], width = given.GetShape()[1];
    const int64_t channels = given.GetShape().size() > 2 ? given.GetShape()[2] : 1;
    const Tensor tensor(given.GetElementType(), {1, height, width, channels}, given.Data());
    Shape to = expected.GetShape();
    to.resize(3, 1);
    PrePostProcessor ppp(Identity("f32" + ShapeToString({1, to[0], to[1], to[2]}), "NHWC"));
    ppp.Input()
        .Tensor()
        .SetElementType(given.GetElementType())
        .SetColorFormat(nv12            ? ColorFormat::kNv12SinglePlane
                        : channels == 3 ? ColorFormat::kBgr
                                        : ColorFormat::kGray);
    if (step == "linear") ppp.Input().Preprocess().Resize(ResizeAlgorithm::kLinear);
    else if (step == "nearest") ppp.Input().Preprocess().Resize(ResizeAlgorithm::kNearest);
    else if (step == "bgr_of") ppp.Input().Preprocess().ConvertColor(ColorFormat::kBgr);
    else ppp.Input().Preprocess().ConvertColor(ColorFormat::kGray);
    const bool floats = given.GetElementType() == ElementType::kF32;
    std::vector<float> values(expected.GetSize());
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = floats ? expected.Data<float>()[i] : static_cast<float>(expected.Data<uint8_t>()[i]);
    ExpectValues(ResultOf(ppp.Build(), {tensor}), values, floats ? 1e-5f : 0.0f);
    ++compared;
  }
  EXPECT_EQ(compared, 17);
}

// The order in which a service does it: convert, resize, subtract, divide, planes.
TEST(Preprocess, WholeChain) {
  const Tensor picture = Random(ElementType::kU8, {1, 480, 640, 3});
  PrePostProcessor ppp(Identity("f32[1,3,224,224]", "NCHW"));
  const std::vector<float> mean{123.675f, 116.28f, 103.53f}, scale{58.395f, 57.12f, 57.375f};
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC").SetColorFormat(ColorFormat::kBgr);
  ppp.Input()
      .Preprocess()
      .ConvertColor(ColorFormat::kRgb)
      .Resize(ResizeAlgorithm::kLinear, 256, 341)
      .Crop({0, 16, 58, 0}, {1, 240, 282, 3});
  ppp.Input().Preprocess().Mean(mean).Scale(scale);
  const Model model = ppp.Build();
  cv::Mat rgb, resized, floats;
  cv::cvtColor(AsMat(picture, 480, 640, 3), rgb, cv::COLOR_BGR2RGB);
  cv::resize(rgb, resized, cv::Size(341, 256), 0, 0, cv::INTER_LINEAR);
  resized(cv::Rect(58, 16, 224, 224)).convertTo(floats, CV_32F);
  std::vector<float> expected = Planes(floats);
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t c = i / (224 * 224);
    expected[i] = (expected[i] - mean[c]) / scale[c];
  }
  ExpectValues(ResultOf(model, {picture}, "1"), expected, 1e-6f);
  ExpectValues(ResultOf(model, {picture}, "2"), expected, 1e-6f);

  const Port port = model.Input();
  EXPECT_EQ(port.type, ElementType::kU8);
  EXPECT_EQ(port.shape, (Shape{1, -1, -1, 3}));
  EXPECT_EQ(model.GetLayout("x"), "NHWC");
}

TEST(Preprocess, PicturesOfAnySizeInTurn) {
  PrePostProcessor ppp(Identity("f32[1,3,20,24]", "NCHW"));
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("HWC");
  ppp.Input().Preprocess().Crop({1, 2, 0}, {-1, kEnd, 3}).Resize(ResizeAlgorithm::kLinear);
  const CompiledModel model = Core().CompileModel(ppp.Build());
  EXPECT_EQ(model.Input().shape, (Shape{-1, -1, 3}));
  InferRequest request = model.CreateInferRequest();
  ExpectError(ErrorKind::kBadOption, "input \"x\": there is no picture", [&] { request.Infer(); });
  for (const auto& [height, width] : {std::pair{60, 80}, {9, 7}, {300, 20}, {9, 7}}) {
    SCOPED_TRACE(height);
    const Tensor picture = Random(ElementType::kU8, {height, width, 3}, static_cast<unsigned>(height));
    request.SetInputTensor(picture);
    request.Infer();
    cv::Mat expected;
    cv::resize(AsMat(picture, height, width, 3)(cv::Rect(2, 1, width - 2, height - 2)), expected, cv::Size(24, 20), 0,
               0, cv::INTER_LINEAR);
    const Tensor output = request.GetOutputTensor();
    ExpectValues({output.Data<float>(), output.Data<float>() + output.GetSize()}, Planes(expected), 0.0f);
  }
  request.SetInputTensor(Tensor(ElementType::kU8, {2, 9, 3}));
  ExpectError(ErrorKind::kBadOption, "input \"x\": step Crop: rows from 1 to -1 of a picture with 2",
              [&] { request.Infer(); });
  ExpectError(ErrorKind::kBadOption, "expected u8[-1,-1,3]", [&] {
    request.SetInputTensor(Tensor(ElementType::kU8, {20, 9, 4}));
  });
  ExpectError(ErrorKind::kBadOption, "expected u8[-1,-1,3]", [&] {
    request.SetInputTensor(Tensor(ElementType::kU8, {0, 9, 3}));
  });
}

// A part of a larger picture is read where it lies, and a batch goes through at once.
TEST(Preprocess, GapsAndBatches) {
  const Tensor large = Random(ElementType::kU8, {3, 40, 50, 3});
  PrePostProcessor ppp(Identity("f32[2,3,16,16]", "NCHW"));
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  ppp.Input().Preprocess().Resize(ResizeAlgorithm::kLinear).ReverseChannels();
  std::vector<float> expected;
  for (int n = 1; n < 3; ++n) {
    const cv::Mat whole(40, 50, CV_8UC3, large.Data<uint8_t>() + n * 40 * 50 * 3);
    cv::Mat resized, reversed;
    cv::resize(whole(cv::Rect(7, 5, 31, 22)), resized, cv::Size(16, 16), 0, 0, cv::INTER_LINEAR);
    cv::cvtColor(resized, reversed, cv::COLOR_BGR2RGB);
    const std::vector<float> planes = Planes(reversed);
    expected.insert(expected.end(), planes.begin(), planes.end());
  }
  ExpectValues(ResultOf(ppp.Build(), {Tensor(large, {1, 5, 7, 0}, {3, 27, 38, 3})}), expected, 0.0f);
}

TEST(Preprocess, Nv12InOneAndTwoPlanes) {
  for (const auto& [height, width] : {std::pair{48, 64}, {6, 10}, {2, 2}}) {
    SCOPED_TRACE(height);
    const Tensor frame = Random(ElementType::kU8, {1, height * 3 / 2, width, 1});
    cv::Mat rgb, expected, gray;
    const cv::Mat yuv(height * 3 / 2, width, CV_8UC1, frame.Data());
    cv::cvtColor(yuv, rgb, cv::COLOR_YUV2RGB_NV12);
    cv::resize(rgb, expected, cv::Size(30, 17), 0, 0, cv::INTER_LINEAR);
    PrePostProcessor one(Identity("f32[1,3,17,30]", "NCHW"));
    one.Input().Tensor().SetElementType(ElementType::kU8).SetColorFormat(ColorFormat::kNv12SinglePlane);
    one.Input().Preprocess().ConvertColor(ColorFormat::kRgb).Resize(ResizeAlgorithm::kLinear);
    ExpectValues(ResultOf(one.Build(), {frame}), Planes(expected), 0.0f);

    PrePostProcessor two(Identity("f32[1,3,17,30]", "NCHW"));
    two.Input().Tensor().SetElementType(ElementType::kU8).SetColorFormat(ColorFormat::kNv12TwoPlanes);
    two.Input().Preprocess().ConvertColor(ColorFormat::kRgb).Resize(ResizeAlgorithm::kLinear);
    const CompiledModel model = Core().CompileModel(two.Build());
    ASSERT_EQ(model.Inputs().size(), 2U);
    EXPECT_EQ(model.Input(0).name, "x/y");
    EXPECT_EQ(model.Input(1).name, "x/uv");
    EXPECT_EQ(model.Input(1).shape, (Shape{1, -1, -1, 2}));
    const Tensor y(ElementType::kU8, {1, height, width, 1}, frame.Data());
    const Tensor uv(ElementType::kU8, {1, height / 2, width / 2, 2}, frame.Data<uint8_t>() + height * width);
    ExpectValues(ResultOf(model, {y, uv}), Planes(expected), 0.0f);
    ExpectError(ErrorKind::kBadOption, "expected even sizes and half of them", [&] {
      ResultOf(model, {Tensor(ElementType::kU8, {1, height + 2, width, 1}), uv});
    });

    // Gray of the colors, and the plane of brightness itself.
    PrePostProcessor of_colors(Identity("f32[1,1,17,30]", "NCHW"));
    of_colors.Input().Tensor().SetElementType(ElementType::kU8).SetColorFormat(ColorFormat::kNv12SinglePlane);
    of_colors.Input()
        .Preprocess()
        .ConvertColor(ColorFormat::kRgb)
        .ConvertColor(ColorFormat::kGray)
        .Resize(ResizeAlgorithm::kLinear);
    cv::cvtColor(rgb, gray, cv::COLOR_RGB2GRAY);
    cv::resize(gray, expected, cv::Size(30, 17), 0, 0, cv::INTER_LINEAR);
    ExpectValues(ResultOf(of_colors.Build(), {frame}), Planes(expected), 0.0f);
    PrePostProcessor luma(Identity("f32[1,1,17,30]", "NCHW"));
    luma.Input().Tensor().SetElementType(ElementType::kU8).SetColorFormat(ColorFormat::kNv12SinglePlane);
    luma.Input().Preprocess().ConvertColor(ColorFormat::kGray).Resize(ResizeAlgorithm::kLinear);
    cv::resize(yuv(cv::Rect(0, 0, width, height)), expected, cv::Size(30, 17), 0, 0, cv::INTER_LINEAR);
    ExpectValues(ResultOf(luma.Build(), {frame}), Planes(expected), 0.0f);
  }
}

TEST(Preprocess, GrayBeforeAndBehindResize) {
  for (const ElementType type : {ElementType::kU8, ElementType::kF32}) {
    for (const bool before : {true, false}) {
      SCOPED_TRACE(before);
      const Tensor picture = Random(type, {1, 50, 70, 3});
      PrePostProcessor ppp(Identity("f32[1,3,33,41]", "NCHW"));
      ppp.Input().Tensor().SetElementType(type).SetLayout("NHWC").SetColorFormat(ColorFormat::kRgb);
      PreProcessSteps steps = ppp.Input().Preprocess();
      if (before) steps.ConvertColor(ColorFormat::kGray);
      steps.Resize(ResizeAlgorithm::kLinear);
      if (!before) steps.ConvertColor(ColorFormat::kGray);
      steps.ConvertColor(ColorFormat::kBgr).Mean({1, 2, 3});
      cv::Mat one = AsMat(picture, 50, 70, 3), two;
      if (before) cv::cvtColor(one, two, cv::COLOR_RGB2GRAY), one = two.clone();
      cv::resize(one, two, cv::Size(41, 33), 0, 0, cv::INTER_LINEAR);
      if (!before) one = two.clone(), cv::cvtColor(one, two, cv::COLOR_RGB2GRAY);
      std::vector<float> expected;
      for (int c = 1; c <= 3; ++c) {
        for (const float value : Planes(two)) expected.push_back(value - static_cast<float>(c));
      }
      ExpectValues(ResultOf(ppp.Build(), {picture}), expected, type == ElementType::kU8 ? 0.0f : 1e-5f);
    }
  }
}

TEST(Preprocess, FourthChannelIsLeftOut) {
  const Tensor picture = Random(ElementType::kU8, {1, 21, 34, 4});
  for (const bool resize : {true, false}) {
    PrePostProcessor ppp(Identity(resize ? "f32[1,3,12,40]" : "f32[1,3,21,34]", "NCHW"));
    ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC").SetColorFormat(ColorFormat::kBgrx);
    ppp.Input().Preprocess().ConvertColor(ColorFormat::kRgb);
    if (resize) ppp.Input().Preprocess().Resize(ResizeAlgorithm::kLinear);
    cv::Mat rgb;
    cv::cvtColor(AsMat(picture, 21, 34, 4), rgb, cv::COLOR_BGRA2RGB);
    if (resize) {
      const cv::Mat from = rgb.clone();
      cv::resize(from, rgb, cv::Size(40, 12), 0, 0, cv::INTER_LINEAR);
    }
    ExpectValues(ResultOf(ppp.Build(), {picture}), Planes(rgb), 0.0f);
  }
}

// Bytes to a model that takes bytes.
TEST(Preprocess, ModelOfBytes) {
  const Tensor picture = Random(ElementType::kU8, {1, 40, 30, 3});
  Model model = ParseModel("x : u8[1,3,16,20]; y = Convert(x) destination_type=\"f32\"; return y as \"y\"");
  model.SetLayout("x", "NCHW");
  PrePostProcessor ppp(model);
  ppp.Input().Tensor().SetLayout("NHWC");
  ppp.Input().Preprocess().Resize(ResizeAlgorithm::kLinear);
  cv::Mat expected;
  cv::resize(AsMat(picture, 40, 30, 3), expected, cv::Size(20, 16), 0, 0, cv::INTER_LINEAR);
  ExpectValues(ResultOf(ppp.Build(), {picture}), Planes(expected), 0.0f);
  ppp.Input().Preprocess().Mean(1);
  ExpectError(ErrorKind::kUnsupported, "the steps give f32, the model's input is of u8", [&] { ppp.Build(); });
}

// Inputs that are no pictures: numbers of any layout.
TEST(Preprocess, OnlyTheElementType) {
  for (const char* shape : {"f32[5]", "f32[3,4]", "f32[2,3,4,5]"}) {
    PrePostProcessor ppp(Identity(shape, ""));
    ppp.Input().Tensor().SetElementType(ElementType::kU8);
    ppp.Input().Preprocess().Mean(2).Scale(4).Mean(1);
    const Model model = ppp.Build();
    const Tensor given = Random(ElementType::kU8, model.Input().shape);
    std::vector<float> expected;
    for (size_t i = 0; i < given.GetSize(); ++i)
      expected.push_back((static_cast<float>(given.Data<uint8_t>()[i]) - 2) / 4 - 1);
    ExpectValues(ResultOf(model, {given}), expected, 0.0f);
  }
}

TEST(Preprocess, OutputsInAnotherTypeAndLayout) {
  Model model = ParseModel("x : f32[1,2,2,3]; k : f32[1] = {2.5}; y = Multiply(x, k); return y as \"y\"");
  PrePostProcessor ppp(model);
  ppp.Output().Model().SetLayout("NCHW");
  ppp.Output().Tensor().SetLayout("NHWC").SetElementType(ElementType::kI32);
  const Model built = ppp.Build();
  EXPECT_EQ(built.Output().shape, (Shape{1, 2, 3, 2}));
  EXPECT_EQ(built.Output().type, ElementType::kI32);
  EXPECT_EQ(model.Output().shape, (Shape{1, 2, 2, 3}));
  InferRequest request = Core().CompileModel(built).CreateInferRequest();
  for (int i = 0; i < 12; ++i) request.GetInputTensor().Data<float>()[i] = static_cast<float>(i);
  request.Infer();
  const int32_t* values = request.GetTensor("y").Data<int32_t>();
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) {
      for (int c = 0; c < 2; ++c)
        EXPECT_EQ(values[(y * 3 + x) * 2 + c], static_cast<int32_t>(2.5f * static_cast<float>(c * 6 + y * 3 + x)));
    }
  }
}

TEST(Preprocess, ReshapeAndBatch) {
  PrePostProcessor ppp(Identity("f32[1,3,8,8]", "NCHW"));
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  ppp.Input().Preprocess().Resize(ResizeAlgorithm::kLinear);
  Model model = ppp.Build();
  model.SetBatch(2);
  EXPECT_EQ(model.Input().shape, (Shape{2, -1, -1, 3}));
  EXPECT_EQ(model.Output().shape, (Shape{2 * 3 * 8 * 8}));
  model.Reshape({2, 30, 40, 3});
  EXPECT_EQ(model.Input().shape, (Shape{2, 30, 40, 3}));
  EXPECT_EQ(model.Output().shape, (Shape{2 * 3 * 8 * 8}));
  const CompiledModel compiled = Core().CompileModel(model);
  const CompiledModel three = compiled.Reshape({{"x", {3, -1, -1, 3}}});
  EXPECT_EQ(three.Output().shape, (Shape{3 * 3 * 8 * 8}));
  EXPECT_EQ(ResultOf(three, {Random(ElementType::kU8, {3, 9, 17, 3})}).size(), 576U);

  // Without a Resize the model follows the picture.
  PrePostProcessor plain(Identity("f32[1,3,8,8]", "NCHW"));
  plain.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  Model follows = plain.Build();
  EXPECT_EQ(follows.Input().shape, (Shape{1, 8, 8, 3}));
  follows.Reshape({1, 5, 6, 3});
  EXPECT_EQ(follows.Output().shape, (Shape{90}));
  ExpectError(ErrorKind::kBadOption, "input \"x\": shape [1,5,6,4]: 4 channels, expected 3", [&] {
    follows.Reshape({1, 5, 6, 4});
  });
  ExpectError(ErrorKind::kBadOption, "expected a height and a width, or -1 for both", [&] {
    follows.Reshape({1, 5, -1, 3});
  });
  EXPECT_EQ(follows.Input().shape, (Shape{1, 5, 6, 3}));
}

TEST(Preprocess, ProfilingAndRuntimeModel) {
  PrePostProcessor ppp(Identity("f32[1,3,64,64]", "NCHW"));
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  ppp.Input().Preprocess().Resize(ResizeAlgorithm::kLinear);
  const CompiledModel model = Core().CompileModel(ppp.Build(), {{"enable_profiling", "true"}});
  EXPECT_EQ(model.GetRuntimeModel().at(0).type, "Preprocess");
  InferRequest request = model.CreateInferRequest();
  request.SetInputTensor(Random(ElementType::kU8, {1, 200, 300, 3}));
  request.StartAsync();
  request.Wait();
  const ProfilingInfo info = request.GetProfilingInfo().at(0);
  EXPECT_EQ(info.node_name, "x");
  EXPECT_EQ(info.node_type, "Preprocess");
  EXPECT_GT(info.microseconds, 0);
}

TEST(Preprocess, Errors) {
  const auto fails = [](ErrorKind kind, const std::string& part, auto&& set, const char* shape = "f32[1,3,8,8]",
                        const char* layout = "NCHW") {
    SCOPED_TRACE(part);
    PrePostProcessor ppp(Identity(shape, layout));
    ExpectError(kind, part, [&] {
      set(ppp);
      ppp.Build();
    });
  };
  const auto tensor = [](PrePostProcessor& ppp) {
    return ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  };
  const auto steps = [](PrePostProcessor& ppp) { return ppp.Input().Preprocess(); };
  const ErrorKind bad = ErrorKind::kBadOption, no = ErrorKind::kUnsupported;
  fails(bad, "the model has no input \"z\"", [&](auto& p) { p.Input("z"); });
  fails(bad, "input 1: the model has 1", [&](auto& p) { p.Input(1); });
  fails(bad, "element type i64 of the tensor, expected u8 or f32",
        [&](auto& p) { p.Input().Tensor().SetElementType(ElementType::kI64); });
  fails(bad, "step ConvertColor: from an undefined color format to RGB, expected Tensor().SetColorFormat",
        [&](auto& p) {
          tensor(p);
          steps(p).ConvertColor(ColorFormat::kRgb);
        });
  fails(no, "step ConvertColor: from BGR to NV12", [&](auto& p) {
    tensor(p).SetColorFormat(ColorFormat::kBgr);
    steps(p).ConvertColor(ColorFormat::kNv12SinglePlane);
  });
  fails(bad, "the picture is NV12, expected the step ConvertColor",
        [&](auto& p) { tensor(p).SetColorFormat(ColorFormat::kNv12SinglePlane).SetSpatialStaticShape(8, 8); });
  fails(bad, "step Resize: of a picture in NV12, expected ConvertColor before it", [&](auto& p) {
    tensor(p).SetColorFormat(ColorFormat::kNv12SinglePlane);
    steps(p).Resize(ResizeAlgorithm::kLinear);
  });
  fails(bad, "NV12 of 7 x 8, expected even sizes", [&](auto& p) {
    tensor(p).SetColorFormat(ColorFormat::kNv12SinglePlane).SetSpatialStaticShape(7, 8);
    steps(p).ConvertColor(ColorFormat::kRgb).Resize(ResizeAlgorithm::kLinear);
  });
  fails(bad, "the steps give 1 channels, the model's input [1,3,8,8] has 3", [&](auto& p) {
    tensor(p).SetColorFormat(ColorFormat::kBgr);
    steps(p).ConvertColor(ColorFormat::kGray);
  });
  fails(bad, "step Mean: 2 values for 3 channels", [&](auto& p) {
    tensor(p);
    steps(p).Mean({1, 2});
  });
  fails(bad, "step Scale: got 0, expected a number other than 0", [&](auto& p) { steps(p).Scale({1, 0, 1}); });
  fails(no, "step Resize: a second one", [&](auto& p) {
    tensor(p);
    steps(p).Resize(ResizeAlgorithm::kLinear).Resize(ResizeAlgorithm::kLinear);
  });
  fails(bad, "the steps give 9 x 9, the model's input [1,3,8,8] is 8 x 8", [&](auto& p) {
    tensor(p);
    steps(p).Resize(ResizeAlgorithm::kLinear, 9, 9);
  });
  fails(bad, "the steps give 10 x 8", [&](auto& p) { tensor(p).SetSpatialStaticShape(10, 8); });
  fails(bad, "a picture of 0 x 8, expected 1 to 16777216 each",
        [&](auto& p) { tensor(p).SetSpatialStaticShape(0, 8); });
  fails(bad, "expected 1 to 16777216 each", [&](auto& p) { tensor(p).SetSpatialStaticShape(8, kEnd); });
  fails(bad, "a picture of any size does not become the model's 8 x 8",
        [&](auto& p) { tensor(p).SetSpatialDynamicShape(); });
  fails(bad, "step Crop: rows from 3 to 12 of a picture with 10", [&](auto& p) {
    tensor(p).SetSpatialStaticShape(10, 10);
    steps(p).Crop({0, 3, 1, 0}, {1, 12, 9, 3});
  });
  fails(no, "step Crop: axis C from 1 to 3", [&](auto& p) {
    tensor(p).SetSpatialStaticShape(10, 10);
    steps(p).Crop({0, 1, 1, 1}, {1, 9, 9, 3});
  });
  fails(bad, "step Crop: 3 indices for a tensor with 4 axes", [&](auto& p) {
    tensor(p).SetSpatialStaticShape(10, 10);
    steps(p).Crop({1, 1, 0}, {9, 9, 3});
  });
  fails(bad, "step Crop: the picture's size is not known, expected SetSpatialStaticShape", [&](auto& p) {
    tensor(p);
    steps(p).Crop({0, 1, 1, 0}, {1, 9, 9, 3});
  });
  fails(
      no, "step ConvertColor: to gray behind Mean or Scale",
      [&](auto& p) {
        tensor(p).SetColorFormat(ColorFormat::kBgr);
        steps(p).Mean(1).ConvertColor(ColorFormat::kGray);
      },
      "f32[1,1,8,8]");
  fails(
      bad, "the layout of the model's input is not known, expected Model().SetLayout", [&](auto& p) { tensor(p); },
      "f32[1,3,8,8]", "");
  fails(
      bad, "pictures have no axis D", [&](auto& p) { p.Input().Tensor().SetElementType(ElementType::kU8); },
      "f32[1,3,2,8,8]", "NCDHW");
  fails(
      bad, "layout HWC: expected an axis N for 2 pictures", [&](auto& p) { p.Input().Tensor().SetLayout("HWC"); },
      "f32[2,3,8,8]");
  fails(bad, "where C stands twice", [&](auto& p) { p.Input().Tensor().SetLayout("NCCW"); });
  fails(
      no, "the model's input is of i64, expected f32 or u8",
      [&](auto& p) { p.Input().Tensor().SetElementType(ElementType::kF32); }, "i64[1,3]", "");
  fails(bad, "the layout of the model's output is not known", [&](auto& p) { p.Output().Tensor().SetLayout("NC"); });
  fails(bad, "layout NC: expected as many axes as [192] has", [&](auto& p) {
    p.Output().Model().SetLayout("NC");
    p.Output().Tensor().SetLayout("CN");
  });
  fails(bad, "layout C: expected the axes of N in another order", [&](auto& p) {
    p.Output().Model().SetLayout("N");
    p.Output().Tensor().SetLayout("C");
  });
  fails(no, "16-bit floats are exchanged as f32",
        [&](auto& p) { p.Output().Tensor().SetElementType(ElementType::kF16); });

  PrePostProcessor once(Identity("f32[1,3,8,8]", "NCHW"));
  tensor(once);
  PrePostProcessor twice(once.Build());
  twice.Input().Preprocess().Mean(1);
  ExpectError(bad, "has steps of another PrePostProcessor", [&] { twice.Build(); });
  Model model = once.Build();
  ExpectError(bad, "its tensor is NHWC", [&] { model.SetLayout("x", "NCHW"); });
}

// Rows that end at the end of the memory: no instruction set reads beyond, and all give the same.
TEST(RowKernels, SameForEachInstructionSet) {
  using namespace runtime;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  auto* memory =
      static_cast<uint8_t*>(mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  ASSERT_EQ(mprotect(memory + 2 * page, page, PROT_NONE), 0);
  std::mt19937 random(3);
  for (size_t i = 0; i < 2 * page; ++i) memory[i] = static_cast<uint8_t>(random());
  Isa newest = Isa::kSse41;
  for (const Isa isa : {Isa::kAvx2, Isa::kAvx512Core}) {
    if (EffectiveIsa() >= isa) newest = isa;
  }
  for (const int64_t step : {1, 3, 4}) {
    for (const int64_t width : {1, 2, 3, 4, 5, 17, 64, 333}) {
      for (const int64_t count : {1, 7, 8, 16, 33, 500}) {
        SourceRow<uint8_t> row;
        row.step = step;
        row.width = width;
        row.interleaved = step > 1;
        for (int c = 0; c < 4; ++c) row.channels[c] = memory + 2 * page - width * step + (step > 1 ? c : 0);
        ColumnTable table;
        for (int64_t x = 0; x < count; ++x) {
          const auto first = static_cast<int32_t>(random() % static_cast<unsigned>(std::max<int64_t>(1, width - 1)));
          const auto weight = static_cast<int32_t>(random() % 2049);
          table.first.push_back(first);
          table.offsets.push_back(first * static_cast<int32_t>(step));
          table.packed.push_back((2048 - weight) | weight << 16);
        }
        const auto channels = static_cast<int>(step);
        const auto size = static_cast<size_t>(count * channels);
        for (const bool linear : {true, false}) {
          std::vector<int16_t> expected(size, -1);
          const RowKernels& plain = ChooseRowKernels(Isa::kSse41);
          (linear ? plain.linear : plain.pick)(row, table, channels, 0, count, expected.data(), count);
          for (const Isa isa : {Isa::kAvx2, Isa::kAvx512Core}) {
            if (isa > newest) continue;
            std::vector<int16_t> found(size, -1);
            const RowKernels& kernels = ChooseRowKernels(isa);
            (linear ? kernels.linear : kernels.pick)(row, table, channels, 0, count, found.data(), count);
            EXPECT_EQ(found, expected) << kernels.name << " " << step << " " << width << " " << count;
          }
        }
      }
    }
  }
  munmap(memory, 3 * page);
}

}  // namespace
}  // namespace moir
