#include "ie_runtime/kernels/amx/amx_deconvolution.h"

#include <algorithm>
#include <cstring>

#include "ie_runtime/kernels/blocked/cost.h"
#include "ie_runtime/kernels/vector_loops.h"
#include "ie_runtime/packed_constants.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

using amx::kPanel;
using amx::kTileColumns;
using amx::kTileRows;
using blocked::DivideUp;
using blocked::RoundUp;

// What is to stay in a core's cache while it is used again: lines of the result, whose pieces are written one after the
// other, and of the source.
constexpr int64_t kLineBytes = 256 * 1024, kRowsBytes = 768 * 1024;
// Work (multiply-adds) below which another thread does not pay.
constexpr int64_t kLeastWork = 1000000;

// One number per output channel, for each phase side by side.
std::vector<float> OfColumns(std::span<const float> values, int64_t columns, int64_t padded) {
  std::vector<float> result(static_cast<size_t>(padded), 0.0f);
  for (int64_t i = 0; i < columns && !values.empty(); ++i)
    result[static_cast<size_t>(i)] = values[static_cast<size_t>(i) % values.size()];
  return result;
}

}  // namespace

bool AmxDeconvolution::Pays(const PackedShape& s) {
  return s.dilation_y == 1 && s.dilation_x == 1 && s.pad_top >= 0 && s.pad_left >= 0 && s.in_channels >= 8 &&
         s.out_channels * s.stride_x >= kTileColumns;
}

AmxDeconvolution::AmxDeconvolution(const PackedShape& shape, int threads, ElementType result, const Tensor& weights,
                                   std::span<const float> bias, const blocked::Finish& finish,
                                   std::span<const float> slopes)
    : shape_(shape), result_(result), finish_(finish) {
  taps_y_ = DivideUp(shape.kernel_y, shape.stride_y);
  taps_x_ = DivideUp(shape.kernel_x, shape.stride_x);
  first_y_ = shape.pad_top / shape.stride_y;
  first_x_ = shape.pad_left / shape.stride_x;
  lines_ = (shape.pad_top + shape.out_height - 1) / shape.stride_y + 1 - first_y_;
  columns_ = (shape.pad_left + shape.out_width - 1) / shape.stride_x + 1 - first_x_;
  copy_width_ = columns_ + taps_x_ - 1;
  const int64_t steps = DivideUp(shape.in_channels, amx::kMaxTileChannels);
  step_ = RoundUp(DivideUp(shape.in_channels, steps), 2);
  channels_ = steps * step_;
  row_columns_ = shape.stride_x * shape.out_channels;
  panels_ = DivideUp(row_columns_, kPanel);
  line_tiles_ = DivideUp(columns_, kTileRows);
  tile_rows_ = DivideUp(columns_, line_tiles_);
  for (int64_t y = 0; y < taps_y_; ++y) {
    for (int64_t x = 0; x < taps_x_; ++x)
      taps_.push_back(((taps_y_ - 1 - y) * copy_width_ + taps_x_ - 1 - x) * channels_ * int64_t{sizeof(BF16)});
  }
  unit_elements_ = taps_y_ * taps_x_ * channels_ * kPanel;
  const int64_t units = shape.stride_y * panels_;
  weight_bytes_ = static_cast<size_t>(units * unit_elements_) * sizeof(BF16);
  const int64_t copy_bytes = (lines_ + taps_y_ - 1) * copy_width_ * channels_ * int64_t{sizeof(BF16)};
  by_units_ = units >= threads && static_cast<int64_t>(weight_bytes_) > copy_bytes;
  const int64_t line_bytes = shape.out_width * shape.out_channels * static_cast<int64_t>(ElementSize(result));
  strip_lines_ = std::clamp<int64_t>(by_units_ ? kRowsBytes * lines_ / copy_bytes : kLineBytes / line_bytes, 1, lines_);
  weights_ = PackConstantLater(StrCat("phases in steps of ", step_), weights, weight_bytes_, units,
                               [weights, packer = *this](std::byte* memory, int64_t unit) {
                                 packer.Pack(weights.Values<float>().data(), unit,
                                             reinterpret_cast<BF16*>(memory) + unit * packer.unit_elements_);
                               });
  bias_ = OfColumns(bias, row_columns_, panels_ * kPanel);
  slopes_ = OfColumns(slopes, row_columns_, panels_ * kPanel);
}

size_t AmxDeconvolution::ScratchpadBytes() const {
  return static_cast<size_t>((lines_ + taps_y_ - 1) * copy_width_ * channels_) * sizeof(BF16);
}

// B[phase of lines][panel][step][tap][tile][channel / 2][column][channel % 2]
void AmxDeconvolution::Pack(const float* weights, int64_t unit, BF16* to) const {
  const PackedShape& s = shape_;
  const int64_t phase = unit / panels_, panel = unit % panels_, window = s.kernel_y * s.kernel_x;
  std::vector<float> pairs(static_cast<size_t>(2 * kTileColumns));
  for (int64_t step = 0; step < channels_; step += step_) {
    for (int64_t tap = 0; tap < taps_y_ * taps_x_; ++tap) {
      for (int64_t tile = 0; tile < 2; ++tile) {
        for (int64_t channel = step; channel < step + step_; channel += 2) {
          for (int64_t i = 0; i < kTileColumns; ++i) {
            const int64_t column = panel * kPanel + tile * kTileColumns + i, out = column % s.out_channels;
            const int64_t y = phase + tap / taps_x_ * s.stride_y;
            const int64_t x = column / s.out_channels + tap % taps_x_ * s.stride_x;
            const bool inside = column < row_columns_ && y < s.kernel_y && x < s.kernel_x;
            for (int64_t odd = 0; odd < 2; ++odd) {
              const int64_t in = channel + odd;
              pairs[static_cast<size_t>(2 * i + odd)] =
                  inside && in < s.in_channels ? weights[(in * s.out_channels + out) * window + y * s.kernel_x + x]
                                               : 0.0f;
            }
          }
          ToBf16Loop(pairs.data(), to, 2 * kTileColumns);
          to += 2 * kTileColumns;
        }
      }
    }
  }
}

// The source with zeros around it, and behind its channels.
void AmxDeconvolution::Prepare(const BF16* image, BF16* copy) const {
  const PackedShape& s = shape_;
  const int64_t first_line = first_y_ - (taps_y_ - 1), first_column = first_x_ - (taps_x_ - 1);
  const int64_t line = copy_width_ * channels_;
  ParallelFor(lines_ + taps_y_ - 1, std::max<int64_t>(1, 32768 / line), [&](int64_t first, int64_t last) {
    for (int64_t y = first; y < last; ++y) {
      BF16* to = copy + y * line;
      const int64_t source = first_line + y;
      if (source < 0 || source >= s.height) {
        std::fill_n(to, line, BF16{});
        continue;
      }
      for (int64_t x = 0; x < copy_width_; ++x, to += channels_) {
        const int64_t column = first_column + x;
        const bool inside = column >= 0 && column < s.width;
        if (inside) {
          std::memcpy(to, image + (source * s.width + column) * s.in_channels,
                      static_cast<size_t>(s.in_channels) * sizeof(BF16));
        }
        const int64_t filled = inside ? s.in_channels : 0;
        std::fill_n(to + filled, channels_ - filled, BF16{});
      }
    }
  });
}

AmxDeconvolution::TilePixels AmxDeconvolution::PixelsOf(int64_t tile) const {
  const int64_t begin = tile % line_tiles_ * tile_rows_;
  return {tile / line_tiles_, begin, std::min(begin + tile_rows_, columns_), std::min(begin, columns_ - tile_rows_)};
}

void AmxDeconvolution::StoreTile(amx::StoreQueue& queue, amx::StoreArguments& store, int64_t unit, int64_t tile,
                                 const float* result, std::byte* dst) const {
  const PackedShape& s = shape_;
  const auto element = static_cast<int64_t>(ElementSize(result_));
  const TilePixels pixels = PixelsOf(tile);
  const int64_t line = (first_y_ + pixels.line) * s.stride_y + unit / panels_ - s.pad_top;
  if (line < 0 || line >= s.out_height) return;
  const int64_t width = s.out_width * s.out_channels, columns = store.columns;
  std::byte* const to = dst + line * width * element;
  for (int64_t x = pixels.begin; x < pixels.end;) {
    const int64_t first =
        ((first_x_ + x) * s.stride_x - s.pad_left) * s.out_channels + unit % panels_ * kPanel;  // in the line
    store.result = result + (x - pixels.start) * kTileColumns;
    if (first >= 0 && first + columns <= width) {
      store.rows = std::min(pixels.end - x, (width - columns - first) / row_columns_ + 1);
      store.dst = to + first * element;
      queue.Add(store);
      x += store.rows;
      continue;
    }
    // A piece that hangs over an end of the line.
    alignas(64) std::byte piece[kPanel * sizeof(float)];
    store.rows = 1;
    store.dst = piece;
    amx::Store(store);
    const int64_t begin = std::max<int64_t>(0, -first), end = std::min(columns, width - first);
    if (begin < end)
      std::memcpy(to + (first + begin) * element, piece + begin * element,
                  static_cast<size_t>((end - begin) * element));
    ++x;
  }
}

void AmxDeconvolution::RunPart(const BF16* copy, std::byte* dst, int64_t first_unit, int64_t last_unit,
                               int64_t first_line, int64_t last_line) const {
  if (first_unit >= last_unit || first_line >= last_line) return;
  alignas(64) float result[amx::kResultFloats] = {};
  amx::StoreQueue queue;
  amx::ProductArguments p{};
  p.row_stride = channels_ * int64_t{sizeof(BF16)};
  p.taps = taps_.data();
  p.tap_count = static_cast<int64_t>(taps_.size());
  p.steps = channels_ / step_;
  p.step_bytes = step_ * int64_t{sizeof(BF16)};
  p.tile_bytes = step_ * kTileColumns * int64_t{sizeof(BF16)};
  p.result = result;
  p.queue = &queue;
  p.queue_rows = std::max<int64_t>(2, DivideUp(2 * kTileRows, p.steps * p.tap_count));
  amx::StoreArguments store{};
  store.dst_is_bf16 = result_ == ElementType::kBF16;
  store.finish = finish_;
  store.row_stride = row_columns_ * static_cast<int64_t>(ElementSize(result_));
  const int64_t unit_bytes = unit_elements_ * int64_t{sizeof(BF16)}, unit_lines = unit_bytes / 64;

  amx::Configure(tile_rows_, step_);
  for (int64_t strip = first_line; strip < last_line; strip += strip_lines_) {
    const int64_t first_tile = strip * line_tiles_, last_tile = std::min(last_line, strip + strip_lines_) * line_tiles_;
    const int64_t next_per_block = DivideUp(unit_lines, DivideUp(last_tile - first_tile, 2));
    for (int64_t unit = first_unit; unit < last_unit; ++unit) {
      const int64_t panel = unit % panels_;
      const std::byte* weights = weights_.get() + unit * unit_bytes;
      p.weights = reinterpret_cast<const BF16*>(weights);
      store.columns = std::min(kPanel, row_columns_ - panel * kPanel);
      p.one_column_tile = store.columns <= kTileColumns;
      store.bias = &bias_[static_cast<size_t>(panel * kPanel)];
      store.slopes = &slopes_[static_cast<size_t>(panel * kPanel)];
      // The weights of the next unit arrive meanwhile.
      p.next = weights + unit_bytes;
      int64_t left = unit + 1 < last_unit ? unit_lines : 0;
      p.next_lines_per_step = DivideUp(next_per_block, p.steps * p.tap_count);
      for (int64_t tile = first_tile; tile < last_tile; tile += 2) {
        const int64_t tiles = std::min<int64_t>(2, last_tile - tile);
        for (int64_t i = 0; i < 2; ++i) {
          const TilePixels pixels = PixelsOf(tile + (i < tiles ? i : 0));
          p.rows[i] = i < tiles ? copy + (pixels.line * copy_width_ + pixels.start) * channels_ : nullptr;
        }
        p.next_lines = std::min(left, next_per_block);
        amx::Multiply(p);
        p.next += p.next_lines * 64;
        left -= p.next_lines;
        for (int64_t i = 0; i < tiles; ++i)
          StoreTile(queue, store, unit, tile + i, p.result + i * 2 * kTileRows * kTileColumns, dst);
      }
    }
  }
  amx::Store(queue, 2 * kTileRows);
  amx::Release();
}

void AmxDeconvolution::Run(const std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const {
  Check(sum == nullptr, "a sum in a deconvolution");
  const PackedShape& s = shape_;
  const int64_t image = s.height * s.width * s.in_channels * int64_t{sizeof(BF16)};
  const int64_t out_bytes = s.out_height * s.out_width * s.out_channels * static_cast<int64_t>(ElementSize(result_));
  const int64_t units = s.stride_y * panels_, count = by_units_ ? units : lines_;
  const int64_t work = lines_ * columns_ * units * unit_elements_;
  BF16* const copy = reinterpret_cast<BF16*>(scratchpad);
  for (int64_t n = 0; n < s.batch; ++n) {
    Prepare(reinterpret_cast<const BF16*>(src + n * image), copy);
    ParallelFor(count, std::max<int64_t>(1, kLeastWork / (work / count + 1)), [&](int64_t first, int64_t last) {
      if (by_units_) RunPart(copy, dst + n * out_bytes, first, last, 0, lines_);
      else RunPart(copy, dst + n * out_bytes, 0, units, first, last);
    });
  }
}

}  // namespace moir::runtime
