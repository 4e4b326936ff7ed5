#!/usr/bin/env python3
"""Write the benchmark's models: NAME-symbol.json and NAME-0000.params, NAME.onnx, NAME.inputN.raw and what MXNet answers, NAME.outputN.raw.

usage: export_models.py FOLDER NAME... [--graphs DIR]        NAME as in models.py

Needs Python 3.8 with mxnet 1.9.1, numpy 1.23.5 and onnx 1.12.0 (gluoncv 0.10.5 and gluonnlp 0.10.0 for the models that
say so). DIR holds graphs that are files; those without trained weights get seeded ones, as the model zoo's networks do. A NAME.onnx that MXNet cannot write
is left out, and the reason printed.
"""
import argparse
import json
import os
import pathlib
import tempfile

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"
import mxnet as mx
import numpy as np

import symbols
from models import MODELS


def draw(name, shape, generator):
    """Values that keep the scale of what passes through; batch statistics around (0, 1)."""
    if name.endswith(("gamma", "var")):
        return mx.nd.array(generator.uniform(0.8, 1.2, shape))
    if len(shape) > 1:
        return mx.nd.array(generator.uniform(-1, 1, shape) * np.sqrt(3.0 / np.prod(shape[1:])))
    return mx.nd.array(generator.uniform(-0.1, 0.1, shape))


def seed(arguments, auxiliaries, symbol, shapes):
    """Values for what `arguments` and `auxiliaries` lack."""
    argument_shapes, _, auxiliary_shapes = symbol.infer_shape_partial(**shapes)
    generator = np.random.RandomState(1)
    for names, known, all_shapes in ((symbol.list_arguments(), arguments, argument_shapes), (symbol.list_auxiliary_states(), auxiliaries, auxiliary_shapes)):
        for name, shape in zip(names, all_shapes):
            if name not in shapes and name not in known and shape and 0 not in shape:
                known[name] = draw(name, shape, generator)


def from_gluon(net, shapes, inputs):
    net.initialize(mx.init.One())  # the only one that suits every parameter; values come later
    arrays = [mx.nd.array(inputs[name]) for name in shapes]
    net(*arrays)  # settles shapes
    net.hybridize()
    net(*arrays)
    generator = np.random.RandomState(1)
    for name, parameter in net.collect_params().items():
        if parameter.grad_req != "null" or name.endswith(("gamma", "beta", "mean", "var")):  # not anchors and the like
            parameter.set_data(draw(name, parameter.shape, generator))
    symbol = net(*[mx.sym.var(name) for name in shapes])
    symbol = mx.sym.Group(list(symbol)) if isinstance(symbol, (list, tuple)) else symbol
    values = {key: parameter.data() for key, parameter in net.collect_params().items() if parameter._data is not None}
    arguments = {name: values[name] for name in symbol.list_arguments() if name in values}
    return symbol, arguments, {name: values[name] for name in symbol.list_auxiliary_states()}


def build(model, graphs, inputs):
    kind, _, what = model.source.partition(":")
    if kind == "zoo":
        return from_gluon(mx.gluon.model_zoo.vision.get_model(what, pretrained=False), model.shapes, inputs)
    if kind == "gluoncv":
        import gluoncv

        return from_gluon(gluoncv.model_zoo.get_model(what, pretrained=False, pretrained_base=False), model.shapes, inputs)
    if kind == "gluonnlp":
        from gluonnlp.model.bert import BERTEncoder, BERTModel

        layers, units, heads = map(int, what.split("_"))
        encoder = BERTEncoder(num_layers=layers, units=units, hidden_size=4 * units, num_heads=heads, max_length=128, dropout=0.1)
        net = BERTModel(encoder, vocab_size=30522, token_type_vocab_size=2, units=units, embed_size=units, use_decoder=False, use_classifier=False)
        return from_gluon(net, model.shapes, inputs)
    if kind == "symbol":
        symbol, arguments, auxiliaries = getattr(symbols, what)(), {}, {}
        seed(arguments, auxiliaries, symbol, model.shapes)
        return symbol, arguments, auxiliaries
    path = graphs / what
    # Dropout with the mode "always" draws numbers at inference, too: nothing to compare.
    symbol = mx.sym.load_json(path.read_text().replace('"mode": "always"', '"mode": "training"'))
    if model.output:
        symbol = symbol.get_internals()[model.output]
    arguments, auxiliaries = {}, {}
    params = sorted(path.parent.glob(path.name.replace("-symbol.json", "") + "-*.params"))
    if params:
        for key, value in mx.nd.load(str(params[-1])).items():
            (arguments if key.startswith("arg:") else auxiliaries)[key.partition(":")[2]] = value
    seed(arguments, auxiliaries, symbol, model.shapes)
    arguments = {name: arguments[name] for name in symbol.list_arguments() if name in arguments}
    return symbol, arguments, {name: auxiliaries[name] for name in symbol.list_auxiliary_states()}


def without_softmax_activation(symbol):
    """MXNet's exporter knows softmax only."""
    graph = json.loads(symbol.tojson())
    for node in graph["nodes"]:
        if node["op"] == "SoftmaxActivation":
            node["op"], node["attrs"] = "softmax", {"axis": "1" if node.get("attrs", {}).get("mode") == "channel" else "-1"}
    return mx.sym.load_json(json.dumps(graph))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--graphs", type=pathlib.Path)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in args.names:
        model = MODELS[name]
        mx.random.seed(1)
        np.random.seed(1)
        inputs = model.inputs()
        symbol, arguments, auxiliaries = build(model, args.graphs, inputs)
        stem = str(args.folder / name)
        symbol.save(f"{stem}-symbol.json")
        values = {**{f"arg:{key}": value for key, value in arguments.items()}, **{f"aux:{key}": value for key, value in auxiliaries.items()}}
        mx.nd.save(f"{stem}-0000.params", values)
        data = {key: mx.nd.array(value) for key, value in inputs.items()}
        # Labels and the like: any value, nothing reads them.
        shapes, _, _ = symbol.infer_shape(**model.shapes)
        rest = {key: mx.nd.zeros(shape) for key, shape in zip(symbol.list_arguments(), shapes) if key not in data and key not in arguments}
        outputs = symbol.bind(mx.cpu(), {**arguments, **data, **rest}, aux_states=auxiliaries).forward()
        for index, value in enumerate(inputs.values()):
            value.tofile(f"{stem}.input{index}.raw")
        for index, value in enumerate(outputs):
            value.asnumpy().astype(np.float32).tofile(f"{stem}.output{index}.raw")
        description = {"inputs": {key: list(value.shape) for key, value in inputs.items()}, "outputs": len(outputs)}
        pathlib.Path(f"{stem}.json").write_text(json.dumps(description))
        try:
            shapes = [tuple(value.shape) for value in inputs.values()]
            with tempfile.TemporaryDirectory() as folder:  # the exporter finds the second file by the first one's name
                without_softmax_activation(symbol).save(f"{folder}/m-symbol.json")
                os.symlink(os.path.abspath(f"{stem}-0000.params"), f"{folder}/m-0000.params")
                mx.onnx.export_model(f"{folder}/m-symbol.json", f"{folder}/m-0000.params", shapes, np.float32, f"{stem}.onnx")
        except Exception as error:  # whatever MXNet's exporter says
            pathlib.Path(f"{stem}.onnx").unlink(missing_ok=True)
            print(f"{name}: no ONNX: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")


main()
