"""Models whose graphs are files: GluonCV's 8-bit ones, which ship in its package, and those in a folder of the user.

Such a folder holds manifest.json, a list of {"id": a name, "symbol": path of a symbol.json, "params": path of its
.params or null for seeded weights, "inputs": {name: shape}} and perhaps "outputs": [names like fc_output to cut at],
"labels": {name: shape of an input of training}, "int_inputs": {name: bound for token numbers}. Paths are relative.
"""
import functools
import json
import pathlib

from model_families import zoo

# What MXNet 1.9.1 registers under another name than older files use, or not at all; mo reads the file as it is.
RENAMED = {
    "MultiBoxPrior": "_contrib_MultiBoxPrior",
    "MultiBoxDetection": "_contrib_MultiBoxDetection",
    "MultiBoxTarget": "_contrib_MultiBoxTarget",
    "ChannelwiseConvolution": "Convolution",
    "Softmax": "SoftmaxOutput",
    "WarpCTC": "_contrib_CTCLoss",
    "MoonOutput": "LinearRegressionOutput",
}

# family: words in the name
FAMILIES = {
    "Graphs: recurrent (LSTM, GRU, OCR)": ("ocr", "lstm", "gru_"),
    "Graphs: SSD": ("ssd", "boats"),
    "Graphs: faces": ("insightface", "retinaface", "mobileface", "mtcnn", "mxnet-face"),
    "Graphs: other": ("",),
}


def cut(graph, outputs):
    """The part of a parsed symbol.json that computes `outputs` (names such as softmax_output)."""
    nodes = graph["nodes"]
    place = {node["name"] + "_output": index for index, node in enumerate(nodes) if node["op"] != "null"}
    kept, waiting = set(), [place[name] for name in outputs]
    while waiting:
        index = waiting.pop()
        if index not in kept:
            kept.add(index)
            waiting += [entry[0] for entry in nodes[index]["inputs"]]
    new = {old: index for index, old in enumerate(sorted(kept))}
    result = [{**nodes[i], "inputs": [[new[e[0]], *e[1:]] for e in nodes[i]["inputs"]]} for i in sorted(kept)]
    width = max((len(entry) for node in result for entry in node["inputs"]), default=2)
    rest = {key: value for key, value in graph.items() if key not in ("nodes", "arg_nodes", "heads", "node_row_ptr")}
    heads = [[new[place[name]], 0, 0][:width] for name in outputs]
    return {**rest, "nodes": result, "arg_nodes": [i for i, node in enumerate(result) if node["op"] == "null"], "heads": heads}


def clear_absent_regions(graph):
    """Zeros for what ROIAlign gives of regions of picture -1, as on MXNet's GPU and in moir.

    Networks with feature pyramids mark the regions of other levels that way and add the levels up. On a CPU, MXNet 1.9.1
    leaves the rows of such regions unwritten and writes the zeros to the first elements of the first region instead.
    Changes a parsed symbol.json; returns whether there was such a node.
    """
    nodes, new, found = [], {}, False

    def add(op, name, inputs, **attributes):
        nodes.append({"op": op, "name": name, "attrs": attributes, "inputs": inputs})
        return [len(nodes) - 1, 0, 0]

    for old, node in enumerate(graph["nodes"]):
        node = {**node, "inputs": [[new[entry[0]], *entry[1:]] for entry in node["inputs"]]}
        if node["op"] == "_contrib_ROIAlign":
            name, found, regions = node["name"], True, node["inputs"][1]
            picture = add("slice_axis", name + "_picture", [regions], axis="1", begin="0", end="1")
            picture = add("Reshape", name + "_pictures", [picture], shape="(-1,)")
            present = add("_greater_equal_scalar", name + "_present", [picture], scalar="0")
            none = add("zeros_like", name + "_none", [regions])
            regions = add("where", name + "_regions", [present, regions, none])
            raw = add(node["op"], name + "_raw", [node["inputs"][0], regions], **node["attrs"])
            zeros = add("zeros_like", name + "_zeros", [raw])
            node = {"op": "where", "name": name, "inputs": [present, raw, zeros]}
        nodes.append(node)
        new[old] = len(nodes) - 1
    graph["nodes"] = nodes
    graph["heads"] = [[new[entry[0]], *entry[1:]] for entry in graph["heads"]]
    graph["arg_nodes"] = [index for index, node in enumerate(nodes) if node["op"] == "null"]
    graph.pop("node_row_ptr", None)
    return found


def prepare(text, params, outputs, model, stem):
    """Writes STEM-symbol.json for mo, STEM-mxnet.json for MXNet and STEM-0000.params; returns the names without weights."""
    import mxnet as mx

    pathlib.Path(f"{stem}-symbol.json").write_text(text)
    graph = json.loads(text)
    for node in graph["nodes"]:
        node["op"] = RENAMED.get(node["op"], node["op"])
    if outputs:
        graph = cut(graph, outputs)
    clear_absent_regions(graph)
    symbol = mx.sym.load_json(json.dumps(graph))
    symbol.save(f"{stem}-mxnet.json")
    known = {**model.shapes, **{name: shape for name, shape in model.labels.items() if name in symbol.list_arguments()}}
    shapes, _, state_shapes = symbol.infer_shape_partial(**known)
    types, _, state_types = symbol.infer_type(**{name: "float32" for name in model.shapes})
    stored = {key.split(":", 1)[-1]: value for key, value in (mx.nd.load(str(params)) if params else {}).items()}
    saved, missing = {}, []
    for kind, names, sizes, kinds in (
        ("arg:", symbol.list_arguments(), shapes, types),
        ("aux:", symbol.list_auxiliary_states(), state_shapes, state_types),
    ):
        for name, size, dtype in zip(names, sizes, kinds):
            if name in model.shapes or name.endswith("label") or name in model.labels:
                continue
            if name not in stored:
                missing.append(name)
                stored[name] = mx.nd.ones(size, dtype=dtype)
            saved[kind + name] = stored[name]
    mx.nd.save(f"{stem}-0000.params", saved)
    return missing


def take_constants(stem, name):
    """Anchors and input scales of a network of GluonCV's, which are parameters in its graphs, from its constructor."""
    import mxnet as mx

    saved = mx.nd.load(f"{stem}-0000.params")
    local = lambda key: key.split("_", 1)[1]  # without the number of the network  # noqa: E731
    net = zoo.gluoncv(name)
    net.initialize()
    constants = {local(key): value for key, value in net.collect_params().items() if "anchor" in key or "init_scale" in key}
    for key in saved:
        if local(key) in constants:
            saved[key] = constants[local(key)].data()
    mx.nd.save(f"{stem}-0000.params", saved)


def make_int8(read, model, stem):
    missing = prepare(read(), None, (), model, stem)
    if "ssd" in model.name:
        take_constants(stem, model.name[: -len("_int8")])
    return missing


def gluoncv_int8():
    """The graphs that GluonCV quantized for oneDNN (MXNet 1.5), with its f32 weights still to be quantized at start."""
    try:
        from gluoncv.model_zoo.quantized import quantized
    except ImportError:  # the table needs neither MXNet nor GluonCV
        return
    from gluoncv.utils.compress_json import get_compressed_model

    folder = pathlib.Path(quantized.__file__).parent
    texts = {path.name[: -len("-symbol.json")]: path.read_text for path in sorted(folder.glob("*_int8-symbol.json"))}
    packed = quantized._compressed_int8_json
    texts.update({name: functools.partial(get_compressed_model, name, packed) for name in sorted(packed)})
    for name, read in texts.items():
        size = (480, 480) if "fcn" in name or "psp" in name or "deeplab" in name else (224, 224)
        size = (256, 192) if "pose" in name else (299, 299) if "inceptionv3" in name else size
        size = next(((n, n) for n in (300, 512) if f"ssd_{n}" in name), size)
        segments = 1
        if "kinetics" in name or "ucf" in name:  # as many frames as the graph averages over
            segments = next(int(node["attrs"]["shape"].split(",")[1]) for node in json.loads(read())["nodes"] if node["op"] == "Reshape")
        model = zoo.Model("GluonCV 8-bit", name, {"data": (segments, 3, *size)})
        model.graph = functools.partial(make_int8, read, model)
        yield model


def in_folder(folder):
    folder = pathlib.Path(folder)
    for entry in json.loads((folder / "manifest.json").read_text()):
        family = next(name for name, words in FAMILIES.items() if any(word in entry["id"].lower() for word in words))
        outputs = entry.get("outputs") or []
        model = zoo.Model(family, entry["id"], {name: tuple(shape) for name, shape in entry["inputs"].items()})
        model.outputs = tuple(name[: -len("_output")] for name in outputs)
        model.labels = {name: tuple(shape) for name, shape in entry.get("labels", {}).items()}
        model.whole_below = max(entry.get("int_inputs", {}).values(), default=0)
        params = folder / entry["params"] if entry.get("params") else None
        read = (folder / entry["symbol"]).read_text
        model.onednn_only = '"op": "RNN"' in read()  # MXNet's own build refuses the fused layer
        model.graph = lambda stem, read=read, params=params, outputs=outputs, model=model: prepare(read(), params, outputs, model, stem)
        yield model
