// Style-transfer models: a training of which only PREFIX_args.nd and PREFIX_auxs.nd were saved, on top of the
// parameters of a base model.
#pragma once

#include <string>
#include <vector>

#include "mo/mxnet/params_reader.h"
#include "mo/options.h"

namespace moir::mo {

struct NdParams {
  Params params;  // of the .nd files, and of the base model where those have none
  std::vector<std::string> files;
  std::vector<std::string> notes;
  std::string save_path;  // --save_params_from_nd: PREFIX-NNNN.params beside the symbol; empty otherwise
};

// Reads and merges the three files. Arrays that are called like an input ("data", or the names of --input) are left
// out: they are pictures of the training. Throws kIo and kBadModel as ReadParams does, and FAQ 48 when the merged
// parameters shall be saved and the base model's name has no epoch.
NdParams ReadNdParams(const Options& options);

// Whether the merged parameters are to be written to `save_path`. A file that has the name already stays when it holds
// the same, else it is refused (kIo): it may be somebody's only copy.
bool MustSaveNdParams(const NdParams& nd);

}  // namespace moir::mo
