"""Networks as MXNet's oneDNN backend fuses them (MKLDNN) and quantizes them (MKLDNN_QUANTIZE), and without fusion."""

import contextlib
import io
import json
import logging

from mxnet.contrib import quantization

from .recorder import add, mx, np, random_values

logging.getLogger().setLevel(logging.ERROR)
SHAPE = (2, 3, 5, 6)


def arguments(symbol, name, shapes):
    """Weights and states {name: array} of a network."""
    sizes, _, states = symbol.infer_shape(**shapes)
    weights = {
        key: random_values(f"{name}/{key}", size, "float32", *((0.5, 1.5) if key.endswith("gamma") else (-0.5, 0.5)))
        for key, size in zip(symbol.list_arguments(), sizes)
        if key not in shapes
    }
    aux = {
        key: random_values(f"{name}/{key}", size, "float32", *((0.3, 2.0) if key.endswith("var") else (-0.5, 0.5)))
        for key, size in zip(symbol.list_auxiliary_states(), states)
    }
    return weights, aux


def record(operator, name, symbol, data, quantized=None, calibrated=True, fused=True, excluded=(), open_data=False, **options):
    """`quantized`: None (fused only), "auto", "int8" or "uint8". `open_data`: the data's range is found at inference."""
    shapes = {key: value.shape for key, value in data.items()}
    weights, states = arguments(symbol, name, shapes)
    if quantized is None:
        network, network_weights, network_states = symbol.get_backend_symbol("MKLDNN"), weights, states
        with_states = {**weights, **states}
    else:
        to_arrays = lambda values: {key: mx.nd.array(value) for key, value in values.items()}  # noqa: E731
        ready = symbol.get_backend_symbol("MKLDNN_QUANTIZE") if fused else symbol
        with contextlib.redirect_stdout(io.StringIO()):
            network, network_weights, network_states, collector = quantization.quantize_graph(
                ready,
                to_arrays(weights),
                to_arrays(states),
                ctx=mx.cpu(),
                calib_mode="naive" if calibrated else "none",
                quantized_dtype=quantized,
                excluded_sym_names=list(excluded),
                logger=logging.getLogger(),
                **options,
            )
            if calibrated:
                values = {**weights, **data}
                executor = ready.bind(
                    mx.cpu(),
                    to_arrays({key: values[key] for key in ready.list_arguments()}),
                    aux_states=to_arrays(states),
                    grad_req="null",
                )
                executor.set_monitor_callback(collector.collect, monitor_all=True)
                executor.forward(is_train=False)
                mx.nd.waitall()
                network, network_weights, network_states = quantization.calib_graph(
                    network,
                    to_arrays(weights),
                    to_arrays(states),
                    collector,
                    calib_mode="naive",
                    quantized_dtype=quantized,
                )
            if fused:
                network = network.get_backend_symbol("MKLDNN_QUANTIZE")
            if open_data:
                graph = json.loads(network.tojson())
                for node in graph["nodes"]:
                    if node["op"] == "_contrib_quantize_v2":
                        del node["attrs"]["min_calib_range"], node["attrs"]["max_calib_range"]
                network = mx.sym.load_json(json.dumps(graph))
        network_weights = {key: value.asnumpy() for key, value in network_weights.items()}
        with_states = {**network_weights, **{key: value.asnumpy() for key, value in network_states.items()}}
    add(operator, name, network, data, with_states)


def convolution(data, name="conv", kernel=(3, 3), pad=(1, 1), filters=4, **more):
    return mx.sym.Convolution(data, kernel=kernel, pad=pad, num_filter=filters, name=name, **more)


def activation(data, kind, name):
    if kind is None:
        return data
    if kind == "relu6":
        return mx.sym.clip(data, a_min=0, a_max=0.5, name=name)
    if kind == "leaky":
        return mx.sym.LeakyReLU(data, act_type="leaky", slope=0.125, name=name)
    return mx.sym.Activation(data, act_type=kind, name=name)


def block(data, norm=False, act=None, **more):
    y = convolution(data, **more)
    if norm:
        y = mx.sym.BatchNorm(y, name="norm", fix_gamma=norm == "fixed", eps=1e-4)
    return activation(y, act, "act")


def open_ranges():
    """The first layers of GluonCV's 8-bit networks: a calibrated output of data whose range is not known before."""
    data = mx.sym.var("data")
    usual = random_values("convolutions", SHAPE)
    for label, values in (("usual", usual), ("tiny", usual * np.float32(1e-7)), ("nothing", usual * np.float32(0))):
        for more in (
            dict(no_bias=True),
            dict(act="relu"),
            dict(norm=True, act="relu", no_bias=True),
            dict(norm=True),
            dict(num_group=2, filters=4, kernel=(1, 1), pad=(0, 0)),
        ):
            grouped = "num_group" in more
            source = np.repeat(values[:, :1], 4, axis=1) * np.array([1, -0.5, 0.25, 2], "float32").reshape(1, 4, 1, 1) if grouped else values
            name = f"data's range open,{label}," + ",".join(f"{key}={value}" for key, value in more.items())
            record("_sg_mkldnn_conv", name, block(data, **more), {"data": source.astype("float32")}, "auto", open_data=True)


def convolutions():
    data = mx.sym.var("data")
    values = {"data": random_values("convolutions", SHAPE)}
    positive = {"data": random_values("positive", SHAPE, "float32", 0.0, 1.0)}
    for quantized in (None, "auto", "int8", "uint8"):
        for calibrated in (True,) if quantized is None else (True, False):
            for no_bias in (False, True):
                for norm in (False, True, "fixed"):
                    if not calibrated and (norm or not no_bias):
                        continue  # its range of the data is found at every inference
                    for act in (None, "relu", "relu6", "leaky") + (("sigmoid", "tanh") if quantized is None else ()):
                        if no_bias and act in ("leaky", "sigmoid"):
                            continue
                        name = f"{quantized or 'fused'},bias={not no_bias},norm={norm},act={act}"
                        name += "" if calibrated else ",not calibrated"
                        symbol = block(data, norm=norm, act=act, no_bias=no_bias)
                        source = positive if quantized == "uint8" else values
                        record("_sg_mkldnn_conv", name, symbol, source, quantized, calibrated)
    for quantized in (None, "auto"):
        for label, more in (
            ("1x1", dict(kernel=(1, 1), pad=(0, 0))),
            ("stride", dict(stride=(2, 2))),
            ("dilated", dict(dilate=(2, 2), pad=(2, 2))),
            ("depthwise", dict(num_group=3, filters=3)),
            ("groups", dict(num_group=3, filters=6)),
        ):
            symbol = block(data, norm=True, act="relu", **more)
            record("_sg_mkldnn_conv", f"{quantized or 'fused'},{label}", symbol, values, quantized)


def sums():
    data = mx.sym.var("data")
    values = {"data": random_values("sums", SHAPE)}
    for quantized in (None, "auto", "int8"):
        for first in (None, "relu"):
            for late in (None, "relu"):
                for swapped in (False, True):
                    left = activation(convolution(data, name="left"), first, "left_act")
                    right = mx.sym.BatchNorm(convolution(data, name="right", no_bias=True), name="norm", fix_gamma=False)
                    total = right + left if swapped else left + right
                    symbol = activation(total, late, "late")
                    name = f"{quantized or 'fused'},first={first},late={late},swapped={swapped}"
                    record("_sg_mkldnn_conv", f"sum,{name}", symbol, values, quantized)
        stem = block(data, norm=True, act="relu", name="stem")
        body = mx.sym.Activation(stem + convolution(stem, name="body"), act_type="relu", name="out")
        pooled = mx.sym.Pooling(body, pool_type="avg", global_pool=True, kernel=(1, 1), name="pool")
        dense = mx.sym.FullyConnected(pooled, num_hidden=3, name="dense")
        record("_sg_mkldnn_conv", f"residual network,{quantized or 'fused'}", dense, values, quantized)
        joined = mx.sym.concat(stem, convolution(stem, name="other"), dim=1, name="join")
        record("_sg_mkldnn_conv", f"concatenation,{quantized or 'fused'}", joined, values, quantized)


def dense():
    data = mx.sym.var("data")
    kinds = (None, "relu", "leaky", "relu6", "sigmoid", "tanh", "softrelu", "square", "sqrt", "exp", "abs")
    for quantized in (None, "auto", "int8"):
        for shape, flatten in (((2, 7), True), ((2, 3, 4), True), ((2, 3, 4), False)):
            values = {"data": random_values(f"dense{shape}", shape)}
            for no_bias in (False, True):
                for kind in kinds if shape == (2, 7) and not no_bias else (None, "relu"):
                    y = mx.sym.FullyConnected(data, num_hidden=4, flatten=flatten, no_bias=no_bias, name="dense")
                    if kind in ("square", "exp", "abs"):
                        y = getattr(mx.sym, kind)(y, name="act")
                    elif kind == "sqrt":
                        y = mx.sym.sqrt(mx.sym.abs(y, name="magnitude"), name="act")
                    else:
                        y = activation(y, kind, "act")
                    name = f"{quantized or 'fused'},{'x'.join(map(str, shape))},flatten={flatten},no_bias={no_bias},{kind}"
                    record("_sg_mkldnn_fully_connected", name, y, values, quantized)
                    if quantized is None or kind not in (None, "relu", "tanh", "sigmoid"):
                        continue
                    for granularity in ("tensor-wise", "channel-wise"):
                        # A second layer reads integers: the first one's output is requantized.
                        z = mx.sym.FullyConnected(y, num_hidden=3, name="second")
                        record(
                            "_sg_mkldnn_fully_connected",
                            f"{name},two layers,{granularity}",
                            z,
                            values,
                            quantized,
                            quantize_granularity=granularity,
                        )


def unfused():
    """Operators of their own: convolution, requantization, pooling."""
    data = mx.sym.var("data")
    values = {"data": random_values("unfused", SHAPE, "float32", 0.0, 1.0)}
    for no_bias in (False, True):
        y = convolution(data, no_bias=no_bias)
        y = mx.sym.Pooling(y, pool_type="max", kernel=(2, 2), stride=(2, 2), name="pool")
        y = mx.sym.FullyConnected(mx.sym.flatten(y, name="flat"), num_hidden=3, no_bias=no_bias, name="dense")
        for calibrated in (True, False):
            name = f"network of single operators,no_bias={no_bias},calibrated={calibrated}"
            record("_contrib_quantized_conv", name, y, values, "uint8", calibrated, fused=False)


def attention():
    data, weights = mx.sym.var("data"), mx.sym.var("weights")
    for length, batch, heads, size in ((5, 2, 2, 4), (3, 1, 1, 2), (4, 3, 4, 1)):
        name = f"{length}x{batch}x{heads}x{size}"
        values = {"data": random_values("attention" + name, (length, batch, heads * 3 * size))}
        record("_sg_mkldnn_selfatt_qk", name, mx.sym.contrib.interleaved_matmul_selfatt_qk(data, heads=heads, name="op"), values)
        values = {**values, "weights": random_values("weights" + name, (batch * heads, length, length))}
        symbol = mx.sym.contrib.interleaved_matmul_selfatt_valatt(data, weights, heads=heads, name="op")
        record("_sg_mkldnn_selfatt_valatt", name, symbol, values)


GRIDS = [attention, open_ranges, convolutions, sums, dense, unfused]
