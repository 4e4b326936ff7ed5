// Annotations of the PASCAL VOC challenge.
#pragma once

#include <string>
#include <vector>

#include "../common/detections.h"

namespace moir::apps {

struct VocObject {
  std::string name;
  Box box;  // as in the file: first and last pixel
  bool difficult = false;
};

struct VocAnnotation {
  double width = 0, height = 0;  // of the picture; 0 when the file does not say
  std::vector<VocObject> objects;
};

// Throws kIo or kBadModel: no XML, an object without name or box, corners that are no numbers or in the wrong order.
VocAnnotation ReadVocAnnotation(const std::string& path);

}  // namespace moir::apps
