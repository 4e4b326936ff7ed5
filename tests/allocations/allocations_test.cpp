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
#include <vector>

#include "moir/preprocess.h"
#include "tests/ie_runtime/api_test_support.h"

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

// Convolutions, pooling, a residual sum, a classifier: oneDNN's kernels and ours.
const char* const kNetwork = R"(
  x : f32[1,3,64,64]
  w1 : f32[16,3,3,3] = random(1); w2 : f32[16,16,3,3] = random(2); w3 : f32[256,10] = random(3)
  c1 = Convolution(x, w1) pads_begin=[1,1] pads_end=[1,1]
  r1 = ReLU(c1)
  c2 = Convolution(r1, w2) pads_begin=[1,1] pads_end=[1,1]
  a = Add(c2, r1)
  s = Sigmoid(a)
  p = MaxPool(s) kernel=[16,16] strides=[16,16]
  shape : i64[2] = {1, 256}
  f = Reshape(p, shape) special_zero=false
  m = MatMul(f, w3)
  y = Softmax(m) axis=1
  return y, s)";
// No primitive of oneDNN.
const char* const kOwnKernels = R"(
  x : f32[2,8,32,32]; k : f32[1,8,1,1] = random(1); order : i64[4] = {0, 2, 3, 1}
  m = Multiply(x, k)
  t = Tanh(m)
  g = Abs(t)
  axes : i64[1] = {1}
  r = ReduceMean(g, axes) keep_dims=true
  d = Subtract(g, r)
  return d as "y")";

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
  const Numbers some = CountWhile([] { std::vector<int>(1000).swap(*std::make_unique<std::vector<int>>()); });
  EXPECT_EQ(some.ours, 2);
}

void ExpectNone(const Model& description, const Properties& properties) {
  const CompiledModel model = Core().CompileModel(description, properties);
  const int streams = std::stoi(model.GetProperty("num_streams"));
  std::vector<InferRequest> requests;
  for (int i = 0; i < 2 * streams; ++i) {
    requests.push_back(model.CreateInferRequest());
    const Tensor input = requests.back().GetInputTensor();
    if (!input) requests.back().SetInputTensor(Tensor(ElementType::kU8, {1, 90, 120, 3}));
    else Fill(input, 0.5f);
  }
  const auto synchronously = [&] {
    for (int i = 0; i < 100; ++i) requests[0].Infer();
  };
  const auto asynchronously = [&] {
    for (int i = 0; i < 100; ++i) {
      for (InferRequest& request : requests) request.StartAsync();
      for (InferRequest& request : requests) request.Wait();
    }
  };
  synchronously();
  asynchronously();
  for (const bool async : {false, true}) {
    const Numbers numbers = async ? CountWhile(asynchronously) : CountWhile(synchronously);
    EXPECT_EQ(numbers.ours, 0) << (async ? "asynchronously" : "synchronously") << ", first from " << numbers.first;
    std::printf("oneDNN itself: %d in 100 rounds of %zu\n", numbers.onednn, async ? requests.size() : size_t{1});
  }
}

void ExpectNone(const char* text, const Properties& properties) { ExpectNone(ParseModel(text), properties); }

TEST(Allocations, NoneWithPictures) {
  Model model = ParseModel(kNetwork);
  model.SetLayout("x", "NCHW");
  PrePostProcessor ppp(model);
  ppp.Input().Tensor().SetElementType(ElementType::kU8).SetLayout("NHWC").SetColorFormat(ColorFormat::kBgr);
  ppp.Input().Preprocess().ConvertColor(ColorFormat::kRgb).Resize(ResizeAlgorithm::kLinear).Mean(128).Scale(64);
  ExpectNone(ppp.Build(), {{"num_streams", "2"}});
}
TEST(Allocations, NoneForAnInferenceAfterTheFirst) { ExpectNone(kNetwork, {{"inference_num_threads", "1"}}); }
TEST(Allocations, NoneWithATeamOfThreads) { ExpectNone(kNetwork, {{"inference_num_threads", "2"}}); }
TEST(Allocations, NoneWithSeveralStreams) { ExpectNone(kNetwork, {{"num_streams", "2"}}); }
TEST(Allocations, NoneInKernelsOfOurOwn) { ExpectNone(kOwnKernels, {{"num_streams", "2"}}); }

}  // namespace
}  // namespace moir

#else

TEST(Allocations, AreNotCountedWhereASanitizerReplacesMalloc) { GTEST_SKIP(); }

#endif
