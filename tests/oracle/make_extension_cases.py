#!/usr/bin/env python3
"""Writes tests/data/extensions: models with private operators for the plug-ins of extensions/, and what they compute.

usage: MXNET_SUBGRAPH_BACKEND=NONE python make_extension_cases.py OUT_DIR     (Python 3.8, mxnet 1.9.1, numpy 1.23.5)

MXNet has none of the operators, so each expected value is composed of MXNet's own operators by the formula that the
operator stands for; signs are products of +1 and -1 in f32, nothing is packed or counted. Per model: NAME-symbol.json,
NAME-0000.params, and NAME.npz with the input `data` and the expected outputs under the names of their nodes.
"""
import json
import pathlib
import sys

import mxnet as mx
import numpy as np

nd = mx.nd


class Model:
    def __init__(self, name, data):
        self.name, self.nodes, self.params, self.values, self.heads = name, [], {}, {"data": data}, []
        self.data = self.variable("data")

    def variable(self, name, value=None):
        if value is not None:
            self.params["arg:" + name] = value
        self.nodes.append({"op": "null", "name": name, "inputs": []})
        return len(self.nodes) - 1

    def add(self, op, name, inputs, expected=None, **attributes):
        """A node; an output of the model when its expected value is given."""
        node = {"op": op, "name": name, "inputs": [[i, 0, 0] for i in inputs]}
        if attributes:
            node["attrs"] = {key: str(value) for key, value in attributes.items()}
        self.nodes.append(node)
        if expected is not None:
            self.values[name] = expected
            self.heads.append([len(self.nodes) - 1, 0, 0])
        return len(self.nodes) - 1

    def save(self, folder):
        graph = {
            "nodes": self.nodes,
            "arg_nodes": [i for i, node in enumerate(self.nodes) if node["op"] == "null"],
            "heads": self.heads,
            "attrs": {"mxnet_version": ["int", 10901]},
        }
        (folder / f"{self.name}-symbol.json").write_text(json.dumps(graph, indent=1) + "\n")
        nd.save(str(folder / f"{self.name}-0000.params"), self.params)
        arrays = {key: value.asnumpy() for key, value in self.values.items()}
        np.savez_compressed(folder / f"{self.name}.npz", **arrays)


def random(rng, *shape):
    """Numbers of few digits, zeros among them, so that no sign hangs on a rounding."""
    return nd.array(rng.integers(-16, 17, shape) / 8.0)


def soft_threshold(x, threshold, slope=1.0):
    shape = (1, -1) + (1,) * (len(x.shape) - 2)
    return slope * nd.sign(x) * nd.relu(nd.broadcast_sub(nd.abs(x), threshold.reshape(shape)))


def sign(x):
    return nd.where(x >= 0, nd.ones_like(x), -nd.ones_like(x))


def quantize(x, bits):
    levels = float(2**bits - 1)
    return nd.floor(nd.clip(x, 0, 1) * levels + 0.5) / levels


def quantize_weights(w, bits):
    if bits == 32:
        return w
    if bits == 1:
        return sign(w)
    tanh = nd.tanh(w)
    return 2 * quantize(tanh / (2 * float(nd.max(nd.abs(tanh)).asscalar())) + 0.5, bits) - 1


def pad_with_ones(x, pad):
    n, c, h, w = x.shape
    whole = nd.ones((n, c, h + 2 * pad[0], w + 2 * pad[1]))
    whole[:, :, pad[0] : pad[0] + h, pad[1] : pad[1] + w] = x
    return whole


def q_convolution(x, w, bias=None, act_bit=1, weight_bit=1, pad=(0, 0), num_group=1, scaling=False, **attributes):
    signs = sign(x) if act_bit == 1 else quantize(x, act_bit) if act_bit < 32 else x
    signs = pad_with_ones(signs, pad) if act_bit == 1 else signs
    zero_pad = (0, 0) if act_bit == 1 else pad
    y = nd.Convolution(signs, quantize_weights(w, weight_bit), no_bias=True, kernel=w.shape[2:], num_filter=w.shape[0],
                       num_group=num_group, pad=zero_pad, **attributes)
    if act_bit == 1 and weight_bit == 1:
        y = (y + float(np.prod(w.shape[1:]))) / 2
    if bias is not None:
        y = nd.broadcast_add(y, bias.reshape((1, -1, 1, 1)))
    return y * float(nd.mean(nd.abs(w)).asscalar()) if scaling else y


def q_fully_connected(x, w, bias=None, act_bit=1, weight_bit=1):
    flat = x.reshape((x.shape[0], -1))
    y = nd.dot(sign(flat) if act_bit == 1 else quantize(flat, act_bit), quantize_weights(w, weight_bit).T)
    if act_bit == 1 and weight_bit == 1:
        y = (y + w.shape[1]) / 2
    return y if bias is None else nd.broadcast_add(y, bias.reshape((1, -1)))


def pack(w, word, by_columns=False):
    """Signs in the bits of floating-point numbers, the lowest bit first."""
    bits = (w.asnumpy().reshape(w.shape[0], -1) >= 0).astype(np.uint8)
    words = np.packbits(bits, axis=1, bitorder="little").view(word)
    return nd.array((words.T if by_columns else words).copy().reshape(-1), dtype=word)


def template(rng):
    x = random(rng, 2, 3, 4, 5)
    a, b, c = (nd.array(np.abs(rng.integers(0, 5, 3)) / 8.0) for _ in range(3))
    m = Model("soft_threshold", x)
    first = soft_threshold(x, a)
    second = soft_threshold(first, b)
    n1 = m.add("SoftThreshold", "first", [m.data, m.variable("first_threshold", a)])
    n2 = m.add("SoftThreshold", "second", [n1, m.variable("second_threshold", b)], second)
    m.add("Custom", "third", [n2, m.variable("third_threshold", c)], soft_threshold(second, c, 0.5),
          op_type="soft_threshold", slope=0.5)
    return m


def binary(rng):
    x = random(rng, 2, 6, 5, 7)
    m = Model("binary", x)
    for name, filters, kernel, bias, attributes in [
        ("plain", 9, (3, 3), False, {}),
        ("padded", 4, (3, 2), True, {"pad": (1, 2)}),
        ("strided", 17, (3, 3), False, {"stride": (2, 1), "pad": (1, 1), "dilate": (2, 1)}),
        ("grouped", 4, (2, 3), True, {"num_group": 2, "pad": (0, 1)}),
        ("scaled", 3, (1, 1), True, {"scaling_mode": "forward"}),
    ]:
        w = nd.array(rng.standard_normal((filters, 6 // attributes.get("num_group", 1)) + kernel))
        b = nd.array(rng.standard_normal(filters)) if bias else None
        inputs = [m.data, m.variable(name + "_weight", w)] + ([m.variable(name + "_bias", b)] if bias else [])
        stated = {**attributes, **({"no_bias": False} if bias else {}), "gradient_update_mode": "ff"}
        scaling = "scaling_mode" in attributes
        computed = {key: value for key, value in attributes.items() if key != "scaling_mode"}
        m.add("QConvolution", name, inputs, q_convolution(x, w, b, scaling=scaling, **computed), kernel=kernel,
              num_filter=filters, **stated)
    w, b = nd.array(rng.standard_normal((11, 210))), nd.array(rng.standard_normal(11))
    m.add("QFullyConnected", "dense", [m.data, m.variable("dense_weight", w), m.variable("dense_bias", b)],
          q_fully_connected(x, w, b), num_hidden=11, no_bias=False)
    act = m.add("QActivation", "act", [m.data], sign(x))
    w = nd.array(rng.standard_normal((2, 6, 3, 3)))
    m.add("QConvolution", "after_act", [act, m.variable("after_act_weight", w)], q_convolution(x, w), kernel=(3, 3),
          num_filter=2)
    return m


def packed(rng):
    x = random(rng, 1, 64, 3, 4)
    m = Model("binary_packed", x)
    act = m.add("QActivation", "act", [m.data], act_bit=1, backward_only=True)
    for word in (np.float32, np.float64):
        suffix = np.dtype(word).name
        w = nd.array(rng.standard_normal((5, 64, 2, 3)))
        m.add("QConvolution", "conv_" + suffix, [act, m.variable(f"conv_{suffix}_weight", pack(w, word))],
              q_convolution(x, w, pad=(1, 0)), kernel=(2, 3), num_filter=5, pad=(1, 0), act_bit=1,
              binarized_weights_only=True)
        w = nd.array(rng.standard_normal((7, 768)))
        m.add("QFullyConnected", "dense_" + suffix, [m.data, m.variable(f"dense_{suffix}_weight", pack(w, word, True))],
              q_fully_connected(x, w), num_hidden=7, binarized_weights_only=True)
    return m


def bits(rng):
    x = random(rng, 2, 4, 5, 5) / 2
    m = Model("quantized_bits", x)
    m.add("QActivation", "act2", [m.data], quantize(x, 2), act_bit=2)
    m.add("QActivation", "copy", [m.data], x, act_bit=2, backward_only=True)
    for act, weight in [(4, 2), (1, 32), (32, 1), (2, 1), (1, 3), (32, 32)]:
        name = f"conv_{act}_{weight}"
        w, b = nd.array(rng.standard_normal((6, 2, 3, 3))), nd.array(rng.standard_normal(6))
        m.add("QConvolution", name, [m.data, m.variable(name + "_weight", w), m.variable(name + "_bias", b)],
              q_convolution(x, w, b, act, weight, (1, 1), 2), kernel=(3, 3), pad=(1, 1), num_filter=6, num_group=2,
              no_bias=False, act_bit=act, weight_bit=weight)
    w, b = nd.array(rng.standard_normal((3, 100))), nd.array(rng.standard_normal(3))
    m.add("QFullyConnected", "dense", [m.data, m.variable("dense_weight", w), m.variable("dense_bias", b)],
          q_fully_connected(x, w, b, 3, 2), num_hidden=3, no_bias=False, act_bit=3, weight_bit=2)
    return m


def losses(rng):
    x = random(rng, 2, 3, 2, 2)
    m = Model("private_losses", x)
    label = m.variable("softmax_label")
    m.add("Custom", "triplet", [m.data, label], x, op_type="triplet_loss", margin=0.5)
    m.add("TripletLossOutput", "triplet_output", [m.data, label], x, margin=0.5)
    m.add("FocalSoftmaxOutput", "rows", [m.data, label], nd.softmax(x.reshape((2, -1)), axis=1).reshape(x.shape), gamma=2)
    m.add("Custom", "channels", [m.data, label], nd.softmax(x, axis=1), op_type="focal_softmax", multi_output=True)
    return m


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for seed, make in enumerate((template, binary, packed, bits, losses)):
        make(np.random.default_rng(seed)).save(folder)


if __name__ == "__main__":
    main()
