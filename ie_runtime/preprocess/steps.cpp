#include "ie_runtime/preprocess/steps.h"

#include <algorithm>
#include <limits>

#include "ie_runtime/layout_text.h"

namespace moir::runtime {
namespace {

constexpr int64_t kWhole = std::numeric_limits<int64_t>::max();

template <typename... Parts>
[[noreturn]] void FailInput(const std::string& input, const Parts&... parts) {
  Fail(ErrorKind::kBadOption, "input \"", input, "\": ", parts...);
}

int64_t ChannelsOf(ColorFormat format) {
  switch (format) {
    case ColorFormat::kBgr:
    case ColorFormat::kRgb: return 3;
    case ColorFormat::kBgrx:
    case ColorFormat::kRgbx: return 4;
    case ColorFormat::kGray:
    case ColorFormat::kNv12SinglePlane:
    case ColorFormat::kNv12TwoPlanes: return 1;
    case ColorFormat::kUndefined: break;
  }
  return -1;
}

// One axis of a Crop: the first index that stays and how many; -1 where that depends on a size that is not known.
struct Cut {
  int64_t begin, count;
};
Cut CutAxis(const InputSteps& input, const char* axis, int64_t begin, int64_t end, int64_t size) {
  if (begin == 0 && end == kWhole) return {0, size};
  if (size < 0) {
    const bool known = begin >= 0 && end >= 0 && end != kWhole;
    if (known && end <= begin) {
      FailInput(input.input, "step Crop: ", axis, " from ", begin, " to ", end, ", expected an end behind the begin");
    }
    return {begin, known ? end - begin : -1};
  }
  const int64_t from = begin < 0 ? begin + size : begin;
  const int64_t to = end == kWhole ? size : end < 0 ? end + size : end;
  if (from < 0 || to <= from || to > size) {
    FailInput(input.input, "step Crop: ", axis, " from ", begin, " to ", end, " of a picture with ", size,
              ", expected a part of it");
  }
  return {from, to - from};
}

}  // namespace

bool InputSteps::HasResize() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const PictureStep& step) { return step.kind == PictureStep::Kind::kResize; });
}

const InputSteps* ProcessingSteps::Find(const std::string& input) const {
  for (const InputSteps& steps : inputs) {
    if (steps.input == input) return &steps;
  }
  return nullptr;
}

std::string StepName(const PictureStep& step) {
  switch (step.kind) {
    case PictureStep::Kind::kConvertElementType: return "ConvertElementType";
    case PictureStep::Kind::kConvertColor: return "ConvertColor";
    case PictureStep::Kind::kResize: return "Resize";
    case PictureStep::Kind::kCrop: return "Crop";
    case PictureStep::Kind::kMean: return "Mean";
    case PictureStep::Kind::kScale: return "Scale";
    case PictureStep::Kind::kReverseChannels: break;
  }
  return "ReverseChannels";
}

std::string_view ColorName(ColorFormat format) {
  switch (format) {
    case ColorFormat::kBgr: return "BGR";
    case ColorFormat::kRgb: return "RGB";
    case ColorFormat::kGray: return "gray";
    case ColorFormat::kBgrx: return "BGRX";
    case ColorFormat::kRgbx: return "RGBX";
    case ColorFormat::kNv12SinglePlane: return "NV12";
    case ColorFormat::kNv12TwoPlanes: return "NV12 in two planes";
    case ColorFormat::kUndefined: break;
  }
  return "an undefined color format";
}

PictureAxes FindAxes(const std::string& layout, size_t rank, const std::string& input) {
  PictureAxes axes;
  if (layout.empty()) {
    if (rank > 4)
      FailInput(input, "its layout is not known and it has ", rank,
                " axes, expected four at the most or Model().SetLayout");
    const int count = static_cast<int>(rank);
    if (count > 0) axes.w = count - 1;
    if (count > 1) axes.h = count - 2;
    if (count > 2) axes.c = count - 3;
    if (count > 3) axes.n = count - 4;
    axes.channels_known = false;
    return axes;
  }
  for (size_t i = 0; i < layout.size(); ++i) {
    int* axis = layout[i] == 'N' ? &axes.n : layout[i] == 'C' ? &axes.c : layout[i] == 'H' ? &axes.h : &axes.w;
    if (std::string("NCHW").find(layout[i]) == std::string::npos)
      FailInput(input, "layout ", layout, ": pictures have no axis ", layout[i], ", expected N, C, H and W");
    *axis = static_cast<int>(i);
  }
  if (layout.size() != rank) FailInput(input, "layout ", layout, " of a tensor with ", rank, " axes");
  return axes;
}

std::vector<PictureTensor> PictureTensors(const InputSteps& input, ::moir::ElementType model_type, const Dims& model) {
  const ::moir::ElementType type = input.type == ::moir::ElementType::kUndefined ? model_type : input.type;
  const std::string layout = input.layout.empty() ? input.model_layout : input.layout;
  if (layout.empty()) return {{input.input, type, model, ""}};
  const PictureAxes from = FindAxes(input.model_layout, model.size(), input.input);
  const PictureAxes to = FindAxes(layout, layout.size(), input.input);
  const int64_t given = ChannelsOf(input.color);
  const int64_t channels = given > 0 ? given : from.Size(model, from.c);
  int64_t height = input.height, width = input.width;
  if (input.size == InputSteps::Size::kDefault && !input.HasResize()) {
    height = from.Size(model, from.h);
    width = from.Size(model, from.w);
    for (const PictureStep& step : input.steps) {
      if (step.kind == PictureStep::Kind::kCrop)
        FailInput(input.input, "step Crop: the picture's size is not known, expected SetSpatialStaticShape");
    }
  }
  const auto shape = [&](int64_t h, int64_t w, int64_t c) {
    Dims dims(layout.size(), 1);
    if (to.n >= 0) dims[static_cast<size_t>(to.n)] = from.Size(model, from.n);
    if (to.c >= 0) dims[static_cast<size_t>(to.c)] = c;
    if (to.h >= 0) dims[static_cast<size_t>(to.h)] = h;
    if (to.w >= 0) dims[static_cast<size_t>(to.w)] = w;
    return dims;
  };
  if (input.color == ColorFormat::kNv12SinglePlane)
    return {{input.input, type, shape(height < 0 ? -1 : height / 2 * 3, width, 1), layout}};
  if (input.color == ColorFormat::kNv12TwoPlanes) {
    return {{input.input + "/y", type, shape(height, width, 1), layout},
            {input.input + "/uv", type, shape(height < 0 ? -1 : height / 2, width < 0 ? -1 : width / 2, 2), layout}};
  }
  return {{input.input, type, shape(height, width, channels), layout}};
}

Dims ReshapePicture(InputSteps& input, const Dims& tensor, const Dims& model) {
  const std::string layout = input.layout.empty() ? input.model_layout : input.layout;
  if (layout.empty()) return tensor;
  const std::string text = ::moir::ShapeToString(tensor);
  if (tensor.size() != layout.size())
    FailInput(input.input, "shape ", text, ": expected as many axes as the layout ", layout, " has");
  const PictureAxes from = FindAxes(layout, tensor.size(), input.input);
  const PictureAxes to = FindAxes(input.model_layout, model.size(), input.input);
  const int64_t batch = from.Size(tensor, from.n), channels = from.Size(tensor, from.c);
  if (batch < 1) FailInput(input.input, "shape ", text, ": expected a batch of 1 or more");
  const int64_t expected = input.color == ColorFormat::kUndefined ? to.Size(model, to.c) : ChannelsOf(input.color);
  if (channels != expected && expected > 0)
    FailInput(input.input, "shape ", text, ": ", channels, " channels, expected ", expected);
  int64_t height = from.Size(tensor, from.h);
  const int64_t width = from.Size(tensor, from.w);
  if ((height < 1 || width < 1) && (height != -1 || width != -1))
    FailInput(input.input, "shape ", text, ": expected a height and a width, or -1 for both");
  if (input.color == ColorFormat::kNv12SinglePlane && height > 0) {
    if (height % 3 != 0) FailInput(input.input, "shape ", text, ": NV12 has rows in multiples of 3, not ", height);
    height = height / 3 * 2;
  }
  Dims shape = model;
  if (to.n >= 0) shape[static_cast<size_t>(to.n)] = batch;
  else if (batch != 1) FailInput(input.input, "shape ", text, ": the model has no axis for ", batch, " pictures");
  if (to.c >= 0 && input.color == ColorFormat::kUndefined) shape[static_cast<size_t>(to.c)] = channels;
  InputSteps changed = input;
  changed.size = height < 0 ? InputSteps::Size::kAny : InputSteps::Size::kStatic;
  changed.height = height;
  changed.width = width;
  const PictureGeometry g = FindGeometry(changed, height, width, to.Size(model, to.h), to.Size(model, to.w));
  if (to.h >= 0 && g.out_height > 0) shape[static_cast<size_t>(to.h)] = g.out_height;
  if (to.w >= 0 && g.out_width > 0) shape[static_cast<size_t>(to.w)] = g.out_width;
  input = std::move(changed);
  return shape;
}

PictureGeometry FindGeometry(const InputSteps& input, int64_t height, int64_t width, int64_t model_height,
                             int64_t model_width) {
  PictureGeometry g;
  g.height = g.source_height = height;
  g.width = g.source_width = width;
  const std::string& layout = input.layout.empty() ? input.model_layout : input.layout;
  for (const PictureStep& step : input.steps) {
    if (step.kind == PictureStep::Kind::kResize) {
      g.resized = true;
      g.resized_height = g.out_height = step.height > 0 ? step.height : model_height;
      g.resized_width = g.out_width = step.width > 0 ? step.width : model_width;
    } else if (step.kind == PictureStep::Kind::kCrop) {
      const PictureAxes axes = FindAxes(layout, step.begin.size(), input.input);
      const auto cut = [&](const char* name, int axis, int64_t& from, int64_t& size) {
        if (axis < 0) return;
        const auto at = static_cast<size_t>(axis);
        const Cut result = CutAxis(input, name, step.begin[at], step.end[at], size);
        from += result.begin;
        size = result.count;
      };
      cut("rows", axes.h, g.resized ? g.out_y : g.y, g.resized ? g.out_height : g.source_height);
      cut("columns", axes.w, g.resized ? g.out_x : g.x, g.resized ? g.out_width : g.source_width);
    }
  }
  if (!g.resized) {
    g.resized_height = g.out_height = g.source_height;
    g.resized_width = g.out_width = g.source_width;
  }
  return g;
}

void ApplyOutputSteps(const std::vector<OutputSteps>& outputs, graph::Graph& graph) {
  for (const OutputSteps& steps : outputs) {
    std::vector<graph::GraphOutput> all = graph.Outputs();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const graph::GraphOutput& output) { return output.name == steps.output; });
    if (found == all.end()) continue;
    graph::Value value = found->value;
    const auto fail = [&](const auto&... parts) {
      Fail(ErrorKind::kBadOption, "output \"", steps.output, "\": ", parts...);
    };
    const auto add = [&](const char* op, std::vector<graph::Value> inputs, graph::Attributes attributes = {}) {
      value = graph.Add(op, graph.UniqueName(StrCat(steps.output, "/", op)), std::move(inputs), std::move(attributes))
                  ->Output();
    };
    if (steps.type != ::moir::ElementType::kUndefined) {
      if (steps.type == ::moir::ElementType::kF16 || steps.type == ::moir::ElementType::kBF16) {
        Fail(ErrorKind::kUnsupported, "output \"", steps.output,
             "\": 16-bit floats are exchanged as f32, expected another element type");
      }
      add("Convert", {value}, {{"destination_type", std::string(::moir::ElementTypeName(steps.type))}});
    }
    if (!steps.layout.empty() && steps.layout != steps.model_layout) {
      if (steps.model_layout.empty()) fail("the layout of the model's output is not known, expected Model().SetLayout");
      const auto rank = static_cast<size_t>(value.Shape().Rank());
      if (steps.model_layout.size() != rank)
        fail("layout ", steps.model_layout, ": expected as many axes as ", value.Shape(), " has");
      std::vector<int64_t> order;
      for (const char axis : steps.layout) {
        const size_t at = steps.model_layout.find(axis);
        if (at == std::string::npos || axis == '?' || axis == '.')
          fail("layout ", steps.layout, ": expected the axes of ", steps.model_layout, " in another order");
        order.push_back(static_cast<int64_t>(at));
      }
      if (order.size() != rank)
        fail("layout ", steps.layout, ": expected the axes of ", steps.model_layout, " in another order");
      const std::string name = graph.UniqueName(steps.output + "/order");
      graph::Node* axes = graph.AddConstant(name, Tensor::Indices(order));
      add("Transpose", {value, axes->Output()});
    }
    found->value = value;
    graph.SetOutputs(std::move(all));
  }
}

}  // namespace moir::runtime
