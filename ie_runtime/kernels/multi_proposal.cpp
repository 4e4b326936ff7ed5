// MultiProposal: rows of the feature map in parallel, then suppression with many boxes at once.
#include "graph/ops/multi_proposal.h"

#include "ie_runtime/kernels/factories.h"
#include "ie_runtime/kernels/nms.h"
#include "ie_runtime/threads.h"

namespace moir::runtime {
namespace {

struct Arrays {
  Arrays(Workspace& workspace, int64_t predicted)
      : boxes(workspace.Take<graph::ProposedBox>(predicted)),
        keys(workspace.Take<uint64_t>(predicted)),
        kept(workspace, predicted) {}
  graph::ProposedBox* boxes;
  uint64_t* keys;
  KeptBoxes kept;
};

void SuppressAndWrite(Arrays& arrays, int64_t count, int64_t pre, int64_t post, float threshold, int64_t picture,
                      float* rois, float* scores) {
  for (int64_t i = 0; i < count; ++i) arrays.keys[i] = ScoreKey(arrays.boxes[i].score, static_cast<uint32_t>(i));
  const auto keys = KeepBest({arrays.keys, static_cast<size_t>(count)}, pre > 0 ? pre : count);
  KeptBoxes& kept = arrays.kept;
  kept.Reset({threshold, 1});
  const auto write = [&](int64_t i, const float* corners, float score) {
    rois[i * 5] = static_cast<float>(picture);
    std::copy_n(corners, 4, rois + i * 5 + 1);
    scores[i] = score;
  };
  for (const uint64_t key : keys) {
    if (kept.Count() == post) break;
    const graph::ProposedBox& b = arrays.boxes[IndexOfKey(key)];
    const CornerBox box{b.xmin, b.ymin, b.xmax, b.ymax, (b.xmax - b.xmin + 1) * (b.ymax - b.ymin + 1), 0};
    if (kept.Suppresses(box)) continue;
    const float corners[] = {b.xmin, b.ymin, b.xmax, b.ymax};
    write(kept.Count(), corners, b.score);
    kept.Add(box);
  }
  for (int64_t i = kept.Count(); i < post; ++i) write(i, rois + i % kept.Count() * 5 + 1, scores[i % kept.Count()]);
}

}  // namespace

std::optional<KernelChoice> MakeMultiProposal(const KernelContext& context) {
  const Layer& layer = context.GetLayer();
  KernelChoice choice;
  for (size_t i = 0; i < 3; ++i) choice.inputs.push_back(context.PlainInput(i));
  choice.outputs = {context.PlainOutput(0), context.PlainOutput(1)};
  const int64_t pre = layer.Attr<int64_t>("rpn_pre_nms_top_n"), post = layer.Attr<int64_t>("rpn_post_nms_top_n");
  const auto threshold = static_cast<float>(layer.Attr<double>("threshold"));
  const Shape& shape = context.InputShape();
  const graph::ProposalPredictor predictor(*layer.node, shape);
  choice.kernel = MakeWorkersKernel<Arrays>(
      "vector", shape[0], 1, predictor.Boxes(), [=](const Binding& memory, int64_t picture, Arrays& arrays) {
        const auto input = [&](size_t i) { return reinterpret_cast<const float*>(memory.inputs[i]); };
        const auto output = [&](size_t i) { return reinterpret_cast<float*>(memory.outputs[i]); };
        ParallelFor(predictor.Rows(), 1, [&](int64_t first, int64_t last) {
          for (int64_t y = first; y < last; ++y) {
            predictor.PredictRow(picture, {input(0), input(1), input(2) + picture * 3}, y,
                                 arrays.boxes + y * predictor.BoxesPerRow());
          }
        });
        SuppressAndWrite(arrays, predictor.Boxes(), pre, post, threshold, picture, output(0) + picture * post * 5,
                         output(1) + picture * post);
      });
  return choice;
}

}  // namespace moir::runtime
