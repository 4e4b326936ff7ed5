#include "ie_runtime/kernels/amx/amx_convolution.h"

#include <algorithm>
#include <cstring>

#include "ie_runtime/kernels/amx/tiles.h"
#include "ie_runtime/kernels/bf16_kernels.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using amx::kPanel;
using amx::kTileColumns;
using amx::kTileRows;
using blocked::DivideUp;

// Steps that a first panel is fetched ahead of its use.
constexpr int64_t kAhead = 8;

// Of planes: the longest row (oneDNN is faster with larger windows), pixels that are made into rows at a time, and
// about how many bytes of planes are rounded at a time, to be read while they are in a thread's cache.
constexpr int64_t kMaxRow = 64, kPixels = 64, kStripBytes = 65536;

int64_t RoundUp(int64_t a, int64_t b) { return DivideUp(a, b) * b; }

// Channels per step such that steps have equally many: 0 when there is no way.
int64_t StepOf(int64_t channels) {
  const int64_t steps = DivideUp(channels, amx::kMaxTileChannels);
  const int64_t step = channels / steps;
  return step * steps == channels && step % 2 == 0 ? step : 0;
}

bool IsPointwise(const AmxShape& s) {
  return s.kernel_y == 1 && s.kernel_x == 1 && s.pad_top == 0 && s.pad_left == 0 &&
         (s.out_height - 1) * s.stride_y < s.height && (s.out_width - 1) * s.stride_x < s.width;
}

}  // namespace

bool AmxConvolution::TakesPlanes(const AmxShape& s) {
  return s.in_channels <= 4 && s.in_channels * s.kernel_y * s.kernel_x <= kMaxRow && s.stride_x <= 2;
}

bool AmxConvolution::Pays(const AmxShape& s) {
  if (TakesPlanes(s)) return true;
  if (s.in_channels < 16 || StepOf(s.in_channels) < 8) return false;
  if (!IsPointwise(s) && (s.stride_y != 1 || s.stride_x != 1)) return false;
  return s.out_height * s.out_width > 1;
}

AmxConvolution::AmxConvolution(const AmxShape& shape, int threads, ElementType result, const Tensor& weights,
                               std::span<const float> bias, const blocked::Finish& finish,
                               std::span<const float> slopes)
    : shape_(shape), threads_(threads), result_(result), finish_(finish), planes_(TakesPlanes(shape)) {
  channels_ = shape.in_channels;
  step_ = StepOf(shape.in_channels);
  const bool pointwise = !planes_ && IsPointwise(shape);
  direct_ = pointwise && shape.stride_y == 1 && shape.stride_x == 1 && shape.out_height == shape.height &&
            shape.out_width == shape.width;
  // Without padding images follow each other as pixels do.
  images_ = direct_ ? shape.batch : 1;
  if (planes_) {
    channels_ = RoundUp(shape.in_channels * shape.kernel_y * shape.kernel_x, amx::kMaxTileChannels);
    step_ = amx::kMaxTileChannels;
    // A whole number of tiles is read in each line.
    padded_width_ = RoundUp(shape.out_width, kTileRows) * shape.stride_x + (shape.kernel_x - 1) * shape.dilation_x + 1;
    const int64_t seen = (shape.kernel_y - 1) * shape.dilation_y + 1;
    const int64_t fitting = kStripBytes / (shape.in_channels * padded_width_ * static_cast<int64_t>(sizeof(BF16)));
    strip_lines_ = std::clamp<int64_t>((fitting - seen) / shape.stride_y + 1, 1, shape.out_height);
    padded_height_ = (strip_lines_ - 1) * shape.stride_y + seen;
    for (int64_t c = 0; c < shape.in_channels; ++c) {
      for (int64_t y = 0; y < shape.kernel_y; ++y) {
        for (int64_t x = 0; x < shape.kernel_x; ++x)
          offsets_.push_back((c * padded_height_ + y * shape.dilation_y) * padded_width_ + x * shape.dilation_x);
      }
    }
  } else if (pointwise) {
    padded_height_ = shape.out_height;
    padded_width_ = shape.out_width;
  } else {
    padded_height_ = shape.out_height + (shape.kernel_y - 1) * shape.dilation_y;
    padded_width_ = shape.out_width + (shape.kernel_x - 1) * shape.dilation_x;
  }
  rows_ = images_ * ((shape.out_height - 1) * padded_width_ + shape.out_width);
  if (direct_ || planes_) rows_ = images_ * shape.out_height * shape.out_width;
  if (planes_) taps_ = {0};
  for (int64_t y = 0; !planes_ && y < shape.kernel_y; ++y) {
    for (int64_t x = 0; x < shape.kernel_x; ++x)
      taps_.push_back((y * shape.dilation_y * padded_width_ + x * shape.dilation_x) * shape.in_channels *
                      static_cast<int64_t>(sizeof(BF16)));
  }
  const int64_t panels = DivideUp(shape.out_channels, kPanel);
  panel_elements_ = static_cast<int64_t>(taps_.size()) * channels_ * kPanel;
  weight_bytes_ = static_cast<size_t>(panels * panel_elements_) * sizeof(BF16);
  weights_ = PackConstant(StrCat("tiles of ", step_), weight_bytes_, [&](std::byte* memory) {
    Pack(weights.Values<float>().data(), reinterpret_cast<BF16*>(memory));
  });
  bias_.assign(bias.begin(), bias.end());
  bias_.resize(static_cast<size_t>(panels * kPanel), 0.0f);
  slopes_.assign(slopes.begin(), slopes.end());
  slopes_.resize(static_cast<size_t>(panels * kPanel), 0.0f);
}

size_t AmxConvolution::ScratchpadBytes() const {
  if (direct_) return 0;
  // What is read behind the last line is multiplied with nothing.
  if (planes_) return static_cast<size_t>(threads_ * StripElements()) * sizeof(BF16);
  return static_cast<size_t>(padded_height_ * padded_width_ * shape_.in_channels) * sizeof(BF16);
}

// A whole number of cache lines.
int64_t AmxConvolution::StripElements() const {
  return RoundUp(padded_height_ * padded_width_ * shape_.in_channels + 2 * amx::kMaxTileChannels, 32);
}

// B[panel][tap][step][tile][channel / 2][column][channel % 2]
void AmxConvolution::Pack(const float* weights, BF16* packed) const {
  const auto taps = static_cast<int64_t>(taps_.size());
  const int64_t out = shape_.out_channels;
  const int64_t in = planes_ ? static_cast<int64_t>(offsets_.size()) : shape_.in_channels;
  ParallelFor(DivideUp(out, kPanel), 1, [&](int64_t first, int64_t last) {
    std::vector<float> pairs(static_cast<size_t>(2 * kTileColumns));
    for (int64_t panel = first; panel < last; ++panel) {
      BF16* to = packed + panel * panel_elements_;
      for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t step = 0; step < channels_; step += step_) {
          for (int64_t tile = 0; tile < 2; ++tile) {
            for (int64_t channel = step; channel < step + step_; channel += 2) {
              for (int64_t column = 0; column < kTileColumns; ++column) {
                const int64_t o = panel * kPanel + tile * kTileColumns + column;
                for (int64_t odd = 0; odd < 2; ++odd)
                  pairs[static_cast<size_t>(2 * column + odd)] =
                      o < out && channel + odd < in ? weights[(o * in + channel + odd) * taps + tap] : 0.0f;
              }
              ToBf16Loop(pairs.data(), to, 2 * kTileColumns);
              to += 2 * kTileColumns;
            }
          }
        }
      }
    }
  });
}

// One image as rows that the taps can read.
const BF16* AmxConvolution::Prepare(const BF16* image, BF16* copy) const {
  const AmxShape& s = shape_;
  const int64_t pixel = s.in_channels;
  ParallelFor(padded_height_, std::max<int64_t>(1, 32768 / (padded_width_ * pixel)), [&](int64_t first, int64_t last) {
    for (int64_t y = first; y < last; ++y) {
      BF16* to = copy + y * padded_width_ * pixel;
      if (IsPointwise(s)) {
        const BF16* from = image + y * s.stride_y * s.width * pixel;
        for (int64_t x = 0; x < padded_width_; ++x)
          std::memcpy(to + x * pixel, from + x * s.stride_x * pixel, static_cast<size_t>(pixel) * sizeof(BF16));
        continue;
      }
      const int64_t source = y - s.pad_top;
      // Pixels of this row that lie in the image.
      const int64_t begin = std::min(padded_width_, s.pad_left);
      const int64_t end = std::max(begin, std::min(padded_width_, s.pad_left + s.width));
      if (source < 0 || source >= s.height || begin == end) {
        std::fill_n(to, padded_width_ * pixel, BF16{});
        continue;
      }
      std::fill_n(to, begin * pixel, BF16{});
      std::memcpy(to + begin * pixel, image + (source * s.width + begin - s.pad_left) * pixel,
                  static_cast<size_t>((end - begin) * pixel) * sizeof(BF16));
      std::fill_n(to + end * pixel, (padded_width_ - end) * pixel, BF16{});
    }
  });
  return copy;
}

// Lines of planes of f32, from `first` on, in bf16, with padding around them.
void AmxConvolution::PreparePlanes(const float* image, int64_t first, BF16* copy) const {
  const AmxShape& s = shape_;
  const int64_t lines = s.in_channels * padded_height_;
  std::fill_n(copy + lines * padded_width_, 2 * amx::kMaxTileChannels, BF16{});
  const int64_t begin = std::min(padded_width_, s.pad_left);
  const int64_t end = std::max(begin, std::min(padded_width_, s.pad_left + s.width));
  for (int64_t line = 0; line < lines; ++line) {
    BF16* to = copy + line * padded_width_;
    const int64_t plane = line / padded_height_, source = first + line % padded_height_;
    if (source < 0 || source >= s.height) {
      std::fill_n(to, padded_width_, BF16{});
      continue;
    }
    std::fill_n(to, begin, BF16{});
    ToBf16Fast(image + (plane * s.height + source) * s.width + begin - s.pad_left, to + begin, end - begin);
    std::fill_n(to + end, padded_width_ - end, BF16{});
  }
}

// As many lines of each plane as one of the result goes on by, which the next strip will be the first to read: pictures
// come from far away, and multiplying leaves time to fetch them.
void AmxConvolution::FetchLines(const float* image, int64_t first) const {
  const AmxShape& s = shape_;
  const int64_t begin = std::clamp<int64_t>(first, 0, s.height);
  const int64_t end = std::clamp<int64_t>(first + s.stride_y, 0, s.height);
  constexpr int64_t kLine = 64 / sizeof(float);
  for (int64_t plane = 0; plane < s.in_channels; ++plane) {
    const float* const from = image + plane * s.height * s.width;
    for (int64_t i = begin * s.width; i < end * s.width; i += kLine) __builtin_prefetch(from + i, 0, 2);
  }
}

// Lines of the result.
void AmxConvolution::RunPlanes(const float* image, BF16* planes, const std::byte* sum, std::byte* dst,
                               int64_t first_line, int64_t last_line) const {
  const AmxShape& s = shape_;
  alignas(64) BF16 rows[kPixels * kMaxRow];
  const int64_t panels = DivideUp(s.out_channels, kPanel);
  for (int64_t y = first_line; y < last_line; ++y) {
    const int64_t in_strip = (y - first_line) % strip_lines_;
    if (in_strip == 0) PreparePlanes(image, y * s.stride_y - s.pad_top, planes);
    if (y + strip_lines_ < last_line) FetchLines(image, y * s.stride_y - s.pad_top + padded_height_);
    for (int64_t x = 0; x < s.out_width; x += kPixels) {
      const int64_t count = std::min(kPixels, s.out_width - x), first = y * s.out_width + x;
      for (int64_t i = 0; i < count; i += kTileRows) {
        amx::Unfold({planes + in_strip * s.stride_y * padded_width_ + (x + i) * s.stride_x, s.stride_x == 2, offsets_,
                     channels_, rows + i * channels_});
      }
      RunPart({rows, first, first + RoundUp(count, kTileRows)}, sum, dst, 0, panels, first, first + count);
    }
  }
}

void AmxConvolution::RunPart(const Rows& rows, const std::byte* sum, std::byte* dst, int64_t first_panel,
                             int64_t last_panel, int64_t first_row, int64_t last_row) const {
  if (first_panel >= last_panel || first_row >= last_row) return;
  const int64_t tile_rows = std::min(kTileRows, rows.last - rows.first), channels = channels_;
  const auto element = static_cast<int64_t>(ElementSize(result_));
  alignas(64) float result[amx::kResultFloats] = {};
  amx::ProductArguments p{};
  p.row_stride = channels * static_cast<int64_t>(sizeof(BF16));
  p.taps = taps_.data();
  p.tap_count = static_cast<int64_t>(taps_.size());
  p.steps = channels / step_;
  p.step_bytes = step_ * static_cast<int64_t>(sizeof(BF16));
  p.tile_bytes = step_ * kTileColumns * static_cast<int64_t>(sizeof(BF16));
  p.result = result;
  amx::StoreArguments store{};
  store.dst_is_bf16 = result_ == ElementType::kBF16;
  store.finish = finish_;
  store.row_stride = shape_.out_channels * element;
  const int64_t blocks = DivideUp(last_row - first_row, 2 * kTileRows);
  const int64_t panel_bytes = panel_elements_ * static_cast<int64_t>(sizeof(BF16)), panel_lines = panel_bytes / 64;
  const int64_t step_lines = 2 * p.tile_bytes / 64;
  const bool gaps = !planes_ && padded_width_ != shape_.out_width;

  amx::Configure(tile_rows, step_);
  for (int64_t panel = first_panel; panel < last_panel; ++panel) {
    const std::byte* weights = weights_.get() + panel * panel_bytes;
    p.weights = reinterpret_cast<const BF16*>(weights);
    store.columns = std::min(kPanel, shape_.out_channels - panel * kPanel);
    p.one_column_tile = store.columns <= kTileColumns;
    store.bias = &bias_[static_cast<size_t>(panel * kPanel)];
    store.slopes = &slopes_[static_cast<size_t>(panel * kPanel)];
    const int64_t next_per_block = DivideUp(panel_lines, blocks);
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = first_row + block * 2 * kTileRows, end = std::min(last_row, begin + 2 * kTileRows);
      int64_t starts[2] = {};
      const int64_t tiles = DivideUp(end - begin, kTileRows);
      for (int64_t tile = 0; tile < 2; ++tile) {
        // A last tile begins earlier, among rows that are computed already, and is stored in part.
        starts[tile] = std::min(begin + tile * kTileRows, rows.last - tile_rows);
        p.rows[tile] = tile < tiles ? rows.data + (starts[tile] - rows.first) * channels : nullptr;
      }
      if (planes_) {
        p.next_lines = p.next_lines_per_step = 0;
      } else if (panel == first_panel && block == 0) {
        p.next = weights + kAhead * step_lines * 64;
        p.next_lines = std::max<int64_t>(0, panel_lines - kAhead * step_lines);
        p.next_lines_per_step = step_lines;
      } else {
        const int64_t skipped = block * next_per_block;
        p.next = weights + panel_bytes + skipped * 64;
        p.next_lines = panel + 1 < last_panel ? std::clamp<int64_t>(panel_lines - skipped, 0, next_per_block) : 0;
        p.next_lines_per_step = DivideUp(next_per_block, p.steps * p.tap_count);
      }
      // Rows come from the cache of another thread, and too far apart for the CPU to foresee them. Beyond the last row
      // fetching does nothing.
      p.rows_ahead = !planes_ && panel == first_panel && block + 1 < blocks ? 2 * kTileRows * p.row_stride : 0;
      amx::Multiply(p);
      for (int64_t tile = 0; tile < tiles; ++tile) {
        const int64_t from = begin + tile * kTileRows, to = std::min(end, from + kTileRows);
        // Up to the end of a line of the result at a time.
        for (int64_t row = from; row < to;) {
          const int64_t x = gaps ? row % padded_width_ : 0, next = gaps ? row - x + padded_width_ : to;
          const int64_t count = std::min(to, gaps ? row - x + shape_.out_width : to) - row;
          if (count > 0) {
            const int64_t pixel = gaps ? row / padded_width_ * shape_.out_width + x : row;
            const int64_t offset = (pixel * shape_.out_channels + panel * kPanel) * element;
            store.result = result + tile * 2 * kTileRows * kTileColumns + (row - starts[tile]) * kTileColumns;
            store.rows = count;
            store.sum = sum ? sum + offset : nullptr;
            store.dst = dst + offset;
            amx::Store(store);
          }
          row = next;
        }
      }
    }
  }
  amx::Release();
}

void AmxConvolution::Run(const std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const {
  const int64_t panels = DivideUp(shape_.out_channels, kPanel);
  const int64_t image =
      shape_.height * shape_.width * shape_.in_channels * static_cast<int64_t>(planes_ ? sizeof(float) : sizeof(BF16));
  const int64_t out_bytes =
      shape_.out_height * shape_.out_width * shape_.out_channels * static_cast<int64_t>(ElementSize(result_));
  const bool by_channels = panels >= threads_ && static_cast<int64_t>(weight_bytes_) >
                                                     rows_ * shape_.in_channels * static_cast<int64_t>(sizeof(BF16));
  BF16* copy = reinterpret_cast<BF16*>(scratchpad);
  for (int64_t n = 0; n < shape_.batch; n += images_) {
    const std::byte* image_sum = sum ? sum + n * out_bytes : nullptr;
    std::byte* image_dst = dst + n * out_bytes;
    if (planes_) {
      const float* const data = reinterpret_cast<const float*>(src + n * image);
      const int64_t line = shape_.out_width * channels_ * shape_.out_channels;
      // Each piece has a strip of its own.
      const int64_t lines = shape_.out_height;
      const int64_t pieces = std::clamp<int64_t>(lines / std::max<int64_t>(1, 500000 / line), 1, threads_);
      ParallelFor(pieces, 1, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) {
          RunPlanes(data, copy + i * StripElements(), image_sum, image_dst, lines * i / pieces,
                    lines * (i + 1) / pieces);
        }
      });
      continue;
    }
    const BF16* data = reinterpret_cast<const BF16*>(src + n * image);
    const Rows rows{direct_ ? data : Prepare(data, copy), 0, rows_};
    const int64_t pieces = by_channels ? panels : DivideUp(rows_, 2 * kTileRows);
    const int64_t work = rows_ * shape_.out_channels * shape_.in_channels * static_cast<int64_t>(taps_.size());
    ParallelFor(pieces, std::max<int64_t>(1, 2000000 / (work / pieces + 1)), [&](int64_t first, int64_t last) {
      if (by_channels) RunPart(rows, image_sum, image_dst, first, last, 0, rows_);
      else RunPart(rows, image_sum, image_dst, 0, panels, first * 2 * kTileRows, std::min(rows_, last * 2 * kTileRows));
    });
  }
}

}  // namespace moir::runtime
