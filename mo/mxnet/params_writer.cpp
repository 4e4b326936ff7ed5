#include "mo/mxnet/params_writer.h"

#include "graph/error.h"
#include "graph/ir/output_files.h"
#include "mo/mxnet/attributes.h"
#include "mo/mxnet/file_kind.h"

namespace moir::mo {

using namespace graph;

namespace {

constexpr uint32_t kMagicV2 = 0xF993FAC9;
constexpr int32_t kDense = 0;
constexpr int32_t kCpu = 1;
constexpr size_t kPiece = size_t{4} << 20;
constexpr int kMaxTypeFlag = 16;

template <typename T>
void Put(OutputFile& file, T value) {
  file.Write(&value, sizeof(value));
}

int32_t FlagOf(ElementType type, const std::string& name) {
  for (int32_t flag = 0; flag < kMaxTypeFlag; ++flag) {
    if (ElementTypeOfFlag(flag) == type) return flag;
  }
  Fail(ErrorKind::kUnsupported, "array \"", name, "\": MXNet has no arrays of ", type);
}

}  // namespace

void WriteParamsFile(const std::string& path, const Params& params) {
  OutputFiles files;
  OutputFile& file = files.Add(path);
  Put<uint64_t>(file, kArrayListMagic);
  Put<uint64_t>(file, 0);
  Put<uint64_t>(file, params.All().size());
  for (const Param& param : params.All()) {
    Put<uint32_t>(file, kMagicV2);
    Put<int32_t>(file, kDense);
    const Shape shape = param.tensor.IsDefined() ? param.tensor.Shape() : Shape();
    Put<int32_t>(file, static_cast<int32_t>(shape.Rank()));
    for (const int64_t size : shape) Put<int64_t>(file, size);
    if (shape.Rank() == 0) continue;  // an empty array ends here
    Put<int32_t>(file, kCpu);
    Put<int32_t>(file, 0);
    Put<int32_t>(file, FlagOf(param.tensor.Type(), param.name));
    param.tensor.Stream(kPiece, [&](const std::byte* bytes, size_t size) { file.Write(bytes, size); });
  }
  Put<uint64_t>(file, params.All().size());
  for (const Param& param : params.All()) {
    const char* kind = param.kind == ParamKind::kArgument ? "arg:" : param.kind == ParamKind::kAuxiliary ? "aux:" : "";
    const std::string name = kind + param.name;
    Put<uint64_t>(file, name.size());
    file.Write(name);
  }
  files.Publish();
}

}  // namespace moir::mo
