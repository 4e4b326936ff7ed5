/* A plug-in in C: doubled(x) = 2 x. The interface is C's, so its header must be, too. */
#include "extension_api.h"

static MoirStatus Infer(void* user, const MoirHost* host, MoirContext* context) {
  MoirValue value = 0;
  MoirTensor tensor;
  (void)user;
  if (host->input(context, 0, 0, &value) != MOIR_OK || host->describe(context, value, &tensor) != MOIR_OK)
    return MOIR_ERROR;
  if (tensor.type != MOIR_F32) return host->fail(context, "expected data in f32");
  return host->set_output(context, 0, tensor.type, tensor.rank, tensor.dims);
}

static MoirStatus Evaluate(void* user, const MoirHost* host, MoirContext* context) {
  MoirTensor from, to;
  int64_t count = 1, i;
  (void)user;
  if (host->input_tensor(context, 0, &from) != MOIR_OK || host->output_tensor(context, 0, &to) != MOIR_OK)
    return MOIR_ERROR;
  for (i = 0; i < from.rank; ++i) count *= from.dims[i];
  for (i = 0; i < count; ++i) ((float*)to.data)[i] = 2 * ((const float*)from.data)[i];
  return MOIR_OK;
}

static MoirStatus Convert(void* user, const MoirHost* host, MoirContext* context) {
  MoirValue value = 0;
  MoirNode node = 0;
  (void)user;
  if (host->input(context, 0, 0, &value) != MOIR_OK ||
      host->add_node(context, "Doubled", NULL, 1, &value, 0, NULL, &node) != MOIR_OK ||
      host->output(context, node, 0, &value) != MOIR_OK)
    return MOIR_ERROR;
  return host->set_result(context, 0, value);
}

static const MoirInputSchema kInputs[] = {{"data", MOIR_INPUT_REQUIRED}};
static const MoirOperator kDoubled = {
    sizeof(MoirOperator), 1, "Doubled", "DoubledLayer", 1, 0, kInputs, NULL, NULL, Infer, Evaluate, 0, 0, NULL};
static const MoirOperator* const kOperators[] = {&kDoubled};
static const MoirConverter kConverter = {sizeof(MoirConverter), 0, "doubled", NULL, NULL, NULL, Convert};
static const MoirConverter* const kConverters[] = {&kConverter};
static const MoirExtension kExtension = {
    MOIR_EXTENSION_ABI_VERSION, sizeof(MoirExtension), "plain", "1", 1, 1, 0, 0, kOperators, kConverters, NULL};

const MoirExtension* MoirExtensionEntry(void) { return &kExtension; }
