// Compiled models on disk: export and import.
#include <cstring>
#include <map>

#include "ie_runtime/isa.h"
#include "ie_runtime/kernels/blocked/cost.h"
#include "moir/preprocess.h"
#include "tests/ie_runtime/compiled_files_support.h"

namespace moir {
namespace {

Properties Threads(const char* threads, const std::string& mode) {
  return {{"inference_num_threads", threads}, {"export_mode", mode}};
}

std::string Exported(const CompiledModel& model) {
  std::stringstream stream;
  model.ExportModel(stream);
  return std::move(stream).str();
}
CompiledModel Import(const std::string& bytes, const Properties& properties = {{"inference_num_threads", "1"}}) {
  std::stringstream stream(bytes);
  return Core().ImportModel(stream, properties);
}

// Both modes.
class Export : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { expected_ = Infer(Core().CompileModel(kModel + ".xml", {{"inference_num_threads", "1"}})); }
  Properties Mode(const char* threads = "1") const { return Threads(threads, GetParam()); }
  test::TempFolder temp_;
  std::vector<float> expected_;
};
INSTANTIATE_TEST_SUITE_P(Modes, Export, testing::Values("portable", "compiled"),
                         [](const auto& instance) { return instance.param; });

TEST_P(Export, ImportsWhatWasExported) {
  const CompiledModel model = Core().CompileModel(kModel + ".xml", Mode());
  std::stringstream stream;
  stream << "before";
  stream.seekg(6);
  model.ExportModel(stream);
  stream << "behind";
  const CompiledModel imported = Core().ImportModel(stream, Mode());
  EXPECT_EQ(FromCache(imported), std::string(GetParam()) == "compiled");
  EXPECT_EQ(Infer(imported), expected_);
  EXPECT_EQ(imported.GetName(), model.GetName());
  EXPECT_EQ(imported.GetProperty("export_mode"), GetParam());
  std::string behind;
  stream >> behind;
  EXPECT_EQ(behind, "behind");
  // Again from the imported one: the same bytes.
  const std::string again = Exported(imported);
  EXPECT_EQ("before" + again + "behind", stream.str());
  // The weights of this model are small, and all of them are kept: with other properties they are packed anew.
  const CompiledModel other = Import(again, {{"inference_num_threads", "2"}});
  EXPECT_FALSE(FromCache(other));
  const std::vector<float> values = Infer(other);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected_[i], 1e-5f);
  Shape shape = imported.Input().shape;
  shape[0] = 2;
  EXPECT_EQ(imported.Reshape({{imported.Input().name, shape}}).Input().shape, shape);
}

TEST_P(Export, FilesAreMappedAndAppearWhole) {
  const std::string path = temp_.File("model.moir");
  WriteFile(path, "something that was there before");
  const CompiledModel model = Core().CompileModel(kModel + ".xml", Mode());
  model.ExportModel(path);
  EXPECT_EQ(ReadFile(path), Exported(model));
  EXPECT_EQ(FilesOf(temp_.Path()), std::vector<std::string>{path});
  const auto mapped = [] { return ReadFile("/proc/self/maps").find("model.moir") != std::string::npos; };
  {
    InferRequest request;
    {
      const CompiledModel imported = Core().ImportModel(path, Mode());
      EXPECT_TRUE(mapped());
      // Another export takes its place.
      imported.ExportModel(path);
      EXPECT_EQ(Infer(imported), expected_);
      EXPECT_EQ(Infer(Core().ImportModel(path, Mode())), expected_);
      fs::remove(path);
      EXPECT_EQ(Infer(imported), expected_);
      request = imported.CreateInferRequest();
    }
    request.Infer();
  }
  EXPECT_FALSE(mapped());
  ExpectError(ErrorKind::kIo, path, [&] { Core().ImportModel(path); });
  ExpectError(ErrorKind::kIo, "a folder", [&] { Core().ImportModel(temp_.Path()); });
  ExpectError(ErrorKind::kIo, "/no/such/folder/file", [&] { model.ExportModel("/no/such/folder/file"); });
  const std::string whole = Exported(model);
  for (const size_t size : {size_t{0}, size_t{50}, size_t{130}, whole.size() / 2, whole.size() - 1}) {
    WriteFile(path, whole.substr(0, size));
    ExpectError(ErrorKind::kBadModel, path + ": exported model: is cut off", [&] { Core().ImportModel(path); });
  }
}

// A model whose weights make kernels' packing worth while, as text and bytes:
//   a = Convolution(x, w1) + table   (1 x 1; the table is large and used as it is)
//   y = Convolution(a, w2 * s)       (the engine multiplies the weights by what follows)
struct LargeModel {
  static constexpr int64_t kIn = 256, kOut = 512, kSize = 16;
  std::string xml;
  std::vector<float> weights;
  CompiledModel Compile(const Properties& properties) const {
    const auto bytes = static_cast<int64_t>(weights.size() * sizeof(float));
    auto copy = std::make_shared<std::vector<float>>(weights);
    void* const data = copy->data();
    return Core().CompileModel(Core().ReadModel(xml, Tensor(ElementType::kU8, {bytes}, std::move(copy), data)),
                               properties);
  }
};

LargeModel MakeLargeModel() {
  LargeModel model;
  std::ostringstream layers, edges;
  int id = 0;
  const auto constant = [&](const std::string& name, const std::vector<int64_t>& shape) {
    size_t count = 1;
    std::string text;
    for (const int64_t size : shape) {
      count *= static_cast<size_t>(size);
      text += (text.empty() ? "" : ",") + std::to_string(size);
    }
    layers << "<layer id=\"" << id << "\" name=\"" << name
           << "\" type=\"Const\" version=\"opset1\"><data element_type=\"f32\" shape=\"" << text << "\" offset=\""
           << model.weights.size() * 4 << "\" size=\"" << count * 4
           << "\"/><output><port id=\"0\" precision=\"FP32\"/></output></layer>";
    for (size_t i = 0; i < count; ++i)
      model.weights.push_back(static_cast<float>(static_cast<int>(model.weights.size() * 2654435761u % 1001) - 500) /
                              4000);
    return id++;
  };
  const auto binary = [&](const std::string& type, const std::string& name, const std::string& data, int a, int b) {
    layers << "<layer id=\"" << id << "\" name=\"" << name << "\" type=\"" << type << "\" version=\"opset1\"><data "
           << data
           << "/><input><port id=\"0\"/><port id=\"1\"/></input><output><port id=\"2\" precision=\"FP32\" names=\""
           << name << "\"/></output></layer>";
    const auto port = [](int layer) { return layer > 100 ? "2" : "0"; };
    edges << "<edge from-layer=\"" << a % 100 << "\" from-port=\"" << port(a) << "\" to-layer=\"" << id
          << "\" to-port=\"0\"/><edge from-layer=\"" << b % 100 << "\" from-port=\"" << port(b) << "\" to-layer=\""
          << id << "\" to-port=\"1\"/>";
    return 100 + id++;  // the output is port 2
  };
  const std::string conv = "strides=\"1,1\" dilations=\"1,1\" pads_begin=\"0,0\" pads_end=\"0,0\"";
  const int64_t in = LargeModel::kIn, out = LargeModel::kOut, size = LargeModel::kSize;
  layers << "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\"><data element_type=\"f32\" shape=\"1,"
         << in << "," << size << "," << size
         << "\"/><output><port id=\"0\" precision=\"FP32\" names=\"x\"/></output></layer>";
  id = 1;
  const int first = binary("Convolution", "c1", conv, 0, constant("w1", {out, in, 1, 1}));
  const int sum = binary("Add", "a", "auto_broadcast=\"numpy\"", first, constant("table", {1, out, size, size}));
  const int second = binary("Convolution", "c2", conv, sum, constant("w2", {out, out, 1, 1}));
  const int y = binary("Multiply", "y", "auto_broadcast=\"numpy\"", second, constant("s", {1, out, 1, 1}));
  layers << "<layer id=\"" << id
         << "\" name=\"r\" type=\"Result\" version=\"opset1\"><input><port id=\"0\"/></input></layer>";
  edges << "<edge from-layer=\"" << y % 100 << "\" from-port=\"2\" to-layer=\"" << id << "\" to-port=\"0\"/>";
  model.xml = "<net name=\"large\" version=\"11\"><layers>" + layers.str() + "</layers><edges>" + edges.str() +
              "</edges></net>";
  return model;
}

// Each constant once: as it is, or as it is packed.
TEST(ExportModes, HoldWeightsOnce) {
  const LargeModel large = MakeLargeModel();
  const size_t bin = large.weights.size() * sizeof(float);
  const CompiledModel portable = large.Compile(Threads("1", "portable"));
  const CompiledModel compiled = large.Compile(Threads("1", "compiled"));
  const std::vector<float> expected = Infer(portable);
  const std::string all = Exported(portable), packed = Exported(compiled);
  EXPECT_LT(all.size(), bin + bin / 50);
  // The second convolution's weights are read to be multiplied by the scales: they are there as they were, too.
  const size_t read = LargeModel::kOut * LargeModel::kOut * sizeof(float);
  EXPECT_LT(packed.size(), bin + read + bin / 20);
  EXPECT_GT(packed.size(), bin);
  for (const std::string& bytes : {all, packed}) {
    const CompiledModel imported = Import(bytes);
    EXPECT_EQ(Infer(imported), expected);
    EXPECT_EQ(FromCache(imported), bytes.size() == packed.size());
  }
}

TEST(ExportModes, PortableGoesWithAnything) {
  const LargeModel large = MakeLargeModel();
  const std::string bytes = Exported(large.Compile(Threads("1", "portable")));
  const CompiledModel imported = Import(bytes, {{"inference_num_threads", "2"}});
  const Shape shape = {3, LargeModel::kIn, LargeModel::kSize, LargeModel::kSize};
  const CompiledModel reshaped = imported.Reshape({{"x", shape}});
  const std::vector<float> expected = Infer(large.Compile({{"inference_num_threads", "2"}}).Reshape({{"x", shape}}));
  EXPECT_EQ(Infer(reshaped), expected);
  // And with the cache.
  const test::TempFolder temp;
  const Properties cached = With(temp.File("cache"));
  EXPECT_FALSE(FromCache(Import(bytes, cached)));
  EXPECT_TRUE(FromCache(Import(bytes, cached)));
  EXPECT_TRUE(FromCache(large.Compile(cached)));
  // It can become a compiled one.
  Properties compiled = Threads("1", "compiled");
  EXPECT_EQ(Exported(Import(bytes, compiled)), Exported(large.Compile(compiled)));
}

TEST(ExportModes, CompiledRefusesWhatItHasNoWeightsFor) {
  const LargeModel large = MakeLargeModel();
  const CompiledModel model = large.Compile(Threads("1", "compiled"));
  const std::string bytes = Exported(model);
  const CompiledModel imported = Import(bytes, Threads("1", "compiled"));
  EXPECT_EQ(Exported(imported), bytes);
  // Shapes that are there.
  const Shape shape = {1, LargeModel::kIn, LargeModel::kSize, LargeModel::kSize};
  EXPECT_EQ(Infer(imported.Reshape({{"x", shape}})), Infer(model));
  // Others, for which weights would have to be packed.
  ExpectError(ErrorKind::kUnsupported, "model \"large\": Reshape to shapes that are not compiled: it was imported",
              [&] {
                imported.Reshape({{"x", {2, LargeModel::kIn, LargeModel::kSize, LargeModel::kSize}}});
              });
  ExpectError(ErrorKind::kUnsupported, "export_mode portable", [&] { Exported(Import(bytes)); });
  ExpectError(ErrorKind::kUnsupported,
              "exported model \"large\": its weights are packed for threads 1, here it is threads 2", [&] {
                Import(bytes, {{"inference_num_threads", "2"}});
              });
  EXPECT_EQ(Infer(imported), Infer(model));
  // A cache has no part in it.
  const test::TempFolder temp;
  EXPECT_EQ(Infer(Import(bytes, With(temp.File("cache")))), Infer(model));
  EXPECT_FALSE(fs::exists(temp.File("cache")));
  // Nothing that is changed leads to other numbers: there is nothing to pack anew from.
  const std::vector<float> expected = Infer(model);
  size_t refused = 0, packed = 0;
  for (size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 40) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    try {
      EXPECT_EQ(Infer(Import(damaged)), expected) << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.Kind(), ErrorKind::kBadModel) << error.what();
      ++refused;
      if (std::string(error.what()).find("its packed weights are damaged, and it holds no others") != std::string::npos)
        ++packed;
    }
  }
  EXPECT_GT(refused, 30U);
  EXPECT_GT(packed, 10U);
}

// Packed for bf16 they are half as large where products are those of bf16, and of no use in f32.
TEST(ExportModes, Bf16WeightsAreThoseOfBf16) {
  if (!runtime::HasBf16(runtime::EffectiveIsa())) GTEST_SKIP() << "the CPU has no instructions for bf16";
  const bool in_f32 = runtime::EffectiveIsa() < runtime::Isa::kAvx512CoreAmx && runtime::blocked::Bf16ProductRate() < 1;
  const LargeModel large = MakeLargeModel();
  Properties properties = Threads("1", "compiled");
  const CompiledModel f32 = large.Compile(properties);
  properties["inference_precision"] = "bf16";
  const CompiledModel bf16 = large.Compile(properties);
  const std::string bytes = Exported(bf16);
  if (!in_f32) {
    EXPECT_LT(bytes.size(), Exported(f32).size());
  }
  const CompiledModel imported = Import(bytes, properties);
  EXPECT_TRUE(FromCache(imported));
  EXPECT_EQ(Infer(imported), Infer(bf16));
  EXPECT_NE(Infer(imported), Infer(f32));
  ExpectError(ErrorKind::kUnsupported, "its weights are packed for", [&] { Import(bytes); });
  ExpectError(ErrorKind::kUnsupported, "its weights are packed for", [&] { Import(Exported(f32), properties); });
  const std::string portable = Exported(large.Compile(Threads("1", "portable")));
  Properties one = {{"inference_num_threads", "1"}, {"inference_precision", "bf16"}};
  EXPECT_EQ(Infer(Import(portable, one)), Infer(bf16));
}

// Kernels follow the CPU: weights that are packed for one that multiplies faster in bf16 are not taken by another.
TEST(ExportModes, Bf16WeightsAreForCpusOfOneKind) {
  const bool choice =
      runtime::HasBf16(runtime::EffectiveIsa()) && runtime::EffectiveIsa() < runtime::Isa::kAvx512CoreAmx;
  if (!choice) GTEST_SKIP() << "the choice of kernels does not depend on it";
  struct Rate {
    const double before = runtime::blocked::Bf16ProductRate();
    ~Rate() { runtime::blocked::SetBf16ProductRate(before); }
  } const rate;
  const LargeModel large = MakeLargeModel();
  Properties properties = Threads("1", "compiled");
  properties["inference_precision"] = "bf16";
  std::map<double, std::string> exported;
  std::map<double, std::vector<float>> results;
  const test::TempFolder temp;
  Properties cached = With(temp.File("cache"));
  cached["inference_precision"] = "bf16";
  for (const double value : {0.5, 2.0}) {
    runtime::blocked::SetBf16ProductRate(value);
    const CompiledModel model = large.Compile(properties);
    exported[value] = Exported(model);
    results[value] = Infer(model);
    EXPECT_EQ(Infer(Import(exported[value], properties)), results[value]);
    EXPECT_FALSE(FromCache(large.Compile(cached)));
    EXPECT_TRUE(FromCache(large.Compile(cached)));
  }
  EXPECT_NE(results[0.5], results[2.0]);
  ExpectError(ErrorKind::kUnsupported, "products 0.5 times as fast as in f32",
              [&] { Import(exported[0.5], properties); });
}

// In every model of the engine's tests, whatever it is made of.
TEST_P(Export, NumbersAreTheSameBits) {
  size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(kModel).parent_path())) {
    if (entry.path().extension() != ".xml") continue;
    SCOPED_TRACE(entry.path().string());
    CompiledModel model;
    try {
      model = Core().CompileModel(entry.path().string(), Mode());
    } catch (const Error&) {
      continue;  // sizes that its file leaves open, or a plug-in that it needs
    }
    const CompiledModel imported = Import(Exported(model), Mode());
    InferRequest one = model.CreateInferRequest(), other = imported.CreateInferRequest();
    for (const Port& input : model.Inputs()) {
      const Tensor tensor = one.GetTensor(input);
      for (size_t i = 0; input.type == ElementType::kF32 && i < tensor.GetSize(); ++i)
        tensor.Data<float>()[i] = static_cast<float>(i * 2654435761u % 1000) / 1000 - 0.5f;
      other.SetTensor(input, tensor);
    }
    one.Infer();
    other.Infer();
    for (const Port& output : model.Outputs()) {
      const Tensor a = one.GetTensor(output), b = other.GetTensor(output);
      ASSERT_EQ(a.GetShape(), b.GetShape());
      EXPECT_EQ(std::memcmp(a.Data(), b.Data(), a.GetByteSize()), 0) << output.name;
    }
    ++compared;
  }
  EXPECT_GT(compared, 20U);
}

TEST_P(Export, KeepsStepsShapesAndStates) {
  // y = x + s, s' = y.
  const char* xml = R"(<net name="sums" version="11"><layers>
    <layer id="0" name="x" type="Parameter" version="opset1"><data element_type="f32" shape="?,2,4,3"/>
      <output><port id="0" precision="FP32" names="x"/></output></layer>
    <layer id="1" name="s" type="Parameter" version="opset1"><data element_type="f32" shape="?,2,4,3"/>
      <output><port id="0" precision="FP32" names="s"/></output></layer>
    <layer id="2" name="sum" type="Add" version="opset1"><data auto_broadcast="numpy"/>
      <input><port id="0"/><port id="1"/></input><output><port id="2" precision="FP32" names="sum"/></output></layer>
    <layer id="3" name="half" type="Abs" version="opset1">
      <input><port id="0"/></input><output><port id="1" precision="FP32" names="y"/></output></layer>
    <layer id="4" name="r0" type="Result" version="opset1"><input><port id="0"/></input></layer>
    <layer id="5" name="r1" type="Result" version="opset1"><input><port id="0"/></input></layer></layers>
    <edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
    <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/><edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
    <edge from-layer="2" from-port="2" to-layer="4" to-port="0"/><edge from-layer="3" from-port="1" to-layer="5" to-port="0"/>
    </edges></net>)";
  Model model = Core().ReadModel(xml, Tensor());
  model.Reshape({{"x", {1, 2, 4, 3}}, {"s", {1, 2, 4, 3}}});
  model.AddState(model.Output(0).name, "s");
  PrePostProcessor ppp(model);
  ppp.Input("x").Model().SetLayout("NCHW");
  ppp.Input("x").Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC");
  ppp.Input("x").Preprocess().Mean({1, 2}).Scale(2);
  ppp.Output().Model().SetLayout("NCHW");
  ppp.Output().Tensor().SetLayout("NHWC");
  const CompiledModel compiled = Core().CompileModel(ppp.Build(), Mode());
  std::stringstream stream;
  compiled.ExportModel(stream);
  const CompiledModel imported = Core().ImportModel(stream);
  for (const CompiledModel& one : {compiled, imported}) {
    ASSERT_EQ(one.Inputs().size(), 1U);
    EXPECT_EQ(one.Input().type, ElementType::kU8);
    EXPECT_EQ(one.Input().shape, (Shape{1, 4, 3, 2}));
    InferRequest request = one.CreateInferRequest();
    for (size_t i = 0; i < 24; ++i) request.GetInputTensor().Data<uint8_t>()[i] = static_cast<uint8_t>(10 * i);
    for (int round = 1; round < 4; ++round) {
      request.Infer();
      for (size_t i = 0; i < 24; ++i) {
        const float value = (static_cast<float>(10 * i) - static_cast<float>(1 + i % 2)) / 2;
        EXPECT_EQ(request.GetOutputTensor().Data<float>()[i], std::abs(value * static_cast<float>(round)));
      }
    }
  }
}

TEST_P(Export, ImportOfWhatIsNoModel) {
  const CompiledModel model = Core().CompileModel(kModel + ".xml", Mode());
  std::stringstream stream;
  model.ExportModel(stream);
  const std::string whole = stream.str();
  const auto import = [&](const std::string& bytes) {
    std::stringstream from(bytes);
    return Core().ImportModel(from, {{"inference_num_threads", "1"}});
  };
  ExpectError(ErrorKind::kBadModel, "is cut off", [&] { import(""); });
  ExpectError(ErrorKind::kBadModel, "the stream holds something else", [&] { import(ReadFile(kModel + ".xml")); });
  for (size_t size = 0; size < whole.size(); size += 1 + whole.size() / 60)
    ExpectError(ErrorKind::kBadModel, "exported model: ", [&] { import(whole.substr(0, size)); });
  // Nothing that is changed leads to other numbers: it is refused or, in the packed weights, packed anew.
  for (size_t at = 0; at < whole.size(); at += 1 + whole.size() / 150) {
    SCOPED_TRACE(at);
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    try {
      EXPECT_EQ(Infer(import(bytes)), expected_);
    } catch (const Error& error) {
      EXPECT_EQ(error.Kind(), ErrorKind::kBadModel) << error.what();
    }
  }
  ExpectError(ErrorKind::kUnsupported, "was not read from a file", [] {
    std::stringstream into;
    CompilePlusOne().ExportModel(into);
  });
  ExpectError(ErrorKind::kIo, "could not write to the stream", [&] {
    std::ofstream closed;
    closed.setstate(std::ios::badbit);
    model.ExportModel(closed);
  });
  // Streams that throw.
  ExpectError(ErrorKind::kIo, "could not write to the stream", [&] {
    std::ofstream closed;
    closed.exceptions(std::ios::badbit | std::ios::failbit);
    model.ExportModel(closed);
  });
  ExpectError(ErrorKind::kBadModel, "is cut off", [&] {
    std::stringstream from(whole.substr(0, whole.size() / 2));
    from.exceptions(std::ios::eofbit | std::ios::failbit);
    Core().ImportModel(from);
  });
}

}  // namespace
}  // namespace moir
