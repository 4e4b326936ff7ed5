#include "ie_runtime/preprocess/picture_pass.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

constexpr int kOne = 1 << kResizeBits;
constexpr int64_t kLargestSide = 1 << 24;

int16_t ToFixed(float weight) { return static_cast<int16_t>(std::lrint(weight * static_cast<float>(kOne))); }

// Memory of a thread, kept from picture to picture.
struct Scratch {
  std::vector<uint8_t> bytes;  // a source row whose color was converted
  std::vector<float> floats;
  std::vector<int16_t> rows16;  // two resized rows and what is made of them
  std::vector<float> rows32;
  std::vector<float> line;  // one channel of the result
  template <typename Row>
  Row* Rows(size_t count) {
    if constexpr (std::is_same_v<Row, float>) {
      if (rows32.size() < count) rows32.resize(count);
      return rows32.data();
    } else {
      if (rows16.size() < count) rows16.resize(count);
      return rows16.data();
    }
  }
};
Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

// Where pixels are in a tensor, in elements.
struct View {
  const std::byte* data;
  int64_t n = 0, c = 0, h = 0, w = 0;
};
View ViewOf(const ::moir::Tensor& tensor, const PictureAxes& axes) {
  const auto size = static_cast<int64_t>(::moir::ElementSize(tensor.GetElementType()));
  const ::moir::Shape& shape = tensor.GetShape();
  const Strides* gaps = tensor.StridesOrNull();
  const auto at = [&](int axis) -> int64_t {
    if (axis < 0) return 0;
    if (gaps) return (*gaps)[static_cast<size_t>(axis)] / size;
    int64_t stride = 1;
    for (size_t inner = static_cast<size_t>(axis) + 1; inner < shape.size(); ++inner) stride *= shape[inner];
    return stride;
  };
  return {static_cast<const std::byte*>(tensor.Data()), at(axes.n), at(axes.c), at(axes.h), at(axes.w)};
}

// Source rows of one picture, as the resizing reads them.
class RowReader {
 public:
  RowReader(const PicturePlan& plan, const PictureGeometry& geometry, std::span<const ::moir::Tensor> tensors,
            Scratch& scratch)
      : plan_(plan), geometry_(geometry), scratch_(scratch), view_(ViewOf(tensors[0], plan.tensor_axes)) {
    if (plan.source == PicturePlan::Source::kNv12TwoPlanes) chroma_ = ViewOf(tensors[1], plan.tensor_axes);
    const auto width = static_cast<size_t>(geometry.width);
    if (plan.source != PicturePlan::Source::kDirect && !plan.luma_only) {
      if (scratch.bytes.size() < 4 * width) scratch.bytes.resize(4 * width);
    } else if (plan.gray == PicturePlan::Gray::kOfSource) {
      if (plan.type == ElementType::kF32 && scratch.floats.size() < width) scratch.floats.resize(width);
      if (plan.type == ElementType::kU8 && scratch.bytes.size() < width) scratch.bytes.resize(width);
    }
  }

  // Channel `c` of row `y` of picture `n` from the left edge of what is used; `step` elements to the next pixel. Calls
  // for one row ask for channel 0 first.
  template <typename T>
  const T* Channel(int64_t n, int64_t y, int c, int64_t& step) {
    const int64_t row = geometry_.y + y, left = geometry_.x;
    const auto width = static_cast<size_t>(geometry_.width);
    if (plan_.source != PicturePlan::Source::kDirect) {
      if constexpr (std::is_same_v<T, uint8_t>) {
        step = 1;
        const auto* luma = reinterpret_cast<const uint8_t*>(view_.data) + n * view_.n + row * view_.h;
        if (plan_.luma_only) {
          step = view_.w;
          return luma + left * view_.w;
        }
        if (c == 0) ConvertNv12(luma, n, row, width);
        return scratch_.bytes.data() + static_cast<size_t>(c) * width + left;
      }
      return nullptr;
    }
    const T* pixels = reinterpret_cast<const T*>(view_.data) + n * view_.n + row * view_.h + left * view_.w;
    if (plan_.gray == PicturePlan::Gray::kOfSource) {
      const auto plane = [&](int k) { return pixels + plan_.gray_of[k] * view_.c; };
      step = 1;
      T* gray;
      if constexpr (std::is_same_v<T, float>) gray = scratch_.floats.data();
      else gray = scratch_.bytes.data();
      GrayRow(plane(0), plane(1), plane(2), view_.w, geometry_.source_width, gray);
      return gray;
    }
    step = view_.w;
    return pixels + c * view_.c;
  }

  bool Interleaved() const {
    return plan_.source == PicturePlan::Source::kDirect && plan_.gray != PicturePlan::Gray::kOfSource && view_.c == 1 &&
           view_.w == plan_.raw_channels && (view_.w == 3 || view_.w == 4);
  }

 private:
  void ConvertNv12(const uint8_t* luma, int64_t n, int64_t row, size_t width) {
    const View& chroma = plan_.source == PicturePlan::Source::kNv12TwoPlanes ? chroma_ : view_;
    const int64_t first = plan_.source == PicturePlan::Source::kNv12TwoPlanes ? 0 : geometry_.height;
    const auto* uv = reinterpret_cast<const uint8_t*>(chroma.data) + n * chroma.n + (first + row / 2) * chroma.h;
    uint8_t* blue = scratch_.bytes.data();
    Nv12Row(luma, uv, geometry_.width, blue, blue + width, blue + 2 * width);
    if (plan_.gray != PicturePlan::Gray::kOfSource) return;
    const auto plane = [&](int k) { return blue + static_cast<size_t>(plan_.gray_of[k]) * width; };
    GrayRow(plane(0), plane(1), plane(2), 1, geometry_.width, blue + 3 * width);
    std::copy_n(blue + 3 * width, width, blue);
  }

  const PicturePlan& plan_;
  const PictureGeometry& geometry_;
  Scratch& scratch_;
  View view_, chroma_{};
};

// Row `y` of the source along the row, all channels: dst[c * width + x].
template <typename T>
void ResizeAlong(const PicturePlan& plan, const PictureGeometry& g, const ColumnTable& table, RowReader& reader,
                 int64_t n, int64_t y, int16_t* dst) {
  const int64_t width = plan.width;
  const bool linear = plan.resizes && plan.algorithm == ResizeAlgorithm::kLinear;
  const auto kernel = linear ? plan.kernels->linear : plan.kernels->pick;
  SourceRow<uint8_t> row;
  row.width = g.source_width;
  row.interleaved = reader.Interleaved();
  const int count = row.interleaved ? plan.channels : 1;
  for (int c = 0; c < plan.channels; c += count) {
    for (int k = 0; k < count; ++k) row.channels[k] = reader.Channel<uint8_t>(n, y, c + k, row.step);
    if (!plan.resizes && row.step == 1) std::copy_n(row.channels[0], width, dst + c * width);
    else kernel(row, table, count, 0, width, dst + c * width, width);
  }
}

template <typename T>
void ResizeAlong(const PicturePlan& plan, const PictureGeometry& g, const ColumnTable& table, RowReader& reader,
                 int64_t n, int64_t y, float* dst) {
  const int64_t width = plan.width;
  const bool linear = plan.resizes && plan.algorithm == ResizeAlgorithm::kLinear;
  for (int c = 0; c < plan.channels; ++c) {
    int64_t step = 1;
    const T* row = reader.Channel<T>(n, y, c, step);
    float* to = dst + c * width;
    if (linear) LinearRow(row, step, g.source_width, table, 0, width, to);
    else if (!plan.resizes && step == 1) std::copy_n(row, width, to);
    else PickRow(row, step, table.first.data(), width, to);
  }
}

}  // namespace

PicturePass::PicturePass(std::shared_ptr<const PicturePlan> plan)
    : plan_(std::move(plan)), model_strides_(plan_->model_shape.Strides()) {}

void PicturePass::Prepare(int64_t height, int64_t width, int64_t step) {
  if (height == geometry_.height && width == geometry_.width && step == step_) return;
  const PicturePlan& p = *plan_;
  const auto fail = [&](const auto&... parts) {
    Fail(ErrorKind::kBadOption, "input \"", p.steps.input, "\": a picture of ", height, " x ", width, parts...);
  };
  if (height < 1 || width < 1) fail(" has no pixels");
  if (height > kLargestSide || width > kLargestSide || step > std::numeric_limits<int32_t>::max() / width)
    fail(" is too large, expected at most ", kLargestSide, " in each direction");
  const PictureGeometry g = FindGeometry(p.steps, height, width, p.height, p.width);
  if (g.out_height != p.height || g.out_width != p.width)
    fail(" becomes ", g.out_height, " x ", g.out_width, ", expected ", p.height, " x ", p.width);

  geometry_ = {};
  const auto count = static_cast<size_t>(p.width), lines = static_cast<size_t>(p.height);
  ColumnTable& c = columns_;
  for (auto* list : {&c.first, &c.offsets, &c.packed}) list->resize(count);
  for (auto* list : {&c.a0, &c.a1}) list->resize(count);
  // OpenCV's order of divisions: the results need not be those of source / resized.
  const double by_x = 1.0 / (static_cast<double>(g.resized_width) / static_cast<double>(g.source_width));
  const double by_y = 1.0 / (static_cast<double>(g.resized_height) / static_cast<double>(g.source_height));
  const bool linear = p.resizes && p.algorithm == ResizeAlgorithm::kLinear;
  for (size_t i = 0; i < count; ++i) {
    const int64_t x = g.out_x + static_cast<int64_t>(i), last = g.source_width - 1;
    int64_t first = x;
    float a1 = 0;
    if (linear) {
      const auto at = static_cast<float>((static_cast<double>(x) + 0.5) * by_x - 0.5);
      const float floor = std::floor(at);
      first = static_cast<int64_t>(floor);
      a1 = at - floor;
      if (first < 0) {
        first = 0;
        a1 = 0;
      } else if (first >= last) {
        // The last pixel, as the right one of a pair that lies inside.
        first = std::max<int64_t>(0, last - 1);
        a1 = last > 0 ? 1.0f : 0.0f;
      }
    } else if (p.resizes) {
      first = std::min(static_cast<int64_t>(std::floor(static_cast<double>(x) * by_x)), last);
    }
    c.first[i] = static_cast<int32_t>(first);
    c.offsets[i] = static_cast<int32_t>(first * step);
    c.a0[i] = 1.0f - a1;
    c.a1[i] = a1;
    c.packed[i] = ToFixed(1.0f - a1) | ToFixed(a1) * (1 << 16);
  }
  RowTable& r = rows_;
  for (auto* list : {&r.above, &r.below}) list->resize(lines);
  for (auto* list : {&r.b0, &r.b1}) list->resize(lines);
  for (auto* list : {&r.f0, &r.f1}) list->resize(lines);
  for (size_t i = 0; i < lines; ++i) {
    const int64_t y = g.out_y + static_cast<int64_t>(i), last = g.source_height - 1;
    int64_t above = y, below = y;
    float f1 = 0;
    if (linear) {
      const auto at = static_cast<float>((static_cast<double>(y) + 0.5) * by_y - 0.5);
      const float floor = std::floor(at);
      const auto row = static_cast<int64_t>(floor);
      f1 = at - floor;
      above = std::clamp<int64_t>(row, 0, last);
      below = std::clamp<int64_t>(row + 1, 0, last);
    } else if (p.resizes) {
      above = below = std::min(static_cast<int64_t>(std::floor(static_cast<double>(y) * by_y)), last);
    }
    r.above[i] = static_cast<int32_t>(above);
    r.below[i] = static_cast<int32_t>(below);
    r.f0[i] = 1.0f - f1;
    r.f1[i] = f1;
    r.b0[i] = ToFixed(1.0f - f1);
    r.b1[i] = ToFixed(f1);
  }
  step_ = step;
  geometry_ = g;
}

// Lines [begin, end) of the model's input, counted over all pictures.
template <typename Row>
void PicturePass::RunRows(std::span<const ::moir::Tensor> tensors, void* dst, int64_t begin, int64_t end) const {
  constexpr bool kBytes = std::is_same_v<Row, int16_t>;
  const PicturePlan& p = *plan_;
  Scratch& scratch = ThreadScratch();
  RowReader reader(p, geometry_, tensors, scratch);
  const int64_t width = p.width;
  const bool linear = p.resizes && p.algorithm == ResizeAlgorithm::kLinear;
  const auto slot_size = static_cast<size_t>(p.channels * width);
  Row* memory = scratch.Rows<Row>(slot_size * 3);
  Row* slots[2] = {memory, memory + slot_size};
  int64_t held[2] = {-1, -1};
  Row* result = memory + 2 * slot_size;
  if (scratch.line.size() < static_cast<size_t>(width)) scratch.line.resize(static_cast<size_t>(width));

  const auto stride = [&](int axis) { return axis < 0 ? 0 : model_strides_[static_cast<size_t>(axis)]; };
  const int64_t to_n = stride(p.model_axes.n), to_c = stride(p.model_axes.c), to_h = stride(p.model_axes.h);
  const int64_t to_w = width == 1 ? 1 : stride(p.model_axes.w);

  // The slot that has this row; it does not overwrite slot `keep`.
  const auto load = [&](int64_t n, int64_t y, int keep) {
    const int64_t id = n * geometry_.height + y;
    for (int i = 0; i < 2; ++i) {
      if (held[i] == id) return i;
    }
    const int i = keep == 0 ? 1 : keep == 1 ? 0 : (held[0] <= held[1] ? 0 : 1);
    if constexpr (kBytes) {
      ResizeAlong<uint8_t>(p, geometry_, columns_, reader, n, y, slots[i]);
    } else if (p.type == ElementType::kU8) {
      ResizeAlong<uint8_t>(p, geometry_, columns_, reader, n, y, slots[i]);
    } else {
      ResizeAlong<float>(p, geometry_, columns_, reader, n, y, slots[i]);
    }
    held[i] = id;
    return i;
  };

  for (int64_t line = begin; line < end; ++line) {
    const int64_t n = line / p.height, y = line % p.height;
    const auto at = static_cast<size_t>(y);
    const int above = load(n, rows_.above[at], -1);
    const int below = linear ? load(n, rows_.below[at], above) : above;
    const Row *upper = slots[above], *lower = slots[below];
    const bool at_once =
        kBytes && linear && p.gray != PicturePlan::Gray::kOfResized && p.model_type == ElementType::kF32;
    const Row* values = upper;
    if (linear && !at_once) {
      for (int c = 0; c < p.channels; ++c) {
        const int64_t first = c * width;
        if constexpr (kBytes)
          BlendRows(upper + first, lower + first, rows_.b0[at], rows_.b1[at], width, result + first);
        else BlendRows(upper + first, lower + first, rows_.f0[at], rows_.f1[at], width, result + first);
      }
      values = result;
    }
    if (p.gray == PicturePlan::Gray::kOfResized) {
      GrayRow(values + p.gray_of[0] * width, values + p.gray_of[1] * width, values + p.gray_of[2] * width, width,
              result);
      values = result;
    }
    for (size_t k = 0; k < p.from.size(); ++k) {
      const int64_t first = p.from[k] * width;
      const int64_t to = n * to_n + static_cast<int64_t>(k) * to_c + y * to_h;
      if (p.model_type == ElementType::kU8) {
        uint8_t* bytes = static_cast<uint8_t*>(dst) + to;
        for (int64_t x = 0; x < width; ++x) bytes[x * to_w] = static_cast<uint8_t>(values[first + x]);
        continue;
      }
      float* floats = static_cast<float*>(dst) + to;
      float* out = to_w == 1 ? floats : scratch.line.data();
      const std::vector<PicturePlan::Affine>& affine = p.affine[k];
      const PicturePlan::Affine one = affine.empty() ? PicturePlan::Affine{} : affine[0];
      if constexpr (kBytes) {
        if (at_once) {
          BlendAndNormalizeRows(upper + first, lower + first, rows_.b0[at], rows_.b1[at], one.mean, one.factor, width,
                                out);
        } else {
          NormalizeRow(values + first, one.mean, one.factor, width, out);
        }
      } else {
        NormalizeRow(values + first, one.mean, one.factor, width, out);
      }
      for (size_t i = 1; i < affine.size(); ++i) NormalizeRow(out, affine[i].mean, affine[i].factor, width, out);
      if (to_w != 1) {
        for (int64_t x = 0; x < width; ++x) floats[x * to_w] = out[x];
      }
    }
  }
}

void PicturePass::Run(std::span<const ::moir::Tensor> tensors, void* dst) {
  const PicturePlan& p = *plan_;
  const auto& shape = tensors[0].GetShape();
  int64_t height = p.tensor_axes.Size(shape, p.tensor_axes.h);
  const int64_t width = p.tensor_axes.Size(shape, p.tensor_axes.w);
  const auto fail = [&](const auto&... parts) {
    Fail(ErrorKind::kBadOption, "input \"", p.steps.input, "\": ", parts...);
  };
  if (p.source == PicturePlan::Source::kNv12SinglePlane) {
    if (height % 3 != 0 || width % 2 != 0)
      fail("NV12 of ", height, " rows of ", width, ", expected rows in multiples of 3 and an even width");
    height = height / 3 * 2;
  }
  if (p.source == PicturePlan::Source::kNv12TwoPlanes) {
    const auto& half = tensors[1].GetShape();
    const int64_t half_height = p.tensor_axes.Size(half, p.tensor_axes.h);
    const int64_t half_width = p.tensor_axes.Size(half, p.tensor_axes.w);
    if (height % 2 != 0 || width % 2 != 0 || half_height != height / 2 || half_width != width / 2) {
      fail("planes of ", height, " x ", width, " and ", half_height, " x ", half_width,
           ", expected even sizes and half of them");
    }
  }
  if (p.source != PicturePlan::Source::kDirect) {
    // Rows of Y, and of U and V in turn, are converted as they lie.
    for (const ::moir::Tensor& tensor : tensors) {
      const View view = ViewOf(tensor, p.tensor_axes);
      const int64_t channels = p.tensor_axes.Size(tensor.GetShape(), p.tensor_axes.c);
      if (view.w != channels && width > 1) fail("NV12 with gaps between pixels, expected them in a row");
    }
  }
  Prepare(height, width, std::max<int64_t>(1, ViewOf(tensors[0], p.tensor_axes).w));
  const int64_t lines = p.batch * p.height;
  const int64_t grain = std::max<int64_t>(1, 4096 / std::max<int64_t>(1, p.width * p.channels));
  ParallelFor(lines, grain, [&](int64_t begin, int64_t end) {
    if (p.in_floats || p.type == ElementType::kF32) RunRows<float>(tensors, dst, begin, end);
    else RunRows<int16_t>(tensors, dst, begin, end);
  });
}

}  // namespace moir::runtime
