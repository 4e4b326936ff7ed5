#!/usr/bin/env python3
"""Writes tests/data/graph/openvino_shape_op_cases.txt: operators that move, pick, resize and recur, and what OpenVINO computes.

Usage: make_openvino_shape_op_cases.py OUTPUT     (needs the package "openvino"; made with 2026.x)

Each case is a graph in our text form without parameters; its outputs come in pairs, what the operator gives and what it
should give.
"""
import sys

import numpy as np
import openvino as ov
from openvino import opset10 as o10
from openvino import opset8 as o8

rng = np.random.default_rng(21)
core = ov.Core()
TYPE_NAMES = {"float32": "f32", "int32": "i32", "int64": "i64", "bool": "boolean"}
cases = []


def constant(name, array):
    shape = ",".join(str(d) for d in array.shape)
    values = ", ".join(repr(float(v)) if array.dtype.kind == "f" else str(int(v)) for v in array.ravel())
    return f"{name} : {TYPE_NAMES[array.dtype.name]}[{shape}] = {{{values}}}"


def attribute(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(attribute(v) for v in value) + "]"
    return repr(value)


def case(name, op, arrays, node, fixed=None, reference=False, **attributes):
    """`node(*inputs)` builds the operator. Inputs in `fixed` (all but the first by default) are constants for OpenVINO too.
    The CPU plug-in computes, or with `reference` OpenVINO's own evaluation, which constant folding uses."""
    fixed = range(1, len(arrays)) if fixed is None else fixed
    inputs, parameters, values = [], [], []
    for i, array in enumerate(arrays):
        if i in fixed:
            inputs.append(o8.constant(array))
        else:
            parameters.append(o8.parameter(list(array.shape), array.dtype))
            inputs.append(parameters[-1])
            values.append(array)
    made = node(*inputs)
    results = []
    if reference:
        results = [ov.Tensor(made.get_output_element_type(0), made.get_output_shape(0))]
        assert made.evaluate(results, [ov.Tensor(a) for a in arrays])
        results = [results[0].data]
    compiled = None if reference else core.compile_model(ov.Model([made.output(i) for i in range(made.get_output_size())], parameters), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = results or compiled(values)
    lines = [f"== {name}"] + [constant(f"in{i}", array) for i, array in enumerate(arrays)]
    arguments = ", ".join(f"in{i}" for i in range(len(arrays)))
    lines.append(f"y = {op}({arguments})" + "".join(f" {key}={attribute(value)}" for key, value in attributes.items()))
    outputs = []
    for i in range(made.get_output_size()):
        lines.append(constant(f"expected{i}", np.array(results[i])))
        outputs += [f"y.{i}" if made.get_output_size() > 1 else "y", f"expected{i}"]
    lines.append("return " + ", ".join(outputs))
    cases.append("\n".join(lines))


def f(*shape, low=-1.0, high=1.0):
    return rng.uniform(low, high, shape).astype(np.float32).round(2)


def i64(*values):
    return np.array(values, dtype=np.int64)


def scalar(value, dtype=np.int64):
    return np.array(value, dtype=dtype)


for axis in [0, 1, -1]:
    shapes = [[2, 3, 2], [2, 3, 2]]
    shapes[1][axis] += 1
    case(f"concat_{axis}", "Concat", [f(*shapes[0]), f(*shapes[1])], lambda a, b: o8.concat([a, b], axis), fixed=(), axis=axis)
for axis in [0, 1, -1]:
    case(f"split_{axis}", "Split", [f(2, 4, 6), scalar(axis)], lambda x, a: o8.split(x, a, 2), num_splits=2)
for axis, lengths in [(1, (1, 3)), (-1, (2, -1, 1)), (0, (-1,)), (2, (0, 6))]:
    case(f"variadic_split_{axis}_{len(lengths)}", "VariadicSplit", [f(2, 4, 6), scalar(axis), i64(*lengths)], o8.variadic_split)
for pattern, zero in [((3, -1), False), ((0, -1), True), ((0, 0, 2, -1), True), ((-1,), False), ((4, 3, 2), False), ((-1, 0), True)]:
    case(f"reshape_{pattern}_{zero}", "Reshape", [f(2, 3, 4), i64(*pattern)], lambda x, p: o8.reshape(x, p, zero), special_zero=zero)
case("squeeze", "Squeeze", [f(1, 3, 1, 2), i64(0, -2)], o8.squeeze)
case("unsqueeze", "Unsqueeze", [f(3, 2), i64(0, -1)], o8.unsqueeze)
case("unsqueeze_inner", "Unsqueeze", [f(3, 2), i64(1, 2)], o8.unsqueeze)
for order in [(2, 0, 1), (1, 0, 2), (0, 1, 2)]:
    case(f"transpose_{order}", "Transpose", [f(2, 3, 4), i64(*order)], o8.transpose)
case("transpose_4d", "Transpose", [f(2, 3, 2, 2), i64(0, 2, 3, 1)], o8.transpose)
case("broadcast_numpy", "Broadcast", [f(3, 1), i64(2, 3, 4)], lambda x, t: o8.broadcast(x, t, broadcast_spec="NUMPY"))
case("broadcast_bidirectional", "Broadcast", [f(2, 1, 4), i64(3, 1)], lambda x, t: o8.broadcast(x, t, broadcast_spec="BIDIRECTIONAL"), mode="bidirectional")
for repeats in [(2, 1, 3), (2,), (2, 1, 1, 2)]:
    case(f"tile_{len(repeats)}", "Tile", [f(1, 2, 3), i64(*repeats)], o8.tile)
for axis in [0, 1, -1]:
    case(f"gather_{axis}", "Gather", [f(3, 3, 3), np.array([[0, 2], [1, -1]], np.int64), scalar(axis)], o8.gather)
case("gather_scalar", "Gather", [f(3, 4), scalar(1), scalar(0)], o8.gather)
case("gather_batch", "Gather", [f(2, 3, 4), np.array([[0, 3], [1, 1]], np.int64), scalar(2)], lambda x, i, a: o8.gather(x, i, a, 1), batch_dims=1)
case("gather_nd", "GatherND", [f(3, 4, 2), np.array([[0, 1], [2, 3]], np.int64)], lambda x, i: o8.gather_nd(x, i))
case("gather_nd_full", "GatherND", [f(3, 4), np.array([[[0, 1]], [[2, 3]]], np.int64)], lambda x, i: o8.gather_nd(x, i))
case("gather_nd_batch", "GatherND", [f(2, 3, 4), np.array([[1], [0]], np.int64)], lambda x, i: o8.gather_nd(x, i, 1), batch_dims=1)
for name, start, stop, step, axes in [("front", (0, 1), (2, 3), (1, 1), (0, 2)), ("steps", (0, 1), (9, 9), (2, 2), (1, 2)), ("back", (-1, -1), (-9, 0), (-1, -2), (1, 2)),
                                      ("negative", (-3,), (-1,), (1,), (2,)), ("clamped", (-100,), (100,), (3,), (-1,)), ("one", (1,), (2,), (5,), (0,))]:
    case(f"slice_{name}", "Slice", [f(2, 4, 5), i64(*start), i64(*stop), i64(*step), i64(*axes)], o8.slice)
case("slice_all_axes", "Slice", [f(3, 4), i64(1, 0), i64(3, 4), i64(1, 3)], lambda x, a, b, c: o8.slice(x, a, b, c))
for mode in ["constant", "edge", "reflect", "symmetric"]:
    case(f"pad_{mode}", "Pad", [f(2, 3, 4), i64(0, 1, 2), i64(1, 2, 1) if mode != "reflect" else i64(1, 2, 3)],
         lambda x, b, e: o8.pad(x, b, e, mode), pad_mode=mode)
case("pad_value", "Pad", [f(2, 3), i64(1, 0), i64(0, 2), scalar(1.5, np.float32)], lambda x, b, e, v: o8.pad(x, b, e, "constant", v))
case("shape_of", "ShapeOf", [f(2, 3, 4)], lambda x: o8.shape_of(x))
case("shape_of_i32", "ShapeOf", [f(2, 3, 4)], lambda x: o8.shape_of(x, "i32"), output_type="i32")
for axis in [-1, 0, 1]:
    case(f"one_hot_{axis}", "OneHot", [np.array([[0, 2], [3, 1]], np.int64), scalar(3), scalar(2.5, np.float32), scalar(-1, np.float32)],
         lambda i, d, a, b: o8.one_hot(i, d, a, b, axis), axis=axis)
for mode, sort, axis in [("max", "value", 1), ("min", "value", 2), ("max", "index", 0), ("min", "index", -1)]:
    case(f"top_k_{mode}_{sort}", "TopK", [f(4, 5, 3), scalar(2)], lambda x, k: o8.topk(x, k, axis, mode, sort), axis=axis, mode=mode, sort=sort)
case("top_k_i64", "TopK", [f(2, 5), scalar(5)], lambda x, k: o8.topk(x, k, 1, "max", "value", "i64"), axis=1, index_element_type="i64")
for name, start, stop, step in [("up", 1, 6, 2), ("down", 5, 0, -2), ("empty", 3, 3, 1)]:
    case(f"range_{name}", "Range", [scalar(start), scalar(stop), scalar(step)], lambda a, b, c: o8.range(a, b, c, "i64"), fixed=(), output_type="i64")
case("range_float", "Range", [scalar(v, np.float32) for v in (0.5, 2.1, 0.5)], lambda a, b, c: o8.range(a, b, c, "f32"), fixed=(), output_type="f32")

# Interpolate: every mode, growing and shrinking.
for coordinates in ["half_pixel", "pytorch_half_pixel", "asymmetric", "tf_half_pixel_for_nn", "align_corners"]:
    for size in [(7, 2), (3, 9)]:
        for mode, nearest in [("nearest", n) for n in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "simple")] + [("linear_onnx", "floor"), ("cubic", "floor"),
                                                                                                                              ("linear", "floor")]:
            if nearest != "floor" and coordinates not in ("half_pixel", "asymmetric"):
                continue
            case(f"interpolate_{mode}_{nearest}_{coordinates}_{size}", "Interpolate",
                 [f(1, 2, 4, 5), i64(*size), np.array([size[0] / 4, size[1] / 5], np.float32), i64(2, 3)],
                 lambda x, s, c, a: o10.interpolate(x, s, c, mode, "sizes", [0] * 4, [0] * 4, coordinates, nearest, False, -0.75, a),
                 mode=mode, shape_calculation_mode="sizes", coordinate_transformation_mode=coordinates, nearest_mode=nearest)
for scale in [(2.0, 2.0), (0.5, 1.5)]:
    case(f"interpolate_scales_{scale}", "Interpolate", [f(1, 2, 4, 6), i64(0, 0), np.array(scale, np.float32), i64(2, 3)],
         lambda x, s, c, a: o10.interpolate(x, s, c, "nearest", "scales", [0] * 4, [0] * 4, "asymmetric", "floor", False, -0.75, a),
         mode="nearest", shape_calculation_mode="scales", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
# The plug-in leaves out antialias, against the specification.
case("interpolate_antialias", "Interpolate", [f(1, 1, 8, 9), i64(3, 4), np.array([3 / 8, 4 / 9], np.float32), i64(2, 3)],
     lambda x, s, c, a: o10.interpolate(x, s, c, "linear", "sizes", [0] * 4, [0] * 4, "half_pixel", "floor", True, -0.75, a),
     reference=True, mode="linear", shape_calculation_mode="sizes", antialias=True)

# Recurrent layers: [batch, directions, ...], sequences of different lengths.
B, T, I, H = 2, 3, 3, 2
for direction in ["forward", "reverse", "bidirectional"]:
    d = 2 if direction == "bidirectional" else 1
    for lengths in [(T, T), (2, 3)]:
        x, h, c, n = f(B, T, I), f(B, d, H), f(B, d, H), i64(*lengths)
        label = f"{direction}_{lengths[0]}"
        case(f"lstm_{label}", "LSTMSequence", [x, h, c, n, f(d, 4 * H, I), f(d, 4 * H, H), f(d, 4 * H)],
             lambda *a: o8.lstm_sequence(*a, H, direction), fixed=(3, 4, 5, 6), hidden_size=H, direction=direction)
        case(f"rnn_{label}", "RNNSequence", [x, h, n, f(d, H, I), f(d, H, H), f(d, H)], lambda *a: o8.rnn_sequence(*a, H, direction), fixed=(2, 3, 4, 5),
             hidden_size=H, direction=direction)
        for before in [False, True]:
            case(f"gru_{label}_{before}", "GRUSequence", [x, h, n, f(d, 3 * H, I), f(d, 3 * H, H), f(d, (4 if before else 3) * H)],
                 lambda *a: o8.gru_sequence(*a, H, direction, linear_before_reset=before), fixed=(2, 3, 4, 5), hidden_size=H, direction=direction, linear_before_reset=before)
case("rnn_relu", "RNNSequence", [f(1, 4, 2), f(1, 1, 3), i64(4), f(1, 3, 2), f(1, 3, 3), f(1, 3)], lambda *a: o8.rnn_sequence(*a, 3, "forward", ["relu"]),
     fixed=(2, 3, 4, 5), hidden_size=3, activations=["relu"])

with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write(f"# What OpenVINO {ov.__version__.split('-')[0]} computes; written by tests/oracle/make_openvino_shape_op_cases.py\n")
    out.write("\n".join(cases) + "\n")
print(len(cases), "cases")
