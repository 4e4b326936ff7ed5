"""Gives a network seeded weights under which values stay sane, saves it and computes its outputs with MXNet.

usage: python -m model_families.export NAME FOLDER     (called by ../model_families.py, one process per model)

Writes FOLDER/NAME-symbol.json, NAME-0000.params and NAME.npz: in:NAME, out:N:NAME (MXNet as it runs by default, in a
child process) and own:N:NAME (without oneDNN), from which one sees how much MXNet itself varies. Some networks stop with
oneDNN, most of those with 3-D convolutions; then out: is the same as own:.

Batch normalization gets the statistics of the data that really arrives: the graph runs once in training mode with
momentum 0. Where a channel hardly varies, the variance is 1, so that noise is not blown up.
"""
import json
import os
import subprocess
import sys
import zlib

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"
if "--default" not in sys.argv:
    os.environ["MXNET_MKLDNN_ENABLED"] = "0"
import mxnet as mx  # noqa: E402
import numpy as np  # noqa: E402

from model_families import zoo  # noqa: E402


def draw_weights(net, generator):
    for name, parameter in net.collect_params().items():
        if parameter.shape is None or not parameter._data:
            continue
        shape = parameter.shape
        if name.endswith("gamma"):
            values = generator.uniform(0.7, 1.3, shape)
        elif name.endswith(("beta", "bias")):
            values = generator.uniform(-0.1, 0.1, shape)
        elif name.endswith("weight") and len(shape) > 1:
            values = generator.normal(0, np.sqrt(1.6 / np.prod(shape[1:])), shape)
        else:
            continue  # anchors, offsets, statistics
        parameter.set_data(mx.nd.array(values))


def calibrate(symbol, arguments, states, inputs):
    graph = json.loads(symbol.tojson())
    for node in graph["nodes"]:
        if "BatchNorm" in node["op"]:
            node.setdefault("attrs", {})["momentum"] = "0"
    symbol = mx.sym.load_json(json.dumps(graph))
    executor = symbol.bind(mx.cpu(), {**arguments, **inputs}, aux_states=states, grad_req="null")
    for output in executor.forward(is_train=True):
        output.wait_to_read()
    for name, value in executor.aux_dict.items():
        values = value.asnumpy()
        if name.endswith("var"):
            values = np.where(values < 1e-2, 1, values)
        states[name] = mx.nd.array(values)


def load(folder, name):
    symbol = mx.sym.load(f"{folder}/{name}-symbol.json")
    saved = mx.nd.load(f"{folder}/{name}-0000.params")
    part = lambda kind: {key[4:]: value for key, value in saved.items() if key.startswith(kind)}  # noqa: E731
    return symbol, part("arg:"), part("aux:")


def run(symbol, arguments, states, inputs):
    executor = symbol.bind(mx.cpu(), {**arguments, **inputs}, aux_states=states, grad_req="null")
    return [
        (f"{i}:{name}", output.asnumpy())  # names may come twice
        for i, (name, output) in enumerate(zip(symbol.list_outputs(), executor.forward(is_train=False)))
    ]


def default_outputs(name, folder):
    """The child: inputs from NAME.npz, outputs to NAME-default.npz."""
    symbol, arguments, states = load(folder, name)
    with np.load(f"{folder}/{name}.npz") as stored:
        inputs = {key[3:]: mx.nd.array(stored[key]) for key in stored.files if key.startswith("in:")}
    np.savez(f"{folder}/{name}-default.npz", **dict(run(symbol, arguments, states, inputs)))


def make_inputs(inputs, generator):
    if len(inputs) == 1:
        return {key: generator.uniform(-1, 1, shape).astype("float32") for key, shape in inputs.items()}
    # BERT: words, segments, valid lengths.
    (words, shape), (segments, _), (lengths, count) = inputs.items()
    return {
        words: generator.randint(0, 1000, shape).astype("float32"),
        segments: (np.arange(shape[1]) >= shape[1] // 2).astype("float32") * np.ones(shape, "float32"),
        lengths: np.linspace(shape[1] // 3, shape[1], count[0]).round().astype("float32"),
    }


def main():
    name, folder = sys.argv[1], sys.argv[2]
    if sys.argv[3:] == ["--default"]:
        return default_outputs(name, folder)
    make, shapes = next((m, s) for _, n, m, s in zoo.models() if n == name)
    seed = zlib.crc32(name.encode()) & 0x7FFFFFFF
    generator = np.random.RandomState(seed)
    mx.random.seed(seed)
    net = make(name[4:] if name.startswith("zoo-") else name)
    net.initialize(mx.init.One())  # the only one that suits every parameter; values come below
    values = make_inputs(shapes, generator)
    arrays = [mx.nd.array(value) for value in values.values()]
    net(*arrays)  # settles shapes; some networks cannot do that hybridized
    draw_weights(net, generator)
    net.hybridize()
    net(*arrays)
    net.export(f"{folder}/{name}")
    symbol, arguments, states = load(folder, name)
    inputs = dict(zip(values, arrays))
    calibrate(symbol, arguments, states, inputs)
    mx.nd.save(
        f"{folder}/{name}-0000.params",
        {**{"arg:" + key: value for key, value in arguments.items()}, **{"aux:" + key: value for key, value in states.items()}},
    )
    outputs = run(symbol, arguments, states, inputs)
    stored = {"in:" + key: value for key, value in values.items()}
    np.savez(f"{folder}/{name}.npz", **stored)
    child = subprocess.run(
        [sys.executable, "-m", "model_families.export", name, folder, "--default"],
        env={key: value for key, value in os.environ.items() if key != "MXNET_MKLDNN_ENABLED"},
        stderr=subprocess.DEVNULL,
    )
    default = dict(outputs)
    if child.returncode == 0:
        with np.load(f"{folder}/{name}-default.npz") as file:
            default = dict(file)
        os.remove(f"{folder}/{name}-default.npz")
    for key, value in outputs:
        stored["own:" + key] = value
        stored["out:" + key] = default[key]
    np.savez(f"{folder}/{name}.npz", **stored)


if __name__ == "__main__":
    main()
