// hello_classification MODEL.xml PICTURE: the most probable class of a picture. The least that a program needs.
#include <algorithm>
#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "moir/moir.h"

int main(int argc, char** argv) try {
  if (argc != 3) throw moir::Error(moir::ErrorKind::kBadOption, "usage: hello_classification MODEL.xml PICTURE");
  moir::Core core;
  moir::CompiledModel model = core.CompileModel(argv[1]);
  const moir::Port input = model.Inputs().at(0);
  if (input.type != moir::ElementType::kF32 || input.shape.size() != 4 || input.shape[0] != 1)
    throw moir::Error(moir::ErrorKind::kBadOption,
                      "the model's input is no picture: " + moir::ShapeToString(input.shape));
  const int channels = static_cast<int>(input.shape[1]), height = static_cast<int>(input.shape[2]),
            width = static_cast<int>(input.shape[3]);

  cv::Mat picture = cv::imread(argv[2], channels == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
  if (picture.empty() || picture.channels() != channels)
    throw moir::Error(moir::ErrorKind::kIo, std::string(argv[2]) + ": not a picture that can be read");
  cv::resize(picture, picture, {width, height});
  picture.convertTo(picture, CV_32F);

  moir::Tensor tensor(input.type, input.shape);  // one plane per channel: blue, green, red
  for (int c = 0; c < channels; ++c)
    cv::extractChannel(picture, cv::Mat(height, width, CV_32F, tensor.Data<float>() + c * height * width), c);

  moir::InferRequest request = model.CreateInferRequest();
  request.SetInputTensor(tensor);
  request.Infer();
  const moir::Tensor output = request.GetOutputTensor();
  const float* scores = output.Data<float>();
  const float* best = std::max_element(scores, scores + output.GetSize());
  std::cout << "class " << best - scores << ", score " << *best << "\n";
} catch (const moir::Error& error) {
  std::cerr << "hello_classification: error: " << error.what() << "\n";
  return error.Kind() == moir::ErrorKind::kInternal ? 2 : 1;
} catch (const std::exception& error) {
  std::cerr << "hello_classification: error: " << error.what() << "\n";
  return 2;
}
