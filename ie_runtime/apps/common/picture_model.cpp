#include "picture_model.h"

#include <algorithm>
#include <map>

#include "convert.h"
#include "fail.h"

namespace moir::apps {
namespace {

bool IsChannels(int64_t size) { return size == 1 || size == 3; }

bool TakesPictures(const Port& port) {
  return port.shape.size() == 4 && (IsChannels(port.shape[1]) || IsChannels(port.shape[3]));
}

bool TakesSizes(const Port& port) { return port.shape.size() == 2 && (port.shape[1] == 3 || port.shape[1] == 6); }

// "data" is f32 [2,5], "more" is ...
std::string ListPorts(const std::vector<Port>& ports) {
  std::string text;
  for (const Port& port : ports)
    text += (text.empty() ? "\"" : ", \"") + port.name + "\" is " + Describe(port.type, port.shape);
  return text;
}

}  // namespace

void CheckBatch(int64_t batch) {
  constexpr int64_t kLargestBatch = 1 << 16;
  if (batch < 0 || batch > kLargestBatch)
    Fail(ErrorKind::kBadOption, "--batch: got ", batch, ", expected 0 to ", kLargestBatch);
}

PictureInput FindPictureInput(Model& model, int64_t batch) {
  const std::vector<Port> ports = model.Inputs();
  const auto pictures = std::count_if(ports.begin(), ports.end(), TakesPictures);
  const auto sizes = std::count_if(ports.begin(), ports.end(), TakesSizes);
  if (pictures != 1 || sizes > 1 || static_cast<size_t>(pictures + sizes) != ports.size()) {
    Fail(ErrorKind::kBadOption, model.GetName(), ": input ", ListPorts(ports),
         ", expected one input [N,1,H,W] or [N,3,H,W] for pictures, or these with channels last");
  }
  if (batch > 0) {
    std::map<std::string, Shape> shapes;
    for (const Port& port : ports) {
      if (port.shape[0] == batch) continue;
      shapes[port.name] = port.shape;
      shapes[port.name][0] = batch;
    }
    try {
      if (!shapes.empty()) model.Reshape(shapes);
    } catch (const Error& error) {
      if (error.Kind() == ErrorKind::kInternal) throw;
      Fail(ErrorKind::kBadOption, model.GetName(), ": the model cannot take ", batch,
           " pictures at a time, because its file fixes another number (", error.what(),
           "); convert it with mo --batch ", batch);
    }
  }
  PictureInput input;
  for (const Port& port : model.Inputs()) {
    if (!TakesPictures(port)) {
      input.info_name = port.name;
      continue;
    }
    input.name = port.name;
    input.type = port.type;
    input.batch = port.shape[0];
    input.channels_last = !IsChannels(port.shape[1]);
    input.channels = port.shape[input.channels_last ? 3 : 1];
    input.height = port.shape[input.channels_last ? 1 : 2];
    input.width = port.shape[input.channels_last ? 2 : 3];
  }
  if (input.batch < 1 || input.height < 1 || input.width < 1)
    Fail(ErrorKind::kBadOption, model.GetName(), ": input ", ListPorts(ports), ", which has no room for a picture");
  return input;
}

Tensor SizesOfPictures(const Port& port, const PictureInput& input) {
  Tensor info(ElementType::kF32, port.shape);
  float* values = info.Data<float>();
  for (size_t i = 0; i < info.GetSize(); ++i) {
    const size_t column = i % static_cast<size_t>(port.shape[1]);
    values[i] = column == 0 ? static_cast<float>(input.height) : column == 1 ? static_cast<float>(input.width) : 1.0f;
  }
  return ConvertTo(info, port.type, port.name);
}

PictureRequest::PictureRequest(const CompiledModel& model, const PictureInput& input)
    : input_(input), request_(model.CreateInferRequest()), pixels_(ElementType::kF32, model.Input(input.name).shape) {
  if (!input.info_name.empty())
    request_.SetTensor(input.info_name, SizesOfPictures(model.Input(input.info_name), input));
}

void PictureRequest::Set(int64_t slot, const Picture& picture) {
  if (slot < 0 || slot >= input_.batch || picture.channels != input_.channels || picture.height != input_.height ||
      picture.width != input_.width)
    Fail(ErrorKind::kInternal, input_.name, ": the picture does not fit the input");
  CopyPixels(picture, input_.channels_last, pixels_.Data<float>() + static_cast<size_t>(slot) * picture.pixels.size());
}

std::vector<Tensor> PictureRequest::Outputs(const std::vector<size_t>& indices) const {
  std::vector<Tensor> outputs;
  for (const size_t index : indices) outputs.push_back(Output(index));
  return outputs;
}

void PictureRequest::SetPixels() {
  Tensor input = request_.GetTensor(input_.name);
  ConvertTo(pixels_, input_.type, input_.name).CopyTo(input);
  std::fill_n(pixels_.Data<float>(), pixels_.GetSize(), 0.0f);
}

void PictureRequest::Infer() {
  SetPixels();
  request_.Infer();
}

void PictureRequest::StartAsync() {
  SetPixels();
  request_.StartAsync();
}

}  // namespace moir::apps
