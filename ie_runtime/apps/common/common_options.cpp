#include "common_options.h"

#include <boost/program_options/value_semantic.hpp>

namespace moir::apps {

namespace po = boost::program_options;

const char* const kExitCodes = "exit codes: 0 done, 1 the files or options are at fault, 2 a bug of moir\n";

po::options_description OptionGroup(const std::string& heading) { return po::options_description(heading, 120, 80); }

void AddModelOptions(po::options_description& group, ModelOptions& options) {
  group.add_options()("help,h", "print this text")("model,m", po::value(&options.model)->value_name("FILE"),
                                                   "the model's .xml")(
      "weights,w", po::value(&options.weights)->value_name("FILE"), "its .bin; default: beside the .xml, same name");
}

void AddShapeOption(po::options_description& group, ModelOptions& options) {
  group.add_options()("input_shape", po::value(&options.shapes)->value_name("SHAPE"),
                      "shapes of inputs, repeatable: \"[1,3,224,224]\" for a model with one input, or "
                      "\"NAME[1,3,224,224]\", several with commas between them; needed where the model leaves sizes "
                      "open");
}

void AddLabelsOption(po::options_description& group, std::string& labels) {
  group.add_options()("labels", po::value(&labels)->value_name("FILE"),
                      "names of the classes, one per line, the first for class 0; default: the model's .labels beside "
                      "the .xml, if there is one");
}

void AddCountersOption(po::options_description& group, ModelOptions& options) {
  group.add_options()("pc", po::bool_switch(&options.profile), "print how long each layer took");
}

void AddEngineOptions(po::options_description& group, ModelOptions& options) {
  group.add_options()("extensions,l", po::value(&options.extensions)->value_name("LIB.so|FOLDER,..."),
                      "plug-ins with operators, and folders of plug-ins; repeatable")(
      "precision", po::value(&options.precision)->default_value("f32")->value_name("TYPE"), "f32 or bf16")(
      "threads", po::value(&options.threads)->default_value(0)->value_name("N"),
      "threads; 0: as many as the process may use")(
      "device,d", po::value(&options.device)->default_value("CPU")->value_name("NAME"), "CPU, the only device");
}

}  // namespace moir::apps
