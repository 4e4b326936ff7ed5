// Requests in streams: StartAsync, Wait, callbacks, Cancel, and what lives how long.
#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/ie_runtime/api_test_support.h"

namespace moir {
namespace {

using std::chrono::milliseconds;

TEST(Async, AStartedInferenceIsThereAfterWait) {
  InferRequest request = CompilePlusOne().CreateInferRequest();
  request.Wait();  // nothing was started: at rest
  EXPECT_TRUE(request.WaitFor(milliseconds(0)));
  for (int i = 0; i < 50; ++i) {
    Fill(request.GetInputTensor(), static_cast<float>(i));
    request.StartAsync();
    request.Wait();
    ASSERT_EQ(request.GetOutputTensor().Data<float>()[63], static_cast<float>(i + 1));
  }
}

TEST(Async, AsynchronousAndSynchronousInferencesGiveTheSameNumbers) {
  const CompiledModel model = CompileSlow({{"num_streams", "2"}}, 4);
  std::vector<InferRequest> requests;
  for (int i = 0; i < 5; ++i) {
    requests.push_back(model.CreateInferRequest());
    Fill(requests.back().GetInputTensor(), 0.1f * static_cast<float>(i + 1));
  }
  for (InferRequest& request : requests) request.StartAsync();
  for (InferRequest& request : requests) {
    request.Wait();
    Tensor got;
    request.GetOutputTensor().CopyTo(got);
    Fill(request.GetOutputTensor(), -7);
    request.Infer();
    for (size_t k = 0; k < got.GetSize(); ++k)
      ASSERT_EQ(got.Data<float>()[k], request.GetOutputTensor().Data<float>()[k]);
  }
}

// Holds a stream until it is told to go on.
struct Gate {
  std::promise<void> reached, open;
  void Pass() {
    reached.set_value();
    open.get_future().wait();
  }
};

TEST(Async, ARequestThatRunsIsBusy) {
  const CompiledModel model = CompilePlusOne();
  InferRequest blocker = model.CreateInferRequest(), request = model.CreateInferRequest();
  Gate gate;
  blocker.SetCallback([&](std::exception_ptr) { gate.Pass(); });
  blocker.StartAsync();
  gate.reached.get_future().wait();
  request.StartAsync();  // waits for the only stream
  EXPECT_FALSE(request.WaitFor(milliseconds(1)));
  const Tensor tensor(ElementType::kF32, {1, 4, 4, 4});
  ExpectError(ErrorKind::kBusy, "SetTensor on a request that runs, expected Wait first",
              [&] { request.SetInputTensor(tensor); });
  ExpectError(ErrorKind::kBusy, "SetTensor", [&] { request.SetTensor("y", tensor); });
  ExpectError(ErrorKind::kBusy, "Infer", [&] { request.Infer(); });
  ExpectError(ErrorKind::kBusy, "StartAsync", [&] { request.StartAsync(); });
  ExpectError(ErrorKind::kBusy, "SetCallback", [&] { request.SetCallback({}); });
  gate.open.set_value();
  request.Wait();
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[0], 1);
  request.SetInputTensor(tensor);
  request.Infer();
  blocker.Wait();
}

TEST(Async, CallbacksSeeTheOutputsAndMayStartTheRequestAnew) {
  InferRequest request = CompilePlusOne().CreateInferRequest();
  std::vector<float> seen;
  request.SetCallback([&](std::exception_ptr error) {
    ASSERT_FALSE(error);
    seen.push_back(request.GetOutputTensor().Data<float>()[0]);
    if (seen.size() >= 20) return;
    Fill(request.GetInputTensor(), seen.back());
    request.StartAsync();
  });
  request.StartAsync();
  request.Wait();  // for the whole chain
  ASSERT_EQ(seen.size(), 20u);
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], static_cast<float>(i + 1));
  // The callback is for asynchronous inferences.
  request.Infer();
  EXPECT_EQ(seen.size(), 20u);
}

TEST(Async, AnotherThreadMayStartTheRequestWhileItsCallbackStillRuns) {
  InferRequest request = CompilePlusOne({{"num_streams", "2"}}).CreateInferRequest();
  Gate gate;
  std::atomic<int> inside{0}, calls{0};
  std::atomic<bool> overlapped{false};
  request.SetCallback([&](std::exception_ptr) {
    if (++inside > 1) overlapped = true;
    if (++calls == 1) gate.Pass();
    --inside;
  });
  request.StartAsync();
  gate.reached.get_future().wait();
  request.StartAsync();  // on the other stream; its callback waits for the first one
  EXPECT_FALSE(request.WaitFor(milliseconds(20)));
  EXPECT_EQ(calls, 1);
  gate.open.set_value();
  request.Wait();
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(overlapped);
}

TEST(Async, ACallbackMayInferSynchronously) {
  InferRequest request = CompilePlusOne().CreateInferRequest();
  request.SetCallback([&](std::exception_ptr) {
    Fill(request.GetInputTensor(), 5);
    request.Infer();
  });
  request.StartAsync();
  request.Wait();
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[0], 6);
}

TEST(Async, WaitingInOnesOwnCallbackIsAnErrorAndNoDeadlock) {
  InferRequest request = CompilePlusOne().CreateInferRequest();
  int refused = 0;
  request.SetCallback([&](std::exception_ptr) {
    ExpectError(ErrorKind::kBusy, "waits for itself", [&] { request.Wait(); });
    ExpectError(ErrorKind::kBusy, "waits for itself", [&] { request.WaitFor(milliseconds(1)); });
    ++refused;
  });
  request.StartAsync();
  request.Wait();
  EXPECT_EQ(refused, 1);
}

TEST(Async, WhatACallbackThrowsComesOutOfWaitUntilTheNextStart) {
  InferRequest request = CompilePlusOne().CreateInferRequest();
  request.SetCallback([](std::exception_ptr) { throw std::runtime_error("of the callback"); });
  request.StartAsync();
  for (int i = 0; i < 2; ++i) {
    try {
      request.Wait();
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "of the callback");
    }
  }
  EXPECT_EQ(request.GetOutputTensor().Data<float>()[0], 1);  // the inference itself went well
  request.SetCallback({});
  request.StartAsync();
  request.Wait();
}

TEST(Async, CancelStopsARunningInference) {
  const CompiledModel model = CompileSlow({{"inference_num_threads", "1"}});
  InferRequest request = model.CreateInferRequest();
  request.Cancel();  // at rest: nothing happens
  request.StartAsync();
  request.Wait();
  bool canceled = false;
  for (int attempt = 0; attempt < 50 && !canceled; ++attempt) {
    std::exception_ptr given;
    request.SetCallback([&](std::exception_ptr error) { given = error; });
    request.StartAsync();
    request.WaitFor(milliseconds(1));
    request.Cancel();
    try {
      request.Wait();
    } catch (const Error& error) {
      EXPECT_EQ(error.Kind(), ErrorKind::kCanceled);
      EXPECT_NE(std::string(error.what()).find("the inference was canceled"), std::string::npos);
      canceled = true;
    }
    EXPECT_EQ(given != nullptr, canceled);
  }
  EXPECT_TRUE(canceled);
  // The request is as good as new.
  request.SetCallback({});
  Fill(request.GetInputTensor(), 0.25f);
  request.StartAsync();
  request.Wait();
  InferRequest fresh = model.CreateInferRequest();
  Fill(fresh.GetInputTensor(), 0.25f);
  fresh.Infer();
  for (size_t i = 0; i < fresh.GetOutputTensor().GetSize(); ++i)
    ASSERT_EQ(request.GetOutputTensor().Data<float>()[i], fresh.GetOutputTensor().Data<float>()[i]);
}

TEST(Async, CancelStopsASynchronousInference) {
  InferRequest request = CompileSlow({{"inference_num_threads", "1"}}).CreateInferRequest();
  bool canceled = false;
  for (int attempt = 0; attempt < 50 && !canceled; ++attempt) {
    std::atomic<bool> done{false};
    std::thread other([&] {
      while (!done) request.Cancel();
    });
    try {
      request.Infer();
    } catch (const Error& error) {
      canceled = error.Kind() == ErrorKind::kCanceled;
    }
    done = true;
    other.join();
  }
  EXPECT_TRUE(canceled);
  request.Wait();  // its error went to the caller of Infer
}

TEST(Async, ACanceledRequestThatWaitsIsTheNextToEnd) {
  const CompiledModel model = CompilePlusOne();
  InferRequest blocker = model.CreateInferRequest(), first = model.CreateInferRequest(),
               second = model.CreateInferRequest();
  Gate gate;
  std::vector<int> order;
  blocker.SetCallback([&](std::exception_ptr) { gate.Pass(); });
  first.SetCallback([&](std::exception_ptr) { order.push_back(1); });
  second.SetCallback([&](std::exception_ptr) { order.push_back(2); });
  blocker.StartAsync();
  gate.reached.get_future().wait();
  first.StartAsync();
  second.StartAsync();
  second.Cancel();
  gate.open.set_value();
  first.Wait();
  ExpectError(ErrorKind::kCanceled, "canceled", [&] { second.Wait(); });
  EXPECT_EQ(order, (std::vector<int>{2, 1}));
  blocker.Wait();
}

TEST(AsyncLifetime, TheLastHandleOfARequestWaits) {
  std::atomic<int> called{0};
  for (int i = 0; i < 20; ++i) {
    const CompiledModel model = CompilePlusOne();
    std::vector<float> memory(64, 1.0f);
    {
      InferRequest request = model.CreateInferRequest();
      request.SetOutputTensor(0, Tensor(ElementType::kF32, {1, 4, 4, 4}, memory.data()));
      request.SetCallback([&](std::exception_ptr) {
        std::this_thread::sleep_for(milliseconds(1));
        ++called;
      });
      request.StartAsync();
    }
    EXPECT_EQ(called, i + 1);
    EXPECT_EQ(memory[0], 1);  // 0 + 1
  }
}

TEST(AsyncLifetime, HandlesMayGoInAnyOrder) {
  for (int i = 0; i < 20; ++i) {
    std::optional<Core> core(std::in_place);
    std::optional<Model> model(ParseModel("x : f32[1,4,4,4]; k : f32[1] = {1}; y = Add(x, k); return y"));
    std::optional<CompiledModel> compiled(core->CompileModel(*model, {{"inference_num_threads", "1"}}));
    InferRequest request = compiled->CreateInferRequest();
    request.StartAsync();
    core.reset();
    model.reset();
    compiled.reset();
    request.Wait();
    EXPECT_EQ(request.GetOutputTensor().Data<float>()[0], 1);
    request.StartAsync();
  }
}

TEST(AsyncLifetime, ACallbackMayOwnTheLastHandleAndLetItGo) {
  std::promise<float> result;
  {
    auto request = std::make_shared<InferRequest>(CompilePlusOne().CreateInferRequest());
    request->SetCallback([&result, held = request](std::exception_ptr) mutable {
      result.set_value(held->GetOutputTensor().Data<float>()[0]);
      held->SetCallback({});  // or request and callback would keep each other
    });
    request->StartAsync();
  }
  EXPECT_EQ(result.get_future().get(), 1);

  // The callback takes itself away, and with it the last handle of request and model.
  std::promise<void> gone;
  struct Signal {
    std::promise<void>* promise;
    explicit Signal(std::promise<void>* p) : promise(p) {}
    Signal(const Signal&) = delete;
    ~Signal() { promise->set_value(); }
  };
  {
    InferRequest request = CompilePlusOne().CreateInferRequest();
    request.SetCallback([request, signal = std::make_shared<Signal>(&gone)](std::exception_ptr) mutable {
      InferRequest handle = std::move(request);
      handle.SetCallback({});
    });
    request.StartAsync();
  }
  gone.get_future().wait();
}

TEST(AsyncLifetime, ACallbackMayDropARequestThatWaitsForItsStream) {
  const CompiledModel model = CompilePlusOne();
  InferRequest first = model.CreateInferRequest();
  auto second = std::make_shared<InferRequest>(model.CreateInferRequest());
  std::atomic<bool> started{false}, canceled{false};
  second->SetCallback([&](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Error& e) {
      canceled = e.Kind() == ErrorKind::kCanceled;
    }
  });
  first.SetCallback([&](std::exception_ptr) {
    while (!started) std::this_thread::yield();
    second.reset();
  });
  first.StartAsync();
  second->StartAsync();
  started = true;
  first.Wait();
  EXPECT_TRUE(canceled);
}

}  // namespace
}  // namespace moir
