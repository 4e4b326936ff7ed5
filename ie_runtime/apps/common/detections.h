// The boxes that a detector found, in any of these layouts of its outputs:
//   [N,A,6]                     MXNet's: per picture rows (class, score, xmin, ymin, xmax, ymax); class -1: no box
//   [1,1,R,7]                   DetectionOutput's: rows (picture, class, score, xmin, ymin, xmax, ymax); picture -1: no
//                               rows from here on
//   [N,A,1], [N,A,1], [N,A,4]   GluonCV's: classes, scores and corners, these in pixels of the input; class -1: no box
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

struct DetectionOutputs {
  std::vector<size_t> indices;  // of the model's outputs that hold boxes: one, or GluonCV's three
  // Corners are in parts of so many: 1, or the input's size.
  double width = 1, height = 1;
};

// Finds the outputs that hold boxes of a model whose pictures have this size. Throws kBadOption, with the outputs'
// shapes, when none or several do.
DetectionOutputs FindDetectionOutputs(const Model& model, int64_t width, int64_t height);

// Detections of each of `batch` pictures whose score is at least `threshold`, in the outputs' order, with corners in
// parts of the picture. Rows with scores or corners that are not finite are left out, and counted per picture in
// `not_finite`, if given. Throws kBadModel, with `place`, for a class or picture that is no index.
std::vector<std::vector<Detection>> ReadDetections(const DetectionOutputs& outputs, const std::vector<Tensor>& values,
                                                   int64_t batch, double threshold, const std::string& place,
                                                   std::vector<size_t>* not_finite = nullptr);

}  // namespace moir::apps
