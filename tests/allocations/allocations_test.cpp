// After the first inference, further ones allocate nothing: counted at malloc and operator new, in all threads.
//
// A oneDNN primitive allocates when it runs, and its API leaves no choice: what oneDNN's library asks for is counted
// apart. The program replaces malloc, so it stands alone; sanitizers replace it too, and then there is nothing to test.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "moir/preprocess.h"
#include "tests/ie_runtime/api_test_support.h"
#include "tests/ie_runtime/family_nets.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MOIR_COUNTS_ALLOCATIONS 1
#else
#define MOIR_COUNTS_ALLOCATIONS 0
#endif

#if MOIR_COUNTS_ALLOCATIONS

namespace {

struct Count {
  std::atomic<bool> on{false};
  std::atomic<int> ours{0}, onednn{0};
  std::atomic<const void*> first{nullptr};  // who asked first
};
Count count;

bool IsOneDnn(const void* caller) {
  Dl_info info{};
  return dladdr(caller, &info) != 0 && info.dli_fname && std::strstr(info.dli_fname, "dnnl") != nullptr;
}

void Note(const void* caller) {
  if (!count.on.load(std::memory_order_relaxed)) return;
  if (IsOneDnn(caller)) {
    ++count.onednn;
    return;
  }
  const void* none = nullptr;
  count.first.compare_exchange_strong(none, caller);
  ++count.ours;
}

}  // namespace

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t number, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);

void* malloc(size_t size) {
  Note(__builtin_return_address(0));
  return __libc_malloc(size);
}
void* calloc(size_t number, size_t size) {
  Note(__builtin_return_address(0));
  return __libc_calloc(number, size);
}
void* realloc(void* memory, size_t size) {
  Note(__builtin_return_address(0));
  return __libc_realloc(memory, size);
}
void* memalign(size_t alignment, size_t size) {
  Note(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  Note(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, size_t alignment, size_t size) {
  Note(__builtin_return_address(0));
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : 12;
}
}  // extern "C"

// Straight to the C library, so that each allocation is counted once, with the caller of operator new. Not inlined: GCC
// 12 would take what it sees inside for memory that is freed by another function than its own.
[[gnu::noinline]] void* operator new(size_t size) {
  Note(__builtin_return_address(0));
  if (void* memory = __libc_malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(size_t size, std::align_val_t alignment) {
  Note(__builtin_return_address(0));
  if (void* memory = __libc_memalign(static_cast<size_t>(alignment), size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { __libc_free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { __libc_free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { __libc_free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept { __libc_free(memory); }

namespace moir {
namespace {

struct Numbers {
  int ours, onednn;
  std::string first;
};

template <typename F>
Numbers CountWhile(F&& f) {
  count.ours = 0;
  count.onednn = 0;
  count.first = nullptr;
  count.on = true;
  f();
  count.on = false;
  Dl_info info{};
  const void* caller = count.first;
  std::string first = "nobody";
  if (caller && dladdr(caller, &info) != 0) {
    first = std::string(info.dli_fname ? info.dli_fname : "?") + " " + (info.dli_sname ? info.dli_sname : "?") + " +" +
            std::to_string(static_cast<const char*>(caller) - static_cast<const char*>(info.dli_fbase));
  }
  return {count.ours, count.onednn, first};
}

TEST(Allocations, AreSeenWhereTheyHappen) {
  const Numbers some = CountWhile([] {
    // Through volatile pointers, lest the compiler leaves both out.
    int* volatile one = new int(1);
    void* volatile other = malloc(1000);
    delete one;
    free(other);
  });
  EXPECT_EQ(some.ours, 2);
}

constexpr int kRounds = 20;

// "auto" starts threads when other programs compete for the CPUs, which is not an inference's doing.
CompiledModel Compile(const Model& description, Properties properties) {
  properties["busy_waiting"] = "true";
  return Core().CompileModel(description, properties);
}

void ExpectNone(const Model& description, const Properties& properties) {
  const CompiledModel model = Compile(description, properties);
  const int streams = std::stoi(model.GetProperty("num_streams"));
  std::vector<InferRequest> requests;
  for (int i = 0; i < 2 * streams; ++i) {
    requests.push_back(model.CreateInferRequest());
    for (size_t input = 0; input < model.Inputs().size(); ++input) {
      const Tensor tensor = requests.back().GetInputTensor(input);
      if (!tensor) requests.back().SetInputTensor(Tensor(ElementType::kU8, {1, 90, 120, 3}));
      else FillAtRandom(tensor);
    }
  }
  const auto synchronously = [&] {
    for (int i = 0; i < kRounds; ++i) requests[0].Infer();
  };
  // Each stream once, whichever takes a request first: its thread's first inference is not counted.
  const auto wake_streams = [&] {
    std::atomic<int> busy = 0;
    for (int i = 0; i < streams; ++i) {
      requests[static_cast<size_t>(i)].SetCallback([&](const std::exception_ptr&) {
        ++busy;
        while (busy < streams) std::this_thread::yield();
      });
      requests[static_cast<size_t>(i)].StartAsync();
    }
    for (InferRequest& request : requests) {
      request.Wait();
      request.SetCallback({});
    }
  };
  const auto asynchronously = [&] {
    for (int i = 0; i < kRounds; ++i) {
      for (InferRequest& request : requests) request.StartAsync();
      for (InferRequest& request : requests) request.Wait();
    }
  };
  synchronously();
  wake_streams();
  asynchronously();
  for (const bool async : {false, true}) {
    const Numbers numbers = async ? CountWhile(asynchronously) : CountWhile(synchronously);
    EXPECT_EQ(numbers.ours, 0) << (async ? "asynchronously" : "synchronously") << ", first from " << numbers.first;
    std::printf("oneDNN itself: %d in %d rounds of %zu\n", numbers.onednn, kRounds,
                async ? requests.size() : size_t{1});
  }
}

const char* const kResidual = test::kFamilyNets[0].text;

TEST(Allocations, NoneWithPictures) {
  Model model = ParseModel(kResidual);
  model.SetLayout("x", "NCHW");
  PrePostProcessor ppp(model);
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC").SetColorFormat(ColorFormat::kBgr);
  ppp.Input().Preprocess().ConvertColor(ColorFormat::kRgb).Resize(ResizeAlgorithm::kLinear).Mean(128).Scale(64);
  ExpectNone(ppp.Build(), {{"num_streams", "2"}});
}
TEST(Allocations, NoneWithCallbacks) {
  // One stream, whose thread has done its first inference before counting begins.
  const CompiledModel model = Compile(ParseModel(kResidual), {{"num_streams", "1"}});
  InferRequest request = model.CreateInferRequest();
  FillAtRandom(request.GetInputTensor());
  std::atomic<int> calls = 0;
  request.SetCallback([&](const std::exception_ptr&) { ++calls; });
  const auto run = [&] {
    for (int i = 0; i < kRounds; ++i) {
      request.StartAsync();
      request.Wait();
    }
  };
  run();
  const Numbers numbers = CountWhile(run);
  EXPECT_EQ(numbers.ours, 0) << "first from " << numbers.first;
  EXPECT_EQ(calls, 2 * kRounds);
}

class AllocationsOf : public testing::TestWithParam<test::FamilyNet> {
 protected:
  static void ExpectNoneWith(const Properties& properties) { ExpectNone(ParseModel(GetParam().text), properties); }
};
TEST_P(AllocationsOf, OneThread) { ExpectNoneWith({{"inference_num_threads", "1"}}); }
TEST_P(AllocationsOf, ATeamOfThreads) { ExpectNoneWith({{"inference_num_threads", "2"}}); }
TEST_P(AllocationsOf, SeveralStreams) { ExpectNoneWith({{"num_streams", "2"}}); }
INSTANTIATE_TEST_SUITE_P(Families, AllocationsOf, testing::ValuesIn(test::kFamilyNets),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace moir

#else

TEST(Allocations, AreNotCountedWhereASanitizerReplacesMalloc) { GTEST_SKIP(); }

#endif
