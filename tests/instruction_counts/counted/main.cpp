// What the instruction counts are taken of (instruction_counts_test.cpp): runs nets one after the other, with marks
// around what is to be counted, and tells for each mark what it was and which kernels ran.
//
//   moir_counted_nets [MODEL.xml]
//
// Prints lines "load NAME" and "infer NAME KERNEL,KERNEL,...". "load": from the net, or the files, to a request;
// "infer": kInferences inferences of one thread.
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "tests/ie_runtime/api_test_support.h"
#include "tests/ie_runtime/family_nets.h"
#include "tests/instruction_counts/counted/layer_nets.h"

// Where callgrind starts a count and ends it, found by these names.
extern "C" {
[[gnu::noinline, gnu::visibility("default")]] void moir_count_begin() { asm volatile("" ::: "memory"); }
[[gnu::noinline, gnu::visibility("default")]] void moir_count_end() { asm volatile("" ::: "memory"); }
}

namespace moir {
namespace {

constexpr int kInferences = 2;

template <typename MakeModel>
void Count(const char* name, const MakeModel& make_model) {
  const Properties properties = {{"inference_num_threads", "1"}};
  moir_count_begin();
  const CompiledModel model = Core().CompileModel(make_model(), properties);
  InferRequest request = model.CreateInferRequest();
  moir_count_end();
  std::printf("load %s\n", name);
  for (size_t i = 0; i < model.Inputs().size(); ++i) FillAtRandom(request.GetInputTensor(i));
  // The first inference of a primitive is not like the others.
  for (int i = 0; i < 2; ++i) request.Infer();
  moir_count_begin();
  for (int i = 0; i < kInferences; ++i) request.Infer();
  moir_count_end();
  std::string kernels;
  for (const RuntimeLayer& layer : model.GetRuntimeModel()) kernels += (kernels.empty() ? "" : ",") + layer.exec_type;
  std::printf("infer %s %s\n", name, kernels.c_str());
}

void Run(int argc, char** argv) {
  if (argc > 1) Count("digits", [&] { return std::string(argv[1]); });
  for (const test::FamilyNet& net : test::kFamilyNets) Count(net.name, [&] { return ParseModel(net.text); });
  for (const test::FamilyNet& net : test::kLayerNets) Count(net.name, [&] { return ParseModel(net.text); });
}

}  // namespace
}  // namespace moir

int main(int argc, char** argv) {
  try {
    moir::Run(argc, argv);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
