// IR v10 and v11 as OpenVINO writes them, against what OpenVINO computes: data/ir_models holds whole models
// (tests/oracle/onnx_models.py), data/ir_v11_ops operators in their versions (tests/oracle/make_ir_v11_op_cases.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "ie_runtime/apps/common/npz.h"
#include "moir/moir.h"
#include "tests/support/subprocess.h"

namespace moir {
namespace {

constexpr double kTolerance = 1e-4;

std::vector<double> Numbers(const Tensor& tensor) {
  std::vector<double> values(tensor.GetSize());
  const auto copy = [&](const auto* from) { std::copy_n(from, values.size(), values.begin()); };
  switch (tensor.GetElementType()) {
    case ElementType::kF32: copy(tensor.Data<float>()); break;
    case ElementType::kF64: copy(tensor.Data<double>()); break;
    case ElementType::kI32: copy(tensor.Data<int32_t>()); break;
    case ElementType::kI64: copy(tensor.Data<int64_t>()); break;
    case ElementType::kU8: copy(tensor.Data<uint8_t>()); break;
    case ElementType::kI8: copy(tensor.Data<int8_t>()); break;
    case ElementType::kBool: copy(tensor.Data<bool>()); break;
    default: ADD_FAILURE() << "values of type " << ElementTypeName(tensor.GetElementType());
  }
  return values;
}

// Rows that hold -1 behind those that OpenVINO gives say that there are no more.
void ExpectNear(const Tensor& actual, const Tensor& expected) {
  std::vector<double> a = Numbers(actual), e = Numbers(expected);
  if (actual.GetShape() != expected.GetShape()) {
    ASSERT_EQ(actual.GetShape().size(), 2u) << ShapeToString(actual.GetShape());
    ASSERT_EQ(actual.GetShape()[1], expected.GetShape().at(1));
    ASSERT_GT(actual.GetShape()[0], expected.GetShape()[0]);
    EXPECT_TRUE(
        std::all_of(a.begin() + static_cast<std::ptrdiff_t>(e.size()), a.end(), [](double v) { return v == -1; }));
    a.resize(e.size());
  }
  double largest = 0, difference = 0;
  for (size_t i = 0; i < e.size(); ++i) {
    ASSERT_EQ(std::isnan(a[i]), std::isnan(e[i])) << "at " << i;
    if (std::isnan(e[i]) || a[i] == e[i]) continue;
    difference = std::max(difference, std::abs(a[i] - e[i]));
  }
  for (const double value : e) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const bool exact = expected.GetElementType() != ElementType::kF32 && expected.GetElementType() != ElementType::kF64;
  EXPECT_LE(difference, exact ? 0 : kTolerance * largest);
}

// Returns the number of outputs that were compared.
size_t Compare(const std::filesystem::path& xml) {
  std::map<std::string, Tensor> inputs, expected;
  for (const auto& [name, tensor] : apps::ReadNpz(std::filesystem::path(xml).replace_extension(".npz").string()))
    (name.rfind("in:", 0) == 0 ? inputs : expected)[name.substr(name.find(':') + 1)] = tensor;
  Core core;
  Model model = core.ReadModel(xml.string());
  std::map<std::string, Shape> shapes;
  for (const Port& port : model.Inputs()) {
    if (std::find(port.shape.begin(), port.shape.end(), -1) != port.shape.end())
      shapes[port.name] = inputs.at(port.name).GetShape();
  }
  if (!shapes.empty()) model.Reshape(shapes);
  InferRequest request = core.CompileModel(model, {{"inference_num_threads", "1"}}).CreateInferRequest();
  for (const Port& port : model.Inputs()) request.SetTensor(port.name, inputs.at(port.name));
  request.Infer();
  for (const auto& [name, tensor] : expected) {
    SCOPED_TRACE(name);
    ExpectNear(request.GetTensor(name), tensor);
  }
  return expected.size();
}

size_t CompareAll(const std::string& folder) {
  size_t outputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MOIR_TEST_DATA_DIR + ("/" + folder))) {
    if (entry.path().extension() != ".xml") continue;
    SCOPED_TRACE(entry.path().filename().string());
    try {
      const size_t compared = Compare(entry.path());
      EXPECT_GT(compared, 0u);
      outputs += compared;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
  return outputs;
}

TEST(IrV10V11Models, ComputeWhatOpenVinoDoes) { EXPECT_GE(CompareAll("ir_models"), 35u); }

TEST(IrV11Operators, ComputeWhatOpenVinoDoes) { EXPECT_GE(CompareAll("ir_v11_ops"), 190u); }

// Shapes that the file leaves open, and others than the file gives.
TEST(IrV11Reshape, SettlesOpenShapesAnew) {
  Core core;
  Model model = core.ReadModel(MOIR_TEST_DATA_DIR "/ir_models/shape_computing_upsample_v11.xml");
  EXPECT_EQ(model.Inputs()[0].shape, (Shape{-1, 3, -1, -1}));
  try {
    core.CompileModel(model);
    FAIL() << "a model with open shapes was compiled";
  } catch (const Error& error) {
    EXPECT_EQ(error.Kind(), ErrorKind::kBadOption);
    EXPECT_NE(std::string(error.what()).find("[?,3,?,?]"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("Model::Reshape"), std::string::npos) << error.what();
  }
  for (const Shape& shape : {Shape{1, 3, 8, 10}, Shape{3, 3, 21, 7}}) {
    model.Reshape({{"image", shape}});
    EXPECT_EQ(model.Inputs()[0].shape, shape);
    EXPECT_EQ(model.Outputs()[0].shape, (Shape{shape[0], 4, shape[2], shape[3]}));
    EXPECT_EQ(core.CompileModel(model).Outputs()[0].shape, model.Outputs()[0].shape);
  }
  EXPECT_THROW(model.Reshape({{"image", {1, 2, 8, 8}}}), Error);
  EXPECT_EQ(model.Inputs()[0].shape, (Shape{3, 3, 21, 7}));
}

// The same through infer.
TEST(IrV11Reshape, InferTakesShapes) {
  const std::string model = MOIR_TEST_DATA_DIR "/ir_models/shape_computing_upsample_v11.xml";
  for (const std::string shape : {"[1,3,8,10]", "image[1,3,8,10]", " image [ 1, 3, 8, 10 ]"}) {
    const test::Finished run = test::RunProgram("infer", {"--model", model, "--input_shape", shape});
    if (shape[0] == ' ') {
      EXPECT_EQ(run.exit_code, 1) << run.output;
      continue;
    }
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_NE(run.output.find("f32 [1,4,8,10]"), std::string::npos) << run.output;
  }
  const auto refused = [&](const std::vector<std::string>& more, const std::string& text) {
    std::vector<std::string> arguments = {"--model", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const test::Finished run = test::RunProgram("infer", arguments);
    EXPECT_EQ(run.exit_code, 1) << run.output;
    EXPECT_NE(run.errors.find(text), std::string::npos) << run.errors;
  };
  refused({}, "sizes of its inputs open, expected --input_shape \"image[?,3,?,?]\" with a number for each ?");
  for (const char* shape :
       {"1,3,8,10", "[1,3,8", "[1,3,,8]", "[1,3,x,8]", "[1,-3,8,10]", "[1,3,8,10],", "[1,3,8,10]x", "[1,3,8,10,]"})
    refused({"--input_shape", shape}, std::string("--input_shape: got \"") + shape);
  refused({"--input_shape", "picture[1,3,8,10]"}, "no input \"picture\", expected one of image");
  refused({"--input_shape", "image[3,8,10]"}, "got shape [3,8,10], expected [?,3,?,?]");
  refused({"--input_shape", "image[1,3,8,10]", "--input_shape", "image[1,3,8,10]"}, "two shapes");
  refused({"--input_shape", "image[99999999999,3,99999999999,8]"}, "error: ");
}

}  // namespace
}  // namespace moir
