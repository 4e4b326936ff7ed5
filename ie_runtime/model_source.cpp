#include "ie_runtime/model_source.h"

#include <cstring>
#include <fstream>
#include <sstream>

#include "graph/extension/extension_registry.h"
#include "ie_runtime/api_impl.h"
#include "ie_runtime/byte_hash.h"
#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/blocked/cost.h"

namespace moir::runtime {
namespace {

// Numbers little-endian in 8 bytes, lists and texts with their length in front.
class Writer {
 public:
  void Number(int64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value)); }
  void Text(std::string_view text) {
    Number(static_cast<int64_t>(text.size()));
    bytes_.append(text);
  }
  void Numbers(const std::vector<int64_t>& values) {
    Number(static_cast<int64_t>(values.size()));
    for (const int64_t value : values) Number(value);
  }
  void Floats(const std::vector<float>& values) {
    Number(static_cast<int64_t>(values.size()));
    for (const float value : values) {
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof(bits));
      Number(bits);
    }
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  int64_t Number() {
    int64_t value;
    std::memcpy(&value, Take(sizeof(value)).data(), sizeof(value));
    return value;
  }
  // How many items of at least `size` bytes follow.
  size_t Count(size_t size) {
    const int64_t count = Number();
    if (count < 0 || static_cast<uint64_t>(count) > bytes_.size() / size) Bad();
    return static_cast<size_t>(count);
  }
  std::string Text() { return std::string(Take(Count(1))); }
  std::vector<int64_t> Numbers() {
    std::vector<int64_t> values(Count(8));
    for (int64_t& value : values) value = Number();
    return values;
  }
  std::vector<float> Floats() {
    std::vector<float> values(Count(8));
    for (float& value : values) {
      const auto bits = static_cast<uint32_t>(Number());
      std::memcpy(&value, &bits, sizeof(value));
    }
    return values;
  }
  template <typename Enum>
  Enum Choice(Enum last) {
    const int64_t value = Number();
    if (value < 0 || value > static_cast<int64_t>(last)) Bad();
    return static_cast<Enum>(value);
  }
  bool AtEnd() const { return bytes_.empty(); }
  [[noreturn]] static void Bad() { Fail(ErrorKind::kBadModel, "exported model: its description is damaged"); }

 private:
  std::string_view Take(size_t count) {
    if (count > bytes_.size()) Bad();
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string_view bytes_;
};

void WriteInput(Writer& writer, const InputSteps& input) {
  writer.Text(input.input);
  writer.Number(static_cast<int64_t>(input.type));
  writer.Text(input.layout);
  writer.Text(input.model_layout);
  writer.Number(static_cast<int64_t>(input.color));
  writer.Number(static_cast<int64_t>(input.size));
  writer.Number(input.height);
  writer.Number(input.width);
  writer.Number(static_cast<int64_t>(input.steps.size()));
  for (const PictureStep& step : input.steps) {
    writer.Number(static_cast<int64_t>(step.kind));
    writer.Number(static_cast<int64_t>(step.color));
    writer.Number(static_cast<int64_t>(step.algorithm));
    writer.Number(step.height);
    writer.Number(step.width);
    writer.Numbers(step.begin);
    writer.Numbers(step.end);
    writer.Floats(step.values);
  }
}

std::string ReadLayoutText(Reader& reader) {
  std::string layout = reader.Text();
  if (layout.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ?.") != std::string::npos) Reader::Bad();
  return layout;
}

InputSteps ReadInput(Reader& reader) {
  InputSteps input;
  input.input = reader.Text();
  input.type = reader.Choice(::moir::ElementType::kI64);
  input.layout = ReadLayoutText(reader);
  input.model_layout = ReadLayoutText(reader);
  input.color = reader.Choice(ColorFormat::kNv12TwoPlanes);
  input.size = reader.Choice(InputSteps::Size::kAny);
  input.height = reader.Number();
  input.width = reader.Number();
  for (size_t i = reader.Count(64); i > 0; --i) {
    PictureStep step{reader.Choice(PictureStep::Kind::kReverseChannels)};
    step.color = reader.Choice(ColorFormat::kNv12TwoPlanes);
    step.algorithm = reader.Choice(ResizeAlgorithm::kNearest);
    step.height = reader.Number();
    step.width = reader.Number();
    step.begin = reader.Numbers();
    step.end = reader.Numbers();
    step.values = reader.Floats();
    const bool crop = step.kind == PictureStep::Kind::kCrop;
    const bool affine = step.kind == PictureStep::Kind::kMean || step.kind == PictureStep::Kind::kScale;
    if ((crop && (step.begin.empty() || step.begin.size() != step.end.size())) || (affine && step.values.empty()))
      Reader::Bad();
    input.steps.push_back(std::move(step));
  }
  return input;
}

}  // namespace

uint64_t ModelSource::HashWeights(const std::string& folder) const {
  if (!weights_) return 0;
  // Small files are read as quickly as a note about them.
  constexpr uint64_t kLarge = uint64_t{1} << 20;
  const bool remember = !folder.empty() && identity_ && weights_->Size() >= kLarge;
  if (remember) {
    if (const auto known = RememberedHash(folder, *identity_)) return *known;
  }
  const uint64_t hash = HashBytes(weights_->Data(), weights_->Size());
  weights_->Release(0, weights_->Size());
  if (remember) RememberHash(folder, weights_->Path(), *identity_, hash);
  return hash;
}

ModelSource::ModelSource(std::string name, std::string xml, std::shared_ptr<const graph::MappedFile> weights,
                         uint64_t weights_hash, std::vector<ByteSpan> kept)
    : name_(std::move(name)), xml_(std::move(xml)), weights_(std::move(weights)), kept_(std::move(kept)) {
  std::call_once(hashed_, [&] { weights_hash_ = weights_hash; });
  uint64_t bytes = 0;
  for (const ByteSpan& span : kept_) bytes += span.end - span.begin;
  partial_ = bytes < WeightsSize();
}

uint64_t ModelSource::WeightsHash(const std::string& folder) const {
  std::call_once(hashed_, [&] { weights_hash_ = HashWeights(folder); });
  return weights_hash_;
}

uint64_t ModelSource::Hash(const std::string& folder) const {
  return HashText(StrCat(HashText(xml_), ' ', WeightsHash(folder)));
}

void RequireAllWeights(const ModelSource& source, const std::string& model, const std::string& what) {
  if (!source.IsPartial()) return;
  Fail(ErrorKind::kUnsupported, "model \"", model, "\": ", what,
       ": it was imported from a file of export_mode compiled, which holds weights as the exported model had packed "
       "them and no others; expected the model's own files, or one exported with export_mode portable");
}

std::shared_ptr<const ModelSource> ReadModelSource(const std::string& xml_path, const std::string& bin_path) {
  std::ifstream file(xml_path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  std::shared_ptr<const graph::MappedFile> weights;
  std::optional<FileIdentity> identity;
  try {
    const std::string path = bin_path.empty() ? graph::BinPath(xml_path) : bin_path;
    identity = IdentityOf(path);
    weights = graph::MappedFile::Open(path);
    // It may have been put in the place of another file just now.
    if (IdentityOf(path) != identity || (identity && identity->size != weights->Size())) identity.reset();
  } catch (const graph::Error&) {
    // A model without weights needs none.
  }
  return std::make_shared<const ModelSource>(xml_path, std::move(text).str(), std::move(weights), identity);
}

namespace {

void WriteShapes(Writer& writer, const Model::Impl& model) {
  std::vector<std::pair<std::string, ::moir::Shape>> shapes;
  if (model.graph) {
    for (const Node* input : model.graph->Parameters()) shapes.emplace_back(input->Name(), input->Shape().Dims());
  } else {
    for (const auto& [name, shape] : model.shapes) shapes.emplace_back(name, shape.Dims());
  }
  writer.Number(static_cast<int64_t>(shapes.size()));
  for (const auto& [name, shape] : shapes) {
    writer.Text(name);
    writer.Numbers(shape);
  }
}

void WriteOutputs(Writer& writer, const Model::Impl& model) {
  writer.Number(model.processing ? static_cast<int64_t>(model.processing->outputs.size()) : 0);
  if (!model.processing) return;
  for (const OutputSteps& output : model.processing->outputs) {
    writer.Text(output.output);
    writer.Number(static_cast<int64_t>(output.type));
    writer.Text(output.layout);
    writer.Text(output.model_layout);
  }
}

}  // namespace

std::string DescribeModel(const Model::Impl& model) {
  Writer writer;
  WriteShapes(writer, model);
  writer.Number(model.processing ? static_cast<int64_t>(model.processing->inputs.size()) : 0);
  if (model.processing) {
    for (const InputSteps& input : model.processing->inputs) WriteInput(writer, input);
  }
  WriteOutputs(writer, model);
  writer.Number(static_cast<int64_t>(model.states.size()));
  for (const StatePair& state : model.states) {
    writer.Text(state.input);
    writer.Text(state.output);
  }
  return writer.Take();
}

ModelOrigin OriginOf(const Model::Impl& model) {
  if (!model.source) return {};
  Writer packing;
  WriteShapes(packing, model);
  WriteOutputs(packing, model);
  return {model.source, DescribeModel(model), packing.Take()};
}

Model::Impl RestoreModel(std::shared_ptr<const ModelSource> source, std::string_view description) {
  Model::Impl model = OpenModel(std::move(source));
  Reader reader(description);
  std::map<std::string, ::moir::Shape> shapes;
  for (size_t i = reader.Count(16); i > 0; --i) {
    std::string name = reader.Text();
    shapes[std::move(name)] = reader.Numbers();
  }
  ProcessingSteps steps;
  for (size_t i = reader.Count(64); i > 0; --i) steps.inputs.push_back(ReadInput(reader));
  for (size_t i = reader.Count(32); i > 0; --i) {
    OutputSteps output;
    output.output = reader.Text();
    output.type = reader.Choice(::moir::ElementType::kI64);
    output.layout = ReadLayoutText(reader);
    output.model_layout = ReadLayoutText(reader);
    steps.outputs.push_back(std::move(output));
  }
  std::vector<StatePair> states;
  for (size_t i = reader.Count(16); i > 0; --i) {
    StatePair& state = states.emplace_back();
    state.input = reader.Text();
    state.output = reader.Text();
  }
  if (!reader.AtEnd()) Reader::Bad();
  // Shapes are those of the graph's inputs: first them, then what stands before these inputs.
  bool same = model.graph != nullptr;
  for (const auto& [name, shape] : shapes) same = same && model.InputShape(name) == shape;
  if (!same) model = model.Reshaped(shapes);
  for (StatePair& state : states) {
    const bool known = std::any_of(model.states.begin(), model.states.end(),
                                   [&](const StatePair& pair) { return pair.input == state.input; });
    if (!known) model.states.push_back(std::move(state));
  }
  if (steps.inputs.empty() && steps.outputs.empty()) return model;
  if (model.graph) {
    std::unique_ptr<Graph> graph = model.graph->Clone();
    ApplyOutputSteps(steps.outputs, *graph);
    model.graph = std::move(graph);
  }
  model.processing = std::make_shared<const ProcessingSteps>(std::move(steps));
  return model;
}

std::string PackingEnvironment(int threads, ElementType precision) {
  // Plug-ins' operators on constants make weights, too.
  const std::string plugins = graph::Join(graph::ExtensionIdentities(), ", ");
  // Which kernels a model in bf16 has depends on it.
  std::string rate;
  if (precision == ElementType::kBF16 && EffectiveIsa() < Isa::kAvx512CoreAmx)
    rate = StrCat(", products ", blocked::Bf16ProductRate(), " times as fast as in f32");
  return StrCat("moir ", MOIR_VERSION, "\noneDNN ", OneDnnVersion(), "\nisa ", IsaName(EffectiveIsa()), "\ncpu ",
                DeviceProperty("full_device_name"), "\nthreads ", threads, "\nprecision ", ElementTypeName(precision),
                rate, "\nplug-ins ", plugins, '\n');
}

uint64_t PackingKey(const ModelOrigin& origin, int threads, ElementType precision, const std::string& folder) {
  return HashText(StrCat(PackingEnvironment(threads, precision), origin.source->Hash(folder), '\n', origin.packing));
}

}  // namespace moir::runtime
