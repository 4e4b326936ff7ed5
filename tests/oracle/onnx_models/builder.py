"""Builds small ONNX models node by node, with seeded weights."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = {"f32": TensorProto.FLOAT, "i64": TensorProto.INT64, "i32": TensorProto.INT32, "bool": TensorProto.BOOL, "u8": TensorProto.UINT8, "f16": TensorProto.FLOAT16,
         "i8": TensorProto.INT8}
NUMPY = {"f32": np.float32, "i64": np.int64, "i32": np.int32, "bool": np.bool_, "u8": np.uint8, "f16": np.float16, "i8": np.int8}


class Builder:
    """b.Conv(x, w, kernel_shape=[3, 3]) adds a node and returns its output's name; `outputs=2` gives two."""

    def __init__(self, seed=0, opset=17):
        self.rng = np.random.default_rng(seed)
        self.opset = opset
        self.nodes, self.inputs, self.outputs, self.initializers = [], [], [], []
        self.count = 0
        self.feeds = {}

    def name(self, stem):
        self.count += 1
        return f"{stem}_{self.count}"

    def input(self, name, shape, type="f32", dims=None, low=-1.0, high=1.0):
        """An input, and values for it of shape `shape`. `dims`: as the model declares it, names or None for open sizes."""
        self.inputs.append(helper.make_tensor_value_info(name, TYPES[type], list(shape) if dims is None else dims))
        if type in ("f32", "f16"):
            values = self.rng.uniform(low, high, shape).astype(NUMPY[type])
        else:
            values = self.rng.integers(int(low), int(high) + 1, shape).astype(NUMPY[type])
        self.feeds[name] = values
        return name

    def constant(self, array, type=None):
        array = np.asarray(array, NUMPY[type] if type else None)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        name = self.name("const")
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def weights(self, *shape, scale=None):
        fan = int(np.prod(shape[1:])) if len(shape) > 1 else shape[0]
        return self.constant((self.rng.standard_normal(shape) * (scale or (1.5 / np.sqrt(fan)))).astype(np.float32))

    def positive(self, *shape):
        return self.constant(self.rng.uniform(0.5, 1.5, shape).astype(np.float32))

    def output(self, value, shape=None, type="f32", name=None):
        if name:
            self.nodes.append(helper.make_node("Identity", [value], [name], name=self.name("output")))
            value = name
        self.outputs.append(helper.make_tensor_value_info(value, TYPES[type], shape))

    def __getattr__(self, op):
        if not op[0].isupper():
            raise AttributeError(op)

        def add(*inputs, outputs=1, **attributes):
            names = [self.name(op) for _ in range(outputs)]
            self.nodes.append(helper.make_node(op, list(inputs), names, name=names[0], **attributes))
            return names[0] if outputs == 1 else names
        return add

    def graph(self, name="g"):
        return helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)

    def model(self):
        model = helper.make_model(self.graph(), opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 9
        return model

    # Blocks.
    def conv(self, x, in_channels, out_channels, kernel=3, stride=1, group=1, bias=True, dims=2, dilation=1, pad=None, act=None, bn=False):
        pad = dilation * (kernel // 2) if pad is None else pad
        inputs = [x, self.weights(out_channels, in_channels // group, *[kernel] * dims)]
        if bias:
            inputs.append(self.weights(out_channels))
        y = self.Conv(*inputs, kernel_shape=[kernel] * dims, strides=[stride] * dims, pads=[pad] * (2 * dims), group=group, dilations=[dilation] * dims)
        if bn:
            y = self.BatchNormalization(y, self.positive(out_channels), self.weights(out_channels), self.weights(out_channels), self.positive(out_channels))
        return getattr(self, act)(y) if act else y

    def linear(self, x, inputs, outputs):
        return self.Add(self.MatMul(x, self.weights(inputs, outputs, scale=1 / np.sqrt(inputs))), self.weights(outputs))
