// Mean images: one number per channel and pixel, as MXNet's record iterator computes and stores them.
#pragma once

#include <string>

#include "graph/tensor.h"

namespace moir::mo {

// A file of arrays that holds one array, or one called "mean_img". The result is f64 [C,H,W]. Throws kIo, kBadModel
// when it is no such file or the numbers are not finite.
graph::Tensor ReadMeanImage(const std::string& path);

}  // namespace moir::mo
