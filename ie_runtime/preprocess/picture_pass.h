// PicturePass: one pass over the application's pictures that writes the model's input; of one request.
#pragma once

#include <memory>
#include <span>

#include "ie_runtime/preprocess/picture_plan.h"

namespace moir::runtime {

class PicturePass {
 public:
  explicit PicturePass(std::shared_ptr<const PicturePlan> plan);
  const PicturePlan& GetPlan() const { return *plan_; }

  // `tensors` have the plan's types and, where these are settled, shapes; gaps are no matter. `dst` has room for the
  // model's input. Rows are shared among the threads of the caller's parallel regions. Allocates nothing but for a
  // picture that is larger than all before it. Throws kBadOption when the picture's size does not go through the steps.
  void Run(std::span<const ::moir::Tensor> tensors, void* dst);

 private:
  struct RowTable {
    std::vector<int32_t> above, below;  // rows of the part that is resized
    std::vector<int16_t> b0, b1;
    std::vector<float> f0, f1;
  };
  void Prepare(int64_t height, int64_t width, int64_t step);
  template <typename Row>
  void RunRows(std::span<const ::moir::Tensor> tensors, void* dst, int64_t begin, int64_t end) const;

  std::shared_ptr<const PicturePlan> plan_;
  std::vector<int64_t> model_strides_;
  PictureGeometry geometry_;
  int64_t step_ = 0;
  ColumnTable columns_;
  RowTable rows_;
};

}  // namespace moir::runtime
