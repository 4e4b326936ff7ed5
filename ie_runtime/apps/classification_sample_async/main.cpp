// classification_sample_async: the same as classification_sample with several inferences at a time, in the manner of
// OpenVINO's sample of this name: while the engine's streams run some pictures, others are read and prepared.
#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>

#include "../common/classification.h"
#include "../common/common_options.h"
#include "../common/counters.h"
#include "../common/fail.h"
#include "../common/labels.h"
#include "../common/picture_model.h"
#include "../common/program.h"

namespace moir::apps {
namespace {

// A request, and the pictures that it runs.
struct Slot {
  Slot(const CompiledModel& model, const PictureInput& input) : request(model, input) {}
  PictureRequest request;
  size_t first = 0, count = 0;  // among the pictures; no pictures: at rest
  bool print = false;
};

class Sample {
 public:
  Sample(const ClassificationOptions& options, const PictureInput& input, size_t output,
         std::vector<std::string> pictures, std::vector<std::string> labels)
      : options_(options), input_(input), output_(output), pictures_(std::move(pictures)), labels_(std::move(labels)) {}

  // Starts a round over all pictures. Answers come in the pictures' order, when a request is wanted again.
  void Round(std::vector<std::unique_ptr<Slot>>& slots, bool print) {
    const auto batch = static_cast<size_t>(input_.batch);
    for (size_t first = 0; first < pictures_.size(); first += batch) {
      Slot& slot = *slots[next_++ % slots.size()];
      Finish(slot);
      slot.first = first;
      slot.count = std::min(batch, pictures_.size() - first);
      slot.print = print;
      for (size_t i = 0; i < slot.count; ++i) {
        const Picture picture = LoadPicture(pictures_[first + i], input_.channels);
        slot.request.Set(static_cast<int64_t>(i), Resize(picture, input_.width, input_.height));
      }
      slot.request.StartAsync();
      ++inferences_;
    }
  }
  // Those that still run, in their order.
  void FinishAll(std::vector<std::unique_ptr<Slot>>& slots) {
    for (size_t i = 0; i < slots.size(); ++i) Finish(*slots[next_++ % slots.size()]);
  }
  size_t Inferences() const { return inferences_; }

 private:
  void Finish(Slot& slot) {
    if (slot.count == 0) return;
    slot.request.Wait();
    for (size_t i = 0; i < slot.count && slot.print; ++i) {
      std::printf("%s\n", pictures_[slot.first + i].c_str());
      PrintClasses(slot.request.Output(output_), static_cast<int64_t>(i), options_, labels_);
      std::printf("\n");
    }
    slot.count = 0;
  }

  const ClassificationOptions& options_;
  const PictureInput& input_;
  size_t output_, next_ = 0, inferences_ = 0;
  std::vector<std::string> pictures_, labels_;
};

void Run(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  ClassificationOptions options;
  int requests = 0;
  auto all = OptionGroup(""), pictures_group = OptionGroup("pictures"), engine = OptionGroup("engine");
  AddClassificationOptions(pictures_group, options);
  engine.add_options()("nireq", po::value(&requests)->default_value(0)->value_name("N"),
                       "inferences at a time; 0: as many as keep all streams busy");
  AddEngineOptions(engine, options.model);
  all.add(pictures_group).add(engine);
  if (ParseOptions(all, arguments, "input").count("help") > 0) {
    std::cout << "classification_sample_async -m model.xml -i picture...: prints the most probable classes of each "
                 "picture, several pictures at a time\n"
              << all << "\n"
              << kExitCodes;
    return;
  }
  CheckClassificationOptions(options);
  constexpr int kMostRequests = 4096;
  if (requests < 0 || requests > kMostRequests)
    Fail(ErrorKind::kBadOption, "--nireq: got ", requests, ", expected 0 to ", kMostRequests);

  Core core;
  Model model = OpenModel(core, options.model);
  const PictureInput input = FindPictureInput(model, options.batch);
  const size_t output = FindClassOutput(model, input.batch, options.output_name);
  Sample sample(options, input, output, ExpandPictures(options.inputs),
                ReadLabels(options.labels, options.model.model));
  const CompiledModel compiled =
      Compile(core, model, options.model,
              {{"performance_hint", "throughput"}, {"performance_hint_num_requests", std::to_string(requests)}});
  if (requests == 0) requests = std::stoi(compiled.GetProperty("optimal_number_of_infer_requests"));
  std::vector<std::unique_ptr<Slot>> slots;
  for (int i = 0; i < requests; ++i) slots.push_back(std::make_unique<Slot>(compiled, input));
  // Not measured: first inferences start the threads and touch memory for the first time.
  for (const auto& slot : slots) slot->request.StartAsync();
  for (const auto& slot : slots) slot->request.Wait();

  const auto start = std::chrono::steady_clock::now();
  for (int repeat = 0; repeat < options.iterations; ++repeat) sample.Round(slots, repeat + 1 == options.iterations);
  sample.FinishAll(slots);
  const std::chrono::duration<double, std::milli> total = std::chrono::steady_clock::now() - start;
  std::printf("%zu inferences, %d at a time, %.3f ms together with reading pictures, %.1f per second\n",
              sample.Inferences(), requests, total.count(),
              static_cast<double>(sample.Inferences()) * 1000.0 / total.count());
  if (options.model.profile) PrintCounters(slots[0]->request.Request().GetProfilingInfo());
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("classification_sample_async", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
