#include "graph/tensor.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

namespace moir::graph {

namespace {

// Memory for one piece of a stream. The last one is kept for the next stream of the thread, as its pages are there
// already: models have many small tensors.
class StreamBuffer {
 public:
  explicit StreamBuffer(size_t bytes) : memory_(std::move(spare)) {
    if (memory_.size() < bytes) memory_ = std::vector<std::byte>(std::max(bytes, kUsual));
  }
  ~StreamBuffer() {
    if (memory_.size() <= kUsual) spare = std::move(memory_);
  }
  StreamBuffer(const StreamBuffer&) = delete;
  StreamBuffer& operator=(const StreamBuffer&) = delete;
  std::byte* Data() { return memory_.data(); }

 private:
  static constexpr size_t kUsual = size_t{1} << 19;
  static thread_local std::vector<std::byte> spare;
  std::vector<std::byte> memory_;
};
thread_local std::vector<std::byte> StreamBuffer::spare;

// Aligned memory for values that are written next.
std::shared_ptr<std::byte> Allocate(size_t bytes) {
  constexpr size_t kAlignment = 64;
  // Small pieces are aligned within larger ones, which the allocator has at hand; it makes aligned ones each time.
  [[maybe_unused]] constexpr size_t kSmall = 4096;
  const size_t rounded = std::max<size_t>((bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment);
  if (rounded < bytes) throw std::bad_alloc();
#if defined(__SANITIZE_ADDRESS__)
  const bool small = rounded == 0;  // it sees who reads beyond the end
#else
  const bool small = rounded <= kSmall;
#endif
  void* memory = small ? std::malloc(rounded + kAlignment) : std::aligned_alloc(kAlignment, rounded);
  if (!memory) throw std::bad_alloc();
  auto* aligned = static_cast<std::byte*>(memory);
  if (small) aligned += kAlignment - reinterpret_cast<uintptr_t>(memory) % kAlignment;
  std::memset(aligned + bytes, 0, rounded - bytes);  // what vector loads take along
  return {aligned, [memory](std::byte*) { std::free(memory); }};
}

}  // namespace

std::shared_ptr<std::byte> AllocateAligned(size_t bytes) {
  std::shared_ptr<std::byte> memory = Allocate(bytes);
  std::memset(memory.get(), 0, bytes);
  return memory;
}

// Not in the header, because nearly every file of the project would compile them again.
Tensor::Tensor() noexcept = default;
Tensor::Tensor(const Tensor&) = default;
Tensor::Tensor(Tensor&&) noexcept = default;
Tensor& Tensor::operator=(const Tensor&) = default;
Tensor& Tensor::operator=(Tensor&&) noexcept = default;
Tensor::~Tensor() = default;
template std::vector<bool> Tensor::ToVector<bool>() const;
template std::vector<double> Tensor::ToVector<double>() const;
template std::vector<float> Tensor::ToVector<float>() const;
template std::vector<int64_t> Tensor::ToVector<int64_t>() const;

Tensor::Tensor(ElementType type, graph::Shape shape) : type_(type), shape_(std::move(shape)) {
  Check(type != ElementType::kUndefined, "a tensor needs an element type");
  auto memory = AllocateAligned(ByteSize());
  data_ = memory.get();
  keeper_ = std::move(memory);
  owned_ = true;
}

Tensor Tensor::Map(std::shared_ptr<const MappedFile> file, uint64_t offset, ElementType type, graph::Shape shape) {
  Tensor tensor;
  tensor.type_ = type;
  tensor.shape_ = std::move(shape);
  const uint64_t elements = static_cast<uint64_t>(tensor.NumElements());
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(elements, ElementSize(type), &bytes) || offset > file->Size() ||
      bytes > file->Size() - offset) {
    Fail(ErrorKind::kBadModel, file->Path(), ": at byte ", offset, ": ", tensor.shape_, " of ", type,
         " does not fit in the file's ", file->Size(), " bytes");
  }
  const std::byte* data = file->Data() + offset;
  if (reinterpret_cast<uintptr_t>(data) % std::max<size_t>(ElementSize(type), 1) != 0) {
    auto memory = Allocate(bytes);
    std::memcpy(memory.get(), data, bytes);
    tensor.data_ = memory.get();
    tensor.keeper_ = std::move(memory);
    tensor.owned_ = true;
    return tensor;
  }
  tensor.data_ = data;
  tensor.file_ = file.get();
  tensor.keeper_ = std::move(file);
  return tensor;
}

Tensor Tensor::Wrap(void* data, ElementType type, graph::Shape shape) {
  Tensor tensor;
  tensor.type_ = type;
  tensor.shape_ = std::move(shape);
  tensor.data_ = static_cast<const std::byte*>(data);
  tensor.writable_wrap_ = true;
  return tensor;
}

const void* Tensor::Data() const {
  if (!factors_.empty()) Materialize();
  return data_;
}

void* Tensor::MutableData() {
  if (!factors_.empty()) Materialize();
  if (writable_wrap_ && !owned_) return const_cast<std::byte*>(data_);  // owned once factors were multiplied
  if (!owned_ || keeper_.use_count() > 1) {
    auto memory = Allocate(ByteSize());
    if (ByteSize() > 0) std::memcpy(memory.get(), data_, ByteSize());
    data_ = memory.get();
    keeper_ = std::move(memory);
    owned_ = true;
  }
  return const_cast<std::byte*>(data_);
}

void Tensor::CheckType(ElementType type) const {
  if (type != type_) Fail(ErrorKind::kInternal, "values of a tensor of ", type_, " asked for as ", type);
}

Tensor Tensor::ConvertTo(ElementType type) const {
  if (type == type_) return *this;
  Check(type != ElementType::kUndefined, "a tensor needs an element type");
  Tensor result;
  result.type_ = type;
  result.shape_ = shape_;
  auto memory = Allocate(result.ByteSize());
  result.data_ = memory.get();
  result.keeper_ = std::move(memory);
  result.owned_ = true;
  DispatchType(type_, [&](auto from_tag) {
    using From = decltype(from_tag);
    const auto from = Values<From>();
    DispatchType(type, [&](auto to_tag) {
      using To = decltype(to_tag);
      const auto to = result.MutableValues<To>();
      for (size_t i = 0; i < to.size(); ++i) to[i] = ConvertElement<To, From>(from[i]);
    });
  });
  return result;
}

Tensor Tensor::Reshaped(graph::Shape shape) const {
  Check(shape.NumElements() == NumElements(), "tensor of shape ", shape_, " reshaped to ", shape);
  Tensor result = *this;
  result.shape_ = std::move(shape);
  return result;
}

Tensor Tensor::Scaled(int64_t axis, std::vector<float> factors) const {
  Check(IsFloat(type_), "factors on a tensor of ", type_);
  axis = shape_.NormalizeAxis(axis);
  Check(shape_[axis] == static_cast<int64_t>(factors.size()), factors.size(), " factors for axis ", axis, " of ",
        shape_);
  Tensor result = *this;
  const int64_t inner = shape_.NumElements(axis + 1, shape_.Rank());
  for (Factors& known : result.factors_) {
    if (known.inner == inner && known.values->size() == factors.size()) {
      for (size_t i = 0; i < factors.size(); ++i) factors[i] *= (*known.values)[i];
      known.values = std::make_shared<const std::vector<float>>(std::move(factors));
      return result;
    }
  }
  result.factors_.push_back({inner, std::make_shared<const std::vector<float>>(std::move(factors))});
  return result;
}

void Tensor::MultiplyFactors(std::byte* bytes, int64_t first, int64_t count) const {
  for (const Factors& factors : factors_) {
    const auto channels = static_cast<int64_t>(factors.values->size());
    const float* factor = factors.values->data();
    DispatchType(type_, [&](auto tag) {
      using T = decltype(tag);
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, F16> ||
                    std::is_same_v<T, BF16>) {
        T* values = reinterpret_cast<T*>(bytes);
        const auto multiply = [](T value, float by) -> T {
          if constexpr (std::is_same_v<T, F16>) return ToF16(ToFloat(value) * by);
          else if constexpr (std::is_same_v<T, BF16>) return ToBF16(ToFloat(value) * by);
          else return static_cast<T>(value * by);
        };
        int64_t done = 0;
        while (done < count) {
          const int64_t position = first + done;
          const int64_t channel = position / factors.inner % channels;
          if (factors.inner == 1) {
            // The factors lie along the fastest axis: one run over the channels.
            const int64_t run = std::min(channels - channel, count - done);
            for (int64_t i = 0; i < run; ++i) values[done + i] = multiply(values[done + i], factor[channel + i]);
            done += run;
          } else {
            const int64_t run = std::min(factors.inner - position % factors.inner, count - done);
            const float by = factor[channel];
            for (int64_t i = 0; i < run; ++i) values[done + i] = multiply(values[done + i], by);
            done += run;
          }
        }
      }
    });
  }
}

void Tensor::Materialize() const {
  auto memory = Allocate(ByteSize());
  std::memcpy(memory.get(), data_, ByteSize());
  MultiplyFactors(memory.get(), 0, NumElements());
  data_ = memory.get();
  keeper_ = std::move(memory);
  factors_.clear();
  owned_ = true;
}

void Tensor::Stream(size_t max_bytes, const std::function<void(const std::byte*, size_t)>& sink) const {
  const size_t size = ByteSize();
  const size_t element = ElementSize(type_);
  const size_t piece = std::max(max_bytes / element, size_t{1}) * element;
  const bool from_file = file_ && !owned_;
  if (factors_.empty() && !from_file) {
    for (size_t offset = 0; offset < size; offset += piece) sink(data_ + offset, std::min(piece, size - offset));
    return;
  }
  const size_t needed = std::min(piece, size);
  StreamBuffer buffer(needed);
  for (size_t offset = 0; offset < size; offset += piece) {
    const size_t bytes = std::min(piece, size - offset);
    if (from_file) file_->Read(static_cast<uint64_t>(data_ - file_->Data()) + offset, bytes, buffer.Data());
    else std::memcpy(buffer.Data(), data_ + offset, bytes);
    MultiplyFactors(buffer.Data(), static_cast<int64_t>(offset / element), static_cast<int64_t>(bytes / element));
    sink(buffer.Data(), bytes);
  }
}

void Tensor::ReleasePages() const {
  if (file_ && !owned_) file_->Release(static_cast<uint64_t>(data_ - file_->Data()), ByteSize());
}

size_t Tensor::OwnedBytes() const { return owned_ ? ByteSize() : 0; }

bool Tensor::Equals(const Tensor& other) const {
  if (type_ != other.type_ || shape_ != other.shape_) return false;
  if (!IsDefined()) return true;
  if (data_ == other.data_ && factors_ == other.factors_) return true;
  if (factors_.empty() && other.factors_.empty()) return std::memcmp(data_, other.data_, ByteSize()) == 0;
  // Compare piece by piece, so that outstanding factors cost no memory.
  constexpr size_t kPiece = 1 << 16;
  const size_t element = ElementSize(type_);
  std::vector<std::byte> mine(kPiece), theirs(kPiece);
  for (size_t offset = 0; offset < ByteSize(); offset += kPiece) {
    const size_t bytes = std::min(kPiece, ByteSize() - offset);
    std::memcpy(mine.data(), data_ + offset, bytes);
    std::memcpy(theirs.data(), other.data_ + offset, bytes);
    MultiplyFactors(mine.data(), static_cast<int64_t>(offset / element), static_cast<int64_t>(bytes / element));
    other.MultiplyFactors(theirs.data(), static_cast<int64_t>(offset / element), static_cast<int64_t>(bytes / element));
    if (std::memcmp(mine.data(), theirs.data(), bytes) != 0) return false;
  }
  return true;
}

}  // namespace moir::graph
