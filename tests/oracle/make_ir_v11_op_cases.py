#!/usr/bin/env python3
"""Writes tests/data/ir_v11_ops: IR v11 files of operators in their versions, with inputs and OpenVINO's results.

Usage: make_ir_v11_op_cases.py DIRECTORY [GROUP...]     (needs the package "openvino"; made with 2026.4)

Each group of operators is one model, GROUP.xml and GROUP.bin, in which every operator has an output of its own;
GROUP.npz holds the inputs ("in:NAME") and what OpenVINO computes in f32 ("out:NAME"). CPU plug-in and OpenVINO's own
evaluation agree on what is here.
"""
import pathlib
import sys

import numpy as np
import openvino as ov
from openvino import opset1, opset2, opset3, opset4, opset5, opset6, opset7, opset8, opset9, opset10, opset11, opset12, opset13, opset14, opset15

GROUPS = {}


class Group:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.parameters, self.feeds, self.results = [], {}, []

    def f(self, *shape, low=-1.0, high=1.0):
        return self.rng.uniform(low, high, shape).astype(np.float32)

    def input(self, array):
        name = f"x{len(self.parameters)}"
        array = np.asarray(array)
        parameter = opset1.parameter(list(array.shape), array.dtype, name=name)
        parameter.output(0).set_names({name})
        self.parameters.append(parameter)
        self.feeds[name] = array
        return parameter

    def x(self, *shape, low=-1.0, high=1.0):
        return self.input(self.f(*shape, low=low, high=high))

    def constant(self, array, type=None):
        return opset1.constant(np.asarray(array, type))

    def i(self, *values):
        return self.constant(np.array(values, np.int64))

    def add(self, name, node, outputs=None):
        node = node if hasattr(node, "get_output_size") else node.get_node()
        for k in range(node.get_output_size()) if outputs is None else outputs:
            output = node.output(k)
            label = name if node.get_output_size() == 1 else f"{name}.{k}"
            result = opset1.result(output, name=f"{label}/result")
            # A value may have one name only; an identity keeps them apart.
            if output.names:
                result = opset1.result(opset1.reshape(output, opset1.constant(np.array(list(output.shape), np.int64)), False), name=f"{label}/result")
                output = result.input_value(0)
            output.set_names({label})
            self.results.append(result)


def group(seed):
    def register(function):
        GROUPS[function.__name__] = (seed, function)
        return function
    return register


@group(1)
def moves(g):
    x, y = g.x(2, 3, 4), g.x(2, 4, 6, 6)
    c = g.constant
    for name, begin, end, stride, masks in [
        ("plain", [0, 1, 0], [2, 3, 4], [1, 1, 2], {}), ("masks", [1, 1, 1], [1, 2, 3], [1, 1, 1], dict(begin=[0, 1, 0], end=[1, 0, 1])),
        ("backwards", [-1, 2, 3], [-3, 0, -5], [-1, -1, -2], {}), ("shrink", [0, -1, 1], [1, 0, 3], [1, 1, 1], dict(shrink=[0, 1, 0])),
        ("new_axis", [0, 0, 1], [0, 2, 2], [1, 1, 1], dict(new=[1, 0, 0])), ("ellipsis", [0, 1], [0, 3], [1, 2], dict(ellipsis=[1, 0])),
        ("all", [0, 0, 0, 1], [1, 9, 0, 3], [1, 1, 1, 1], dict(shrink=[1, 0, 0, 0], ellipsis=[0, 1, 0, 0], new=[0, 0, 1, 0]))]:
        g.add(f"strided_slice_{name}", opset1.strided_slice(x, g.i(*begin), g.i(*end), g.i(*stride),
                                                            *(masks.get(key, [0] * len(begin)) for key in ("begin", "end", "new", "shrink", "ellipsis"))))
    g.add("broadcast_explicit", opset3.broadcast(g.x(3), g.i(2, 3, 4), g.i(1), "explicit"))
    g.add("broadcast_bidirectional", opset3.broadcast(g.x(3, 1), g.i(2, 1, 4), broadcast_spec="bidirectional"))
    for mode in ("blocks_first", "depth_first"):
        g.add(f"depth_to_space_{mode}", opset1.depth_to_space(g.x(1, 8, 2, 3), mode, 2))
        g.add(f"space_to_depth_{mode}", opset1.space_to_depth(g.x(1, 2, 4, 6), mode, 2))
        g.add(f"depth_to_space_3d_{mode}", opset1.depth_to_space(g.x(1, 8, 2, 1, 2), mode, 2))
    g.add("batch_to_space", opset2.batch_to_space(g.x(4, 2, 3, 2), g.i(1, 1, 2, 2), g.i(0, 0, 1, 0), g.i(0, 0, 0, 1)))
    g.add("space_to_batch", opset2.space_to_batch(g.x(1, 2, 3, 4), g.i(1, 1, 2, 2), g.i(0, 0, 1, 0), g.i(0, 0, 0, 2)))
    g.add("shuffle_channels", opset3.shuffle_channels(y, 1, 2))
    g.add("shuffle_channels_last", opset3.shuffle_channels(y, -1, 3))
    g.add("reorg_yolo", opset2.reorg_yolo(y, [2]))
    g.add("reverse_sequence", opset1.reverse_sequence(x, g.i(2, 4), 0, 2))
    g.add("pad_12", opset12.pad(x, g.i(-1, 1, 0), g.i(0, -1, 2), "constant", c(np.float32(0.5))))
    g.add("pad_symmetric", opset1.pad(x, g.i(0, 2, 1), g.i(1, 1, 2), "symmetric"))
    g.add("gather_1", opset1.gather(x, g.i(2, 0, 1), g.i(1)))
    g.add("gather_7", opset7.gather(x, c(np.array([[1, 0], [2, 2]], np.int32)), g.i(1), 1))
    g.add("gather_8", opset8.gather(x, c(np.array([[-1, 0], [2, -3]], np.int32)), g.i(1), 1))
    g.add("gather_nd_5", opset5.gather_nd(g.x(2, 3, 4), c(np.array([[[1], [3], [0]], [[0], [2], [1]]], np.int64)), 2))
    g.add("scatter_update", opset3.scatter_update(x, g.i(2, 0), g.x(2, 2, 4), g.i(1)))
    g.add("scatter_update_2d", opset3.scatter_update(x, c(np.array([[3], [1]], np.int64)), g.x(2, 3, 2, 1), g.i(2)))
    places = c(np.array([[[0, 2, 0, 1]], [[1, 1, 2, -1]]], np.int64))
    for reduction in ("none", "sum", "prod", "min", "max", "mean"):
        for initial in (True, False):
            g.add(f"scatter_elements_12_{reduction}_{initial}", opset12.scatter_elements_update(x, places, g.x(2, 1, 4), g.i(1), reduction, initial))
    for reduction in ("none", "sum", "sub", "prod", "min", "max"):
        g.add(f"scatter_nd_15_{reduction}", opset15.scatter_nd_update(x, c(np.array([[0, 1], [1, 2], [0, 1]], np.int64)), g.x(3, 4), reduction))
    g.add("tile", opset1.tile(x, g.i(2, 1, 1, 3)))
    g.add("range_0", opset1.range(c(np.int64(2)), c(np.int64(11)), c(np.int64(3))) if hasattr(opset1, "range") else opset4.range(2, 11, 3, "i64"))
    g.add("squeeze_15", opset15.squeeze(g.x(1, 3, 1), g.i(0, 2)))
    g.add("eye", opset9.eye(c(np.int32(3)), c(np.int32(4)), c(np.int32(-1)), "f32"))
    for pad in ("valid", "same_upper", "same_lower"):
        g.add(f"extract_image_patches_{pad}", opset3.extract_image_patches(y, [3, 2], [2, 3], [1, 2], pad))
    g.add("one_hot", opset1.one_hot(c(np.array([0, 2, 5], np.int64)), c(np.int64(4)), c(np.float32(2)), c(np.float32(-1)), 0))


@group(2)
def functions(g):
    x = g.x(3, 7, low=-4, high=4)
    c = g.constant
    g.add("swish", opset4.swish(x))
    g.add("swish_beta", opset4.swish(x, c(np.float32(1.5))))
    g.add("hswish", opset4.hswish(x))
    g.add("hsigmoid", opset5.hsigmoid(x))
    g.add("mish", opset4.mish(x))
    g.add("selu", opset1.selu(x, c(np.float32(1.67)), c(np.float32(1.05))))
    g.add("gelu_2", opset2.gelu(x) if hasattr(opset2, "gelu") else opset7.gelu(x, "ERF"))
    g.add("gelu_7", opset7.gelu(x, "TANH"))
    g.add("softsign", opset9.softsign(x))
    flags = g.input(g.rng.integers(0, 2, (2, 3, 4)).astype(bool))
    g.add("reduce_logical_and", opset1.reduce_logical_and(flags, g.i(1), True))
    g.add("reduce_logical_or", opset1.reduce_logical_or(flags, g.i(0, -1), False))
    data = g.x(2, 3, 5)
    bounds = c(np.array([-0.5, 0, 0.25, 0.9], np.float32))
    g.add("bucketize_right", opset3.bucketize(data, bounds, "i64", True))
    g.add("bucketize_left", opset3.bucketize(data, bounds, "i32", False))
    g.add("bucketize_integers", opset3.bucketize(g.input(np.array([3, -1, 5, 8], np.int32)), c(np.array([-1, 3, 5], np.int64)), "i32", True))
    g.add("cum_sum", opset3.cum_sum(data, c(np.int64(1)), True, True))
    g.add("convert_like", opset1.convert_like(data, c(np.array([1], np.int32))))
    g.add("is_inf", opset10.is_inf(g.input(np.array([1, np.inf, -np.inf, np.nan], np.float32)), {"detect_negative": False}))
    for levels in (2, 16, 256):
        g.add(f"fake_quantize_{levels}", opset1.fake_quantize(g.x(2, 3, 4, low=-2, high=2), c(np.float32(-1.13)), c(np.float32(1.27)), c(np.float32(-1.1)),
                                                              c(np.float32(1.3)), levels))
    low = c(g.f(1, 3, 1, low=-1.2, high=-0.7))
    g.add("fake_quantize_channels", opset1.fake_quantize(data, low, c(g.f(1, 3, 1, low=0.4, high=0.9)), low, c(g.f(1, 3, 1, low=0.4, high=0.9)), 255))
    steps = g.x(7, 3, 4)
    mask = c(np.array([[1, 1, 1]] * 4 + [[1, 0, 1]] * 2 + [[0, 1, 1]], np.float32))
    for merge in (True, False):
        g.add(f"ctc_greedy_decoder_{merge}", opset1.ctc_greedy_decoder(steps, mask, merge))
    table = g.x(6, 4)
    lines = c(np.array([[0, 2, 5], [1, 1, 3]], np.int32))
    g.add("embedding_bag_packed_sum", opset3.embedding_bag_packed_sum(table, lines, c(g.f(2, 3))))
    q, k, v = g.x(2, 3, 4), g.x(2, 5, 4), g.x(2, 5, 6)
    g.add("attention", opset13.scaled_dot_product_attention(q, k, v))
    g.add("attention_mask", opset13.scaled_dot_product_attention(q, k, v, g.x(3, 5), c(np.float32(0.3))))
    g.add("attention_boolean", opset13.scaled_dot_product_attention(q, k, v, c(np.array([[1, 1, 0, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool))))
    g.add("attention_causal", opset13.scaled_dot_product_attention(q, k, v, causal=True))
    for equation, shapes in [("abc,acd->abd", [(2, 3, 4), (2, 4, 5)]), ("bij,bkj->bik", [(2, 3, 4), (2, 5, 4)]), ("ab,bc,cd->da", [(2, 3), (3, 4), (4, 2)]),
                             ("abcd->dc", [(2, 3, 2, 4)]), ("i,j->ij", [(3,), (4,)]), ("abc,ab->c", [(2, 3, 4), (2, 3)]), ("ab,cb", [(2, 3), (4, 3)])]:
        g.add(f"einsum_{equation}", opset7.einsum([g.x(*shape) for shape in shapes], equation))
    numbers = g.input(g.rng.permutation(24).reshape(2, 3, 4).astype(np.float32))
    for name, node in [("top_k_1", opset1.topk(numbers, c(np.int64(2)), 2, "max", "value")), ("top_k_3", opset3.topk(numbers, c(np.int32(2)), 1, "min", "index", "i64")),
                       ("top_k_11", opset11.topk(numbers, c(np.int64(3)), -1, "max", "value", "i64", True))]:
        g.add(name, node)


@group(3)
def windows(g):
    x, w = g.x(1, 4, 7, 9), g.x(2, 3, 6)
    c = g.constant
    g.add("max_pool_1", opset1.max_pool(x, [2, 2], [1, 0], [0, 1], [3, 2], "ceil"))
    g.add("max_pool_8", opset8.max_pool(x, [2, 1], [1, 2], [1, 0], [0, 1], [2, 3], "floor", "explicit", "i32", 2))
    g.add("max_pool_14", opset14.max_pool(x, [2, 3], [1, 1], [1, 0], [1, 0], [3, 3], "ceil_torch", "explicit", "i64", 0))
    g.add("max_pool_14_values", opset14.max_pool(x, [2, 3], [1, 1], [1, 0], [1, 0], [3, 3], "ceil_torch", "explicit", "i64", 0), [0])
    g.add("avg_pool_1_excluded", opset1.avg_pool(x, [2, 2], [1, 0], [0, 1], [3, 2], True, "ceil"))
    g.add("avg_pool_1_same", opset1.avg_pool(x, [2, 2], [0, 0], [0, 0], [3, 2], False, "floor", "same_upper"))
    g.add("avg_pool_14", opset14.avg_pool(x, [2, 3], [1, 0], [1, 0], [3, 3], True, "ceil_torch"))
    g.add("avg_pool_14_inclusive", opset14.avg_pool(x, [2, 2], [1, 1], [1, 1], [3, 3], False, "floor"))
    for pad in ("same_upper", "same_lower", "valid"):
        g.add(f"convolution_{pad}", opset1.convolution(x, c(g.f(2, 4, 3, 2)), [2, 2], [0, 0], [0, 0], [1, 1], pad))
        g.add(f"group_convolution_{pad}", opset1.group_convolution(x, c(g.f(2, 3, 2, 3, 2)), [1, 2], [0, 0], [0, 0], [2, 1], pad))
        g.add(f"deconvolution_{pad}", opset1.convolution_backprop_data(x, c(g.f(4, 2, 3, 2)), [2, 2], auto_pad=pad))
    g.add("deconvolution_shape", opset1.convolution_backprop_data(x, c(g.f(4, 2, 3, 3)), [2, 2], g.i(14, 17)))
    for pad in ("same_upper", "same_lower"):
        g.add(f"deconvolution_shape_{pad}", opset1.convolution_backprop_data(x, c(g.f(4, 2, 3, 3)), [2, 2], g.i(14, 17), auto_pad=pad))
    g.add("group_deconvolution", opset1.group_convolution_backprop_data(x, c(g.f(2, 2, 3, 3, 3)), [2, 1], None, [1, 0], [0, 1], [1, 1], "explicit", [1, 0]))
    offsets = g.x(1, 18, 7, 9)
    for name, module in (("1", opset1), ("8", opset8)):
        g.add(f"deformable_convolution_{name}", module.deformable_convolution(x, offsets, c(g.f(3, 4, 3, 3)), [1, 1], [1, 1], [1, 1], [1, 1]))
    g.add("deformable_convolution_8_mask", opset8.deformable_convolution(x, offsets, c(g.f(3, 4, 3, 3)), [1, 1], [1, 1], [1, 1], [1, 1], mask=g.x(1, 9, 7, 9, low=0)))
    g.add("mvn_1", opset1.mvn(x, False, True, 1e-5) if hasattr(opset1, "mvn") else opset2.mvn(x, False, True, 1e-5))
    g.add("mvn_1_across", opset2.mvn(x, True, False, 1e-5) if hasattr(opset2, "mvn") else opset6.mvn(x, g.i(1, 2, 3), False, 1e-5, "inside_sqrt"))
    g.add("mvn_6", opset6.mvn(w, g.i(-1), True, 1e-3, "OUTSIDE_SQRT"))
    g.add("group_normalization", opset12.group_normalization(x, c(g.f(4)), c(g.f(4)), 2, 1e-4))
    g.add("batch_norm_1", opset1.batch_norm_inference(x, c(g.f(4)), c(g.f(4)), c(g.f(4)), c(g.f(4, low=0.2)), 1e-4))
    g.add("batch_norm_5", opset5.batch_norm_inference(x, c(g.f(4)), c(g.f(4)), c(g.f(4)), c(g.f(4, low=0.2)), 1e-4))
    g.add("normalize_l2", opset1.normalize_l2(x, g.i(1), 1e-6, "add"))
    g.add("adaptive_avg_pool", opset8.adaptive_avg_pool(x, g.i(3, 4)))
    for mode in ("nearest", "linear"):
        for align in (True, False):
            g.add(f"interpolate_1_{mode}_{align}", opset1.interpolate(x, g.i(10, 13), {"axes": np.array([2, 3]), "mode": mode, "align_corners": align, "antialias": False,
                                                                                       "pads_begin": np.array([0]), "pads_end": np.array([0])}))
    for size in (2, 4, 5, 6, 11):
        g.add(f"interpolate_11_sizes_{size}", opset11.interpolate(x, g.i(size, size + 1), "nearest", "sizes", None, None, "asymmetric", "floor",
                                                                False, -0.75, g.i(2, 3)))
    for mode, coordinates, nearest in [("nearest", "asymmetric", "floor"), ("nearest", "half_pixel", "round_prefer_ceil"), ("linear_onnx", "half_pixel", "simple"),
                                       ("linear", "align_corners", "simple"), ("cubic", "half_pixel", "simple")]:
        for kind, values in (("sizes", g.i(10, 5)), ("scales", c(np.array([1.5, 0.6], np.float32)))):
            g.add(f"interpolate_11_{mode}_{coordinates}_{nearest}_{kind}", opset11.interpolate(x, values, mode, kind, None, None, coordinates, nearest, False, -0.75, g.i(2, 3)))


@group(4)
def regions(g):
    x = g.x(2, 4, 8, 8)
    c = g.constant
    boxes = g.input(np.array([[0.5, 1, 6, 7], [2, 2, 3.5, 9], [-1, 0, 20, 13]], np.float32))
    pictures = c(np.array([1, 0, 1], np.int32))
    g.add("roi_align_3", opset3.roi_align(x, boxes, pictures, 3, 2, 2, 0.5, "avg"))
    for mode in ("asymmetric", "half_pixel_for_nn", "half_pixel"):
        g.add(f"roi_align_9_{mode}", opset9.roi_align(x, boxes, pictures, 3, 2, 2, 0.5, "avg", mode))
    rois = g.input(np.array([[0, 1, 1, 6, 7], [1, 0, 2, 5, 3]], np.float32))
    g.add("roi_pooling", opset2.roi_pooling(x, rois, [3, 2], 0.5, "max"))
    g.add("psroi_pooling", opset1.psroi_pooling(g.x(2, 8, 6, 6), rois, 2, 2, 0.75, 1, 1, "average"))
    g.add("region_yolo", opset1.region_yolo(g.x(1, 2 * 8, 3, 4), 4, 3, 2, True, [0, 1], 1, 3, [1.0, 2.0, 3.0, 4.0]))
    g.add("region_yolo_logistic", opset1.region_yolo(g.x(1, 2 * 8, 3, 4), 4, 3, 3, False, [0, 2], 1, 3, [1.0, 2.0, 3.0, 4.0]))
    size, picture = g.i(3, 4), g.i(32, 48)
    for name, attributes in {
        "plain": dict(min_size=[9.0], max_size=[17.0], aspect_ratio=[2.0, 0.5], flip=True, variance=[0.1, 0.1, 0.2, 0.2], offset=0.5),
        "step": dict(min_size=[5.0, 8.0], aspect_ratio=[3.0], step=8.0, offset=0.3, clip=True),
        "mxnet": dict(min_size=[0.2, 0.4], aspect_ratio=[2.0], scale_all_sizes=False, step=0.1, offset=0.5),
        "density": dict(fixed_size=[8.0, 12.0], density=[2.0, 1.0], fixed_ratio=[1.0], step=4.0, offset=0.5),
        "density_fraction": dict(fixed_size=[9.7], density=[3.0], fixed_ratio=[1.0], step=4.0, offset=0.5),
        "density_ratios": dict(fixed_size=[9.0], density=[2.0], aspect_ratio=[2.0], flip=True, step=4.0, offset=0.5)}.items():
        full = {key: np.array(value, np.float32) if isinstance(value, list) else value for key, value in attributes.items()}
        full.setdefault("offset", 0.0)
        g.add(f"prior_box_1_{name}", opset1.prior_box(size, picture, full))
        if "min_size" in full:
            g.add(f"prior_box_8_{name}", opset8.prior_box(size, picture, dict(full, min_max_aspect_ratios_order=False)))
    g.add("prior_box_clustered", opset1.prior_box_clustered(size, picture, {"width": np.array([7, 9], np.float32), "height": np.array([5, 11], np.float32), "offset": 0.5,
                                                                            "clip": True, "variance": np.array([0.1, 0.1, 0.2, 0.2], np.float32)}))
    logits, scores = g.x(2, 5 * 4), g.x(2, 5 * 3, low=0)
    corners = g.f(1, 1, 5, 2, low=0, high=0.6)
    priors = np.concatenate([corners, corners + 0.3], 3).reshape(1, 1, 20)
    priors = np.concatenate([priors, np.full_like(priors, 0.1)], 1).astype(np.float32)
    for name, extra in {"caffe": dict(), "mxnet": dict(decrease_label_id=True, clip_before_nms=True)}.items():
        g.add(f"detection_output_{name}", opset1.detection_output(logits, scores, c(priors), dict(num_classes=3, background_label_id=0, top_k=10, keep_top_k=np.array([6]),
            code_type="caffe.PriorBoxParameter.CENTER_SIZE", share_location=True, nms_threshold=0.4, confidence_threshold=0.2, normalized=True, **extra)))
    probabilities, deltas = g.x(2, 12, 4, 5, low=0), g.x(2, 24, 4, 5, low=-0.3, high=0.3)
    for name, module, info, extra in [
        ("1", opset1, [60.0, 75.0, 1.0], dict()), ("4", opset4, [60.0, 75.0, 1.5], dict(clip_after_nms=True, normalize=True, clip_before_nms=False)),
        ("4_tensorflow", opset4, [60.0, 75.0, 1.0, 1.2], dict(framework="tensorflow", box_size_scale=5.0, box_coordinate_scale=10.0))]:
        attributes = dict(base_size=np.uint64(16), pre_nms_topn=np.uint64(80), post_nms_topn=np.uint64(40), nms_thresh=0.5, feat_stride=np.uint64(15), min_size=np.uint64(9), ratio=np.array([0.5, 1, 2], np.float32),
                          scale=np.array([1, 2], np.float32))
        g.add(f"proposal_{name}", module.proposal(probabilities, deltas, c(np.array(info, np.float32)), dict(attributes, **extra)))
    g.add("grid_sample", opset9.grid_sample(x, g.x(2, 3, 5, 2), {"align_corners": True, "mode": "bilinear", "padding_mode": "border"}))


@group(5)
def suppression(g):
    """Their shapes depend on the data: rows of -1 are to be left out."""
    corners = g.f(2, 12, 2, low=0, high=0.7)
    boxes = g.input(np.concatenate([corners, corners + g.f(2, 12, 2, low=0.1, high=0.4)], 2))
    scores = g.x(2, 3, 12, low=0)
    c = g.constant
    g.add("nms_1", opset1.non_max_suppression(boxes, scores, c(np.int64(4)), c(np.float32(0.3)), c(np.float32(0.2)), "corner", True))
    g.add("nms_3", opset3.non_max_suppression(boxes, scores, c(np.int64(4)), c(np.float32(0.3)), c(np.float32(0.2)), "center", False, "i32"))
    g.add("nms_4", opset4.non_max_suppression(boxes, scores, c(np.int64(3)), c(np.float32(0.5)), c(np.float32(0.4)), "corner", False))
    g.add("nms_5", opset5.non_max_suppression(boxes, scores, c(np.int64(5)), c(np.float32(0.4)), c(np.float32(0.1)), c(np.float32(0.5)), "corner", True))
    g.add("nms_9_soft", opset9.non_max_suppression(boxes, scores, c(np.int64(5)), c(np.float32(0.4)), c(np.float32(0.1)), c(np.float32(0.3)), "corner", True))
    g.add("nms_9_zero", opset9.non_max_suppression(boxes, scores, c(np.int64(5)), c(np.float32(0)), c(np.float32(0.1)), None, "corner", True))
    g.add("nms_9", opset9.non_max_suppression(boxes, scores, c(np.int64(5)), c(np.float32(0.4)), c(np.float32(0.1)), None, "corner", False))


@group(6)
def recurrent(g):
    c = g.constant
    x, h, cell = g.x(2, 5), g.x(2, 4), g.x(2, 4)
    xs, hs, cs = g.x(2, 6, 5), g.x(2, 2, 4), g.x(2, 2, 4)
    lengths = c(np.array([6, 4], np.int32))

    def weights(gates, bias=None, directions=None):
        lead = [] if directions is None else [directions]
        return c(g.f(*lead, gates * 4, 5)), c(g.f(*lead, gates * 4, 4)), c(g.f(*lead, (bias or gates) * 4))
    w, r, b = weights(4)
    g.add("lstm_cell_4", opset4.lstm_cell(x, h, cell, w, r, b, 4))
    w, r, b = weights(4)
    g.add("lstm_cell_1", opset1.lstm_cell(x, h, cell, w, r, b, 4))
    w, r, b = weights(3)
    g.add("gru_cell", opset3.gru_cell(x, h, w, r, b, 4))
    w, r, b = weights(3, 4)
    g.add("gru_cell_linear", opset3.gru_cell(x, h, w, r, b, 4, linear_before_reset=True))
    w, r, b = weights(1)
    g.add("rnn_cell", opset1.rnn_cell(x, h, w, r, b, 4, ["tanh"], [], []) if hasattr(opset1, "rnn_cell") else opset3.rnn_cell(x, h, w, r, b, 4, ["tanh"], [], []))
    w, r, b = weights(4, None, 2)
    g.add("lstm_sequence_5", opset5.lstm_sequence(xs, hs, cs, lengths, w, r, b, 4, "bidirectional"))
    w, r, b = weights(3, None, 2)
    g.add("gru_sequence_5", opset5.gru_sequence(xs, hs, lengths, w, r, b, 4, "bidirectional"))
    w, r, b = weights(1, None, 2)
    g.add("rnn_sequence_5", opset5.rnn_sequence(xs, hs, lengths, w, r, b, 4, "bidirectional", ["tanh"]))
    # An LSTM cell over the steps, backwards, as older converters write it.
    for name, backwards in (("forward", False), ("backward", True)):
        step, state, memory = opset1.parameter([2, 1, 5], np.float32), opset1.parameter([2, 4], np.float32), opset1.parameter([2, 4], np.float32)
        w, r, b = weights(4)
        made = opset4.lstm_cell(opset1.squeeze(step, g.i(1)), state, memory, w, r, b, 4)
        out = opset1.result(opset1.unsqueeze(made.output(0), g.i(1)))
        next_state, next_memory = opset1.result(made.output(0)), opset1.result(made.output(1))
        iterator = opset1.tensor_iterator()
        iterator.set_body(ov.Model([out, next_state, next_memory], [step, state, memory], "body"))
        if backwards:
            iterator.set_sliced_input(step, xs.output(0), -1, -1, 1, 0, 1)
        else:
            iterator.set_sliced_input(step, xs.output(0), 0, 1, 1, -1, 1)
        iterator.set_merged_input(state, h.output(0), next_state.output(0))
        iterator.set_merged_input(memory, cell.output(0), next_memory.output(0))
        last = iterator.get_iter_value(next_state.output(0), -1)
        every = iterator.get_concatenated_slices(out.output(0), -1, -1, 1, 0, 1) if backwards else iterator.get_concatenated_slices(out.output(0), 0, 1, 1, -1, 1)
        for label, output in (("last", last), ("every", every)):
            output.set_names({f"iterator_{name}_{label}"})
            g.results.append(opset1.result(output))


def run(folder, name):
    seed, function = GROUPS[name]
    g = Group(seed)
    function(g)
    model = ov.Model(g.results, g.parameters, name)
    xml = folder / f"{name}.xml"
    ov.save_model(model, xml, compress_to_fp16=False)
    core = ov.Core()
    compiled = core.compile_model(core.read_model(xml), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = compiled(g.feeds)
    arrays = {f"in:{key}": value for key, value in g.feeds.items()}
    for output in compiled.outputs:
        arrays[f"out:{output.any_name}"] = np.array(results[output])
    # Half of the file is indentation.
    xml.write_text(xml.read_text(encoding="utf-8").replace("\t", ""), encoding="utf-8")
    np.savez_compressed(folder / f"{name}.npz", **arrays)
    print(name, len(g.results), "results", sum(path.stat().st_size for path in folder.glob(f"{name}.*")), "bytes")


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for chosen in sys.argv[2:] or GROUPS:
        run(directory, chosen)
