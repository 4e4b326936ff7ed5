"""Seeded weights and inputs under which a network's values stay sane and its decisions are clear.

Convolutions and dense layers get normal values that keep the scale of their inputs, then two things are calibrated on
the data that really arrives, in turns, because the second changes what arrives behind it:

- Batch normalization gets the statistics of its input (the graph runs in training mode with momentum 0, also where the
  network froze its statistics). Where a channel hardly varies, the variance is 1, so that noise is not blown up.
- Heads, that is convolutions and dense layers whose values go to a decision (sorting, suppression, proposals), to the
  offsets of a deformable convolution or out of a network with decisions, without another trained layer between: every
  channel is shifted and scaled to a chosen mean and spread over positions. Logits (a sigmoid or softmax follows) have a
  spread of 1.5 around means in -1.5 .. 0, wide and not saturated; box regressions and offsets 0.3 around 0. In a dense
  layer before a softmax the first class, the background, lies 6 higher, so that as in a trained network few of the
  region-class pairs reach suppression. Untouched random heads give almost the same score everywhere, and which box wins
  is then rounding's choice.

Pictures for networks with decisions are rectangles of many sizes and colours under a little noise, because regions of
pure noise all look the same to a deep network.
"""
import json
import zlib

import mxnet as mx
import numpy as np

DECISIONS = {
    "argsort", "sort", "topk", "argmax", "pick", "_contrib_box_nms", "_contrib_Proposal", "_contrib_MultiProposal",
    "_contrib_MultiBoxDetection", "_contrib_box_decode", "_contrib_ROIAlign",
}  # fmt: skip
TRAINED = {"Convolution", "Deconvolution", "FullyConnected", "BatchNorm", "_contrib_SyncBatchNorm", "LayerNorm", "Pooling", "RNN"}
DEFORMABLE = {"_contrib_DeformableConvolution", "_contrib_ModulatedDeformableConvolution"}
# Of these inputs only the shape matters: (operator, place).
SHAPE_ONLY = {("slice_like", 1), ("reshape_like", 1), ("broadcast_like", 1), ("zeros_like", 0), ("ones_like", 0), ("shape_array", 0),
              ("_contrib_arange_like", 0)}  # fmt: skip
SQUASHES = {"sigmoid", "softmax", "SoftmaxActivation", "SoftmaxOutput", "log_softmax"}
LOGIT_SPREAD, BOX_SPREAD, BACKGROUND = 1.5, 0.3, 6.0


def draw(symbol, arguments, generator, only=None):
    """Replaces trained values (all, or those named in `only`); anchors, offsets and statistics stay."""
    for name in symbol.list_arguments():
        if name not in arguments or (only is not None and name not in only):
            continue
        shape = arguments[name].shape
        if name.endswith("gamma"):
            values = generator.uniform(0.7, 1.3, shape)
        elif name.endswith(("beta", "bias")):
            values = generator.uniform(-0.1, 0.1, shape)
        elif name.endswith("weight") and len(shape) > 1:
            values = generator.normal(0, np.sqrt(1.6 / np.prod(shape[1:])), shape)
        elif name.endswith("parameters"):  # of a recurrent layer
            values = generator.uniform(-0.2, 0.2, shape)
        else:
            continue
        arguments[name] = mx.nd.array(values, dtype=arguments[name].dtype)


def picture(shape, generator):
    """[n, 3, height, width] in -2 .. 2."""
    count, channels, height, width = shape
    values = np.zeros(shape)
    for image in values:
        for size in np.geomspace(0.7, 0.04, 60):
            h, w = (max(2, int(side * size * generator.uniform(0.5, 1.5))) for side in (height, width))
            y, x = generator.randint(-h // 2, height - h // 2), generator.randint(-w // 2, width - w // 2)
            image[:, max(y, 0) : y + h, max(x, 0) : x + w] = generator.uniform(-1.8, 1.8, (channels, 1, 1))
    return (values + generator.uniform(-0.2, 0.2, shape)).astype("float32")


class Graph:
    """What the nodes of a symbol read, and who reads them."""

    def __init__(self, symbol):
        self.symbol = symbol
        self.nodes = json.loads(symbol.tojson())["nodes"]
        self.outputs = {entry[0] for entry in json.loads(symbol.tojson())["heads"]}
        self.readers = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for place, entry in enumerate(node["inputs"]):
                self.readers[entry[0]].append((index, place))

    def decides(self):
        return any(node["op"] in DECISIONS - {"argmax", "pick"} for node in self.nodes)

    def use(self, start):
        """How the values of a layer end: None (another trained layer), "logit" or "box"."""
        found, squashed, seen = False, False, set()
        waiting = [(start, False)]
        while waiting:
            index, after_squash = waiting.pop()
            if index in self.outputs:
                found, squashed = True, squashed or after_squash
            for reader, place in self.readers[index]:
                op = self.nodes[reader]["op"]
                if (op, place) in SHAPE_ONLY:
                    continue
                if op in DEFORMABLE and place in (1, 2) and self.nodes[self.nodes[reader]["inputs"][place][0]]["op"] != "null":
                    found = True  # spread of offsets, mask or not
                elif op in DECISIONS and not (op == "_contrib_ROIAlign" and place == 0):
                    found, squashed = True, squashed or after_squash
                elif op not in TRAINED | DEFORMABLE | DECISIONS and (reader, after_squash) not in seen:
                    seen.add((reader, after_squash))
                    squash = op in SQUASHES or (op == "Activation" and self.nodes[reader].get("attrs", {}).get("act_type") == "sigmoid")
                    waiting.append((reader, after_squash or squash))
        return None if not found else "logit" if squashed else "box"

    def heads(self):
        """[(place of its output among the symbol's internals, weights, bias or None, use)]"""
        names = self.symbol.get_internals().list_outputs()
        places = {name: [i for i, other in enumerate(names) if other == name] for name in set(names)}  # names may come twice
        result = []
        for index, node in enumerate(self.nodes):
            if node["op"] not in ("Convolution", "FullyConnected"):
                continue
            place = places[node["name"] + "_output"].pop(0)
            names = [self.nodes[entry[0]]["name"] for entry in node["inputs"]]
            use = self.use(index)
            if use and self.nodes[node["inputs"][1][0]]["op"] == "null":
                result.append((place, names[1], names[2] if len(names) > 2 else None, use))
        return result


def calibrate_batch_norm(symbol, complete, arguments, states):
    graph = json.loads(symbol.tojson())
    for node in graph["nodes"]:
        if "BatchNorm" in node["op"]:
            node.setdefault("attrs", {}).update(momentum="0", use_global_stats="False")
    symbol = mx.sym.load_json(json.dumps(graph))
    executor = symbol.bind(mx.cpu(), {**complete, **arguments}, aux_states=states, grad_req="null")
    for output in executor.forward(is_train=True):
        output.wait_to_read()
    for name, value in executor.aux_dict.items():
        values = value.asnumpy()
        if name.endswith("var"):
            values = np.where(values < 1e-2, 1, values)
        states[name] = mx.nd.array(values)


def calibrate_heads(symbol, heads, arguments, states, inputs, seed):
    internals = symbol.get_internals()
    group = mx.sym.Group([internals[place] for place, *_ in heads])
    known = {name: arguments[name] for name in group.list_arguments() if name in arguments}
    known.update({name: value for name, value in inputs.items() if name in group.list_arguments()})
    executor = group.bind(mx.cpu(), known, aux_states={n: states[n] for n in group.list_auxiliary_states()}, grad_req="null")
    outputs = executor.forward(is_train=False)
    layers = {}  # pyramids use the same weights at several sizes
    for (_, weights, bias, use), values in zip(heads, outputs):
        values = values.asnumpy()
        channels_last = np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])
        layers.setdefault((weights, bias, use, values.ndim == 2), []).append(channels_last)
    for (weights, bias, use, dense), values in layers.items():
        values = np.concatenate(values)
        if not np.isfinite(values).all():
            continue  # what comes before is not calibrated yet
        mean, spread = values.mean(axis=0), values.std(axis=0)
        wanted = LOGIT_SPREAD if use == "logit" else BOX_SPREAD
        scale = np.where(spread > 1e-4, wanted / np.maximum(spread, 1e-4), 1)
        old = arguments[weights].asnumpy()
        arguments[weights] = mx.nd.array(old * scale.reshape(-1, *(1,) * (old.ndim - 1)))
        if bias:
            generator = np.random.RandomState(zlib.crc32(weights.encode()) ^ seed)  # the same centres in every round
            centre = generator.uniform(-LOGIT_SPREAD, 0, mean.shape) if use == "logit" else np.zeros(mean.shape)
            if use == "logit" and dense:
                centre[0] = BACKGROUND
            arguments[bias] = mx.nd.array((arguments[bias].asnumpy() - mean) * scale + centre)


def calibrate(symbol, complete, arguments, states, inputs, seed):
    """Changes `arguments` and `states`; `complete` has every argument of the symbol, inputs and labels too."""
    graph = Graph(symbol)
    heads = graph.heads() if graph.decides() else []
    for _ in range(4 if heads else 1):
        if states:
            calibrate_batch_norm(symbol, complete, arguments, states)
        if heads:
            calibrate_heads(symbol, heads, arguments, states, inputs, seed)
