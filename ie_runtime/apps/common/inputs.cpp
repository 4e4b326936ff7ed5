#include "inputs.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <random>

#include "convert.h"
#include "fail.h"
#include "model.h"
#include "npy.h"
#include "npz.h"
#include "picture.h"

namespace moir::apps {
namespace {

std::string Extension(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension;
}

std::string Names(const std::vector<Port>& ports) {
  std::string names;
  for (const Port& port : ports) names += (names.empty() ? "" : ", ") + port.name;
  return names;
}

InputValue Fit(const Port& port, const Tensor& tensor, const std::string& path) {
  const std::string place = "input \"" + port.name + "\": " + path;
  if (tensor.GetShape() != port.shape) {
    Fail(ErrorKind::kBadOption, place, ": shape ", ShapeToString(tensor.GetShape()), ", the model expects ",
         ShapeToString(port.shape));
  }
  std::string origin = path;
  if (tensor.GetElementType() != port.type)
    origin += " (converted from " + std::string(ElementTypeName(tensor.GetElementType())) + ")";
  return {port.name, ConvertTo(tensor, port.type, place), origin};
}

InputValue ReadPictureInput(const Port& port, const std::string& path) {
  if (port.shape.size() != 4 || port.shape[0] != 1) {
    Fail(ErrorKind::kBadOption, "input \"", port.name, "\": ", path, ": a picture for ",
         Describe(port.type, port.shape), ", expected a model that takes [1,1,H,W] or [1,3,H,W]");
  }
  InputValue value = Fit(port, ReadPicture(path, port.shape[1], port.shape[2], port.shape[3]), path);
  value.origin = path + (port.shape[1] == 1 ? " (gray" : " (blue, green, red") + ", 0 .. 255)";
  return value;
}

// An archive for one port: the array of its name, or the only one there is.
InputValue ReadArchiveInput(const Port& port, const std::string& path) {
  const NamedTensors arrays = ReadNpz(path);
  for (const auto& [name, tensor] : arrays) {
    if (name == port.name) return Fit(port, tensor, path);
  }
  if (arrays.size() != 1) {
    Fail(ErrorKind::kBadOption, "input \"", port.name, "\": ", path, ": none of its ", arrays.size(),
         " arrays has this name");
  }
  return Fit(port, arrays[0].second, path);
}

InputValue ReadInput(const Port& port, const std::string& path) {
  const std::string extension = Extension(path);
  if (extension == ".npy") return Fit(port, ReadNpy(path), path);
  if (extension == ".npz") return ReadArchiveInput(port, path);
  return ReadPictureInput(port, path);
}

}  // namespace

std::vector<InputValue> ReadInputs(const std::vector<Port>& ports, const std::vector<std::string>& arguments,
                                   const std::string& option) {
  std::vector<std::optional<InputValue>> found(ports.size());
  const auto set = [&](size_t index, InputValue value) {
    if (found[index]) Fail(ErrorKind::kBadOption, option, ": input \"", ports[index].name, "\" is given twice");
    found[index] = std::move(value);
  };
  for (const std::string& argument : arguments) {
    const auto named = std::find_if(ports.begin(), ports.end(),
                                    [&](const Port& port) { return argument.starts_with(port.name + "="); });
    if (named != ports.end()) {
      set(static_cast<size_t>(named - ports.begin()), ReadInput(*named, argument.substr(named->name.size() + 1)));
      continue;
    }
    const size_t equals = argument.find('=');
    if (equals != std::string::npos && !std::filesystem::exists(argument)) {
      Fail(ErrorKind::kBadOption, option, " ", argument, ": the model has no input \"", argument.substr(0, equals),
           "\", its inputs are: ", Names(ports));
    }
    if (ports.size() == 1) {
      set(0, ReadInput(ports[0], argument));
      continue;
    }
    if (Extension(argument) != ".npz") {
      Fail(ErrorKind::kBadOption, option, " ", argument, ": the model has ", ports.size(),
           " inputs, expected NAME=FILE with one of: ", Names(ports));
    }
    for (const auto& [name, tensor] : ReadNpz(argument)) {
      const auto port = std::find_if(ports.begin(), ports.end(), [&](const Port& p) { return p.name == name; });
      if (port == ports.end()) {
        Fail(ErrorKind::kBadOption, option, " ", argument, ": array \"", name,
             "\" is none of the model's inputs: ", Names(ports));
      }
      set(static_cast<size_t>(port - ports.begin()), Fit(*port, tensor, argument));
    }
  }
  std::vector<InputValue> values;
  std::string missing;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (found[i]) values.push_back(*std::move(found[i]));
    else
      missing += (missing.empty() ? "" : ", ") + ports[i].name + " (" + Describe(ports[i].type, ports[i].shape) + ")";
  }
  if (!missing.empty()) Fail(ErrorKind::kBadOption, option, ": no values for ", missing);
  return values;
}

std::vector<InputValue> RandomInputs(const std::vector<Port>& ports, uint64_t seed) {
  std::vector<InputValue> values;
  std::mt19937_64 random(seed);
  for (const Port& port : ports) {
    const bool real = port.type == ElementType::kF16 || port.type == ElementType::kBF16 ||
                      port.type == ElementType::kF32 || port.type == ElementType::kF64;
    Tensor tensor(ElementType::kF32, port.shape);
    // The standard's distributions differ between libraries; 24 bits of the generator do not.
    for (size_t i = 0; i < tensor.GetSize(); ++i) {
      const auto bits = static_cast<float>(random() >> 40) / 16777216.0F;
      tensor.Data<float>()[i] = real ? bits : bits < 0.5F ? 0.0F : 1.0F;
    }
    values.push_back(
        {port.name, ConvertTo(tensor, port.type, "random values"), "random, seed " + std::to_string(seed)});
  }
  return values;
}

}  // namespace moir::apps
