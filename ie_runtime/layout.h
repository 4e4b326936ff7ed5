// Layout: where the elements of a value lie in memory. Kernels choose layouts and compare them; the rest of the engine
// only needs the number of bytes and whether two layouts place every element alike.
//
//   plain           row-major, dense
//   channels last   axis 1 is the fastest: N, D1..Ds, C
//   blocked by b    axis 1 is cut into blocks of b: N, C/b, D1..Ds, b; the last block is padded with zeros
//   opaque          anything else that oneDNN prefers
//
// The type is that of the bytes: in a model compiled for bf16 values that are f32 by their meaning lie in memory as
// bf16 wherever their layout says so.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ie_runtime/common.h"

namespace moir::runtime {

// The axes of a value with channels as a kernel of our own walks them: [batch][outer][spatial][inner]; channel
// o * inner + i is real when it is below `channels`, padding otherwise.
struct ChannelView {
  int64_t batch, outer, spatial, inner, channels;
  int64_t Count() const { return batch * outer * spatial * inner; }
  bool HasPadding() const { return outer * inner != channels; }
};

class Layout {
 public:
  struct Impl;  // of kernels/onednn

  Layout() = default;
  static Layout Plain(ElementType type, const Shape& shape);
  // Rank 3 to 5.
  static Layout ChannelsLast(ElementType type, const Shape& shape);
  static Layout Blocked(ElementType type, const Shape& shape, int64_t block);

  // The same order of elements in another type; plain where the order is opaque.
  Layout WithType(ElementType type) const;

  bool IsDefined() const { return impl_ != nullptr; }
  ElementType Type() const;
  const graph::Shape& Shape() const;
  size_t Bytes() const;  // padding included
  // The bytes are those of the plain layout, whatever the layout is called (for example blocked with one pixel).
  bool IsPlain() const;
  bool SameBytes(const Layout& other) const;
  // Nothing for opaque layouts and for ranks below 2.
  std::optional<ChannelView> Channels() const;
  std::string ToString() const;  // "plain", "channels-last", "blocked16", "opaque"

  const Impl& Get() const { return *impl_; }
  explicit Layout(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace moir::runtime
