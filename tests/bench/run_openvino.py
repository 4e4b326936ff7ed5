#!/usr/bin/env python3
"""Time a model of ours with OpenVINO: build it from IR v3 or v4 (which current releases no longer read) and print a line of JSON.

usage: run_openvino.py MODEL.xml [--threads N] [--runs N] [--warmup N] [--input FILE] [--output PREFIX]

The options and the line are bench_model's. f32 and one stream are asked for and read back.
"""
import argparse
import json
import os
import sys
import time
import xml.etree.ElementTree as ET

import numpy as np
import openvino as ov
from openvino import opset13 as ops


def ints(text):
    return [int(part) for part in text.split(",")]


def build(xml_path):
    net = ET.parse(xml_path).getroot()
    blob = np.memmap(os.path.splitext(xml_path)[0] + ".bin", dtype=np.uint8, mode="r")
    edges = {(e.get("to-layer"), e.get("to-port")): (e.get("from-layer"), e.get("from-port")) for e in net.find("edges")}
    values, parameters, read = {}, [], set()

    def weights(layer, kind, shape=None):
        entry = layer.find(f"blobs/{kind}")
        if entry is None:
            return None
        offset, size = int(entry.get("offset")), int(entry.get("size"))
        data = np.frombuffer(blob, np.float32, size // 4, offset).copy()
        return data if shape is None else data.reshape(shape)

    def shape_of(port):
        return [int(dim.text) for dim in port]

    def per_channel(data, rank):
        return ops.constant(data.reshape([1, -1] + [1] * (rank - 2)))

    def convolution(layer, data, x, in_shape):
        group, outputs, kernel = int(data["group"]), int(data["output"]), ints(data["kernel"])
        where = ints(data["strides"]), ints(data["pads_begin"]), ints(data["pads_end"]), ints(data["dilations"])
        channels = in_shape[1]
        if group == 1:
            y = ops.convolution(x, ops.constant(weights(layer, "weights", [outputs, channels] + kernel)), *where)
        else:
            y = ops.group_convolution(x, ops.constant(weights(layer, "weights", [group, outputs // group, channels // group] + kernel)), *where)
        bias = weights(layer, "biases")
        return y if bias is None else ops.add(y, per_channel(bias, len(in_shape)))

    def pooling(data, x):
        where = ints(data["strides"]), ints(data["pads_begin"]), ints(data["pads_end"]), ints(data["kernel"])
        if data["pool-method"] == "max":
            return ops.max_pool(x, where[0], [1] * len(where[0]), *where[1:], rounding_type=data["rounding_type"]).output(0)
        return ops.avg_pool(x, *where, data["exclude-pad"] == "true", rounding_type=data["rounding_type"])

    def layer_value(layer, x, in_shape, out_shape):
        kind = layer.get("type")
        data = {} if layer.find("data") is None else layer.find("data").attrib
        if kind == "Convolution":
            return convolution(layer, data, x[0], in_shape)
        if kind == "Pooling":
            return pooling(data, x[0])
        if kind == "ReLU":
            slope = float(data.get("negative_slope", 0))
            return ops.relu(x[0]) if slope == 0 else ops.prelu(x[0], ops.constant(np.array([slope], np.float32)))
        if kind == "ScaleShift":
            y = ops.multiply(x[0], per_channel(weights(layer, "weights"), len(in_shape)))
            bias = weights(layer, "biases")
            return y if bias is None else ops.add(y, per_channel(bias, len(in_shape)))
        if kind == "Eltwise":
            function = {"sum": ops.add, "mul": ops.multiply, "prod": ops.multiply, "max": ops.maximum}[data["operation"]]
            y = x[0]
            for other in x[1:]:
                y = function(y, other)
            return y
        if kind == "FullyConnected":
            outputs, inputs = int(data["out-size"]), int(np.prod(in_shape[1:]))
            y = ops.matmul(ops.reshape(x[0], ops.constant([in_shape[0], inputs]), False), ops.constant(weights(layer, "weights", [outputs, inputs])), False, True)
            bias = weights(layer, "biases")
            return y if bias is None else ops.add(y, ops.constant(bias.reshape(1, -1)))
        if kind == "SoftMax":
            return ops.softmax(x[0], int(data["axis"]))
        if kind == "Concat":
            return ops.concat(x, int(data["axis"]))
        if kind in ("Reshape", "Flatten"):
            return ops.reshape(x[0], ops.constant(out_shape), False)
        if kind == "Clamp":
            return ops.clamp(x[0], float(data["min"]), float(data["max"]))
        sys.exit(f"error: {xml_path}: layer \"{layer.get('name')}\": type {kind} is not among those this script builds")

    order = list(net.find("layers"))
    for layer in order:
        identifier = layer.get("id")
        out_port = layer.find("output/port")
        if layer.get("type") == "Input":
            parameter = ops.parameter(shape_of(out_port), np.float32, name=layer.get("name"))
            parameters.append(parameter)
            values[identifier, out_port.get("id")] = parameter
            continue
        in_ports = layer.findall("input/port")
        sources = [edges[identifier, port.get("id")] for port in in_ports]
        read.update(sources)
        values[identifier, out_port.get("id")] = layer_value(layer, [values[source] for source in sources], shape_of(in_ports[0]), shape_of(out_port))
    results = [value for key, value in values.items() if key not in read]
    return ov.Model(results, parameters)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--input")
    parser.add_argument("--output")
    args = parser.parse_args()
    model = build(args.model)
    start = time.perf_counter()
    wanted = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": args.threads, "NUM_STREAMS": 1}
    compiled = ov.Core().compile_model(model, "CPU", wanted)
    request = compiled.create_infer_request()
    load = (time.perf_counter() - start) * 1e3
    precision = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
    if precision != "f32":
        sys.exit(f"error: OpenVINO computes in {precision}, expected f32")
    shape = compiled.input(0).shape
    values = np.fromfile(args.input, np.float32).reshape(shape) if args.input else np.random.default_rng(1).random(shape, np.float32)
    request.set_input_tensor(0, ov.Tensor(values))
    start = time.perf_counter()
    request.infer()
    first = (time.perf_counter() - start) * 1e3
    for _ in range(args.warmup - 1):
        request.infer()
    times = []
    for _ in range(args.runs):
        start = time.perf_counter()
        request.infer()
        times.append((time.perf_counter() - start) * 1e3)
    if args.output:
        for i in range(len(compiled.outputs)):
            request.get_output_tensor(i).data.astype(np.float32).tofile(f"{args.output}{i}.raw")
    times.sort()
    print(json.dumps({"load": load, "first": first, "min": times[0], "median": times[len(times) // 2], "p99": times[min(len(times) - 1, len(times) * 99 // 100)]}))


main()
