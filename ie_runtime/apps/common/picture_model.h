// Models that take pictures: finding the input, and running on several pictures at a time.
#pragma once

#include <string>
#include <vector>

#include "model.h"
#include "moir/moir.h"
#include "picture.h"

namespace moir::apps {

struct PictureInput {
  std::string name;
  ElementType type = ElementType::kUndefined;
  int64_t batch = 0, channels = 0, height = 0, width = 0;
  bool channels_last = false;  // [N,H,W,C]
  std::string info_name;       // of the input that wants the pictures' size, [N,3] or [N,6]; usually there is none
};

// The input that takes pictures: [N,C,H,W] or [N,H,W,C] with 1 or 3 channels. Beside it there may be one for the
// pictures' size (im_info), and none else. The model is made to take `batch` pictures at a time; 0 leaves it as it is.
// Throws kBadOption when there is no such input.
PictureInput FindPictureInput(Model& model, int64_t batch = 0);

// Runs a model on up to `batch` pictures. Slots that are not set hold black pictures.
class PictureRequest {
 public:
  PictureRequest(const CompiledModel& model, const PictureInput& input);
  // The picture must have the input's channels and size.
  void Set(int64_t slot, const Picture& picture);
  // Runs, and clears the slots for the next pictures.
  void Infer();
  Tensor Output(size_t index) const { return request_.GetOutputTensor(index); }
  InferRequest& Request() { return request_; }

 private:
  PictureInput input_;
  InferRequest request_;
  Tensor pixels_;  // f32, of the input's shape
};

}  // namespace moir::apps
