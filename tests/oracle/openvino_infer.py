#!/usr/bin/env python3
"""Runs one inference of an IR in OpenVINO, with the options of `infer`, in f32: a stand-in for it where scripts compare.

usage: openvino_infer.py --model m.xml [--weights m.bin] [--input NAME=FILE.npy]... [--input FILE.npz] --output FILE.npz [--threads N]

Works with openvino 2021.4 (Inference Engine API) to 2026 (API 2.0). Outputs are keyed by the names that users know:
those of the model's outputs, in their order. Prints the version and the precision that the engine really used.
"""
import argparse
from xml.etree import ElementTree

import numpy as np


def parse_inputs(entries):
    inputs = {}
    for entry in entries:
        name, _, path = entry.rpartition("=")
        data = np.load(path)
        inputs.update(data if path.endswith(".npz") else {name: data})
    return inputs


def find(inputs, names):
    """The array that was given for an input with any of these names."""
    found = [name for name in names if name in inputs]
    if not found:
        raise SystemExit(f"no data for the input with the names {sorted(names)}; got {sorted(inputs)}")
    return inputs[found[0]]


def run_api_2(openvino, args):
    core = openvino.Core()
    model = core.read_model(args.model, args.weights) if args.weights else core.read_model(args.model)
    config = {"INFERENCE_PRECISION_HINT": "f32"}
    if args.threads:
        config["INFERENCE_NUM_THREADS"] = args.threads
    compiled = core.compile_model(model, "CPU", config)
    precision = compiled.get_property("INFERENCE_PRECISION_HINT")
    given = parse_inputs(args.input)
    feeds = {}
    for port in compiled.inputs:
        names = set(port.get_names()) | {port.get_node().get_friendly_name()}
        feeds[port] = find(given, names)
    results = compiled(feeds)
    outputs = {}
    for position, port in enumerate(model.outputs):
        source = port.get_node().input_value(0)
        names = port.get_names()
        name = source.get_node().get_friendly_name()
        # An output is called like its layer; the tensor's names hold the framework's, too.
        key = name if not names or name in names else sorted(names)[0]
        outputs[key] = results[compiled.outputs[position]]
    return outputs, f"{openvino.__version__} {precision}"


def names_of_results(path):
    """Names of the layers whose values the model returns, in its order; with the port's number where there are several."""
    net = ElementTree.parse(path).getroot()
    layers = {layer.get("id"): layer for layer in net.find("layers")}
    sources = {edge.get("to-layer"): (layers[edge.get("from-layer")], edge.get("from-port")) for edge in net.find("edges")}
    for layer in layers.values():
        if layer.get("type") == "Result":
            source, port = sources[layer.get("id")]
            ports = [entry.get("id") for entry in source.find("output")]
            yield source.get("name") + (f".{ports.index(port)}" if len(ports) > 1 else "")


def run_inference_engine(args):
    from openvino.inference_engine import IECore, get_version

    core = IECore()
    network = core.read_network(args.model, args.weights or args.model[:-4] + ".bin")
    config = {"CPU_THREADS_NUM": str(args.threads)} if args.threads else {}
    config["ENFORCE_BF16"] = "NO"
    given = parse_inputs(args.input)
    for name, info in network.input_info.items():
        kind = given[name].dtype if name in given else np.dtype("float32")
        info.precision = {"float32": "FP32", "int32": "I32", "int64": "I64", "uint8": "U8", "int8": "I8"}.get(kind.name, "FP32")
    executable = core.load_network(network, "CPU", config)
    results = executable.infer({name: find(given, {name}) for name in network.input_info})
    # This API sorts outputs by name; the file has them in the model's order.
    order = {name: position for position, name in enumerate(names_of_results(args.model))}
    names = sorted(network.outputs, key=lambda name: order.get(name, len(order)))
    return {name: results[name] for name in names}, f"{get_version()} FP32"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--weights")
    parser.add_argument("--input", action="append", default=[])
    parser.add_argument("--output", required=True)
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()
    try:
        import openvino

        runtime = openvino if hasattr(openvino, "Core") else __import__("openvino.runtime", fromlist=["Core"])
        new_api = hasattr(runtime, "Core")
    except ImportError:
        new_api = False
    if new_api:
        if not hasattr(runtime, "__version__"):
            runtime.__version__ = getattr(runtime, "get_version", lambda: "unknown")()
        outputs, engine = run_api_2(runtime, args)
    else:
        outputs, engine = run_inference_engine(args)
    np.savez(args.output, **outputs)
    print(f"OpenVINO {engine}")
    for name, value in outputs.items():
        print(f"{name} {value.dtype} {list(value.shape)}")


if __name__ == "__main__":
    main()
