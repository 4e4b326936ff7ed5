// The values that a model is measured with.
#pragma once

#include <string>
#include <vector>

#include "moir/moir.h"
#include "options.h"

namespace moir::apps {

struct BenchmarkData {
  // Each one tensor per input of the model, of its type and shape. The requests use them in turn.
  std::vector<std::vector<Tensor>> sets;
  std::vector<std::string> origins;  // per input, for the user
  std::vector<std::string> notes;    // what is not as one might think
};

// `count`: how many sets are of use at most; random ones are as many. Pictures fill the batch of the only input for
// them, one after the other and from the first again when there are too few. Throws like ReadInputs.
BenchmarkData MakeData(Model& model, const BenchmarkOptions& options, size_t count);

}  // namespace moir::apps
