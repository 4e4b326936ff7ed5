// Functions that make nodes of layers which are not operators of ours as they stand: other versions of them, other
// spellings, and operators that others express. One line per layer type in ir_v10_v11_operators.cpp.
#pragma once

#include <vector>

#include "graph/ir/ir_v10_v11_layer.h"

namespace moir::graph {

// ir_v10_v11_move_operators.cpp: elements are picked, moved, repeated.
std::vector<Value> NetBatchToSpace(NetLayerBuilder& layer);
std::vector<Value> NetBroadcast(NetLayerBuilder& layer);
std::vector<Value> NetDepthToSpace(NetLayerBuilder& layer);
std::vector<Value> NetExtractImagePatches(NetLayerBuilder& layer);
std::vector<Value> NetEye(NetLayerBuilder& layer);
std::vector<Value> NetGatherNd5(NetLayerBuilder& layer);
std::vector<Value> NetPad(NetLayerBuilder& layer);
std::vector<Value> NetReorgYolo(NetLayerBuilder& layer);
std::vector<Value> NetReverse(NetLayerBuilder& layer);
std::vector<Value> NetScatterUpdate(NetLayerBuilder& layer);
std::vector<Value> NetShuffleChannels(NetLayerBuilder& layer);
std::vector<Value> NetSpaceToBatch(NetLayerBuilder& layer);
std::vector<Value> NetSpaceToDepth(NetLayerBuilder& layer);
std::vector<Value> NetStridedSlice(NetLayerBuilder& layer);

// ir_v10_v11_sequence_operators.cpp: recurrent cells and sequences, attention, Einsum.
std::vector<Value> NetEinsum(NetLayerBuilder& layer);
std::vector<Value> NetGruCell(NetLayerBuilder& layer);
std::vector<Value> NetGruSequence(NetLayerBuilder& layer);
std::vector<Value> NetLstmCell0(NetLayerBuilder& layer);
std::vector<Value> NetLstmCell4(NetLayerBuilder& layer);
std::vector<Value> NetLstmSequence0(NetLayerBuilder& layer);
std::vector<Value> NetLstmSequence5(NetLayerBuilder& layer);
std::vector<Value> NetRnnCell(NetLayerBuilder& layer);
std::vector<Value> NetRnnSequence(NetLayerBuilder& layer);
std::vector<Value> NetScaledDotProductAttention(NetLayerBuilder& layer);

// ir_v10_v11_detection_operators.cpp: boxes and regions.
std::vector<Value> NetNonMaxSuppression1(NetLayerBuilder& layer);
std::vector<Value> NetNonMaxSuppression5(NetLayerBuilder& layer);
std::vector<Value> NetPriorBox(NetLayerBuilder& layer);
std::vector<Value> NetPriorBoxClustered(NetLayerBuilder& layer);
std::vector<Value> NetDetectionOutput(NetLayerBuilder& layer);
std::vector<Value> NetProposal(NetLayerBuilder& layer);
std::vector<Value> NetPsRoiPooling(NetLayerBuilder& layer);
std::vector<Value> NetRegionYolo(NetLayerBuilder& layer);
std::vector<Value> NetRoiAlign(NetLayerBuilder& layer);
std::vector<Value> NetRoiPooling(NetLayerBuilder& layer);

}  // namespace moir::graph
