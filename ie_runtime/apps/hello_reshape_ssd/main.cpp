// hello_reshape_ssd MODEL.xml PICTURE...: makes a detector take all pictures in one inference, whatever number it was
// converted for, and prints the boxes that it finds.
#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "moir/moir.h"

int main(int argc, char** argv) try {
  if (argc < 3) throw moir::Error(moir::ErrorKind::kBadOption, "usage: hello_reshape_ssd MODEL.xml PICTURE...");
  moir::Core core;
  moir::Model model = core.ReadModel(argv[1]);
  moir::Port input = model.Inputs().at(0);
  if (input.type != moir::ElementType::kF32 || input.shape.size() != 4 || input.shape[1] != 3)
    throw moir::Error(moir::ErrorKind::kBadOption,
                      "the model's input is no picture: " + moir::ShapeToString(input.shape));

  // The other shapes of the model follow.
  const int count = argc - 2;
  input.shape[0] = count;
  model.Reshape({{input.name, input.shape}});
  const moir::Port output = model.Outputs().at(0);
  std::cout << "input " << moir::ShapeToString(input.shape) << ", output " << moir::ShapeToString(output.shape) << "\n";
  const bool mxnet_rows = output.shape.size() == 3 && output.shape[2] == 6;             // [N,A,6]
  const bool detection_output_rows = output.shape.size() == 4 && output.shape[3] == 7;  // [1,1,R,7]
  if (!mxnet_rows && !detection_output_rows)
    throw moir::Error(moir::ErrorKind::kBadOption, "the model's output is no list of boxes");

  const int height = static_cast<int>(input.shape[2]), width = static_cast<int>(input.shape[3]);
  moir::Tensor tensor(input.type, input.shape);
  std::vector<cv::Size> sizes;
  for (int i = 0; i < count; ++i) {
    cv::Mat picture = cv::imread(argv[2 + i], cv::IMREAD_COLOR);
    if (picture.empty())
      throw moir::Error(moir::ErrorKind::kIo, std::string(argv[2 + i]) + ": not a picture that can be read");
    sizes.push_back(picture.size());
    cv::resize(picture, picture, {width, height});
    picture.convertTo(picture, CV_32F);
    for (int c = 0; c < 3; ++c) {
      float* plane = tensor.Data<float>() + (i * 3 + c) * height * width;
      cv::extractChannel(picture, cv::Mat(height, width, CV_32F, plane), c);
    }
  }

  moir::InferRequest request = core.CompileModel(model).CreateInferRequest();
  request.SetInputTensor(tensor);
  request.Infer();
  const moir::Tensor boxes = request.GetOutputTensor();
  const size_t row_size = mxnet_rows ? 6 : 7;
  for (size_t row = 0; row < boxes.GetSize() / row_size; ++row) {
    const float* values = boxes.Data<float>() + row * row_size;
    float picture = mxnet_rows ? static_cast<float>(row / static_cast<size_t>(output.shape[1])) : *values++;
    if (!(picture >= 0 && picture < static_cast<float>(count))) break;  // the end of DetectionOutput's rows
    if (!(values[0] >= 0 && values[1] >= 0.5f)) continue;               // no box, or not a likely one
    const size_t index = static_cast<size_t>(picture);
    const auto columns = static_cast<float>(sizes[index].width), rows = static_cast<float>(sizes[index].height);
    std::cout << argv[2 + index] << ": class " << values[0] << ", score " << values[1] << ", from ("
              << values[2] * columns << ", " << values[3] * rows << ") to (" << values[4] * columns << ", "
              << values[5] * rows << ")\n";
  }
} catch (const moir::Error& error) {
  std::cerr << "hello_reshape_ssd: error: " << error.what() << "\n";
  return error.Kind() == moir::ErrorKind::kInternal ? 2 : 1;
} catch (const std::exception& error) {
  std::cerr << "hello_reshape_ssd: error: " << error.what() << "\n";
  return 2;
}
