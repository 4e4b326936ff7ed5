"""Weights for graphs with 8-bit operators, whose ranges of values are part of the graph.

The weights are f32; MXNet and mo quantize them. Each layer gets weights (and batch normalization) under which its
output has about a third of the range that the graph claims for it when its input has a third of its own, so that values
fill the 8 bits and saturate now and then, as in a trained network.
"""
import json

import mxnet as mx
import numpy as np

LAYERS = {"_sg_mkldnn_conv", "_sg_mkldnn_fully_connected"}
SHARE = 0.33


def is_quantized(symbol):
    return any(node["op"].startswith(("_contrib_quantize", "_sg_mkldnn")) for node in json.loads(symbol.tojson())["nodes"])


def largest(node):
    attributes = node.get("attrs", {})
    if "max_calib_range" not in attributes:
        return None
    return max(abs(float(attributes["min_calib_range"])), abs(float(attributes["max_calib_range"])))


def draw(symbol, arguments, states, generator):
    nodes = json.loads(symbol.tojson())["nodes"]
    ranges = []  # per node: the largest value it claims
    for node in nodes:
        inherited = ranges[node["inputs"][0][0]] if node["inputs"] else 1.0
        own = largest(node)
        ranges.append(own if own else 1.0 if node["op"] in ("BatchNorm", "L2Normalization", "softmax") else inherited)
    for node, out in zip(nodes, ranges):
        names = [nodes[entry[0]]["name"] for entry in node["inputs"]]
        weights = next((n for n in names if n.endswith("weight") and n in arguments), None)
        if weights is None and node["op"] != "BatchNorm":
            continue
        source = SHARE * ranges[node["inputs"][0][0]]
        target = SHARE * out if largest(node) else 1.0
        normalized = any(n.endswith("gamma") for n in names)
        for name in names:
            known = arguments if name in arguments else states if name in states else {}
            if name not in known:
                continue
            shape = known[name].shape
            if name == weights:
                values = generator.normal(0, np.sqrt(1 / np.prod(shape[1:])), shape) * (1 if normalized else target / source)
            elif name.endswith("gamma"):
                values = generator.uniform(0.7, 1.3, shape) * target
            elif name.endswith(("beta", "bias")):
                values = generator.uniform(-0.2, 0.2, shape) * target
            elif name.endswith("mean"):
                values = generator.uniform(-0.1, 0.1, shape) * source
            elif name.endswith("var"):
                values = generator.uniform(0.7, 1.3, shape) * source**2
            else:
                continue
            known[name] = mx.nd.array(values)
