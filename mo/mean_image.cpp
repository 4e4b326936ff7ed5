#include "mo/mean_image.h"

#include <cmath>

#include "graph/error.h"
#include "mo/mxnet/params_reader.h"

namespace moir::mo {

using graph::ErrorKind;
using graph::Fail;
using graph::Shape;
using graph::Tensor;

graph::Tensor ReadMeanImage(const std::string& path) {
  const Params params = ReadParams(path);
  const Param* image = params.All().size() == 1 ? &params.All()[0] : nullptr;
  for (const Param& param : params.All()) {
    if (param.name == "mean_img") image = &param;
  }
  if (!image) {
    Fail(ErrorKind::kBadModel, path, ": got ", params.All().size(),
         " arrays, expected one, or one called \"mean_img\"");
  }
  if (!image->tensor.IsDefined()) Fail(ErrorKind::kBadModel, path, ": the array is empty, expected [C,H,W]");
  Shape shape = image->tensor.Shape();
  if (shape.Rank() == 4 && shape[0] == 1) shape = Shape{shape[1], shape[2], shape[3]};
  if (shape.Rank() != 3 || shape.NumElements() == 0)
    Fail(ErrorKind::kBadModel, path, ": got an array of shape ", image->tensor.Shape(), ", expected [C,H,W]");
  Tensor mean = image->tensor.Reshaped(shape).ConvertTo(graph::ElementType::kF64);
  for (const double value : mean.Values<double>()) {
    if (!std::isfinite(value))
      Fail(ErrorKind::kBadModel, path, ": got ", value, " in the image, expected finite numbers");
  }
  return mean;
}

}  // namespace moir::mo
