// A plug-in that does wrong whatever the attribute `how` of its operator names. Written against the C interface, whose
// rules it breaks.
#include <cstring>
#include <stdexcept>
#include <string>

#include "extension_api.h"

namespace {

std::string How(const MoirHost* host, MoirContext* context) {
  MoirAttribute attribute{};
  if (host->attribute(context, 0, "how", &attribute) != MOIR_OK) return {};
  return attribute.text;
}

MoirStatus Infer(void*, const MoirHost* host, MoirContext* context) {
  const std::string how = How(host, context);
  const int64_t dims[] = {1, 4}, negative[] = {1, -4}, huge[] = {int64_t{1} << 40, int64_t{1} << 40};
  if (how == "infer throws") throw std::runtime_error("thrown by infer");
  if (how == "infer throws a number") throw 5;
  if (how == "infer returns 7") return 7;
  if (how == "infer fails silently") return MOIR_ERROR;
  if (how == "infer negative") return host->set_output(context, 0, MOIR_F32, 2, negative);
  if (how == "infer huge") return host->set_output(context, 0, MOIR_F32, 2, huge);
  if (how == "infer rank") return host->set_output(context, 0, MOIR_F32, 1000, dims);
  if (how == "infer type") return host->set_output(context, 0, 42, 2, dims);
  if (how == "infer null") return host->set_output(context, 0, MOIR_F32, 2, nullptr);
  if (how == "infer no output") return MOIR_OK;
  if (how == "infer many outputs") return host->set_output(context, 1, MOIR_F32, 2, dims);
  if (how == "infer attribute") {
    MoirAttribute attribute{};
    host->attribute(context, 0, "missing", &attribute);
    // Goes on as if nothing had happened.
  }
  if (how == "infer evaluates") {
    MoirTensor tensor{};
    return host->input_tensor(context, 0, &tensor);
  }
  return host->set_output(context, 0, MOIR_F32, 2, dims);
}

void Copy(const MoirHost* host, MoirContext* context) {
  MoirTensor from{}, to{};
  if (host->input_tensor(context, 0, &from) == MOIR_OK && host->output_tensor(context, 0, &to) == MOIR_OK)
    std::memcpy(to.data, from.data, 4 * sizeof(float));
}

MoirStatus Evaluate(void*, const MoirHost* host, MoirContext* context) {
  if (How(host, context) == "evaluate throws") throw std::runtime_error("thrown by evaluate");
  Copy(host, context);
  return MOIR_OK;
}

MoirStatus Run(void* state, const MoirHost* host, MoirContext* context) {
  const std::string how = How(host, context);
  if (how == "run fails") return host->fail(context, "said by run");
  if (how == "run throws in a thread") {
    host->parallel_for(
        context, 8, 1, [](void*, int64_t, int64_t) { throw std::runtime_error("thrown in a thread"); }, state);
  }
  if (how == "run reads what it skipped") {
    MoirTensor tensor{};
    return host->input_tensor(context, 9, &tensor);
  }
  Copy(host, context);
  return MOIR_OK;
}

MoirStatus CreateKernel(void*, const MoirHost* host, MoirContext* context, MoirKernel* kernel) {
  const std::string how = How(host, context);
  if (how == "create throws") throw std::runtime_error("thrown by create_kernel");
  if (how == "create nothing") return MOIR_OK;
  if (how == "create layout") return host->set_input_layout(context, 0, MOIR_LAYOUT_CHANNELS_LAST);
  if (how.compare(0, 3, "run") != 0) return MOIR_DECLINED;
  kernel->run = Run;
  return MOIR_OK;
}

MoirStatus Convert(void*, const MoirHost* host, MoirContext* context) {
  const char* how = nullptr;
  host->mxnet_attribute(context, "how", &how);
  const std::string text = how ? how : "";
  MoirValue input = 0, output = 0;
  MoirNode node = 0;
  host->input(context, 0, 0, &input);
  if (text == "convert throws") throw std::runtime_error("thrown by convert");
  if (text == "convert no output") return MOIR_OK;
  if (text == "convert hole") return host->set_result(context, 1, input);
  if (text == "convert value") return host->set_result(context, 0, 99);
  if (text == "convert operator")
    return host->add_node(context, "NoSuchOperator", nullptr, 1, &input, 0, nullptr, &node);
  if (text == "convert input") return host->input(context, 0, 5, &input);
  if (text == "convert null") return host->add_constant(context, nullptr, nullptr, &input);
  MoirAttribute attribute{};
  attribute.name = "how";
  attribute.kind = text == "convert kind" ? 42 : MOIR_ATTRIBUTE_STRING;
  attribute.text = text.c_str();
  const MoirStatus status = host->add_node(context, "Misbehaving", nullptr, 1, &input, 1, &attribute, &node);
  if (status != MOIR_OK) return status;
  host->output(context, node, 0, &output);
  return host->set_result(context, 0, output);
}

MoirStatus Rewrite(void*, const MoirHost* host, MoirContext* context) {
  const std::string how = How(host, context);
  if (how.compare(0, 4, "pass") != 0) return MOIR_DECLINED;
  if (how == "pass throws") throw std::runtime_error("thrown by run");
  MoirValue own = 0, made = 0;
  MoirNode node = 0;
  host->output(context, 0, 0, &own);
  if (how == "pass shape") {
    const int64_t dims[] = {3};
    const float values[] = {1, 2, 3};
    const MoirTensor tensor = {MOIR_F32, 1, dims, const_cast<float*>(values)};
    host->add_constant(context, nullptr, &tensor, &made);
  } else {
    // A cycle: two nodes behind the node take its place.
    MoirValue inner = 0;
    host->add_node(context, "Tanh", "a", 1, &own, 0, nullptr, &node);
    host->output(context, node, 0, &inner);
    host->add_node(context, "Tanh", "b", 1, &inner, 0, nullptr, &node);
    host->output(context, node, 0, &made);
  }
  return host->set_result(context, 0, made);
}

constexpr MoirInputSchema kInput = {"data", MOIR_INPUT_REQUIRED};
constexpr MoirAttributeSchema kAttribute = {"how", MOIR_ATTRIBUTE_STRING, "", "manner"};
constexpr MoirOperator kOperator = {
    sizeof(MoirOperator), 1,       "Misbehaving", "MisbehavingLayer", 1, 1, &kInput,
    &kAttribute,          nullptr, Infer,         Evaluate,           0, 0, CreateKernel};
const MoirOperator* const kOperators[] = {&kOperator};
constexpr MoirConverter kConverter = {sizeof(MoirConverter), 0, "misbehave", nullptr, "dl", nullptr, Convert};
const MoirConverter* const kConverters[] = {&kConverter};
constexpr MoirPass kPass = {sizeof(MoirPass), 0,       "misbehave", "after:eliminate_identities",
                            "Misbehaving",    nullptr, Rewrite};
const MoirPass* const kPasses[] = {&kPass};
constexpr MoirExtension kExtension = {
    MOIR_EXTENSION_ABI_VERSION, sizeof(MoirExtension), nullptr, nullptr, 1, 1, 1, 0, kOperators, kConverters, kPasses};

}  // namespace

extern "C" MOIR_EXTENSION_EXPORT const MoirExtension* MoirExtensionEntry(void) { return &kExtension; }
