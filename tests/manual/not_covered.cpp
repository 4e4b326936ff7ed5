#include "tests/manual/not_covered.h"

#include <algorithm>
#include <initializer_list>

namespace moir::test {
namespace {

// A star at the end stands for any end, at the start for any start.
bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  if (pattern.starts_with('*')) return name.ends_with(pattern.substr(1));
  return pattern == name;
}

struct Group {
  std::string_view reason;
  std::initializer_list<std::string_view> patterns;
};

const Group kGroups[] = {
    {"Training: optimizers and what they need",
     {"*_update", "*_update_phase1", "*_update_phase2", "*all_finite", "multi_lars", "multi_sum_sq", "reset_arrays"}},
    {"Training: losses and likelihoods", {"softmax_cross_entropy", "_random_pdf_*", "_contrib_hawkesll"}},
    {"Calibration for int8, before a model is deployed", {"_contrib_calibrate_entropy"}},
    {"8-bit recurrent layers, no converter yet: quantize the model with the layer among excluded_sym_names",
     {"_contrib_quantize_asym", "_contrib_quantized_rnn"}},
    {"Python code or internals of MXNet: the file does not say what they compute",
     {"_CachedOp", "_CachedOpThreadSafe", "_CustomFunction", "_NDArray", "_Native", "_NoGradient"}},
    {"Changes an array in place: exists in imperative programs, not in models",
     {"_copyto", "_npi_boolean_mask_assign_*", "_npi_share_memory", "_onehot_encode", "_set_value", "_slice_assign",
      "_slice_assign_scalar", "fill_element_0index", "_zeros_without_dtype"}},
    {"Sparse storage: parameters are dense in models for inference",
     {"_contrib_SparseEmbedding", "_contrib_getnnz", "_scatter_*", "_sparse_retain", "_square_sum", "cast_storage"}},
    {"Graphs stored as sparse matrices", {"_contrib_dgl_*", "_contrib_edge_id"}},
    {"Reads and prepares pictures before the model; the applications do that",
     {"_cvcopyMakeBorder", "_cvimdecode", "_cvimread", "_cvimresize", "_imdecode", "_image_adjust_lighting",
      "_image_flip_left_right", "_image_flip_top_bottom"}},
    {"Decompositions and inverses of matrices: not met in models for inference",
     {"_linalg_gelqf", "_linalg_syevd", "_npi_cholesky", "_npi_eig", "_npi_eigh", "_npi_eigvals", "_npi_eigvalsh",
      "_npi_pinv", "_npi_pinv_scalar_rcond", "_npi_solve", "_npi_svd", "_npi_tensorinv", "_npi_tensorsolve"}},
    {"MXNet computes it on GPUs only, so there are no numbers to compare with",
     {"_contrib_count_sketch", "_contrib_fft", "_contrib_ifft"}},
    {"MXNet cannot run it in a symbol itself", {"_npi_delete"}},
    {"Stops the program when a condition does not hold, which an IR cannot say", {"_npx_constraint_check"}},
    {"Counts for statistics, not met in models for inference", {"_histogram"}},
    {"Joins the parameters of recurrent layers, which exported models store joined", {"_rnn_param_concat"}},
    {"Half a convolution: written out by hand only", {"col2im", "im2col"}},
    {"No converter yet", {"_npi_einsum"}},
};

}  // namespace

std::string_view ReasonNotCovered(std::string_view registered_name) {
  for (const Group& group : kGroups) {
    if (std::any_of(group.patterns.begin(), group.patterns.end(),
                    [&](std::string_view pattern) { return Matches(pattern, registered_name); }))
      return group.reason;
  }
  return {};
}

}  // namespace moir::test
