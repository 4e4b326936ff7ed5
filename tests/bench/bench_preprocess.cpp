// Times what becomes of a picture before a network: the engine's one pass, and OpenCV's functions one after the other.
//
//   bench_preprocess [--runs N] [--threads N]
//
// Bytes in BGR of several sizes become f32 [1,3,224,224] in RGB, resized, less a mean and divided. Prints milliseconds,
// the median of the runs, which are taken in turns.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "moir/preprocess.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSide = 224;
const std::vector<float> kMean{123.675f, 116.28f, 103.53f}, kScale{58.395f, 57.12f, 57.375f};

// A model whose work is nothing but to have an input: the smallest of it.
constexpr const char* kModel = R"(<net name="none" version="11"><layers>
  <layer id="0" name="data" type="Parameter" version="opset1"><data element_type="f32" shape="1,3,224,224" layout="[N,C,H,W]"/>
    <output><port id="0" precision="FP32"><dim>1</dim><dim>3</dim><dim>224</dim><dim>224</dim></port></output></layer>
  <layer id="1" name="zero" type="Const" version="opset1"><data element_type="i64" shape="2" offset="0" size="16"/>
    <output><port id="0" precision="I64"><dim>2</dim></port></output></layer>
  <layer id="2" name="corner" type="ReduceMax" version="opset1"><data keep_dims="false"/>
    <input><port id="0"><dim>1</dim><dim>3</dim><dim>224</dim><dim>224</dim></port><port id="1"><dim>2</dim></port></input>
    <output><port id="2" precision="FP32"><dim>1</dim><dim>3</dim></port></output></layer>
  <layer id="3" name="out" type="Result" version="opset1"><input><port id="0"><dim>1</dim><dim>3</dim></port></input></layer>
  </layers><edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
  <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/><edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
  </edges></net>)";

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// What services write: seven functions, each over the whole picture.
void WithOpenCv(const cv::Mat& picture, float* to) {
  cv::Mat resized, rgb, floats, planes[3];
  cv::resize(picture, resized, cv::Size(kSide, kSide), 0, 0, cv::INTER_LINEAR);
  cv::cvtColor(resized, rgb, cv::COLOR_BGR2RGB);
  rgb.convertTo(floats, CV_32F);
  cv::subtract(floats, cv::Scalar(kMean[0], kMean[1], kMean[2]), floats);
  cv::divide(floats, cv::Scalar(kScale[0], kScale[1], kScale[2]), floats);
  for (int c = 0; c < 3; ++c) planes[c] = cv::Mat(kSide, kSide, CV_32F, to + c * kSide * kSide);
  cv::split(floats, planes);
}

int Run(int runs, const std::string& threads) {
  cv::setNumThreads(std::max(1, std::stoi(threads)));
  int64_t axes[2] = {2, 3};
  moir::Core core;
  moir::PrePostProcessor ppp(core.ReadModel(kModel, moir::Tensor(moir::ElementType::kU8, {16}, axes)));
  ppp.Input().Model().SetLayout("NCHW");
  ppp.Input().Tensor().SetElementType(moir::ElementType::kU8).SetLayout("NHWC").SetColorFormat(moir::ColorFormat::kBgr);
  ppp.Input().Preprocess().ConvertColor(moir::ColorFormat::kRgb).Resize(moir::ResizeAlgorithm::kLinear);
  ppp.Input().Preprocess().Mean(kMean).Scale(kScale);
  const moir::CompiledModel model =
      core.CompileModel(ppp.Build(), {{"enable_profiling", "true"}, {"inference_num_threads", threads}});
  moir::InferRequest request = model.CreateInferRequest();
  std::vector<float> result(3 * kSide * kSide);
  std::printf("%-12s %10s %10s\n", "picture", "one pass", "OpenCV");
  for (const auto& [height, width] : {std::pair{224, 224}, {256, 341}, {480, 640}, {1080, 1920}}) {
    const moir::Tensor picture(moir::ElementType::kU8, {1, height, width, 3});
    for (size_t i = 0; i < picture.GetSize(); ++i)
      picture.Data<uint8_t>()[i] = static_cast<uint8_t>(i * 2654435761u >> 24);
    request.SetInputTensor(picture);
    std::vector<double> ours, theirs;
    for (int i = 0; i < runs; ++i) {
      request.Infer();
      ours.push_back(request.GetProfilingInfo()[0].microseconds / 1000);
      const Clock::time_point start = Clock::now();
      WithOpenCv(cv::Mat(height, width, CV_8UC3, picture.Data()), result.data());
      theirs.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::printf("%4d x %-5d %10.3f %10.3f\n", height, width, Median(ours), Median(theirs));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int runs = 200;
  std::string threads = "1";
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--runs") == 0) runs = std::stoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--threads") == 0) threads = argv[i + 1];
  }
  try {
    return Run(runs, threads);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
