// The boxes that a detector found, in either layout of its output:
//   [N,A,6]    MXNet's: per picture rows (class, score, xmin, ymin, xmax, ymax); class -1: no box
//   [1,1,R,7]  DetectionOutput's: rows (picture, class, score, xmin, ymin, xmax, ymax); picture -1: no rows from here
//   on
// Corners are in parts of the picture's width and height.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moir/moir.h"

namespace moir::apps {

struct Box {
  double xmin = 0, ymin = 0, xmax = 0, ymax = 0;
};

struct Detection {
  int64_t class_index = 0;
  double score = 0;
  Box box;
};

// Which of the outputs holds boxes. Throws kBadOption, with the outputs' shapes, when none or several do.
size_t FindDetectionOutput(const Model& model);

// Detections of each of `batch` pictures whose score is at least `threshold`, in the output's order. Rows with scores
// or corners that are not finite are left out. Throws kBadModel, with `place`, for a class or picture that is no index.
std::vector<std::vector<Detection>> ReadDetections(const Tensor& output, int64_t batch, double threshold,
                                                   const std::string& place);

}  // namespace moir::apps
