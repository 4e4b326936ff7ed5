#include "ie_runtime/kernels/amx/amx_convolution.h"

#include <algorithm>
#include <cstring>

#include "ie_runtime/kernels/amx/tiles.h"
#include "ie_runtime/kernels/bf16_kernels.h"
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

// Steps that a first panel is fetched ahead of its use.
constexpr int64_t kAhead = 8;

// Rows of the result that are stored at a time, at least.
constexpr int64_t kLeastStored = 2;

// What is to stay in a core's cache of 2 MB while it is used again: rows of A, which every panel of weights reads, and
// weights, which every row reads. The next weights arrive there meanwhile. Weights of a layer below kResidentBytes are
// not fetched ahead again after their first use.
constexpr int64_t kCacheBytes = 1280 * 1024, kWeightsBytes = 320 * 1024, kResidentBytes = 384 * 1024;

// Results from this size on are written past the caches, which the next layer would find them in no more: writing into
// caches reads what is overwritten first.
constexpr int64_t kStreamedBytes = 24 << 20;

// Pixels a multiple of kCrowded channels apart would share few sets of the first cache, which then could not keep what
// the taps of a window see of them; kGap channels between the pixels of a copy spread them.
constexpr int64_t kCrowded = 128, kGap = 32;

// Of planes: the longest row (oneDNN is faster with larger windows), pixels that are made into rows at a time, and
// about how many bytes of planes are rounded at a time, to be read while they are in a thread's cache.
constexpr int64_t kMaxRow = 64, kPixels = 64, kStripBytes = 65536;

// Time of a product with tiles of r rows: r + kRowsOfCall, in units that do not matter. Work (multiply-adds) below
// which another thread does not pay.
constexpr int64_t kRowsOfCall = 16, kLeastWork = 2000000;

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
  copies_ = !planes_ && !direct_ &&
            (pointwise || shape.pad_top != 0 || shape.pad_left != 0 || padded_height_ > shape.height ||
             padded_width_ != shape.width || channels_ % kCrowded == 0);
  pixel_ = channels_;
  if (copies_ && !pointwise && channels_ % kCrowded == 0) pixel_ += kGap;
  rows_ = images_ * ((shape.out_height - 1) * padded_width_ + shape.out_width);
  if (direct_ || planes_) rows_ = images_ * shape.out_height * shape.out_width;
  if (planes_) taps_ = {0};
  for (int64_t y = 0; !planes_ && y < shape.kernel_y; ++y) {
    for (int64_t x = 0; x < shape.kernel_x; ++x)
      taps_.push_back((y * shape.dilation_y * padded_width_ + x * shape.dilation_x) * pixel_ *
                      static_cast<int64_t>(sizeof(BF16)));
  }
  const int64_t panels = DivideUp(shape.out_channels, kPanel);
  panel_elements_ = static_cast<int64_t>(taps_.size()) * channels_ * kPanel;
  weight_bytes_ = static_cast<size_t>(panels * panel_elements_) * sizeof(BF16);
  weights_ = PackConstant(StrCat("taps of steps of ", step_), weight_bytes_, [&](std::byte* memory) {
    Pack(weights.Values<float>().data(), reinterpret_cast<BF16*>(memory));
  });
  bias_.assign(bias.begin(), bias.end());
  bias_.resize(static_cast<size_t>(panels * kPanel), 0.0f);
  slopes_.assign(slopes.begin(), slopes.end());
  slopes_.resize(static_cast<size_t>(panels * kPanel), 0.0f);
  PlanTiles();
}

// How rows are cut into tiles, and work into what caches hold.
void AmxConvolution::PlanTiles() {
  const int64_t row_bytes = pixel_ * static_cast<int64_t>(sizeof(BF16));
  tile_rows_ = kTileRows;
  line_tiles_ = 0;
  tiles_ = DivideUp(rows_, kTileRows);
  if (!direct_ && !planes_) {
    // Tiles that keep to a line of the result have no gaps between lines, but are not full.
    const int64_t line_tiles = DivideUp(shape_.out_width, kTileRows);
    const int64_t rows = DivideUp(shape_.out_width, line_tiles), tiles = line_tiles * shape_.out_height;
    if (tiles * (rows + kRowsOfCall) <= tiles_ * (kTileRows + kRowsOfCall)) {
      tile_rows_ = rows;
      line_tiles_ = line_tiles;
      tiles_ = tiles;
    }
  }
  const int64_t blocks = DivideUp(tiles_, 2), panels = DivideUp(shape_.out_channels, kPanel);
  by_channels_ =
      panels >= threads_ && static_cast<int64_t>(weight_bytes_) > rows_ * shape_.in_channels * int64_t{sizeof(BF16)};
  const int64_t count = by_channels_ ? panels : blocks;
  const int64_t work = rows_ * shape_.out_channels * shape_.in_channels * static_cast<int64_t>(taps_.size());
  workers_ = std::clamp<int64_t>(count / std::max<int64_t>(1, kLeastWork / (work / count + 1)), 1, threads_);

  const int64_t steps = channels_ / step_, step_bytes = panel_elements_ / steps * int64_t{sizeof(BF16)};
  chunks_ = DivideUp(steps, std::max<int64_t>(1, kWeightsBytes / step_bytes));
  // All weights, or the present ones and the next.
  const int64_t own_bytes = (by_channels_ ? DivideUp(panels, workers_) : panels) * steps * step_bytes;
  const int64_t kept_bytes =
      own_bytes <= kResidentBytes ? own_bytes : std::min(own_bytes, 2 * DivideUp(steps, chunks_) * step_bytes);
  const int64_t rows_bytes = kCacheBytes - kept_bytes;
  const int64_t line_bytes = padded_width_ * row_bytes, halo = padded_height_ - shape_.out_height;
  if (direct_ || planes_) {
    strip_blocks_ = std::max<int64_t>(1, rows_bytes / (2 * kTileRows * row_bytes));
  } else {
    const int64_t lines = std::max<int64_t>(1, rows_bytes / line_bytes - halo - 1);
    strip_blocks_ = std::max<int64_t>(1, line_tiles_ ? lines * line_tiles_ / 2 : lines * padded_width_ / 32);
  }
  strip_blocks_ = std::min(strip_blocks_, by_channels_ ? blocks : DivideUp(blocks, workers_));
  copy_elements_ = accumulators_ = 0;
  if (copies_) {
    // As many lines as so many tiles in a row can touch.
    const int64_t begins = line_tiles_ ? 2 * strip_blocks_ - 1 : 2 * strip_blocks_ * kTileRows - 1;
    const int64_t per_line = line_tiles_ ? line_tiles_ : padded_width_;
    const int64_t lines =
        by_channels_ ? shape_.out_height : std::min(shape_.out_height, (begins + per_line - 1) / per_line + 1);
    copy_elements_ = RoundUp((lines + halo) * padded_width_ * pixel_, 32);
  }
  const int64_t pixel_bytes = shape_.out_channels * static_cast<int64_t>(ElementSize(result_));
  streams_ = result_ == ElementType::kBF16 && pixel_bytes % 64 == 0 &&
             shape_.out_height * shape_.out_width * pixel_bytes >= kStreamedBytes;
  if (chunks_ > 1) accumulators_ = strip_blocks_ * amx::kResultFloats;
}

size_t AmxConvolution::ScratchpadBytes() const {
  // What is read behind the last line is multiplied with nothing.
  if (planes_) return static_cast<size_t>(threads_ * StripElements()) * sizeof(BF16);
  return static_cast<size_t>((by_channels_ ? 1 : workers_) * copy_elements_) * sizeof(BF16) +
         static_cast<size_t>(workers_ * accumulators_) * sizeof(float);
}

// A whole number of cache lines.
int64_t AmxConvolution::StripElements() const {
  return RoundUp(padded_height_ * padded_width_ * shape_.in_channels + 2 * amx::kMaxTileChannels, 32);
}

// B[panel][step][tap][tile][channel / 2][column][channel % 2]
void AmxConvolution::Pack(const float* weights, BF16* packed) const {
  const auto taps = static_cast<int64_t>(taps_.size());
  const int64_t out = shape_.out_channels;
  const int64_t in = planes_ ? static_cast<int64_t>(offsets_.size()) : shape_.in_channels;
  ParallelFor(DivideUp(out, kPanel), 1, [&](int64_t first, int64_t last) {
    std::vector<float> pairs(static_cast<size_t>(2 * kTileColumns));
    for (int64_t panel = first; panel < last; ++panel) {
      BF16* to = packed + panel * panel_elements_;
      for (int64_t step = 0; step < channels_; step += step_) {
        for (int64_t tap = 0; tap < taps; ++tap) {
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

// Lines of an image with padding, as the taps read them.
void AmxConvolution::Prepare(const BF16* image, int64_t first, int64_t last, BF16* copy) const {
  const AmxShape& s = shape_;
  const int64_t channels = s.in_channels;
  const auto bytes = static_cast<size_t>(channels) * sizeof(BF16);
  const bool pointwise = IsPointwise(s);
  // Pixels of a line that lie in the image.
  const int64_t begin = std::min(padded_width_, s.pad_left);
  const int64_t end = std::max(begin, std::min(padded_width_, s.pad_left + s.width));
  for (int64_t y = first; y < last; ++y, copy += padded_width_ * pixel_) {
    if (pointwise) {
      const BF16* from = image + y * s.stride_y * s.width * channels;
      for (int64_t x = 0; x < padded_width_; ++x)
        std::memcpy(copy + x * pixel_, from + x * s.stride_x * channels, bytes);
      continue;
    }
    const int64_t source = y - s.pad_top;
    if (source < 0 || source >= s.height || begin == end) {
      std::fill_n(copy, padded_width_ * pixel_, BF16{});
      continue;
    }
    const BF16* from = image + (source * s.width + begin - s.pad_left) * channels;
    std::fill_n(copy, begin * pixel_, BF16{});
    if (pixel_ == channels) {
      std::memcpy(copy + begin * pixel_, from, static_cast<size_t>(end - begin) * bytes);
    } else {
      for (int64_t x = begin; x < end; ++x, from += channels) std::memcpy(copy + x * pixel_, from, bytes);
    }
    std::fill_n(copy + end * pixel_, (padded_width_ - end) * pixel_, BF16{});
  }
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
      Part part{{rows, first, first + RoundUp(count, kTileRows)}, sum, dst};
      part.last_panel = panels;
      part.base = first;
      part.limit = first + count;
      part.last_tile = DivideUp(count, kTileRows);
      RunPart(part);
    }
  }
}

// `count`: rows of a tile.
AmxConvolution::TileRows AmxConvolution::RowsOf(const Part& part, int64_t tile, int64_t count) const {
  if (line_tiles_) {
    const int64_t first = tile / line_tiles_ * padded_width_, begin = first + tile % line_tiles_ * tile_rows_;
    const int64_t last = first + shape_.out_width;
    return {begin, std::min(begin + count, last), std::min(begin, last - count)};
  }
  const int64_t begin = part.base + tile * kTileRows;
  return {begin, std::min(begin + kTileRows, part.limit), std::min(begin, part.rows.last - count)};
}

void AmxConvolution::StoreTile(amx::StoreQueue& queue, amx::StoreArguments& store, const Part& part,
                               const TileRows& tile, const float* result, int64_t panel) const {
  const bool gaps = !planes_ && padded_width_ != shape_.out_width;
  // Up to the end of a line of the result at a time.
  for (int64_t row = tile.begin; row < tile.end;) {
    const int64_t x = gaps ? row % padded_width_ : 0, next = gaps ? row - x + padded_width_ : tile.end;
    const int64_t count = std::min(tile.end, gaps ? row - x + shape_.out_width : tile.end) - row;
    if (count > 0) {
      const int64_t pixel = gaps ? row / padded_width_ * shape_.out_width + x : row;
      const int64_t offset =
          (pixel * shape_.out_channels + panel * kPanel) * static_cast<int64_t>(ElementSize(result_));
      store.result = result + (row - tile.start) * kTileColumns;
      store.rows = count;
      store.sum = part.sum ? part.sum + offset : nullptr;
      store.dst = part.dst + offset;
      queue.Add(store);
    }
    row = next;
  }
}

void AmxConvolution::RunPart(const Part& part) const {
  const Rows& rows = part.rows;
  if (part.first_panel >= part.last_panel || part.first_tile >= part.last_tile) return;
  const int64_t count = line_tiles_ ? tile_rows_ : std::min(kTileRows, rows.last - rows.first);
  alignas(64) float result[amx::kResultFloats] = {};
  amx::StoreQueue queue;
  amx::ProductArguments p{};
  p.row_stride = pixel_ * static_cast<int64_t>(sizeof(BF16));
  p.taps = taps_.data();
  p.tap_count = static_cast<int64_t>(taps_.size());
  p.step_bytes = step_ * static_cast<int64_t>(sizeof(BF16));
  p.tile_bytes = step_ * kTileColumns * static_cast<int64_t>(sizeof(BF16));
  p.queue = &queue;
  amx::StoreArguments store{};
  store.dst_is_bf16 = result_ == ElementType::kBF16;
  store.finish = finish_;
  store.row_stride = shape_.out_channels * static_cast<int64_t>(ElementSize(result_));
  const int64_t blocks = DivideUp(part.last_tile - part.first_tile, 2), steps = channels_ / step_;
  const int64_t panel_bytes = panel_elements_ * static_cast<int64_t>(sizeof(BF16));
  const int64_t product_lines = 2 * p.tile_bytes / 64, step_bytes = panel_bytes / steps;
  const bool streams = streams_ && !part.sum && reinterpret_cast<uintptr_t>(part.dst) % 64 == 0;
  const bool fetches =
      !planes_ && (part.first_use || (part.last_panel - part.first_panel) * panel_bytes > kResidentBytes);

  amx::Configure(count, step_);
  const int64_t turns = (part.last_panel - part.first_panel) * chunks_;
  for (int64_t turn = 0; turn < turns; ++turn) {
    const int64_t panel = part.first_panel + turn / chunks_, chunk = turn % chunks_;
    const int64_t first_step = steps * chunk / chunks_, last_step = steps * (chunk + 1) / chunks_;
    const std::byte* weights = weights_.get() + panel * panel_bytes + first_step * step_bytes;
    p.weights = reinterpret_cast<const BF16*>(weights);
    p.steps = last_step - first_step;
    p.accumulate = first_step > 0;
    p.queue_rows = std::max(kLeastStored, DivideUp(2 * kTileRows, p.steps * p.tap_count));
    store.columns = std::min(kPanel, shape_.out_channels - panel * kPanel);
    p.one_column_tile = store.columns <= kTileColumns;
    store.streams = streams && store.columns == kPanel;
    store.bias = &bias_[static_cast<size_t>(panel * kPanel)];
    store.slopes = &slopes_[static_cast<size_t>(panel * kPanel)];
    // The weights of the next turn follow these; after the last strip's last turn there is none.
    const std::byte* next = weights + p.steps * step_bytes;
    int64_t next_steps = last_step < steps ? steps * (chunk + 2) / chunks_ - last_step : steps / chunks_;
    if (last_step == steps && panel + 1 == part.last_panel) {
      next = weights_.get() + part.first_panel * panel_bytes;
      if (part.is_last) next_steps = 0;
    }
    const int64_t next_lines = fetches ? next_steps * step_bytes / 64 : 0,
                  next_per_block = DivideUp(next_lines, blocks);
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t tile = part.first_tile + 2 * block, tiles = std::min<int64_t>(2, part.last_tile - tile);
      TileRows own[2] = {};
      for (int64_t i = 0; i < 2; ++i) {
        if (i < tiles) own[i] = RowsOf(part, tile + i, count);
        p.rows[i] = i < tiles ? rows.data + (own[i].start - rows.first) * pixel_ + first_step * step_ : nullptr;
      }
      if (!fetches) {
        const int64_t calls = turns * blocks, per_call = DivideUp(part.source_lines, calls);
        const int64_t skipped = (turn * blocks + block) * per_call;
        p.next = part.source + skipped * 64;
        p.next_lines = std::clamp<int64_t>(part.source_lines - skipped, 0, per_call);
        p.next_lines_per_step = DivideUp(per_call, p.steps * p.tap_count);
      } else if (turn == 0 && block == 0 && part.first_use) {
        p.next = weights + kAhead * product_lines * 64;
        p.next_lines = std::max<int64_t>(0, p.steps * step_bytes / 64 - kAhead * product_lines);
        p.next_lines_per_step = product_lines;
      } else {
        const int64_t skipped = block * next_per_block;
        p.next = next + skipped * 64;
        p.next_lines = std::clamp<int64_t>(next_lines - skipped, 0, next_per_block);
        p.next_lines_per_step = DivideUp(next_per_block, p.steps * p.tap_count);
      }
      // Rows come from the cache of another thread, and too far apart for the CPU to foresee them. Beyond the last row
      // fetching does nothing.
      p.rows_ahead = part.rows_from_elsewhere && turn == 0 && block + 1 < blocks ? 2 * kTileRows * p.row_stride : 0;
      p.result = accumulators_ ? part.accumulators + block * amx::kResultFloats : result;
      amx::Multiply(p);
      if (last_step < steps) continue;
      for (int64_t i = 0; i < tiles; ++i)
        StoreTile(queue, store, part, own[i], p.result + i * 2 * kTileRows * kTileColumns, panel);
    }
  }
  amx::Store(queue, 2 * kTileRows);
  amx::Release();
}

// `copy`: of the whole image, or null. `part`: with rows that are the source's own, where nothing is copied.
void AmxConvolution::RunWorker(const BF16* image, const BF16* copy, Part part, int64_t worker,
                               std::byte* scratchpad) const {
  const int64_t blocks = DivideUp(tiles_, 2), panels = DivideUp(shape_.out_channels, kPanel);
  const int64_t first = by_channels_ ? 0 : blocks * worker / workers_;
  const int64_t last = by_channels_ ? blocks : blocks * (worker + 1) / workers_;
  const int64_t strips = DivideUp(last - first, strip_blocks_), halo = padded_height_ - shape_.out_height;
  const int64_t copies = by_channels_ ? 1 : workers_;
  BF16* own_copy = reinterpret_cast<BF16*>(scratchpad) + worker * copy_elements_;
  part.accumulators =
      reinterpret_cast<float*>(scratchpad + copies * copy_elements_ * int64_t{sizeof(BF16)}) + worker * accumulators_;
  part.first_panel = by_channels_ ? panels * worker / workers_ : 0;
  part.last_panel = by_channels_ ? panels * (worker + 1) / workers_ : panels;
  part.limit = rows_;
  part.rows = {copy ? copy : image, 0, rows_};
  for (int64_t strip = 0; strip < strips; ++strip) {
    part.first_tile = 2 * (first + (last - first) * strip / strips);
    part.last_tile = std::min(tiles_, 2 * (first + (last - first) * (strip + 1) / strips));
    part.first_use = strip == 0;
    part.is_last = strip + 1 == strips;
    if (copies_ && !copy) {
      const int64_t first_row = RowsOf(part, part.first_tile, kTileRows).begin;
      const int64_t last_row = RowsOf(part, part.last_tile - 1, kTileRows).end - 1;
      const int64_t first_line = first_row / padded_width_, last_line = last_row / padded_width_;
      Prepare(image, first_line, last_line + 1 + halo, own_copy);
      part.rows = {own_copy, first_line * padded_width_, last_line * padded_width_ + shape_.out_width};
      part.rows_from_elsewhere = false;
      // What the next strip adds to what this one reads.
      const int64_t next_tile = std::min(tiles_, 2 * (first + (last - first) * (strip + 2) / strips));
      const int64_t seen = last_line + 1 + halo - shape_.pad_top;
      const int64_t next_seen =
          part.is_last || IsPointwise(shape_)
              ? seen
              : (RowsOf(part, next_tile - 1, kTileRows).end - 1) / padded_width_ + 1 + halo - shape_.pad_top;
      const int64_t from = std::clamp<int64_t>(seen, 0, shape_.height), to = std::clamp(next_seen, from, shape_.height);
      const int64_t line = shape_.width * shape_.in_channels;
      part.source = reinterpret_cast<const std::byte*>(image + from * line);
      part.source_lines = (to - from) * line * int64_t{sizeof(BF16)} / 64;
    }
    RunPart(part);
  }
}

// An image, or all where pixels follow each other.
void AmxConvolution::RunImages(const BF16* image, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const {
  const bool copied = copies_ && by_channels_;
  BF16* const copy = reinterpret_cast<BF16*>(scratchpad);
  if (copied) {
    const int64_t line = padded_width_ * pixel_;
    ParallelFor(padded_height_, std::max<int64_t>(1, 32768 / line),
                [&](int64_t first, int64_t last) { Prepare(image, first, last, copy + first * line); });
  }
  const Part part{{}, sum, dst};
  ParallelFor(workers_, 1, [&](int64_t first, int64_t last) {
    for (int64_t worker = first; worker < last; ++worker)
      RunWorker(image, copied ? copy : nullptr, part, worker, scratchpad);
    if (streams_) amx::FinishStreams();
  });
}

void AmxConvolution::Run(const std::byte* src, const std::byte* sum, std::byte* dst, std::byte* scratchpad) const {
  const int64_t image =
      shape_.height * shape_.width * shape_.in_channels * static_cast<int64_t>(planes_ ? sizeof(float) : sizeof(BF16));
  const int64_t out_bytes =
      shape_.out_height * shape_.out_width * shape_.out_channels * static_cast<int64_t>(ElementSize(result_));
  BF16* copy = reinterpret_cast<BF16*>(scratchpad);
  for (int64_t n = 0; n < shape_.batch; n += images_) {
    const std::byte* image_sum = sum ? sum + n * out_bytes : nullptr;
    std::byte* image_dst = dst + n * out_bytes;
    if (!planes_) {
      RunImages(reinterpret_cast<const BF16*>(src + n * image), image_sum, image_dst, scratchpad);
      continue;
    }
    const float* const data = reinterpret_cast<const float*>(src + n * image);
    const int64_t line = shape_.out_width * channels_ * shape_.out_channels;
    // Each piece has a strip of its own.
    const int64_t lines = shape_.out_height;
    const int64_t pieces = std::clamp<int64_t>(lines / std::max<int64_t>(1, 500000 / line), 1, threads_);
    ParallelFor(pieces, 1, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        RunPlanes(data, copy + i * StripElements(), image_sum, image_dst, lines * i / pieces, lines * (i + 1) / pieces);
      }
      if (streams_) amx::FinishStreams();
    });
  }
}

}  // namespace moir::runtime
