#!/usr/bin/env python3
"""Makes tests/data/mxnet_ops: for every operator that moir converts, small graphs and what MXNet computes for them.

usage: MXNET_SUBGRAPH_BACKEND=NONE python make_operator_cases.py [--out DIR] [OPERATOR...]

Needs mxnet 1.9.1 and numpy 1.23.5. Files per operator:
  OPERATOR.json    [{"name", "symbol", "inputs": {NAME: shape}, "refused": true when MXNet refuses the graph}, ...]
  OPERATOR.params  "CASE/arg:NAME", "CASE/aux:NAME" parameters, "CASE/in:NAME" inputs, "CASE/out:K" outputs
Values are seeded by operator and case, so that a file changes only when its cases do.
"""
import argparse
import itertools
import json
import os
import pathlib
import sys
import zlib

os.environ.update(MXNET_SUBGRAPH_BACKEND="NONE", MXNET_STORAGE_FALLBACK_LOG_VERBOSE="0")
import mxnet as mx  # noqa: E402  (the variable must be set before)
import numpy as np  # noqa: E402

import detection_cases  # noqa: E402

S = mx.sym
TABLE = {}
# oneDNN refuses the pads that follow from target_shape.
WITHOUT_ONEDNN = ("Deconvolution_target_shape",)


def operator(*names):
    """Registers a function that yields the cases of the operators named."""
    def register(function):
        for name in names:
            TABLE[name] = function
        return function
    return register


class Case:
    def __init__(self, name, symbol, inputs, low=-1.0, high=1.0, patch=None, refused=False, values=None):
        self.name, self.symbol, self.inputs = name, symbol, inputs
        self.low, self.high, self.values = low, high, values or {}
        self.patch, self.refused = patch, refused


def v(name="data", **kwargs):
    return S.var(name, **kwargs)


def call(op, *args, **kwargs):
    """The symbol function of a registered name, internal ones included."""
    for place in (S, S._internal, S.contrib, S.op):
        if hasattr(place, op):
            return getattr(place, op)(*args, **kwargs)
    if op.startswith("_contrib_"):
        return getattr(S.contrib, op[len("_contrib_"):])(*args, **kwargs)
    raise KeyError(op)


def grid(**choices):
    """All combinations; the value Ellipsis leaves the attribute out. Yields (label, attributes)."""
    names = list(choices)
    for values in itertools.product(*choices.values()):
        attributes = {n: x for n, x in zip(names, values) if x is not ...}
        yield "_".join(f"{n}={str(x).replace(' ', '')}" for n, x in attributes.items()) or "default", attributes


def patched(symbol_json, patch):
    """Replaces attributes of the last node: for values that MXNet's Python functions would not pass on."""
    graph = json.loads(symbol_json)
    node = graph["nodes"][-1]
    attributes = dict(node.get("attrs", {}))
    for key, value in patch.items():
        if value is None:
            attributes.pop(key, None)
        else:
            attributes[key] = value
    node["attrs"] = attributes
    return json.dumps(graph)


def plain(symbol_json):
    graph = json.loads(symbol_json)
    graph.pop("node_row_ptr", None)
    return graph


def run(operator_name, case):
    """(json entry, arrays) of a case; raises when MXNet's answer is not the expected one."""
    seed = zlib.crc32(f"{operator_name}/{case.name}".encode())
    rng = np.random.RandomState(seed)
    text = case.symbol.tojson()
    if case.patch:
        text = patched(text, case.patch)
    given = {k: (x.shape if isinstance(x, np.ndarray) else tuple(x)) for k, x in case.inputs.items()}
    entry = {"name": case.name, "symbol": plain(text), "inputs": {k: list(x) for k, x in given.items()}}
    arrays = {}
    try:
        symbol = mx.sym.load_json(text)
        arg_shapes, _, aux_shapes = symbol.infer_shape(**given)
        args, auxs = {}, {}
        for name, shape in zip(symbol.list_arguments(), arg_shapes):
            if name in case.values:
                value = np.asarray(case.values[name], np.float32)
            elif isinstance(case.inputs.get(name), np.ndarray):
                value = case.inputs[name]
            else:
                value = rng.uniform(case.low, case.high, shape).astype(np.float32)
            args[name] = mx.nd.array(value, dtype=value.dtype)
            arrays[f"{case.name}/{'in' if name in case.inputs else 'arg'}:{name}"] = args[name]
        for name, shape in zip(symbol.list_auxiliary_states(), aux_shapes):
            low, high = (0.1, 1.5) if "var" in name else (-0.5, 0.5)
            auxs[name] = mx.nd.array(rng.uniform(low, high, shape).astype(np.float32))
            arrays[f"{case.name}/aux:{name}"] = auxs[name]
        executor = symbol.bind(mx.cpu(), args, aux_states=auxs, grad_req="null")
        outputs = [o.asnumpy() for o in executor.forward(is_train=False)]
    except (mx.MXNetError, ValueError, TypeError, AttributeError) as error:
        if not case.refused:
            raise RuntimeError(f"{operator_name}/{case.name}: {str(error).splitlines()[0][:300]}") from error
        entry["refused"] = True
        return entry, parameters_of_refused(case, rng)
    if case.refused:
        raise RuntimeError(f"{operator_name}/{case.name}: MXNet accepts it")
    for k, value in enumerate(outputs):
        arrays[f"{case.name}/out:{k}"] = mx.nd.array(value, dtype=value.dtype)
    return entry, arrays


def parameters_of_refused(case, rng):
    """Parameters as the graph without the patch has them, so that they are not what is wrong."""
    given = {k: (x.shape if isinstance(x, np.ndarray) else tuple(x)) for k, x in case.inputs.items()}
    try:
        arg_shapes, _, aux_shapes = case.symbol.infer_shape(**given)
    except mx.MXNetError:
        return {}
    arrays = {}
    for kind, names, shapes in (("arg", case.symbol.list_arguments(), arg_shapes), ("aux", case.symbol.list_auxiliary_states(), aux_shapes)):
        for name, shape in zip(names, shapes):
            if name not in given:
                arrays[f"{case.name}/{kind}:{name}"] = mx.nd.array(rng.uniform(case.low, case.high, shape).astype(np.float32))
    return arrays


# ---- activations ----

@operator("Activation")
def activation(op):
    for kind in ("relu", "sigmoid", "softrelu", "softsign", "tanh"):
        yield Case(kind, S.Activation(v(), act_type=kind), {"data": (2, 3, 5)}, -4, 4)
    yield Case("none", S.Activation(v(), act_type="relu"), {"data": (2, 3)}, patch={"act_type": None}, refused=True)
    yield Case("unknown", S.Activation(v(), act_type="relu"), {"data": (2, 3)}, patch={"act_type": "swish"}, refused=True)


@operator("LeakyReLU")
def leaky_relu(op):
    for label, attrs in grid(act_type=(..., "leaky", "elu"), slope=(..., 0.0, 0.1, 1.5, -0.3)):
        yield Case(label, S.LeakyReLU(v(), **attrs), {"data": (2, 3, 4)}, -3, 3)
    for kind in ("selu", "gelu", "rrelu"):
        # rrelu has a second output, its random slopes.
        yield Case(kind, S.LeakyReLU(v(), act_type=kind)[0], {"data": (2, 3, 4)}, -3, 3)
    yield Case("rrelu_bounds", S.LeakyReLU(v(), act_type="rrelu", lower_bound=0.2, upper_bound=0.6)[0], {"data": (2, 3, 4)}, -3, 3)
    for shape in ((2, 3), (1, 5, 4), (2, 3, 4, 5), (1, 2, 3, 2, 3)):
        yield Case(f"prelu_{len(shape)}d", S.LeakyReLU(v(), act_type="prelu", name="p"), {"data": shape}, -3, 3)
    yield Case("prelu_one_slope", S.LeakyReLU(v(), v("gamma", shape=(1,)), act_type="prelu", name="p"), {"data": (2, 3, 4)}, -3, 3)
    yield Case("prelu_one_channel", S.LeakyReLU(v(), act_type="prelu", name="p"), {"data": (2, 1, 4)}, -3, 3)
    yield Case("unknown", S.LeakyReLU(v()), {"data": (2, 3)}, patch={"act_type": "swish"}, refused=True)


@operator("softmax", "softmin", "log_softmax")
def softmax(op):
    for label, attrs in grid(axis=(..., 0, 1, -2), temperature=(..., 0.5, 3.0)):
        yield Case(label, call(op, v(), **attrs), {"data": (2, 3, 4)}, -5, 5)
    yield Case("vector", call(op, v()), {"data": (7,)}, -5, 5)
    yield Case("dtype", call(op, v(), dtype="float64"), {"data": (2, 3)}, -5, 5)
    yield Case("far_axis", call(op, v(), axis=1), {"data": (2, 3)}, patch={"axis": "3"}, refused=True)


@operator("SoftmaxActivation")
def softmax_activation(op):
    for shape in ((2, 5), (1, 5), (2, 3, 4), (2, 3, 4, 5)):
        yield Case(f"instance_{len(shape)}d_{shape[0]}", S.SoftmaxActivation(v()), {"data": shape}, -5, 5)
        if len(shape) > 2:
            yield Case(f"channel_{len(shape)}d", S.SoftmaxActivation(v(), mode="channel"), {"data": shape}, -5, 5)
    yield Case("stated_instance", S.SoftmaxActivation(v(), mode="instance"), {"data": (3, 4)}, -5, 5)
    yield Case("unknown", S.SoftmaxActivation(v()), {"data": (2, 3)}, patch={"mode": "pixel"}, refused=True)


@operator("SoftmaxOutput")
def softmax_output(op):
    def head(shape, **attrs):
        return S.SoftmaxOutput(v(), v("softmax_label"), name="softmax", **attrs)
    label = {"softmax_label": np.zeros(1, np.float32)}
    for shape, label_shape, attrs in (
            ((2, 5), (2,), {}), ((1, 5), (1,), {}), ((2, 5), (2,), {"grad_scale": 3, "ignore_label": 2, "use_ignore": True, "normalization": "valid"}),
            ((2, 5), (2,), {"out_grad": True, "smooth_alpha": 0.1}), ((2, 5), (2,), {"multi_output": False, "preserve_shape": False}),
            ((2, 5, 4), (2, 4), {"multi_output": True}), ((2, 5, 3, 4), (2, 3, 4), {"multi_output": True}), ((2, 3, 4), (2, 3), {"preserve_shape": True}),
            ((2, 5, 1, 1), (2, 1, 1), {"multi_output": True}), ((2, 3, 4, 5), (2, 3, 4), {"preserve_shape": True})):
        name = "x".join(map(str, shape)) + "".join(f"_{k}={a}" for k, a in attrs.items())
        yield Case(name, head(shape, **attrs), {"data": shape, "softmax_label": np.zeros(label_shape, np.float32)}, -5, 5)


# ---- convolution and dense ----

@operator("Convolution")
def convolution(op):
    def conv(**attrs):
        return S.Convolution(v(), name="conv", **attrs)
    data = {1: (2, 4, 11), 2: (2, 4, 9, 11), 3: (1, 4, 5, 6, 7)}
    for d in (1, 2, 3):
        for label, attrs in grid(stride=(..., (2,) * d), pad=(..., (1,) * d), dilate=(..., (2,) * d), num_group=(..., 2)):
            yield Case(f"{d}d_{label}", conv(kernel=(3,) * d if d < 3 else (2, 3, 3), num_filter=4, **attrs), {"data": data[d]})
        yield Case(f"{d}d_no_bias", conv(kernel=(1,) * d, num_filter=3, no_bias=True), {"data": data[d]})
        yield Case(f"{d}d_depthwise", conv(kernel=(3,) * d, num_filter=4, num_group=4, pad=(1,) * d), {"data": data[d]})
        yield Case(f"{d}d_layout", conv(kernel=(2,) * d, num_filter=2, layout={1: "NCW", 2: "NCHW", 3: "NCDHW"}[d]), {"data": data[d]})
    yield Case("uneven", conv(kernel=(5, 2), stride=(3, 1), pad=(2, 1), dilate=(1, 3), num_filter=5), {"data": (1, 3, 13, 10)})
    yield Case("whole_picture", conv(kernel=(4, 4), num_filter=6), {"data": (2, 3, 4, 4)})
    yield Case("empty_tuples", conv(kernel=(3, 3), num_filter=2), {"data": (1, 2, 5, 5)}, patch={"stride": "()", "pad": "()", "dilate": "()"})
    yield Case("brackets", conv(kernel=(3, 3), num_filter=2), {"data": (1, 2, 5, 5)}, patch={"stride": "[2, 1]", "pad": "(1L, 0L)"})
    yield Case("training_keys", conv(kernel=(3, 3), num_filter=2, workspace=256, cudnn_tune="off", cudnn_off=True), {"data": (1, 2, 5, 5)})
    yield Case("no_kernel", conv(kernel=(3, 3), num_filter=2), {"data": (1, 2, 5, 5)}, patch={"kernel": None}, refused=True)
    yield Case("short_stride", conv(kernel=(3, 3), num_filter=2), {"data": (1, 2, 5, 5)}, patch={"stride": "(1,)"}, refused=True)
    yield Case("bad_group", conv(kernel=(3, 3), num_filter=3), {"data": (1, 2, 5, 5)}, patch={"num_group": "2"}, refused=True)
    yield Case("kernel_too_large", conv(kernel=(7, 7), num_filter=3), {"data": (1, 2, 5, 5)}, refused=True)


@operator("Deconvolution")
def deconvolution(op):
    def deconv(**attrs):
        return S.Deconvolution(v(), name="deconv", **attrs)
    data = {1: (2, 4, 5), 2: (2, 4, 4, 5), 3: (1, 4, 3, 3, 4)}
    for d in (1, 2, 3):
        for label, attrs in grid(stride=(..., (2,) * d), pad=(..., (1,) * d), adj=(..., (1,) * d), num_group=(..., 2)):
            if "adj" in attrs and "stride" not in attrs:
                continue
            yield Case(f"{d}d_{label}", deconv(kernel=(3,) * d, num_filter=4, **attrs), {"data": data[d]})
        yield Case(f"{d}d_bias", deconv(kernel=(2,) * d, num_filter=3, no_bias=False), {"data": data[d]})
    yield Case("dilate", deconv(kernel=(3, 2), num_filter=3, dilate=(2, 3), stride=(2, 1)), {"data": (2, 4, 4, 5)})
    yield Case("depthwise_bilinear", deconv(kernel=(4, 4), stride=(2, 2), pad=(1, 1), num_filter=4, num_group=4), {"data": (1, 4, 5, 3)})


@operator("Deconvolution_target_shape")
def deconvolution_target_shape(op):
    def deconv(**attrs):
        return S.Deconvolution(v(), name="deconv", **attrs)
    for target in ((8, 10), (9, 11), (7, 9), (8, 9)):
        yield Case(f"target_{target[0]}x{target[1]}", deconv(kernel=(3, 3), stride=(2, 2), num_filter=2, target_shape=target), {"data": (1, 3, 4, 5)})
    yield Case("target_over_pad", deconv(kernel=(4, 4), stride=(2, 2), pad=(3, 3), adj=(1, 1), num_filter=2, target_shape=(8, 10)), {"data": (1, 3, 4, 5)})


@operator("FullyConnected")
def fully_connected(op):
    def dense(**attrs):
        return S.FullyConnected(v(), name="fc", **attrs)
    for shape in ((2, 3), (1, 3, 4), (2, 3, 2, 2)):
        for label, attrs in grid(no_bias=(..., True), flatten=(..., True, False)):
            yield Case(f"{len(shape)}d_{label}", dense(num_hidden=5, **attrs), {"data": shape})
    yield Case("one_hidden", dense(num_hidden=1), {"data": (3, 7)})
    yield Case("no_hidden", dense(num_hidden=2), {"data": (3, 7)}, patch={"num_hidden": None}, refused=True)
    yield Case("zero_hidden", dense(num_hidden=2), {"data": (3, 7)}, patch={"num_hidden": "0"}, refused=True)


@operator("Pooling")
def pooling(op):
    data = {1: (2, 3, 10), 2: (2, 3, 10, 7), 3: (1, 2, 6, 7, 5)}
    for d in (1, 2, 3):
        for label, attrs in grid(pool_type=(..., "avg", "sum"), pooling_convention=(..., "full"), stride=(..., (2,) * d), pad=(..., (1,) * d)):
            yield Case(f"{d}d_{label}", S.Pooling(v(), kernel=(3,) * d, **attrs), {"data": data[d]})
        for kind in ("max", "avg", "sum"):
            yield Case(f"{d}d_global_{kind}", S.Pooling(v(), global_pool=True, pool_type=kind), {"data": data[d]})
        for label, attrs in grid(pooling_convention=("valid", "full"), count_include_pad=(False, True)):
            yield Case(f"{d}d_avg_{label}", S.Pooling(v(), kernel=(3,) * d, stride=(2,) * d, pad=(1,) * d, pool_type="avg", **attrs), {"data": data[d]})
        for p in (1, 2, 3):
            yield Case(f"{d}d_lp{p}", S.Pooling(v(), kernel=(2,) * d, stride=(2,) * d, pool_type="lp", p_value=p), {"data": data[d]})
    yield Case("global_with_kernel", S.Pooling(v(), kernel=(3, 3), stride=(2, 2), pad=(1, 1), global_pool=True, pool_type="avg"), {"data": data[2]})
    yield Case("global_lp2", S.Pooling(v(), kernel=(3, 3), global_pool=True, pool_type="lp", p_value=2), {"data": data[2]})
    yield Case("uneven", S.Pooling(v(), kernel=(2, 5), stride=(3, 1), pad=(1, 2), pool_type="avg"), {"data": data[2]})
    yield Case("full_overhang", S.Pooling(v(), kernel=(2, 2), stride=(3, 3), pooling_convention="full"), {"data": (1, 2, 9, 9)})
    yield Case("full_overhang_avg", S.Pooling(v(), kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg", pooling_convention="full"), {"data": (1, 2, 8, 8)})
    yield Case("same_max", S.Pooling(v(), kernel=(3,), stride=(2,), pooling_convention="same"), {"data": (1, 2, 7)}, refused=True)
    yield Case("same_max_2d", S.Pooling(v(), kernel=(3, 3), stride=(2, 2), pooling_convention="same"), {"data": (1, 2, 7, 8)}, refused=True)
    yield Case("same_avg", S.Pooling(v(), kernel=(3,), stride=(2,), pooling_convention="same", pool_type="avg"), {"data": (1, 2, 7)}, refused=True)
    yield Case("no_kernel", S.Pooling(v(), kernel=(3, 3)), {"data": data[2]}, patch={"kernel": None}, refused=True)
    yield Case("lp_without_p", S.Pooling(v(), kernel=(2, 2), pool_type="lp"), {"data": data[2]}, refused=True)


@operator("UpSampling")
def up_sampling(op):
    for scale in (1, 2, 3):
        yield Case(f"nearest_{scale}", S.UpSampling(v(), scale=scale, sample_type="nearest", num_args=1), {"data": (2, 3, 4, 5)})
    for mode in ("concat", "sum"):
        yield Case(f"two_{mode}", S.UpSampling(v("a"), v("b"), scale=2, sample_type="nearest", num_args=2, multi_input_mode=mode),
                   {"a": (1, 2, 4, 6), "b": (1, 2, 2, 3)})
    for scale in (2, 3, 4):
        yield Case(f"bilinear_{scale}", S.UpSampling(v(), v("weight"), scale=scale, sample_type="bilinear", num_filter=3, num_args=2, name="up"), {"data": (1, 3, 4, 5)})


@operator("BatchNorm", "_contrib_SyncBatchNorm")
def batch_norm(op):
    def norm(**attrs):
        return call(op, v(), name="bn", **attrs)
    if op != "BatchNorm":
        yield Case("default", norm(key="bn"), {"data": (2, 3, 4, 5)})
        yield Case("attributes", norm(key="bn", fix_gamma=False, eps=1e-2, ndev=2), {"data": (2, 3, 4, 5)})
        return
    for label, attrs in grid(fix_gamma=(..., True, False), eps=(..., 2e-5), use_global_stats=(..., True)):
        yield Case(label, norm(**attrs), {"data": (2, 3, 4, 5)})
    for shape in ((4, 3), (2, 3, 5), (1, 3, 2, 3, 4)):
        yield Case(f"{len(shape)}d", norm(fix_gamma=False), {"data": shape})
    for axis in (-1, 2, 0, -2):
        yield Case(f"axis={axis}", norm(fix_gamma=False, axis=axis), {"data": (2, 3, 4, 5)})
    yield Case("last_axis_2d", norm(fix_gamma=False, axis=-1), {"data": (2, 3)})
    yield Case("momentum", norm(momentum=0.5, cudnn_off=True), {"data": (2, 3, 4, 5)})


# ---- norms ----

@operator("InstanceNorm")
def instance_norm(op):
    for shape in ((2, 3, 5), (2, 3, 4, 5), (1, 2, 3, 4, 2)):
        for label, attrs in grid(eps=(..., 0.1)):
            yield Case(f"{len(shape)}d_{label}", S.InstanceNorm(v(), name="norm", **attrs), {"data": shape})


@operator("LayerNorm")
def layer_norm(op):
    for label, attrs in grid(axis=(..., 0, 1, -2), eps=(..., 0.1)):
        yield Case(label, S.LayerNorm(v(), name="norm", **attrs), {"data": (2, 3, 5)})


@operator("LRN")
def lrn(op):
    for label, attrs in grid(nsize=(1, 3, 5), alpha=(..., 0.5), knorm=(..., 1.0), beta=(..., 0.5)):
        yield Case(label, S.LRN(v(), **attrs), {"data": (2, 6, 2, 3)}, -3, 3)


@operator("L2Normalization")
def l2_normalization(op):
    for label, attrs in grid(mode=(..., "instance", "channel", "spatial"), eps=(..., 0.5)):
        yield Case(label, S.L2Normalization(v(), **attrs), {"data": (2, 3, 4, 5)})
        yield Case("3d_" + label, S.L2Normalization(v(), **attrs), {"data": (2, 3, 4)})
    yield Case("2d", S.L2Normalization(v()), {"data": (2, 3)})
    yield Case("unknown", S.L2Normalization(v()), {"data": (2, 3)}, patch={"mode": "pixel"}, refused=True)


# ---- training heads and identities ----

@operator("LinearRegressionOutput", "MAERegressionOutput", "LogisticRegressionOutput", "SVMOutput")
def regression(op):
    label = (2,) if op == "SVMOutput" else (2, 3)
    for text, attrs in grid(**({"margin": (..., 0.5), "use_linear": (..., True)} if op == "SVMOutput" else {"grad_scale": (..., 2.0)})):
        yield Case(text, getattr(S, op)(v(), v("label"), name="out", **attrs), {"data": (2, 3), "label": np.zeros(label, np.float32)}, -3, 3)


@operator("MakeLoss", "make_loss", "BlockGrad", "_copy", "IdentityAttachKLSparseReg", "Dropout")
def identity(op):
    inputs = {"data": (2, 3)}
    low = 0.1 if op == "IdentityAttachKLSparseReg" else -1
    yield Case("default", call(op, v(), name="x"), inputs, low)
    if op == "MakeLoss":
        yield Case("attributes", S.MakeLoss(v(), grad_scale=2.0, normalization="valid", valid_thresh=0.1), inputs)
    if op == "Dropout":
        yield Case("attributes", S.Dropout(v(), p=0.9, axes=(1,)), inputs)


# ---- element-wise ----

UNARY = {"abs": (-3, 3), "arccos": (-1, 1), "arccosh": (1, 5), "arcsin": (-1, 1), "arcsinh": (-3, 3), "arctan": (-3, 3), "arctanh": (-0.9, 0.9),
         "cbrt": (-3, 3), "ceil": (-3, 3), "cos": (-3, 3), "cosh": (-3, 3), "degrees": (-3, 3), "erf": (-2, 2), "exp": (-3, 3), "expm1": (-2, 2),
         "fix": (-3, 3), "floor": (-3, 3), "log": (0.1, 5), "log10": (0.1, 5), "log1p": (-0.5, 5), "log2": (0.1, 5), "logical_not": (-1, 1),
         "negative": (-3, 3), "radians": (-180, 180), "rcbrt": (0.2, 3), "reciprocal": (0.2, 3), "relu": (-3, 3), "rint": (-3, 3), "round": (-3, 3),
         "rsqrt": (0.2, 3), "sigmoid": (-5, 5), "sign": (-1, 1), "sin": (-3, 3), "sinh": (-3, 3), "softsign": (-3, 3), "sqrt": (0, 4),
         "square": (-3, 3), "tan": (-1, 1), "tanh": (-3, 3), "trunc": (-3, 3), "hard_sigmoid": (-4, 4)}
SPECIAL = [-2.5, -1.5, -0.5, 0.0, 0.5, 1.0, 1.5, 2.5]


@operator(*UNARY)
def unary(op):
    low, high = UNARY[op]
    yield Case("random", call(op, v()), {"data": (2, 3, 4)}, low, high)
    special = np.array([x for x in SPECIAL if low <= x <= high and not (op in ("rcbrt", "reciprocal", "rsqrt") and x == 0)], np.float32)
    yield Case("special", call(op, v()), {"data": special})
    if op == "hard_sigmoid":
        yield Case("alpha_beta", S.hard_sigmoid(v(), alpha=0.5, beta=0.1), {"data": (2, 5)}, -4, 4)


BINARY = ("add", "sub", "mul", "div", "maximum", "minimum", "power", "mod", "hypot", "equal", "not_equal", "greater", "greater_equal", "lesser",
          "lesser_equal", "logical_and", "logical_or", "logical_xor")
PAIRS_A = np.array([0, 0, 1, 1, -1, 2, 2.5, -2.5, 3, 3], np.float32)
PAIRS_B = np.array([0, 1, 0, 1, 2, -1, 1.5, 1.5, -2, 0.5], np.float32)


def binary_values(name):
    low = 0.1 if name in ("power",) else -2
    if name == "power":
        return low, np.abs(PAIRS_A) + 0.5, PAIRS_B
    if name == "div":
        return low, PAIRS_A, np.where(PAIRS_B == 0, 4, PAIRS_B).astype(np.float32)
    return low, PAIRS_A, PAIRS_B


@operator(*(f"elemwise_{n}" for n in ("add", "sub", "mul", "div")), *(f"_{n}" for n in BINARY if n not in ("add", "sub", "mul", "div")))
def binary_same(op):
    name = op.replace("elemwise_", "").lstrip("_")
    low, a, b = binary_values(name)
    yield Case("random", call(op, v("a"), v("b")), {"a": (2, 3, 4), "b": (2, 3, 4)}, low, 2)
    yield Case("special", call(op, v("a"), v("b")), {"a": a, "b": b})
    if op.startswith("elemwise"):
        yield Case("shapes", call(op, v("a"), v("b")), {"a": (2, 3), "b": (1, 3)}, refused=True)


@operator(*(f"broadcast_{n}" for n in BINARY))
def binary_broadcast(op):
    name = op.replace("broadcast_", "")
    low, a, b = binary_values(name)
    for left, right in (((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (1, 3, 1)), ((1, 3, 1), (2, 1, 4)), ((2, 3, 4, 5), (2, 3, 1, 1)), ((1,), (4,))):
        yield Case(f"{left}_{right}".replace(" ", ""), call(op, v("a"), v("b")), {"a": left, "b": right}, low, 2)
    yield Case("special", call(op, v("a"), v("b")), {"a": a, "b": b})
    yield Case("no_fit", call(op, v("a"), v("b")), {"a": (2, 3), "b": (2, 2)}, refused=True)


SCALAR = ("plus", "minus", "rminus", "mul", "div", "rdiv", "maximum", "minimum", "power", "rpower", "mod", "rmod", "hypot", "equal", "not_equal", "greater",
          "greater_equal", "lesser", "lesser_equal", "logical_and", "logical_or", "logical_xor")


@operator(*(f"_{n}_scalar" for n in SCALAR))
def scalar(op):
    name = op[1:-len("_scalar")]
    low, high = (0.2, 3) if name in ("power", "rdiv", "rmod") else (-3, 3)
    numbers = (1.0, 0.5, 2.0, -1.5, 0.0, 6.0) if name not in ("rpower", "div") else (1.0, 0.5, 2.0, 6.0)
    for number in numbers:
        yield Case(f"scalar={number}", call(op, v(), scalar=number), {"data": (2, 5)}, low, high)
    special = np.array([x for x in SPECIAL if low <= x <= high and not (name == "div" and x == 0)], np.float32)
    yield Case("special", call(op, v(), scalar=1.5), {"data": special})
    yield Case("small", call(op, v(), scalar=0.0078125), {"data": (2, 5)}, low, high)


@operator("add_n")
def add_n(op):
    for n in (1, 2, 4):
        yield Case(f"{n}", S.add_n(*(v(f"x{i}") for i in range(n))), {f"x{i}": (2, 3) for i in range(n)})


@operator("clip")
def clip(op):
    for low, high in ((-0.5, 0.5), (0, 6), (0.2, 0.2), (1, -1)):
        yield Case(f"{low}_{high}", S.clip(v(), a_min=low, a_max=high), {"data": (3, 5)}, -8, 8)
    yield Case("no_bound", S.clip(v(), a_min=0, a_max=1), {"data": (3, 5)}, patch={"a_max": None}, refused=True)


@operator("Cast", "amp_cast")
def cast(op):
    for kind in ("float32", "float16", "float64", "int32", "uint8", "int8", "int64"):
        if op == "amp_cast" and kind not in ("float32", "float16"):
            continue
        low = 0 if kind == "uint8" else -3
        yield Case(kind, call(op, v(), dtype=kind), {"data": (3, 5)}, low, 3)


@operator("smooth_l1")
def smooth_l1(op):
    for label, attrs in grid(scalar=(..., 1.0, 0.5, 3.0)):
        yield Case(label, S.smooth_l1(v(), **attrs), {"data": (3, 7)}, -3, 3)


@operator("where")
def where(op):
    condition = np.array([[0, 1, 0], [2, 0, -1]], np.float32)
    yield Case("same", S.where(v("c"), v("a"), v("b")), {"c": condition, "a": (2, 3), "b": (2, 3)})
    yield Case("rows", S.where(v("c"), v("a"), v("b")), {"c": np.array([0, 1], np.float32), "a": (2, 3, 2), "b": (2, 3, 2)})


# ---- shapes ----

@operator("Concat")
def concat(op):
    yield Case("default", S.Concat(v("a"), v("b")), {"a": (2, 3, 4), "b": (2, 1, 4)})
    for dim in (0, 2, -1, -3):
        shapes = {"a": [2, 3, 4], "b": [2, 3, 4], "c": [2, 3, 4]}
        shapes["b"][dim] += 2
        yield Case(f"dim={dim}", S.Concat(v("a"), v("b"), v("c"), dim=dim), shapes)
    yield Case("one", S.Concat(v("a")), {"a": (2, 3)})
    yield Case("shapes", S.Concat(v("a"), v("b")), {"a": (2, 3), "b": (3, 3)}, refused=True)


@operator("stack")
def stack(op):
    for label, attrs in grid(axis=(..., 1, 2, -1, -3)):
        yield Case(label, S.stack(v("a"), v("b"), **attrs), {"a": (2, 3), "b": (2, 3)})
    yield Case("one", S.stack(v("a")), {"a": (2, 3)})


@operator("SliceChannel")
def slice_channel(op):
    for label, attrs in grid(axis=(..., 0, 2, -1)):
        yield Case(label, S.SliceChannel(v(), num_outputs=2, **attrs), {"data": (4, 6, 2)})
    yield Case("squeeze", S.SliceChannel(v(), num_outputs=3, squeeze_axis=True), {"data": (2, 3, 4)})
    yield Case("squeeze_first", S.SliceChannel(v(), num_outputs=2, axis=0, squeeze_axis=True), {"data": (2, 3, 4)})
    yield Case("one", S.SliceChannel(v(), num_outputs=1), {"data": (2, 3, 4)})
    yield Case("uneven", S.SliceChannel(v(), num_outputs=2), {"data": (2, 3, 4)}, refused=True)
    yield Case("squeeze_wide", S.SliceChannel(v(), num_outputs=2, squeeze_axis=True), {"data": (2, 4, 4)}, refused=True)


@operator("Reshape")
def reshape(op):
    shape = (2, 3, 4, 5)
    for codes in ((-1,), (0, -1), (0, 0, -1), (6, 20), (0, -3, 5), (-3, -3), (-2,), (0, -2), (-4, 1, 2, -2), (0, -4, 3, 1, -2), (0, -4, -1, 3, 4, 5), (-3, -2),
                  (0, 3, 4, 5, 1), (0, 0, -3), (4, 0, -1), (2, -1, 5), (0, -1, 4, 5, 1), (-3, 0, 0), (0, 2, -1, 0), (-1, 0, 5)):
        yield Case(str(codes).replace(" ", ""), S.Reshape(v(), shape=codes), {"data": shape})
    for codes in ((-1, 0), (0, -1), (-1, -3), (0, -3, -1), (-1, 0, 0), (-2, 5), (0, 0, 2, -1, -4, 0)):
        yield Case(f"reverse_{codes}".replace(" ", ""), S.Reshape(v(), shape=codes, reverse=True), {"data": shape})
    yield Case("batch_one", S.Reshape(v(), shape=(-4, 20, -1, 0)), {"data": (20, 7)})
    for codes in ((-1, -1), (0, 0, 0, 0, 0), (0, -4, 2, 2, -2), (-5,)):
        yield Case(f"bad_{codes}".replace(" ", ""), S.Reshape(v(), shape=(-1,)), {"data": shape}, patch={"shape": str(codes)}, refused=True)


@operator("reshape_like")
def reshape_like(op):
    yield Case("default", S.reshape_like(v("a"), v("b")), {"a": (2, 6), "b": (3, 4)})
    yield Case("parts", S.reshape_like(v("a"), v("b"), lhs_begin=0, lhs_end=2, rhs_begin=1, rhs_end=3), {"a": (30, 7), "b": (9, 30, 7)}) if False else \
        Case("part", S.reshape_like(v("a"), v("b"), lhs_begin=0, lhs_end=1, rhs_begin=0, rhs_end=2), {"a": (12, 7), "b": (3, 4, 5)})
    yield Case("negative", S.reshape_like(v("a"), v("b"), lhs_begin=-1, rhs_begin=-2), {"a": (2, 12), "b": (5, 3, 4)})


@operator("Flatten")
def flatten(op):
    for shape in ((2, 3), (2, 3, 4), (1, 3, 4, 5), (5,)):
        yield Case("x".join(map(str, shape)), S.Flatten(v()), {"data": shape})


@operator("transpose")
def transpose(op):
    for shape in ((3,), (2, 3), (2, 3, 4), (2, 3, 4, 5)):
        yield Case(f"{len(shape)}d", S.transpose(v()), {"data": shape})
    for axes in ((0, 2, 3, 1), (3, 1, 0, 2), (0, 1, 2, 3)):
        yield Case(str(axes).replace(" ", ""), S.transpose(v(), axes=axes), {"data": (2, 3, 4, 5)})


@operator("SwapAxis")
def swap_axis(op):
    for label, attrs in grid(dim1=(..., 1, -1), dim2=(..., 2)):
        if attrs.get("dim1", 0) == attrs.get("dim2", 0):
            continue
        yield Case(label, S.SwapAxis(v(), **attrs), {"data": (2, 3, 4)})


@operator("expand_dims")
def expand_dims(op):
    for axis in (0, 1, 2, -1, -3):
        yield Case(f"axis={axis}", S.expand_dims(v(), axis=axis), {"data": (2, 3)})
    yield Case("far", S.expand_dims(v(), axis=0), {"data": (2, 3)}, patch={"axis": "4"}, refused=True)


@operator("squeeze")
def squeeze(op):
    yield Case("all", S.squeeze(v()), {"data": (1, 3, 1, 4)})
    for axis in (0, 2, -2, (0, 2), (-4,)):
        yield Case(f"axis={axis}".replace(" ", ""), S.squeeze(v(), axis=axis), {"data": (1, 3, 1, 4)})
    yield Case("everything", S.squeeze(v()), {"data": (1, 1, 1)})
    yield Case("wide", S.squeeze(v(), axis=1), {"data": (1, 3, 1)}, refused=True)


@operator("slice")
def slice_(op):
    for begin, end, step in (((0, 1), (2, 3), None), ((1,), (2,), None), ((None, 1), (None, None), None), ((-2, -3), (-1, None), None), ((0, 0, 0), (2, 4, 5), (1, 2, 3)),
                             ((None, None), (None, None), (-1, -2)), ((1, 3), (None, 0), (-1, -1)), ((0, 1), (9, 9), None), ((None, 3), (None, -5), (None, -1))):
        attrs = {"begin": begin, "end": end}
        if step:
            attrs["step"] = step
        yield Case("_".join(f"{k}={x}".replace(" ", "") for k, x in attrs.items()), S.slice(v(), **attrs), {"data": (2, 4, 5)})


@operator("slice_axis")
def slice_axis(op):
    for axis, begin, end in ((0, 0, 1), (1, 1, 3), (1, -3, -1), (-1, 2, None), (2, -2, None), (1, 0, 4)):
        yield Case(f"{axis}_{begin}_{end}", S.slice_axis(v(), axis=axis, begin=begin, end=end), {"data": (2, 4, 5)})
    yield Case("empty", S.slice_axis(v(), axis=1, begin=2, end=2), {"data": (2, 4, 5)}, refused=True)
    yield Case("beyond", S.slice_axis(v(), axis=1, begin=0, end=9), {"data": (2, 4, 5)}, refused=True)


@operator("slice_like")
def slice_like(op):
    yield Case("all", S.slice_like(v("a"), v("b")), {"a": (4, 5), "b": (2, 3)})
    yield Case("axes", S.slice_like(v("a"), v("b"), axes=(1, -1)), {"a": (4, 5, 6), "b": (9, 3, 2)})
    yield Case("larger", S.slice_like(v("a"), v("b")), {"a": (4, 5), "b": (5, 3)}, refused=True)


@operator("Crop")
def crop(op):
    for label, attrs in grid(offset=(..., (1, 2)), h_w=((3, 2), (4, 5))):
        yield Case(label, S.Crop(v(), num_args=1, **attrs), {"data": (2, 3, 6, 8)})
    yield Case("center", S.Crop(v(), num_args=1, h_w=(3, 4), center_crop=True), {"data": (1, 2, 6, 8)})
    yield Case("center_odd", S.Crop(v(), num_args=1, h_w=(3, 4), center_crop=True), {"data": (1, 2, 7, 9)})
    for label, attrs in grid(offset=(..., (1, 2)), center_crop=(..., True)):
        yield Case("like_" + label, S.Crop(v(), v("like"), num_args=2, **attrs), {"data": (2, 3, 6, 8), "like": (1, 1, 4, 5)})
    yield Case("beyond", S.Crop(v(), num_args=1, offset=(4, 4), h_w=(3, 5)), {"data": (2, 3, 6, 8)}, refused=True)


@operator("Pad")
def pad(op):
    for mode in ("constant", "edge", "reflect"):
        yield Case(f"{mode}_4d", S.Pad(v(), mode=mode, pad_width=(0, 0, 0, 0, 1, 2, 2, 1)), {"data": (2, 3, 4, 5)})
        yield Case(f"{mode}_5d", S.Pad(v(), mode=mode, pad_width=(0, 0, 0, 0, 1, 0, 2, 1, 0, 2)), {"data": (1, 2, 3, 4, 3)})
    yield Case("value", S.Pad(v(), mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 2, 1), constant_value=1.5), {"data": (2, 3, 4, 5)})
    yield Case("short", S.Pad(v(), mode="constant", pad_width=(0, 0, 0, 0, 1, 2)), {"data": (2, 3, 4, 5)}, refused=True)


@operator("broadcast_to")
def broadcast_to(op):
    yield Case("all", S.broadcast_to(v(), shape=(2, 3, 4)), {"data": (1, 3, 1)})
    yield Case("zeros", S.broadcast_to(v(), shape=(5, 0, 4)), {"data": (1, 3, 1)})
    yield Case("no_fit", S.broadcast_to(v(), shape=(2, 2)), {"data": (1, 3)}, refused=True)


@operator("broadcast_axis")
def broadcast_axis(op):
    yield Case("one", S.broadcast_axis(v(), axis=0, size=4), {"data": (1, 3, 1)})
    yield Case("two", S.broadcast_axis(v(), axis=(0, 2), size=(4, 2)), {"data": (1, 3, 1)})


@operator("broadcast_like")
def broadcast_like(op):
    yield Case("all", S.broadcast_like(v("a"), v("b")), {"a": (1, 3, 1), "b": (2, 3, 4)})
    yield Case("axes", S.broadcast_like(v("a"), v("b"), lhs_axes=(0, 2), rhs_axes=(1, -1)), {"a": (1, 3, 1), "b": (2, 3, 4)})


@operator("tile")
def tile(op):
    for reps in ((2,), (2, 3), (1, 2, 1), (2, 1, 2, 3)):
        yield Case(str(reps).replace(" ", ""), S.tile(v(), reps=reps), {"data": (2, 3)})


# ---- reductions ----

@operator("sum", "mean", "max", "min", "prod")
def reduction(op):
    for label, attrs in grid(axis=(..., 0, 1, -1, (0, 2), ()), keepdims=(..., True), exclude=(..., True)):
        if attrs.get("exclude") and attrs.get("axis", ()) == ():
            continue
        yield Case(label, call(op, v(), **attrs), {"data": (2, 3, 4)})
    yield Case("vector", call(op, v()), {"data": (5,)})


@operator("norm")
def norm(op):
    for label, attrs in grid(ord=(..., 1), axis=(..., 0, (0, 2) if False else 1, -1), keepdims=(..., True)):
        yield Case(label, S.norm(v(), **attrs), {"data": (2, 3, 4)})
    yield Case("two_axes", S.norm(v(), axis=(0, 1)), {"data": (2, 3, 4)})


# ---- indexing, creation, products ----

@operator("Embedding")
def embedding(op):
    indices = np.array([[0, 4, 2], [3, 1, 4]], np.float32)
    yield Case("default", S.Embedding(v(), name="emb", input_dim=5, output_dim=3), {"data": indices})
    yield Case("outside", S.Embedding(v(), name="emb", input_dim=5, output_dim=3), {"data": np.array([-1, 5, 2.7, 9], np.float32)})
    yield Case("one_row", S.Embedding(v(), name="emb", input_dim=1, output_dim=2), {"data": np.zeros((2, 1), np.float32)})


@operator("take")
def take(op):
    indices = np.array([[0, 3], [2, 1]], np.float32)
    for label, attrs in grid(axis=(..., 0, 1, -1), mode=(..., "clip", "wrap")):
        yield Case(label, S.take(v("a"), v("indices"), **attrs), {"a": (4, 5, 4), "indices": indices})
    for mode in ("clip", "wrap"):
        yield Case(f"outside_{mode}", S.take(v("a"), v("indices"), mode=mode), {"a": (4, 2), "indices": np.array([-1, -5, 4, 9], np.float32)})


@operator("one_hot")
def one_hot(op):
    indices = np.array([[0, 3], [2, 5]], np.float32)
    yield Case("default", S.one_hot(v(), depth=4), {"data": indices})
    yield Case("values", S.one_hot(v(), depth=4, on_value=2.5, off_value=-1), {"data": indices})


@operator("_zeros", "_ones", "_full", "zeros_like", "ones_like")
def filled(op):
    if op.endswith("like"):
        data = v()
        yield Case("default", data + call(op, data), {"data": (2, 3)})
        return
    attrs = {"value": 2.5} if op == "_full" else {}
    yield Case("default", v() + call(op, shape=(2, 3), **attrs), {"data": (2, 3)})
    yield Case("dtype", v() + call(op, shape=(2, 3), dtype="float32", **attrs), {"data": (2, 3)})
    if op == "_zeros":
        yield Case("open_batch", v() + call(op, shape=(0, 3)), {"data": (2, 3)})


@operator("_arange")
def arange(op):
    for label, attrs in (("stop", {"start": 0, "stop": 6}), ("step", {"start": 1, "stop": 7, "step": 2.5}), ("down", {"start": 3, "stop": 0, "step": -0.5}),
                         ("repeat", {"start": 0, "stop": 3, "repeat": 2})):
        symbol = S._internal._arange(**attrs)
        shape = symbol.infer_shape()[1][0]
        yield Case(label, v() + symbol, {"data": shape})
    yield Case("start_only", v() + S._internal._arange(start=4), {"data": (4,)})


@operator("dot")
def dot(op):
    yield Case("2d", S.dot(v("a"), v("b")), {"a": (2, 3), "b": (3, 4)})
    for label, attrs in grid(transpose_a=(..., True), transpose_b=(..., True)):
        a, b = ((3, 2) if "transpose_a" in attrs else (2, 3)), ((4, 3) if "transpose_b" in attrs else (3, 4))
        yield Case("t_" + label, S.dot(v("a"), v("b"), **attrs), {"a": a, "b": b})
    yield Case("vectors", S.dot(v("a"), v("b")), {"a": (3,), "b": (3,)})
    yield Case("matrix_vector", S.dot(v("a"), v("b")), {"a": (2, 3), "b": (3,)})
    yield Case("3d", S.dot(v("a"), v("b")), {"a": (2, 3, 4), "b": (4, 5)})
    yield Case("3d_3d", S.dot(v("a"), v("b")), {"a": (2, 3, 4), "b": (4, 2, 3)})
    yield Case("3d_transposed", S.dot(v("a"), v("b"), transpose_a=True), {"a": (4, 2, 3), "b": (4, 5)})
    yield Case("3d_transposed_b", S.dot(v("a"), v("b"), transpose_b=True), {"a": (2, 4), "b": (3, 5, 4)})


@operator("batch_dot")
def batch_dot(op):
    for label, attrs in grid(transpose_a=(..., True), transpose_b=(..., True)):
        a, b = ((2, 3, 2) if "transpose_a" in attrs else (2, 2, 3)), ((2, 4, 3) if "transpose_b" in attrs else (2, 3, 4))
        yield Case(label, S.batch_dot(v("a"), v("b"), **attrs), {"a": a, "b": b})


# ---- recurrent ----

@operator("RNN")
def rnn(op):
    for mode in ("rnn_relu", "rnn_tanh", "lstm", "gru"):
        for label, attrs in grid(num_layers=(1, 2), bidirectional=(..., True), state_outputs=(..., True)):
            inputs = {"data": (3, 2, 4)}
            layers = attrs["num_layers"] * (2 if attrs.get("bidirectional") else 1)
            inputs["state"] = (layers, 2, 5)
            args = [v(), v("parameters"), v("state")]
            if mode == "lstm":
                inputs["cell"] = (layers, 2, 5)
                args.append(v("cell"))
            yield Case(f"{mode}_{label}", S.RNN(*args, mode=mode, state_size=5, name="rnn", **attrs), inputs, -0.6, 0.6)
    zeros = S._internal._zeros(shape=(1, 0, 4))
    yield Case("open_states", S.RNN(v(), v("parameters"), zeros, zeros, mode="lstm", state_size=4, num_layers=1, p=0.3, name="rnn"), {"data": (3, 2, 2)})
    yield Case("one_step", S.RNN(v(), v("parameters"), S._internal._zeros(shape=(1, 0, 4)), mode="gru", state_size=4, num_layers=1, name="rnn"), {"data": (1, 1, 2)})


# ---- detection ----

@operator("_contrib_MultiBoxPrior")
def multi_box_prior(op):
    for label, attrs in grid(sizes=(..., (0.2, 0.3), (0.5, 1.2, 0.1)), ratios=(..., (1, 2, 0.5)), clip=(..., True)):
        yield Case(label, S.contrib.MultiBoxPrior(v(), **attrs), {"data": (2, 3, 4, 5)})
    for label, attrs in grid(steps=((0.25, 0.1), (-1, -1)), offsets=(..., (0.3, 0.8), (0, 1))):
        yield Case(label, S.contrib.MultiBoxPrior(v(), sizes=(0.4,), ratios=(2, 3), **attrs), {"data": (1, 2, 3, 7)})
    yield Case("big_picture", S.contrib.MultiBoxPrior(v(), sizes=(0.2, 0.276), ratios=(1, 2, 0.5, 3, 0.333333333333), clip=True), {"data": (1, 1, 19, 19)})
    yield Case("offset_outside", S.contrib.MultiBoxPrior(v()), {"data": (1, 2, 3, 7)}, patch={"offsets": "(1.5, 0.5)"}, refused=True)


@operator("_contrib_MultiBoxDetection")
def multi_box_detection(op):
    def scene(batch, classes, anchors, seed):
        rng = np.random.RandomState(seed)
        centers = rng.uniform(0.1, 0.9, (anchors, 2))
        half = rng.uniform(0.05, 0.3, (anchors, 2))
        boxes = np.concatenate([centers - half, centers + half], 1)[None].astype(np.float32)
        scores = rng.uniform(0, 1, (batch, classes, anchors))
        # Quarters make equal scores, within an anchor and between anchors.
        scores[:, :, ::3] = np.round(scores[:, :, ::3] * 4) / 4
        return {"cls": (scores / scores.sum(1, keepdims=True) if seed % 2 else scores).astype(np.float32),
                "loc": rng.uniform(-1, 1, (batch, anchors * 4)).astype(np.float32), "anchors": boxes}

    def detection(**attrs):
        return S.contrib.MultiBoxDetection(v("cls"), v("loc"), v("anchors"), **attrs)
    seed = 0
    for label, attrs in grid(threshold=(..., 0.3), nms_threshold=(..., 0.1, 0.9, 0, 1), force_suppress=(..., True), nms_topk=(..., 7, 100)):
        seed += 1
        yield Case(label, detection(**attrs), scene(2, 4, 24, seed))
    for label, attrs in grid(clip=(..., False), variances=(..., (0.2, 0.1, 0.3, 0.5)), background_id=(..., 1)):
        seed += 1
        yield Case(label + "_", detection(**attrs), scene(1, 3, 15, seed))
    yield Case("nothing_found", detection(threshold=2.0), scene(1, 3, 6, 5))
    yield Case("background_only", detection(), scene(1, 1, 6, 7))
    yield Case("one_anchor", detection(), scene(2, 3, 1, 9))


detection_cases.register(operator, Case, call, v)


def make(name, folder):
    """Writes the files of one operator; returns the number of problems, which it prints."""
    entries, arrays, problems = [], {}, []
    try:
        cases = list(TABLE[name](name))
    except (mx.MXNetError, TypeError, ValueError, KeyError) as error:
        cases = []
        problems.append(f"{name}: {str(error).splitlines()[0][:300]}")
    for case in cases:
        if case.name in {entry["name"] for entry in entries}:
            problems.append(f"{name}/{case.name}: comes twice")
        try:
            entry, values = run(name, case)
        except RuntimeError as error:
            problems.append(str(error))
            continue
        entries.append(entry)
        arrays.update(values)
    (folder / f"{name}.json").write_text(json.dumps(entries, separators=(",", ":")) + "\n")
    mx.nd.save(str(folder / f"{name}.params"), arrays)
    for problem in problems:
        print(problem, file=sys.stderr)
    return min(len(problems), 100)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "data" / "mxnet_ops")
    parser.add_argument("operators", nargs="*")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in args.operators or sorted(TABLE):
        # A process for each: some graphs that MXNet refuses leave its memory in disorder.
        child = os.fork()
        if child == 0:
            code = 101
            if name in WITHOUT_ONEDNN:
                os.environ["MXNET_MKLDNN_ENABLED"] = "0"
            try:
                code = make(name, args.out)
            finally:
                sys.stderr.flush()
                os._exit(code)
        status = os.waitpid(child, 0)[1]
        if status != 0:
            failed.append(name)
            print(f"{name}: failed with status {status}", file=sys.stderr)
    print(f"{len(args.operators or TABLE) - len(failed)} operators made, {len(failed)} with problems {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
