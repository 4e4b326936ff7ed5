// BoxNms of f32: pictures in parallel, each candidate against all kept boxes at once.
#include <algorithm>

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/nms.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

struct Attributes {
  float valid_threshold, background;
  int64_t topk, coordinates, score, id;
  bool per_class, in_center, out_center;
  OverlapRule rule;
};

CornerBox MakeBox(const Attributes& a, const float* row) {
  const float* c = row + a.coordinates;
  CornerBox box{c[0], c[1], c[2], c[3], 0, 0};
  float width = c[2] - c[0], height = c[3] - c[1];
  if (a.in_center) {
    const float half_width = c[2] / 2, half_height = c[3] / 2;
    box = {c[0] - half_width, c[1] - half_height, c[0] + half_width, c[1] + half_height, 0, 0};
    width = c[2];
    height = c[3];
  }
  box.area = width < 0 || height < 0 ? 0.0f : width * height;
  if (a.per_class) box.id = graph::ConvertElement<int32_t, float>(row[a.id]);
  return box;
}

void ConvertFormat(const Attributes& a, float* box) {
  if (a.in_center == a.out_center || box[0] < 0) return;
  const float x0 = box[0], y0 = box[1], x1 = box[2], y1 = box[3];
  const float half_width = x1 / 2, half_height = y1 / 2;
  const float center[] = {(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0},
              corners[] = {x0 - half_width, y0 - half_height, x0 + half_width, y0 + half_height};
  std::copy_n(a.out_center ? center : corners, 4, box);
}

struct Arrays {
  Arrays(Workspace& workspace, int64_t boxes) : keys(workspace.Take<uint64_t>(boxes)), kept(workspace, boxes) {}
  uint64_t* keys;
  KeptBoxes kept;
};

void RunPicture(const Attributes& a, const float* rows, int64_t count, int64_t width, float* dst, Arrays& arrays) {
  size_t candidates = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float* row = rows + i * width;
    if (row[a.score] > a.valid_threshold && (a.id < 0 || row[a.id] != a.background))
      arrays.keys[candidates++] = ScoreKey(row[a.score], static_cast<uint32_t>(i));
  }
  const auto keys = KeepBest({arrays.keys, candidates}, a.topk > 0 ? a.topk : count);
  float* const end = dst + count * width;
  KeptBoxes& kept = arrays.kept;
  kept.Reset(a.rule);
  for (const uint64_t key : keys) {
    const float* row = rows + int64_t{IndexOfKey(key)} * width;
    const CornerBox box = MakeBox(a, row);
    if (kept.Suppresses(box)) continue;
    kept.Add(box);
    std::copy_n(row, width, dst);
    ConvertFormat(a, dst + a.coordinates);
    dst += width;
  }
  const int64_t left = end - dst;
  ParallelFor(left, 65536, [&](int64_t first, int64_t last) { std::fill(dst + first, dst + last, -1.0f); });
}

}  // namespace

std::optional<KernelChoice> MakeBoxNms(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  const Shape& shape = context.InputShape();
  const int64_t rank = shape.Rank();
  const int64_t pictures = shape.NumElements(0, rank - 2), count = shape[rank - 2], width = shape[rank - 1];
  Attributes a{static_cast<float>(layer.Attr<double>("valid_thresh")),
               static_cast<float>(layer.Attr<int64_t>("background_id")),
               layer.Attr<int64_t>("topk"),
               layer.Attr<int64_t>("coord_start"),
               layer.Attr<int64_t>("score_index"),
               layer.Attr<int64_t>("id_index"),
               layer.Attr<int64_t>("id_index") >= 0 && !layer.Attr<bool>("force_suppress"),
               layer.Attr<std::string>("in_format") == "center",
               layer.Attr<std::string>("out_format") == "center",
               {static_cast<float>(layer.Attr<double>("overlap_thresh"))}};
  if (!context.AllF32() || a.topk == 0 || shape.NumElements() == 0 || count > int64_t{1} << 31) return std::nullopt;
  KernelChoice choice;
  choice.inputs = {context.PlainInput()};
  choice.outputs = {context.PlainOutput()};
  choice.kernel =
      MakeWorkersKernel<Arrays>("vector", pictures, 1, count, [=](const Binding& memory, int64_t p, Arrays& arrays) {
        const float* src = reinterpret_cast<const float*>(memory.inputs[0]) + p * count * width;
        RunPicture(a, src, count, width, reinterpret_cast<float*>(memory.outputs[0]) + p * count * width, arrays);
      });
  return choice;
}

}  // namespace moir::runtime
