#include "set_runner.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "../common/fail.h"
#include "../common/progress.h"

namespace moir::apps {
namespace {

// Reads and prepares the picture, or says what is wrong with it.
ReadPictureInfo PutIntoSlot(const DataItem& item, const SetModel& model, const Preprocessing& how, int64_t slot,
                            PictureRequest& request) {
  ReadPictureInfo info;
  try {
    const Picture picture = LoadPicture(item.path, model.input.channels);
    info.width = static_cast<double>(picture.width);
    info.height = static_cast<double>(picture.height);
    if ((item.width > 0 && item.width != info.width) || (item.height > 0 && item.height != info.height)) {
      Fail(ErrorKind::kBadModel, "it has ", info.width, " x ", info.height, " pixels, its annotation is for ",
           item.width, " x ", item.height);
    }
    const Prepared prepared = Prepare(picture, how, model.input.width, model.input.height);
    info.part = prepared.part;
    request.Set(slot, prepared.picture);
  } catch (const Error& error) {
    if (error.Kind() == ErrorKind::kInternal) throw;
    info.problem = error.what();
  }
  return info;
}

}  // namespace

SetModel OpenSetModel(Core& core, const ValidationOptions& options, const std::string& path) {
  ModelOptions model_options = options.model;
  model_options.model = path;
  SetModel model;
  model.path = path;
  model.model = OpenModel(core, model_options);
  model.input = FindPictureInput(model.model, options.batch);
  CheckPreprocessing(options.preprocessing, model.input.width, model.input.height);
  return model;
}

RunTime RunOverSet(Core& core, const SetModel& model, const ValidationOptions& options,
                   const std::vector<DataItem>& items, std::vector<ReadPictureInfo>& pictures,
                   const std::function<void(size_t item, const std::vector<Tensor>& outputs, size_t slot)>& use) {
  RunTime time;
  PictureRequest request(Compile(core, model.model, options.model), model.input);
  request.Infer();  // not measured: the first inference starts the threads and touches memory for the first time
  Progress progress(std::filesystem::path(model.path).filename().string(), "pictures", items.size());
  const auto batch = static_cast<size_t>(model.input.batch);
  std::vector<size_t> slots;
  const auto run = [&] {
    const auto start = std::chrono::steady_clock::now();
    request.Infer();
    time.milliseconds += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    const std::vector<Tensor> outputs = request.Outputs(model.outputs);
    for (size_t slot = 0; slot < slots.size(); ++slot) use(slots[slot], outputs, slot);
    time.pictures += slots.size();
    progress.Advance(slots.size());
    slots.clear();
  };
  for (size_t item = 0; item < items.size(); ++item) {
    if (pictures[item].problem.empty()) {
      pictures[item] =
          PutIntoSlot(items[item], model, options.preprocessing, static_cast<int64_t>(slots.size()), request);
    }
    if (pictures[item].problem.empty()) slots.push_back(item);
    else progress.Advance(1);
    if (slots.size() == batch) run();
  }
  if (!slots.empty()) run();
  if (options.model.profile) time.counters = request.Request().GetProfilingInfo();
  return time;
}

}  // namespace moir::apps
