#!/usr/bin/env python3
"""Writes tests/data/graph/openvino_op_cases.txt: single operators with inputs and what OpenVINO computes for them.

Usage: make_openvino_op_cases.py OUTPUT     (needs the package "openvino"; made with 2026.x)

Each case is a graph in our text form, without parameters, with two outputs: the operator and what it should give.
"""
import sys

import numpy as np
import openvino as ov
from openvino import opset8 as o8
from openvino import opset9 as o9

rng = np.random.default_rng(20)
core = ov.Core()
TYPE_NAMES = {"float32": "f32", "float64": "f64", "int32": "i32", "int64": "i64", "int8": "i8", "uint8": "u8", "bool": "boolean"}
cases = []


def number(value):
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, np.integer):
        return str(int(value))
    return np.format_float_scientific(value, unique=True, trim="-") if value and abs(value) < 1e-3 else np.format_float_positional(value, unique=True, trim="-")


def constant(name, array):
    shape = ",".join(str(d) for d in array.shape)
    values = ", ".join(number(v) for v in array.ravel())
    return f"{name} : {TYPE_NAMES[array.dtype.name]}[{shape}] = {{{values}}}"


def attribute(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(attribute(v) for v in value) + "]"
    return str(value)


def case(name, op, arrays, node, fixed=(), reference=False, **attributes):
    """`node(*inputs)` builds the operator; inputs in `fixed` are constants for OpenVINO too. The CPU plug-in computes, or
    with `reference` OpenVINO's own evaluation, which constant folding uses."""
    inputs, parameters = [], []
    for i, array in enumerate(arrays):
        if i in fixed:
            inputs.append(o8.constant(array))
        else:
            parameters.append(o8.parameter(list(array.shape), array.dtype))
            inputs.append(parameters[-1])
    output = node(*inputs)
    if reference:
        tensor = ov.Tensor(output.get_output_element_type(0), output.get_output_shape(0))
        assert output.evaluate([tensor], [ov.Tensor(a) for a in arrays])
        result = tensor.data.copy()
    else:
        compiled = core.compile_model(ov.Model([output], parameters), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        result = compiled([a for i, a in enumerate(arrays) if i not in fixed])[0]
    lines = [f"== {name}"]
    lines += [constant(f"in{i}", array) for i, array in enumerate(arrays)]
    arguments = ", ".join(f"in{i}" for i in range(len(arrays)))
    texts = "".join(f" {key.replace('__', '-')}={attribute(value)}" for key, value in attributes.items())
    lines += [f"y = {op}({arguments}){texts}", constant("expected", result), "return y, expected"]
    cases.append("\n".join(lines))


def f(*shape, low=-1.0, high=1.0):
    return (rng.uniform(low, high, shape)).astype(np.float32).round(3)


def i64(*values):
    return np.array(values, dtype=np.int64)


# One-input functions.
for op, function, low, high in [
    ("Abs", o8.abs, -2, 2), ("Acos", o8.acos, -1, 1), ("Acosh", o8.acosh, 1, 4), ("Asin", o8.asin, -1, 1), ("Asinh", o8.asinh, -3, 3),
    ("Atan", o8.atan, -3, 3), ("Atanh", o8.atanh, -0.9, 0.9), ("Ceiling", o8.ceiling, -3, 3), ("Cos", o8.cos, -4, 4), ("Cosh", o8.cosh, -3, 3),
    ("Erf", o8.erf, -2, 2), ("Exp", o8.exp, -3, 3), ("Floor", o8.floor, -3, 3), ("Log", o8.log, 0.1, 5), ("Negative", o8.negative, -2, 2),
    ("ReLU", o8.relu, -2, 2), ("Sigmoid", o8.sigmoid, -6, 6), ("Sign", o8.sign, -2, 2), ("Sin", o8.sin, -4, 4), ("Sinh", o8.sinh, -3, 3),
    ("SoftPlus", o8.softplus, -6, 6), ("SoftSign", o9.softsign, -4, 4), ("Sqrt", o8.sqrt, 0, 9), ("Tan", o8.tan, -1.4, 1.4), ("Tanh", o8.tanh, -3, 3)]:
    case(op.lower(), op, [f(2, 5, low=low, high=high)], function)
halves = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, -3.7], np.float32)
for mode in ["half_to_even", "half_away_from_zero"]:
    case(f"round_{mode}", "Round", [halves], lambda x: o8.round(x, mode), mode=mode)
case("clamp", "Clamp", [f(3, 4)], lambda x: o8.clamp(x, -0.25, 0.5), min=-0.25, max=0.5)
case("elu", "Elu", [f(3, 4)], lambda x: o8.elu(x, 0.7), alpha=0.7)
for mode in ["ERF", "TANH"]:
    case(f"gelu_{mode.lower()}", "Gelu", [f(2, 6, low=-3, high=3)], lambda x: o8.gelu(x, mode), approximation_mode=mode)
case("hard_sigmoid", "HardSigmoid", [f(2, 6, low=-4, high=4), np.float32(0.2).reshape(()), np.float32(0.4).reshape(())],
     o8.hard_sigmoid, fixed=(1, 2))
case("prelu_channels", "PRelu", [f(2, 3, 2, 2), f(3)], o8.prelu, fixed=(1,))
case("prelu_one_slope", "PRelu", [f(2, 3, 2), f(1)], o8.prelu, fixed=(1,))
for to in ["i32", "i64", "boolean", "u8", "f32"]:
    case(f"convert_{to}", "Convert", [np.array([0, 1.5, 2.9, 100.2], np.float32)], lambda x: o8.convert(x, to), destination_type=to)

# Two inputs.
floats = [("Add", o8.add), ("Subtract", o8.subtract), ("Multiply", o8.multiply), ("Divide", o8.divide), ("Maximum", o8.maximum),
          ("Minimum", o8.minimum), ("SquaredDifference", o8.squared_difference), ("Mod", o8.mod), ("FloorMod", o8.floor_mod)]
for op, function in floats:
    case(f"{op.lower()}_broadcast", op, [f(2, 1, 3, low=-4, high=4), f(4, 1, low=0.5, high=3)], function)
case("power", "Power", [f(2, 3, low=0.1, high=3), f(3, low=-2, high=2)], o8.power)
integers = np.array([-7, -6, -1, 0, 1, 6, 7], np.int32)
for op, function in [("Divide", o8.divide), ("Mod", o8.mod), ("FloorMod", o8.floor_mod), ("Maximum", o8.maximum)]:
    for divisor in [3, -3]:
        # The plug-in divides integers towards zero, against the specification of Divide.
        case(f"{op.lower()}_integers_{divisor}", op, [integers, np.array([divisor], np.int32)], function, reference=True)
for op, function in [("Equal", o8.equal), ("NotEqual", o8.not_equal), ("Less", o8.less), ("LessEqual", o8.less_equal),
                     ("Greater", o8.greater), ("GreaterEqual", o8.greater_equal)]:
    case(op.lower(), op, [np.array([[1, 2, 3]], np.float32), np.array([[1], [2]], np.float32)], function)
bits = np.array([[True, False]]), np.array([[True], [False]])
for op, function in [("LogicalAnd", o8.logical_and), ("LogicalOr", o8.logical_or), ("LogicalXor", o8.logical_xor)]:
    case(op.lower(), op, list(bits), function)
case("logicalnot", "LogicalNot", [bits[0]], o8.logical_not)
case("select", "Select", [np.array([[True], [False]]), f(2, 3), f(3)], o8.select)

# Windows.
for name, data, weights, strides, begin, end, dilations in [
    ("1d", (2, 3, 9), (4, 3, 3), [2], [1], [2], [1]),
    ("2d", (1, 3, 7, 6), (2, 3, 3, 2), [2, 1], [1, 0], [0, 1], [1, 1]),
    ("2d_dilated", (1, 2, 9, 8), (3, 2, 3, 3), [1, 2], [2, 1], [2, 3], [2, 2]),
    ("2d_wide_pads", (1, 1, 3, 3), (1, 1, 2, 2), [1, 1], [2, 3], [3, 2], [1, 1]),
    ("3d", (1, 2, 4, 5, 4), (2, 2, 2, 3, 2), [1, 2, 1], [1, 0, 1], [0, 1, 1], [2, 1, 1])]:
    case(f"convolution_{name}", "Convolution", [f(*data), f(*weights)], lambda x, w: o8.convolution(x, w, strides, begin, end, dilations),
         fixed=(1,), strides=strides, pads_begin=begin, pads_end=end, dilations=dilations)
    out = 2
    transposed = f(data[1], out, *weights[2:])
    padding = [s - 1 for s in strides]
    if name != "2d_wide_pads":
        case(f"convolution_backprop_data_{name}", "ConvolutionBackpropData", [f(*data), transposed],
             lambda x, w: o8.convolution_backprop_data(x, w, strides, None, begin, end, dilations, "explicit", padding), fixed=(1,),
             strides=strides, pads_begin=begin, pads_end=end, dilations=dilations, output_padding=padding)
case("group_convolution", "GroupConvolution", [f(2, 4, 5, 5), f(2, 3, 2, 3, 3)],
     lambda x, w: o8.group_convolution(x, w, [1, 1], [1, 1], [1, 1], [1, 1]), fixed=(1,), strides=[1, 1], pads_begin=[1, 1], pads_end=[1, 1])
case("depthwise_convolution", "GroupConvolution", [f(1, 3, 5, 5), f(3, 1, 1, 3, 3)],
     lambda x, w: o8.group_convolution(x, w, [2, 2], [1, 1], [1, 1], [1, 1]), fixed=(1,), strides=[2, 2], pads_begin=[1, 1], pads_end=[1, 1])
case("group_convolution_backprop_data", "GroupConvolutionBackpropData", [f(2, 4, 3, 3), f(2, 2, 3, 3, 2)],
     lambda x, w: o8.group_convolution_backprop_data(x, w, [2, 2], pads_begin=[1, 0], pads_end=[0, 1], dilations=[1, 1]), fixed=(1,),
     strides=[2, 2], pads_begin=[1, 0], pads_end=[0, 1])
for pad in ["same_upper", "same_lower", "valid"]:
    case(f"convolution_{pad}", "Convolution", [f(1, 1, 6, 5), f(1, 1, 3, 2)],
         lambda x, w: o8.convolution(x, w, [2, 2], [0, 0], [0, 0], [1, 1], pad), fixed=(1,), strides=[2, 2], auto_pad=pad)
for name, shape, kernel, strides, begin, end, rounding in [
    ("1d", (2, 2, 8), [3], [2], [1], [0], "floor"), ("2d", (1, 2, 6, 7), [3, 2], [2, 2], [1, 0], [0, 1], "floor"),
    ("2d_ceil", (1, 1, 6, 6), [3, 3], [2, 2], [0, 0], [0, 0], "ceil"), ("3d", (1, 2, 4, 4, 5), [2, 3, 2], [1, 2, 2], [0, 1, 0], [1, 1, 0], "floor")]:
    common = dict(kernel=kernel, strides=strides, pads_begin=begin, pads_end=end, rounding_type=rounding)
    case(f"max_pool_{name}", "MaxPool", [f(*shape)], lambda x: ov.opset1.max_pool(x, strides, begin, end, kernel, rounding), **common)
    for exclude in [True, False]:
        if rounding == "floor" or exclude:
            case(f"avg_pool_{name}_{'in' if not exclude else 'ex'}clusive", "AvgPool", [f(*shape)],
                 lambda x: o8.avg_pool(x, strides, begin, end, kernel, exclude, rounding), exclude__pad=exclude, **common)

# Matrices, normalizations, reductions.
for name, a, b, ta, tb in [("plain", (2, 3), (3, 4), False, False), ("transposed", (3, 2), (4, 3), True, True), ("batch", (2, 1, 2, 3), (3, 3, 2), False, False),
                           ("batch_transposed", (2, 3, 2), (4, 3), True, True), ("vector_matrix", (3,), (2, 3, 2), True, False),
                           ("matrix_vector", (2, 3), (3,), False, True), ("vectors", (4,), (4,), False, False)]:
    case(f"matmul_{name}", "MatMul", [f(*a), f(*b)], lambda x, y: o8.matmul(x, y, ta, tb), transpose_a=ta, transpose_b=tb)
case("batch_norm_inference", "BatchNormInference", [f(2, 3, 2, 2), f(3), f(3), f(3), f(3, low=0.1, high=2)],
     lambda x, g, b, m, v: o8.batch_norm_inference(x, g, b, m, v, 0.01), fixed=(1, 2, 3, 4), epsilon=0.01)
for name, axes, variance, mode in [("inside", (2, 3), True, "inside_sqrt"), ("outside", (1, -1), True, "outside_sqrt"), ("mean_only", (1, 2, 3), False, "inside_sqrt")]:
    case(f"mvn_{name}", "MVN", [f(2, 3, 2, 3), i64(*axes)], lambda x, a: o8.mvn(x, a, variance, 0.01, mode), fixed=(1,),
         normalize_variance=variance, eps=0.01, eps_mode=mode)
# The plug-in adds eps in mode "max" too, and takes the bias of LRN for 1.
for name, axes in [("channels", (1,)), ("two", (1, 2)), ("all", (1, 2, 3))]:
    case(f"normalize_l2_{name}", "NormalizeL2", [f(2, 3, 2, 2), i64(*axes)], lambda x, a: o8.normalize_l2(x, a, 0.05, "add"), fixed=(1,), eps=0.05, eps_mode="add")
for name, axes, size in [("channels", (1,), 3), ("plane", (2, 3), 3), ("wide", (1,), 5), ("even", (1,), 4)]:
    case(f"lrn_{name}", "LRN", [f(2, 4, 3, 3), i64(*axes)], lambda x, a: o8.lrn(x, a, 0.3, 0.75, 1.0, size), fixed=(1,), alpha=0.3, beta=0.75, bias=1.0, size=size)
for axis in [0, 1, -1]:
    case(f"softmax_{axis}", "Softmax", [f(2, 3, 4, low=-5, high=5)], lambda x: o8.softmax(x, axis), axis=axis)
    case(f"log_softmax_{axis}", "LogSoftmax", [f(2, 3, 4, low=-5, high=5)], lambda x: o8.log_softmax(x, axis), axis=axis)
for op, function in [("ReduceSum", o8.reduce_sum), ("ReduceMean", o8.reduce_mean), ("ReduceMax", o8.reduce_max), ("ReduceMin", o8.reduce_min),
                     ("ReduceProd", o8.reduce_prod), ("ReduceL1", o8.reduce_l1), ("ReduceL2", o8.reduce_l2)]:
    for name, axes, keep in [("last", (-1,), False), ("two", (0, 2), True), ("all", (0, 1, 2), False)]:
        case(f"{op.lower()}_{name}", op, [f(2, 3, 4), i64(*axes)], lambda x, a: function(x, a, keep), fixed=(1,), keep_dims=keep)
case("reducesum_integers", "ReduceSum", [np.arange(6, dtype=np.int32).reshape(2, 3), i64(1)], lambda x, a: o8.reduce_sum(x, a, False), fixed=(1,))

with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(f"# What OpenVINO {ov.get_version().split('-')[0]} computes; written by tests/oracle/make_openvino_op_cases.py\n")
    file.write("\n".join(cases) + "\n")
print(len(cases), "cases")
