// Wrong use of the C++ interface from outside of the library: an Error with the reason, which is caught here though it
// was thrown there, and never a crash.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <limits>
#include <optional>
#include <sstream>
#include <thread>

#include "moir/moir.h"
#include "moir/preprocess.h"
#include "tests/support/api_testing.h"

namespace moir {
namespace {

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max() / 4;

const char* const kPlusOne = R"(<net name="plus_one" version="11"><layers>
  <layer id="0" name="x" type="Parameter" version="opset1"><data shape="1,4" element_type="f32"/>
    <output><port id="0" precision="FP32"><dim>1</dim><dim>4</dim></port></output></layer>
  <layer id="1" name="one" type="Const" version="opset1"><data element_type="f32" shape="1" offset="0" size="4"/>
    <output><port id="0" precision="FP32"><dim>1</dim></port></output></layer>
  <layer id="2" name="y" type="Add" version="opset1"><data auto_broadcast="numpy"/>
    <input><port id="0" precision="FP32"><dim>1</dim><dim>4</dim></port>
           <port id="1" precision="FP32"><dim>1</dim></port></input>
    <output><port id="2" precision="FP32" names="y"><dim>1</dim><dim>4</dim></port></output></layer>
  <layer id="3" name="r" type="Result" version="opset1">
    <input><port id="0" precision="FP32"><dim>1</dim><dim>4</dim></port></input></layer></layers>
  <edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
         <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
         <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/></edges></net>)";

Tensor One() {
  Tensor weights(ElementType::kU8, {4});
  *static_cast<float*>(weights.Data()) = 1;
  return weights;
}

CompiledModel Compile() {
  return Core().CompileModel(Core().ReadModel(kPlusOne, One()), {{"inference_num_threads", "1"}});
}

TEST(InvalidUse, ErrorsAreCaughtAcrossTheBorder) {
  EXPECT_THROW(Core().ReadModel("/no/such.xml"), Error);
  EXPECT_THROW(Core().ReadModel("/no/such.xml"), std::runtime_error);
  ExpectError(ErrorKind::kIo, "/no/such.xml", [] { Core().CompileModel("/no/such.xml"); });
  ExpectError(ErrorKind::kBadModel, "model in memory", [] { Core().ReadModel("<net", Tensor()); });
  ExpectError(ErrorKind::kBadOption, "/no/such.so", [] { Core().AddExtension("/no/such.so"); });
  // From another thread, through a future.
  auto read = std::async(std::launch::async, [] { Core().ReadModel("/no/such.xml"); });
  EXPECT_THROW(read.get(), Error);
}

TEST(InvalidUse, EmptyHandlesSayWhatTheyAre) {
  ExpectError(ErrorKind::kBadOption, "empty Model", [] { Model().Inputs(); });
  ExpectError(ErrorKind::kBadOption, "empty Model", [] { Model().GetName(); });
  ExpectError(ErrorKind::kBadOption, "empty Model", [] { Model().Reshape(Shape{1, 2}); });
  ExpectError(ErrorKind::kBadOption, "empty Model", [] { Core().CompileModel(Model()); });
  ExpectError(ErrorKind::kBadOption, "empty CompiledModel", [] { CompiledModel().CreateInferRequest(); });
  ExpectError(ErrorKind::kBadOption, "empty CompiledModel", [] { CompiledModel().GetRuntimeModel(); });
  ExpectError(ErrorKind::kBadOption, "empty CompiledModel", [] { CompiledModel().SetProperty("num_streams", "1"); });
  ExpectError(ErrorKind::kBadOption, "empty InferRequest", [] { InferRequest().StartAsync(); });
  ExpectError(ErrorKind::kBadOption, "empty InferRequest",
              [] { InferRequest().WaitFor(std::chrono::milliseconds(1)); });
  ExpectError(ErrorKind::kBadOption, "empty InferRequest", [] { InferRequest().Cancel(); });
  ExpectError(ErrorKind::kBadOption, "empty InferRequest", [] { InferRequest().SetCallback({}); });
  ExpectError(ErrorKind::kBadOption, "empty InferRequest", [] { InferRequest().SetTensor("x", Tensor()); });
  ExpectError(ErrorKind::kBadOption, "empty InferRequest", [] { InferRequest().GetOutputTensor(); });
  ExpectError(ErrorKind::kBadOption, "the tensor is empty", [] { Tensor(Tensor(), {}, {}); });
}

// What was moved from is empty as well.
TEST(InvalidUse, HandlesThatGaveTheirObjectAway) {
  Core core;
  Core taken = std::move(core);
  ExpectError(ErrorKind::kBadOption, "empty Core", [&] { core.CompileModel(taken.ReadModel(kPlusOne, One())); });
  ExpectError(ErrorKind::kBadOption, "empty Core", [&] { core.SetProperty("num_streams", "1"); });
  ExpectError(ErrorKind::kBadOption, "empty Core", [&] { core.GetProperty("num_streams"); });
  std::stringstream stream;
  Compile().ExportModel(stream);
  ExpectError(ErrorKind::kBadOption, "empty Core", [&] { core.ImportModel(stream); });

  PrePostProcessor ppp(taken.ReadModel(kPlusOne, One()));
  InputTensorInfo tensor = ppp.Input().Tensor();
  const InputTensorInfo taken_tensor = std::move(tensor);
  ExpectError(ErrorKind::kBadOption, "empty InputTensorInfo", [&] { tensor.SetElementType(ElementType::kU8); });
  const PrePostProcessor taken_ppp = std::move(ppp);
  ExpectError(ErrorKind::kBadOption, "empty PrePostProcessor", [&] { ppp.Input(); });
  ExpectError(ErrorKind::kBadOption, "empty PrePostProcessor", [&] { ppp.Build(); });
}

TEST(InvalidUse, MemoryThatIsNotThere) {
  const Tensor nowhere(ElementType::kU8, {4}, nullptr);
  ExpectError(ErrorKind::kBadOption, "null pointer", [&] { Core().ReadModel(kPlusOne, nowhere); });
  ExpectError(ErrorKind::kBadOption, "null pointer", [&] { Tensor(nowhere, {1}, {3}); });
  Tensor somewhere(ElementType::kU8, {4}), to_nowhere = nowhere;
  ExpectError(ErrorKind::kBadOption, "null pointer", [&] { nowhere.CopyTo(somewhere); });
  ExpectError(ErrorKind::kBadOption, "null pointer", [&] { somewhere.CopyTo(to_nowhere); });
  // Without elements there is nothing to be anywhere.
  Tensor none(ElementType::kU8, {0}, nullptr), other(ElementType::kU8, {0});
  none.CopyTo(other);
  EXPECT_EQ(Tensor(none, {0}, {0}).GetSize(), 0u);
}

// The owner of a tensor's memory is the application's, and may use the request that lets it go.
TEST(InvalidUse, OwnersMayAskTheRequestThatLetsThemGo) {
  InferRequest request = Compile().CreateInferRequest();
  int released = 0;
  const auto owned = [&] {
    auto* const memory = new float[4]();
    const std::shared_ptr<void> owner(memory, [memory, &request, &released](void*) {
      delete[] memory;
      request.Cancel();
      request.Wait();
      ++released;
    });
    return Tensor(ElementType::kF32, {1, 4}, owner, memory);
  };
  for (int i = 0; i < 3; ++i) {
    request.SetInputTensor(owned());
    request.SetOutputTensor(0, owned());
    request.Infer();
  }
  EXPECT_EQ(released, 4);
  request.SetInputTensor(Tensor(ElementType::kF32, {1, 4}));
  request.SetOutputTensor(0, Tensor(ElementType::kF32, {1, 4}));
  EXPECT_EQ(released, 6);
}

TEST(InvalidUse, TensorsThatNoMemoryHolds) {
  float value = 0;
  ExpectError(ErrorKind::kBadOption, "larger than memory", [] { Tensor(ElementType::kU8, {kHuge, 8}); });
  // The elements can be counted, their bytes cannot.
  ExpectError(ErrorKind::kBadOption, "larger than memory", [] { Tensor(ElementType::kF64, {kHuge}); });
  ExpectError(ErrorKind::kBadOption, "larger than memory", [&] { Tensor(ElementType::kF64, {kHuge}, &value); });
  ExpectError(ErrorKind::kBadOption, "size -1 on axis 1", [] { Tensor(ElementType::kF32, {2, -1}); });
  ExpectError(ErrorKind::kBadOption, "size -1 on axis 0", [&] { Tensor(ElementType::kF32, {-1, 0}, &value); });
  ExpectError(ErrorKind::kBadOption, "element type 77", [] { Tensor(static_cast<ElementType>(77), {1}); });
  EXPECT_EQ(ElementSize(static_cast<ElementType>(77)), 0u);
  EXPECT_EQ(ElementTypeName(static_cast<ElementType>(77)), "undefined");
  EXPECT_EQ(Tensor(ElementType::kF32, {0, 5}).GetSize(), 0u);
  ExpectError(ErrorKind::kBadOption, "asked for as another type", [] { Tensor(ElementType::kF32, {1}).Data<int>(); });
}

TEST(InvalidUse, TensorsOfOtherShapesAndTypes) {
  InferRequest request = Compile().CreateInferRequest();
  ExpectError(ErrorKind::kBadOption, "input \"x\": got f32[4], expected f32[1,4]",
              [&] { request.SetTensor("x", Tensor(ElementType::kF32, {4})); });
  ExpectError(ErrorKind::kBadOption, "output \"y\": got f64[1,4], expected f32[1,4]", [&] {
    request.SetOutputTensor(0, Tensor(ElementType::kF64, {1, 4}));
  });
  ExpectError(ErrorKind::kBadOption, "null pointer", [&] {
    request.SetTensor("x", Tensor(ElementType::kF32, {1, 4}, nullptr));
  });
  ExpectError(ErrorKind::kBadOption, "input 7: the model has 1", [&] { request.SetInputTensor(7, Tensor()); });
  ExpectError(ErrorKind::kBadOption, "\"z\"", [&] {
    request.SetTensor(Port{"z", ElementType::kF32, {1, 4}}, Tensor());
  });
  Fill(request.GetInputTensor(), 1);
  request.Infer();
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[3], 2);
}

TEST(InvalidUse, ReshapesThatTheModelCannotFollow) {
  Model model = Core().ReadModel(kPlusOne, One());
  EXPECT_THROW(model.Reshape(Shape{1, -2}), Error);
  EXPECT_THROW(model.Reshape(Shape{kHuge, 8}), Error);
  ExpectError(ErrorKind::kBadOption, "\"z\"", [&] { model.Reshape({{"z", Shape{1}}}); });
  EXPECT_EQ(model.Input().shape, (Shape{1, 4}));
  CompiledModel compiled = Compile();
  EXPECT_THROW(compiled.Reshape({{"x", {-1, 4}}}), Error);
  EXPECT_THROW(compiled.Reshape({{"z", {1, 4}}}), Error);
}

// The request keeps what it needs, whatever goes.
TEST(InvalidUse, EverythingElseMayGoBeforeTheRequest) {
  InferRequest request;
  {
    Core core;
    Model model = core.ReadModel(kPlusOne, One());
    CompiledModel compiled = core.CompileModel(model, {{"inference_num_threads", "1"}});
    request = compiled.CreateInferRequest();
  }
  {
    Tensor input(ElementType::kF32, {1, 4});
    Fill(input, 6);
    request.SetInputTensor(input);
  }
  request.Infer();
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[0], 7);
  request.StartAsync();
  const Tensor output = request.GetOutputTensor();
  request = InferRequest();  // waits
  EXPECT_EQ(output.Data<float>()[3], 7);
}

TEST(InvalidUse, ARequestThatRunsIsBusy) {
  const CompiledModel model = Compile();
  InferRequest blocker = model.CreateInferRequest(), request = model.CreateInferRequest();
  std::promise<void> reached, open;
  blocker.SetCallback([&](const std::exception_ptr&) {
    reached.set_value();
    open.get_future().wait();
  });
  blocker.StartAsync();
  reached.get_future().wait();
  request.StartAsync();  // behind the callback of the only stream
  const Tensor tensor(ElementType::kF32, {1, 4});
  ExpectError(ErrorKind::kBusy, "SetTensor on a request that runs", [&] { request.SetTensor("x", tensor); });
  ExpectError(ErrorKind::kBusy, "Infer on a request that runs", [&] { request.Infer(); });
  ExpectError(ErrorKind::kBusy, "StartAsync on a request that runs", [&] { request.StartAsync(); });
  ExpectError(ErrorKind::kBusy, "SetCallback on a request that runs", [&] { request.SetCallback({}); });
  EXPECT_FALSE(request.WaitFor(std::chrono::milliseconds(0)));
  open.set_value();
  request.Wait();
  blocker.Wait();
  request.SetTensor("x", tensor);
  request.Infer();
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[0], 1);
}

// One request from many threads: each call works or says that the request is busy.
TEST(InvalidUse, OneRequestFromManyThreads) {
  InferRequest request = Compile().CreateInferRequest();
  std::atomic<int> done = 0, busy = 0, other = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        try {
          if (t % 2) request.Infer();
          else request.StartAsync();
          ++done;
        } catch (const Error& error) {
          ++(error.Kind() == ErrorKind::kBusy ? busy : other);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  request.Wait();
  EXPECT_EQ(done + busy, 800);
  EXPECT_EQ(other, 0);
  EXPECT_GT(done, 0);
  Fill(request.GetInputTensor(), 2);
  request.Infer();
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[2], 3);
}

}  // namespace
}  // namespace moir
