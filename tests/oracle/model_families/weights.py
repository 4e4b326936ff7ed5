"""Seeded weights and inputs under which a network's values stay sane and its decisions are clear.

Convolutions and dense layers get normal values that keep the scale of their inputs, batch normalization means of 0 and
variances of 1. Then two things are calibrated on the data that really arrives, in turns, because the second changes what
arrives behind it:

- Batch normalization gets the statistics of its input and a positive mean, but only where values grow or rounding spreads
  without them, that is from the second seed on (see export.py). Where a channel hardly varies, the variance is 1, so that
  noise is not blown up.
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
SMALLEST_VARIANCE, ROUNDS, SHIFT = 1e-2, 3, (0.8, 1.6)


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


def batch_norms(graph):
    """(node, names of its inputs) of a parsed symbol.json."""
    nodes = graph["nodes"]
    return [(node, [nodes[entry[0]]["name"] for entry in node["inputs"]]) for node in nodes if "BatchNorm" in node["op"]]


def shift_batch_norm(symbol, arguments, seed):
    """Most of what a ReLU reads becomes positive. Normal numbers around 0 lose their mean and a part of their spread in a
    ReLU, what normalization then makes good; their rounding errors it makes larger each time, 1.2 times in the mean."""
    for _, inputs in batch_norms(json.loads(symbol.tojson())):
        gamma, beta = arguments[inputs[1]].asnumpy(), inputs[2]
        generator = np.random.RandomState(zlib.crc32(beta.encode()) ^ seed)
        arguments[beta] = mx.nd.array(gamma * generator.uniform(*SHIFT, gamma.shape))


def measure_batch_norm(symbol, complete, arguments, states):
    """The statistics of what each batch normalization reads, and from them its states.

    In training mode a channel that hardly varies is normalized like any other, with its variance of 1 it is not: what
    follows would see other values than those that its statistics are of. Further rounds therefore give such channels a
    smaller gamma while they measure, with which training mode computes what inference will."""
    graph = json.loads(symbol.tojson())
    layers = []  # node, gamma's name and values, names of mean and variance, epsilon
    for node, inputs in batch_norms(graph):
        given = node.get("attrs", {})
        gamma = arguments[inputs[1]].asnumpy()
        fixed = given.get("fix_gamma", "True") in ("True", "1", "true")
        layers.append((node["name"], inputs[1], np.ones_like(gamma) if fixed else gamma, *inputs[3:5], float(given.get("eps", "1e-3"))))
        # Moving averages change in backward passes only; the outputs behind the first one tell.
        node["op"], node["attrs"] = "BatchNorm", {**{k: v for k, v in given.items() if k in ("eps", "axis")}, "fix_gamma": "False",
                                                  "use_global_stats": "False", "output_mean_var": "True"}  # fmt: skip
    internals = mx.sym.load_json(json.dumps(graph)).get_internals()
    group = mx.sym.Group([internals[f"{layer[0]}_{kind}"] for layer in layers for kind in ("mean", "var")])
    scaled = {gamma: values for _, gamma, values, *_ in layers}
    for _ in range(ROUNDS):
        known = {**complete, **arguments, **{name: mx.nd.array(values) for name, values in scaled.items()}}
        known = {name: known[name] for name in group.list_arguments()}
        executor = group.bind(mx.cpu(), known, aux_states={n: states[n] for n in group.list_auxiliary_states()}, grad_req="null")
        measured = [output.asnumpy() for output in executor.forward(is_train=True)]
        for (_, gamma, values, mean, variance, epsilon), means, inverses in zip(layers, measured[::2], measured[1::2]):
            spread = np.maximum(0, 1 / inverses.astype("float64") ** 2 - epsilon)
            small = spread < SMALLEST_VARIANCE
            scaled[gamma] = np.where(small, values * np.sqrt(spread + epsilon), values)
            states[mean], states[variance] = mx.nd.array(means), mx.nd.array(np.where(small, 1, spread))


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


def calibrate(symbol, complete, arguments, states, inputs, seed, measure):
    """Changes `arguments` and `states`; `complete` has every argument of the symbol, inputs and labels too. `measure`:
    whether batch normalization gets the statistics of its input."""
    graph = Graph(symbol)
    heads = graph.heads() if graph.decides() else []
    if measure:
        shift_batch_norm(symbol, arguments, seed)
    for _ in range(4 if heads else 1):
        if states and measure:
            measure_batch_norm(symbol, complete, arguments, states)
        if heads:
            calibrate_heads(symbol, heads, arguments, states, inputs, seed)
