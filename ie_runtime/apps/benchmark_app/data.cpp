#include "data.h"

#include <algorithm>
#include <filesystem>

#include "../common/convert.h"
#include "../common/inputs.h"
#include "../common/picture.h"
#include "../common/picture_model.h"

namespace moir::apps {
namespace {

std::vector<Tensor> Tensors(const std::vector<InputValue>& values) {
  std::vector<Tensor> tensors;
  for (const InputValue& value : values) tensors.push_back(value.tensor);
  return tensors;
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// Whether the arguments are pictures for the model's only input of that kind, and not files by the inputs' names.
bool AreAllPictures(const std::vector<std::string>& arguments) {
  return std::all_of(arguments.begin(), arguments.end(), [](const std::string& path) {
    const std::string extension = std::filesystem::path(path).extension().string();
    return IsFolder(path) || (extension != ".npy" && extension != ".npz" && std::filesystem::exists(path));
  });
}

std::string Counted(size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

BenchmarkData ReadPictures(Model& model, const std::vector<std::string>& arguments, size_t count) {
  const PictureInput input = FindPictureInput(model);
  const std::vector<std::string> paths = ExpandPictures(arguments);
  const std::vector<Port> ports = model.Inputs();
  const auto batch = static_cast<size_t>(input.batch);
  const size_t wanted = std::min(count, (paths.size() + batch - 1) / batch);
  BenchmarkData data;
  for (const Port& port : ports) {
    data.origins.push_back(port.name == input.name ? Counted(std::min(paths.size(), wanted * batch), "picture")
                                                   : "the pictures' size");
  }
  size_t next = 0;
  for (size_t set = 0; set < wanted; ++set) {
    std::vector<Tensor>& tensors = data.sets.emplace_back();
    for (const Port& port : ports) {
      if (port.name != input.name) {
        tensors.push_back(SizesOfPictures(port, input));
        continue;
      }
      Tensor pixels(ElementType::kF32, port.shape);
      for (size_t slot = 0; slot < batch; ++slot) {
        const Picture picture =
            Resize(LoadPicture(paths[next++ % paths.size()], input.channels), input.width, input.height);
        CopyPixels(picture, input.channels_last, pixels.Data<float>() + slot * picture.pixels.size());
      }
      tensors.push_back(ConvertTo(pixels, port.type, port.name));
    }
  }
  if (paths.size() > wanted * batch) {
    data.notes.push_back("only the first " + std::to_string(wanted * batch) + " of " +
                         Counted(paths.size(), "picture") + " are used: " + Counted(wanted, "request") + " of " +
                         std::to_string(batch) + "; -inference_only false uses all");
  } else if (paths.size() < wanted * batch) {
    data.notes.push_back(Counted(paths.size(), "picture") + " for a batch of " + std::to_string(batch) +
                         ": taken from the first again");
  }
  return data;
}

}  // namespace

BenchmarkData MakeData(Model& model, const BenchmarkOptions& options, size_t count) {
  const std::vector<Port> ports = model.Inputs();
  if (!options.inputs.empty() && AreAllPictures(options.inputs)) return ReadPictures(model, options.inputs, count);
  BenchmarkData data;
  if (!options.inputs.empty()) {
    const std::vector<InputValue> values = ReadInputs(ports, options.inputs, "-i");
    data.sets.push_back(Tensors(values));
    for (const InputValue& value : values) data.origins.push_back(value.origin);
    return data;
  }
  for (size_t set = 0; set < count; ++set) {
    const std::vector<InputValue> values = RandomInputs(ports, options.seed + set);
    data.sets.push_back(Tensors(values));
    if (set == 0) {
      for (const InputValue& value : values) data.origins.push_back(value.origin);
    }
  }
  return data;
}

}  // namespace moir::apps
