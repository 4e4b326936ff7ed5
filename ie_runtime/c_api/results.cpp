#include "ie_runtime/c_api/results.h"

#include <deque>
#include <memory>
#include <utility>

#include "ie_runtime/c_api/handles.h"

namespace moir::c_api {
namespace {

std::vector<const char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  return pointers;
}

// One element of a list: the C++ value, and C's structure that points into it. It stays where it is.
struct PortItem {
  using Value = Port;
  using Struct = moir_port;
  using List = moir_port_list;
  explicit PortItem(Port value) : port(std::move(value)) {
    c = {sizeof(c),  port.name.c_str(), ToC(port.type),   port.is_output ? 1 : 0,
         port.index, port.shape.size(), port.shape.data()};
  }
  static moir_element_type ToC(ElementType type) { return static_cast<moir_element_type>(type); }
  const Port port;
  moir_port c;
};

struct ProfilingItem {
  using Value = ProfilingInfo;
  using Struct = moir_profiling_info;
  using List = moir_profiling_list;
  explicit ProfilingItem(ProfilingInfo value) : info(std::move(value)), fused(Pointers(info.fused)) {
    c = {sizeof(c),    info.node_name.c_str(), info.node_type.c_str(), info.exec_type.c_str(),
         fused.size(), fused.data(),           info.microseconds};
  }
  const ProfilingInfo info;
  const std::vector<const char*> fused;
  moir_profiling_info c;
};

struct LayerItem {
  using Value = RuntimeLayer;
  using Struct = moir_runtime_layer;
  using List = moir_runtime_layer_list;
  explicit LayerItem(RuntimeLayer value)
      : layer(std::move(value)), fused(Pointers(layer.fused)), input_layouts(Pointers(layer.input_layouts)) {
    for (size_t i = 0; i < layer.output_shapes.size(); ++i) {
      const Shape& shape = layer.output_shapes[i];
      outputs.push_back({sizeof(moir_layer_output), layer.output_layouts[i].c_str(), shape.size(), shape.data()});
      output_pointers.push_back(&outputs.back());
    }
    c = {sizeof(c),
         layer.name.c_str(),
         layer.type.c_str(),
         layer.exec_type.c_str(),
         PortItem::ToC(layer.precision),
         fused.size(),
         fused.data(),
         input_layouts.size(),
         input_layouts.data(),
         output_pointers.size(),
         output_pointers.data(),
         layer.multiply_adds};
  }
  const RuntimeLayer layer;
  const std::vector<const char*> fused, input_layouts;
  std::deque<moir_layer_output> outputs;
  std::vector<const moir_layer_output*> output_pointers;
  moir_runtime_layer c;
};

template <typename Item>
struct ListOf {
  std::deque<Item> items;
  std::vector<const typename Item::Struct*> pointers;
  typename Item::List c;
};

template <typename Item>
const typename Item::List* ListResult(std::vector<typename Item::Value> values) {
  const auto list = std::make_shared<ListOf<Item>>();
  for (auto& value : values) list->pointers.push_back(&list->items.emplace_back(std::move(value)).c);
  list->c = {sizeof(list->c), list->pointers.size(), list->pointers.data()};
  AddResult(&list->c, list);
  return &list->c;
}

}  // namespace

const char* TextResult(std::string text) {
  const auto owner = std::make_shared<const std::string>(std::move(text));
  AddResult(owner->c_str(), owner);
  return owner->c_str();
}

const moir_text_list* TextsResult(std::vector<std::string> texts) {
  struct Owner {
    std::vector<std::string> texts;
    std::vector<const char*> pointers;
    moir_text_list c;
  };
  const auto owner = std::make_shared<Owner>();
  owner->texts = std::move(texts);
  owner->pointers = Pointers(owner->texts);
  owner->c = {sizeof(owner->c), owner->pointers.size(), owner->pointers.data()};
  AddResult(&owner->c, owner);
  return &owner->c;
}

const moir_port* PortResult(Port port) {
  const auto item = std::make_shared<const PortItem>(std::move(port));
  AddResult(&item->c, item);
  return &item->c;
}

const moir_port_list* PortsResult(std::vector<Port> ports) { return ListResult<PortItem>(std::move(ports)); }

const moir_profiling_list* ProfilingResult(std::vector<ProfilingInfo> infos) {
  return ListResult<ProfilingItem>(std::move(infos));
}

const moir_runtime_layer_list* LayersResult(std::vector<RuntimeLayer> layers) {
  return ListResult<LayerItem>(std::move(layers));
}

}  // namespace moir::c_api
