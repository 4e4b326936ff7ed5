#include "ie_runtime/layout.h"

#include "ie_runtime/kernels/onednn/onednn.h"

namespace moir::runtime {
namespace {

using Kind = Layout::Impl::Kind;
using onednn::Desc;
using onednn::Tag;

Tag ChannelsLastTag(int64_t rank) { return rank == 3 ? Tag::acb : rank == 4 ? Tag::acdb : Tag::acdeb; }

Tag BlockedTag(int64_t rank, int64_t block) {
  if (block == 16) return rank == 3 ? Tag::aBc16b : rank == 4 ? Tag::aBcd16b : Tag::aBcde16b;
  if (block == 8) return rank == 3 ? Tag::aBc8b : rank == 4 ? Tag::aBcd8b : Tag::aBcde8b;
  return rank == 3 ? Tag::aBc4b : rank == 4 ? Tag::aBcd4b : Tag::aBcde4b;
}

bool HasDesc(ElementType type, const Shape& shape) {
  return onednn::ToDataType(type) != onednn::DataType::undef && shape.Rank() >= 1 && shape.Rank() <= DNNL_MAX_NDIMS &&
         shape.NumElements() > 0;
}

Layout Make(ElementType type, const Shape& shape, Kind kind, int64_t block, Desc desc) {
  const size_t dense = static_cast<size_t>(shape.NumElements()) * ElementSize(type);
  const size_t bytes = kind == Kind::kPlain || kind == Kind::kChannelsLast ? dense : desc.get_size();
  return Layout(std::make_shared<const Layout::Impl>(Layout::Impl{type, shape, kind, block, std::move(desc), bytes}));
}

int64_t SpatialSize(const Shape& shape) { return shape.NumElements(2, shape.Rank()); }

}  // namespace

Layout Layout::Plain(ElementType type, const graph::Shape& shape) {
  return Make(type, shape, Kind::kPlain, 1, HasDesc(type, shape) ? onednn::PlainDesc(type, shape) : Desc());
}

Layout Layout::ChannelsLast(ElementType type, const graph::Shape& shape) {
  return Make(type, shape, Kind::kChannelsLast, shape[1],
              Desc(onednn::ToDims(shape), onednn::ToDataType(type), ChannelsLastTag(shape.Rank())));
}

Layout Layout::Blocked(ElementType type, const graph::Shape& shape, int64_t block) {
  return Make(type, shape, Kind::kBlocked, block,
              Desc(onednn::ToDims(shape), onednn::ToDataType(type), BlockedTag(shape.Rank(), block)));
}

Layout Layout::WithType(ElementType type) const {
  if (type == impl_->type) return *this;
  switch (impl_->kind) {
    case Kind::kChannelsLast: return ChannelsLast(type, impl_->shape);
    case Kind::kBlocked: return Blocked(type, impl_->shape, impl_->block);
    case Kind::kPlain:
    case Kind::kOpaque: break;
  }
  return Plain(type, impl_->shape);
}

ElementType Layout::Type() const { return impl_->type; }
const graph::Shape& Layout::Shape() const { return impl_->shape; }
size_t Layout::Bytes() const { return impl_->bytes; }

bool Layout::IsPlain() const {
  const graph::Shape& shape = impl_->shape;
  switch (impl_->kind) {
    case Kind::kPlain: return true;
    case Kind::kChannelsLast: return shape[1] == 1 || SpatialSize(shape) == 1;
    case Kind::kBlocked: return SpatialSize(shape) == 1 && (shape[1] % impl_->block == 0);
    case Kind::kOpaque: return false;
  }
  return false;
}

bool Layout::SameBytes(const Layout& other) const {
  if (impl_ == other.impl_) return true;
  if (!impl_ || !other.impl_ || impl_->type != other.impl_->type || impl_->shape != other.impl_->shape) return false;
  if (IsPlain() && other.IsPlain()) return true;
  if (impl_->kind != other.impl_->kind) return false;
  return impl_->kind == Kind::kOpaque ? impl_->desc == other.impl_->desc : impl_->block == other.impl_->block;
}

std::optional<ChannelView> Layout::Channels() const {
  const graph::Shape& shape = impl_->shape;
  if (shape.Rank() < 2) return std::nullopt;
  const int64_t spatial = SpatialSize(shape);
  switch (impl_->kind) {
    case Kind::kPlain: return ChannelView{shape[0], shape[1], spatial, 1, shape[1]};
    case Kind::kChannelsLast: return ChannelView{shape[0], 1, spatial, shape[1], shape[1]};
    case Kind::kBlocked:
      return ChannelView{shape[0], (shape[1] + impl_->block - 1) / impl_->block, spatial, impl_->block, shape[1]};
    case Kind::kOpaque: break;
  }
  return std::nullopt;
}

std::string Layout::ToString() const {
  if (!impl_) return "none";
  switch (impl_->kind) {
    case Kind::kPlain: return "plain";
    case Kind::kChannelsLast: return "channels-last";
    case Kind::kBlocked: return StrCat("blocked", impl_->block);
    case Kind::kOpaque: break;
  }
  return "opaque";
}

namespace onednn {

Layout ToLayout(ElementType type, const Shape& shape, const Desc& desc) {
  const Layout plain = Layout::Plain(type, shape);
  if (plain.Get().desc == desc) return plain;
  if (shape.Rank() >= 3 && shape.Rank() <= 5) {
    const Layout last = Layout::ChannelsLast(type, shape);
    if (last.Get().desc == desc) return last;
    for (const int64_t block : {16, 8, 4}) {
      Layout blocked = Layout::Blocked(type, shape, block);
      if (blocked.Get().desc == desc) return blocked;
    }
  }
  return Make(type, shape, Kind::kOpaque, 1, desc);
}

}  // namespace onednn
}  // namespace moir::runtime
