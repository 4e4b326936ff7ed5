#!/usr/bin/env python3
"""Writes tests/data/private_operators: small graphs with operators that MXNet does not have.

usage: python make_private_operator_graphs.py OUT_DIR     (Python alone; MXNet could not load most of these)

The graphs are our own. Each has the private operators of a kind of public project, in that project's JSON dialect:

  bmxnet            binary networks of the fork BMXNet: QActivation, QConvolution, QFullyConnected
  rcnn_python       Faster R-CNN with its region proposals in Python: Custom, op_type proposal
  rcnn_old          the same of 2016 and 2017, whose limits are in the training program: attribute is_train
  rcnn_training     the training graph of a detector: Custom, op_type proposal_target, BoxAnnotatorOHEM
  fcis              instance segmentation with _contrib_ChannelOperator of the fork for FCIS
  large_margin      face recognition trained with the plug-in LSoftmax
  angular_margin    face recognition trained with a fork's AmSoftmax
  caffe             CaffeOp, CaffeLoss: layers of Caffe in a graph of MXNet's plug-in
  numpy_op          NumpyOp and NDArrayOp of 2015 and 2016: _Native, _NDArray
  focal_loss        a private loss in Python behind a sigmoid: Custom, op_type focal_loss
  fused             what MXNet itself makes of a graph: _FusedOp, _sg_mkldnn_batch_dot, _TensorRT
  misspelt          names that nothing has
"""
import json
import pathlib
import sys


class Graph:
    def __init__(self, dialect="attrs", version=10400):
        self.nodes, self.dialect, self.version = [], dialect, version

    def add(self, op, name, inputs=(), **attributes):
        entry = lambda i: [i[0], i[1]] if self.dialect == "param" else [i[0], i[1], 0]  # noqa: E731
        node = {"op": op, "name": name, "inputs": [entry(i if isinstance(i, tuple) else (i, 0)) for i in inputs]}
        if attributes:
            node[self.dialect] = {key: str(value) for key, value in attributes.items()}
        if self.dialect == "param":
            node.setdefault("param", {})
            node["backward_source_id"] = -1
        self.nodes.append(node)
        return len(self.nodes) - 1

    def variable(self, name):
        return self.add("null", name)

    def layer(self, op, name, data, *weights, **attributes):
        return self.add(op, name, [data, *(self.variable(f"{name}_{weight}") for weight in weights)], **attributes)

    def save(self, folder, name, *heads):
        graph = {
            "nodes": self.nodes,
            "arg_nodes": [i for i, node in enumerate(self.nodes) if node["op"] == "null"],
            "heads": [([*head] if isinstance(head, tuple) else [head, 0]) + ([] if self.dialect == "param" else [0]) for head in heads],
        }
        if self.dialect != "param":
            graph["attrs"] = {"mxnet_version": ["int", self.version]}
        (folder / f"{name}.json").write_text(json.dumps(graph, indent=1) + "\n")


def dense(graph, name, data, hidden):
    return graph.layer("FullyConnected", name, data, "weight", "bias", num_hidden=hidden)


def regions(folder, name, **attributes):
    g = Graph()
    data, info = g.variable("data"), g.variable("im_info")
    conv = g.layer("Convolution", "rpn_conv", data, "weight", "bias", kernel=(3, 3), pad=(1, 1), num_filter=4)
    score = g.layer("Convolution", "rpn_cls_score", conv, "weight", "bias", kernel=(1, 1), num_filter=6)
    pred = g.layer("Convolution", "rpn_bbox_pred", conv, "weight", "bias", kernel=(1, 1), num_filter=12)
    rois = g.add("Custom", "rois", [score, pred, info], op_type="proposal", feat_stride=16, scales=(8,), ratios=(0.5, 1, 2), **attributes)
    pooled = g.add("ROIPooling", "roi_pool", [conv, rois], pooled_size=(2, 2), spatial_scale=0.0625)
    g.save(folder, name, g.add("softmax", "cls_prob", [dense(g, "cls_score", pooled, 3)]))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)

    g = Graph("attr", 903)
    data = g.variable("data")
    conv = g.layer("Convolution", "conv0", data, "weight", "bias", kernel=(5, 5), num_filter=8)
    norm = g.layer("BatchNorm", "bn0", conv, "gamma", "beta", "moving_mean", "moving_var")
    x = norm
    for i in (1, 2):
        x = g.add("QActivation", f"qact{i}", [x], act_bit=1, backward_only=True)
        x = g.layer("QConvolution", f"qconv{i}", x, "weight", act_bit=1, kernel=(3, 3), num_filter=8, binarized_weights_only=True)
    x = g.layer("QFullyConnected", "qfc", x, "weight", act_bit=1, num_hidden=10, binarized_weights_only=True)
    g.save(folder, "bmxnet", g.add("SoftmaxOutput", "softmax", [x, g.variable("softmax_label")]))

    regions(folder, "rcnn_python", rpn_pre_nms_top_n=20, rpn_post_nms_top_n=4, threshold=0.7, rpn_min_size=4)
    regions(folder, "rcnn_old", is_train=False)

    g = Graph()
    data, boxes, rois = g.variable("data"), g.variable("gt_boxes"), g.variable("rois")
    target = g.add("Custom", "targets", [rois, boxes], op_type="proposal_target", num_classes=3, batch_rois=8)
    pooled = g.add("ROIPooling", "roi_pool", [data, (target, 0)], pooled_size=(2, 2), spatial_scale=0.0625)
    score = dense(g, "cls_score", pooled, 3)
    hard = g.add("Custom", "hard", [score, (target, 1)], op_type="BoxAnnotatorOHEM", num_classes=3, roi_per_img=4)
    g.save(folder, "rcnn_training", g.add("SoftmaxOutput", "cls_prob", [score, hard], use_ignore=True))

    g = Graph()
    data, rois = g.variable("data"), g.variable("rois")
    maps = g.layer("Convolution", "maps", data, "weight", "bias", kernel=(1, 1), num_filter=8)
    pooled = g.add("_contrib_PSROIPooling", "psroi", [maps, rois], spatial_scale=0.0625, output_dim=2, pooled_size=2)
    best = g.add("_contrib_ChannelOperator", "seg_max", [pooled], op_type="Group_Max", group=2)
    g.save(folder, "fcis", g.add("softmax", "cls", [best]), g.add("_contrib_ChannelOperator", "seg_pick", [pooled, best], op_type="Group_Pick", group=2))

    g = Graph()
    embedding = dense(g, "fc1", g.variable("data"), 4)
    weight, label = g.variable("fc7_weight"), g.variable("softmax_label")
    margin = g.add("LSoftmax", "fc7", [embedding, weight, label], num_hidden=3, margin=4, beta=1000, beta_min=3, scale=0.99, verbose=1000)
    g.save(folder, "large_margin", g.add("SoftmaxOutput", "softmax", [margin, label]))

    g = Graph()
    embedding = dense(g, "fc1", g.variable("data"), 4)
    weight, label = g.variable("fc7_weight"), g.variable("softmax_label")
    margin = g.add("AmSoftmax", "fc7", [embedding, weight, label], num_hidden=3, margin=0.35, s=30)
    g.save(folder, "angular_margin", g.add("SoftmaxOutput", "softmax", [margin, label]))

    g = Graph("param")
    data = g.variable("data")
    first = g.add("CaffeOp", "ip1", [data, g.variable("ip1_weight"), g.variable("ip1_bias")], num_weight=2, prototxt="layer{type:'InnerProduct'}")
    act = g.add("CaffeOp", "act1", [first], prototxt="layer{type:'TanH'}")
    g.save(folder, "caffe", g.add("CaffeLoss", "loss", [act, g.variable("label")], grad_scale=1, prototxt="layer{type:'SoftmaxWithLoss'}"))

    g = Graph("param")
    hidden = dense(g, "fc1", g.variable("data"), 4)
    scaled = g.add("_NDArray", "scale", [hidden], info="0x7f0000001000")
    g.save(folder, "numpy_op", g.add("_Native", "softmax", [scaled, g.variable("softmax_label")], info="0x7f0000002000", need_top_grad=False))

    g = Graph()
    hidden = dense(g, "fc1", g.variable("data"), 4)
    score = g.add("Activation", "score", [hidden], act_type="sigmoid")
    losses = [g.add("Custom", f"loss{i}", [score, g.variable(f"target{i}")], op_type="focal_loss", alpha=0.25) for i in range(6)]
    g.save(folder, "focal_loss", *losses)

    g = Graph(version=10901)
    data = g.variable("data")
    point = g.add("_FusedOp", "point", [dense(g, "fc1", data, 4)])
    attention = g.add("_sg_mkldnn_batch_dot", "attention", [point, point])
    g.save(folder, "fused", attention, g.add("_TensorRT", "engine", [point]))

    g = Graph()
    x = g.layer("Convolutoin", "conv0", g.variable("data"), "weight", kernel=(3, 3), num_filter=4)
    g.save(folder, "misspelt", g.add("zyx", "last", [x]))


main()
