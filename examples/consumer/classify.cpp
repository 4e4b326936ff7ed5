// A digit is classified through moir's C++ interface.
//
// usage: classify MODEL.xml PICTURE.pgm
#include <moir/moir.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>

namespace {

// The pixels of a binary PGM as f32[1,1,height,width], 0 .. 255.
moir::Tensor ReadPgm(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string kind;
  int64_t width = 0, height = 0, top = 0;
  if (!(file >> kind >> width >> height >> top) || kind != "P5" || top != 255 || width < 1 || height < 1)
    throw moir::Error(moir::ErrorKind::kBadOption, path + ": expected a binary PGM with 8 bits");
  file.get();
  moir::Tensor tensor(moir::ElementType::kF32, {1, 1, height, width});
  std::string bytes(tensor.GetSize(), '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw moir::Error(moir::ErrorKind::kBadOption, path + ": ends early");
  std::transform(bytes.begin(), bytes.end(), tensor.Data<float>(),
                 [](char pixel) { return static_cast<float>(static_cast<unsigned char>(pixel)); });
  return tensor;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " MODEL.xml PICTURE.pgm\n";
    return 1;
  }
  try {
    moir::Core core;
    moir::CompiledModel model = core.CompileModel(argv[1], {{"performance_hint", "latency"}});
    moir::InferRequest request = model.CreateInferRequest();
    request.SetInputTensor(ReadPgm(argv[2]));
    request.Infer();
    const moir::Tensor output = request.GetOutputTensor();
    const float* probabilities = output.Data<float>();
    const float* best = std::max_element(probabilities, probabilities + output.GetSize());
    std::cout << best - probabilities << " " << std::fixed << std::setprecision(6) << *best << "\n";
  } catch (const moir::Error& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}
