// Values for a model's inputs, from files or at random.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moir/moir.h"

namespace moir::apps {

struct InputValue {
  std::string name;
  Tensor tensor;       // of the model's type and shape
  std::string origin;  // for the user: the file, and what was done to its values
};

// One value per port, in their order. Each argument is NAME=FILE, or FILE when there is one port or FILE is an .npz
// that holds them by name. Types are converted where nothing is lost (see ConvertTo); pictures are resized; any other
// difference of shape is an error, as are unknown names, and ports without value or with two.
// `option` is what errors call the arguments.
std::vector<InputValue> ReadInputs(const std::vector<Port>& ports, const std::vector<std::string>& arguments,
                                   const std::string& option = "--input");

// The same seed gives the same values everywhere: floats in [0, 1), integers and booleans 0 or 1.
std::vector<InputValue> RandomInputs(const std::vector<Port>& ports, uint64_t seed);

}  // namespace moir::apps
