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

// Throws kBadOption, in the name of --batch, for a number that is none of FindPictureInput's.
void CheckBatch(int64_t batch);

// The value of the input `port` that wants the pictures' size, [N,3] or [N,6]: height, width, and by how much the
// picture was enlarged before it came here: not at all.
Tensor SizesOfPictures(const Port& port, const PictureInput& input);

// Runs a model on up to `batch` pictures. Slots that are not set hold black pictures.
class PictureRequest {
 public:
  PictureRequest(const CompiledModel& model, const PictureInput& input);
  // The picture must have the input's channels and size.
  void Set(int64_t slot, const Picture& picture);
  // Runs, and clears the slots for the next pictures.
  void Infer();
  // The same in one of the model's streams: slots may be set again once StartAsync has returned, outputs are there once
  // Wait has.
  void StartAsync();
  void Wait() { request_.Wait(); }
  Tensor Output(size_t index) const { return request_.GetOutputTensor(index); }
  std::vector<Tensor> Outputs(const std::vector<size_t>& indices) const;
  InferRequest& Request() { return request_; }

 private:
  PictureInput input_;
  InferRequest request_;
  void SetPixels();  // as the request's input, and clears them
  Tensor pixels_;    // f32, of the input's shape
};

}  // namespace moir::apps
