// validation_app: how often a model is right about a set of pictures, in the manner of OpenVINO 2018's program of this
// name.
#include <cstdio>

#include "../common/program.h"
#include "options.h"
#include "validation.h"

namespace moir::apps {
namespace {

void Run(const std::vector<std::string>& arguments) {
  ValidationOptions options;
  if (!ParseValidationOptions(arguments, options)) return;
  const Validation validation = Validate(options);
  PrintResults(validation);
  if (!options.dump.empty()) {
    WriteCsv(options.dump, validation);
    std::printf("wrote %s\n", options.dump.c_str());
  }
  if (!options.report.empty()) {
    WriteHtml(options.report, validation);
    std::printf("wrote %s\n", options.report.c_str());
  }
}

}  // namespace
}  // namespace moir::apps

int main(int argc, char** argv) {
  return moir::apps::RunProgram("validation_app", [&] { moir::apps::Run({argv + 1, argv + argc}); });
}
