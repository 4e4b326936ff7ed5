#include "tests/support/mxnet_files.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace moir::test {
namespace {

class ByteWriter {
 public:
  explicit ByteWriter(const std::string& path) : file_(path, std::ios::binary) {}
  template <typename T>
  void Put(T value) {
    file_.write(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Put(const void* data, size_t size) {
    file_.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
  }
  void Close(const std::string& path) {
    file_.close();
    if (!file_) throw std::runtime_error("cannot write " + path);
  }

 private:
  std::ofstream file_;
};

int32_t TypeFlag(graph::ElementType type) {
  switch (type) {
    case graph::ElementType::kF32: return 0;
    case graph::ElementType::kF64: return 1;
    case graph::ElementType::kF16: return 2;
    case graph::ElementType::kU8: return 3;
    case graph::ElementType::kI32: return 4;
    case graph::ElementType::kI8: return 5;
    case graph::ElementType::kI64: return 6;
    default: throw std::runtime_error("no MXNet type flag");
  }
}

}  // namespace

void WriteParams(const std::string& path, const std::map<std::string, graph::Tensor>& arrays) {
  ByteWriter out(path);
  out.Put<uint64_t>(0x112);
  out.Put<uint64_t>(0);
  out.Put<uint64_t>(arrays.size());
  for (const auto& [name, tensor] : arrays) {
    out.Put<uint32_t>(0xF993FAC9);
    out.Put<int32_t>(0);  // dense
    out.Put<int32_t>(static_cast<int32_t>(tensor.Shape().Rank()));
    for (const int64_t size : tensor.Shape()) out.Put<int64_t>(size);
    out.Put<int32_t>(1);  // cpu
    out.Put<int32_t>(0);
    out.Put<int32_t>(TypeFlag(tensor.Type()));
    out.Put(tensor.Data(), tensor.ByteSize());
  }
  out.Put<uint64_t>(arrays.size());
  for (const auto& [name, tensor] : arrays) {
    out.Put<uint64_t>(name.size());
    out.Put(name.data(), name.size());
  }
  out.Close(path);
}

void WriteText(const std::string& path, const std::string& text) {
  ByteWriter out(path);
  out.Put(text.data(), text.size());
  out.Close(path);
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace moir::test
