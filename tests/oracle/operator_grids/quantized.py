"""8-bit operators one by one. Ranges are constants of the checkpoint unless the name says otherwise."""

import zlib

from .recorder import case, np


def ranges(*pairs):
    """Values of the inputs that follow the data: min and max of each."""
    return [[float(value)] for pair in pairs for value in pair]


def quantized(
    operator, shapes, dtypes, pairs, attributes=None, dynamic=False, values=None, note="", wide=True, constants=(), **more
):
    """`shapes` and `dtypes` of the data, `pairs` of the ranges; `wide` data take the whole type, others a part of it."""
    shapes = list(shapes)
    first = len(shapes)
    ends = ranges(*pairs)
    filled = dict(values or {})
    for i, (shape, dtype) in enumerate(zip(shapes, dtypes)):
        if i in filled or np.dtype(dtype).kind == "f":
            continue
        generator = np.random.RandomState(zlib.crc32(f"{operator}{attributes}{more}{shapes}{i}{note}".encode()))
        low, high = {"int8": (-128, 128), "uint8": (0, 256), "int32": (-(2**27), 2**27)}[dtype]
        part = 1 if wide else 4
        filled[i] = generator.randint(low // part, high // part, size=shape)
    for k, value in enumerate(ends):
        filled[first + k] = value
    positions = tuple(range(first, first + len(ends)))
    names = None
    if more.get("no_bias"):
        names = ["data", "weight", "min_data", "max_data", "min_weight", "max_weight"]
    text = ",".join(filter(None, [note, " ".join(f"{a}..{b}" for a, b in pairs), "dynamic" if dynamic else ""]))
    case(
        operator,
        shapes + [(1,)] * len(ends),
        {**(attributes or {}), **more},
        dtypes=list(dtypes) + ["float32"] * len(ends),
        values=filled,
        weights=tuple(constants) if dynamic else positions + tuple(constants),
        note=text,
        names=names,
    )


def quantize():
    for out_type in (None, "int8", "uint8"):
        for low, high in ((-1.0, 1.0), (0.0, 1.0), (-0.5, 2.0), (-3.0, 0.25)):
            for dynamic in (False, True):
                quantized("_contrib_quantize", [(2, 3, 4)], ["float32"], [(low, high)], dynamic=dynamic, out_type=out_type)
    for out_type in (None, "auto", "int8", "uint8"):
        for low, high in ((None, None), (-1.0, 1.0), (0.0, 0.75), (-0.25, 0.5), (0.0, 3.5)):
            for shape in ((7,), (2, 3, 4, 5)):
                case("_contrib_quantize_v2", shape, out_type=out_type, min_calib_range=low, max_calib_range=high)
    for low, high in ((None, None), (-1.0, 2.0)):
        case("_contrib_quantize_v2", (3, 4), dtype="int8", low=-128, high=128, min_calib_range=low, max_calib_range=high)
        case(
            "_contrib_quantize_v2",
            (3, 4),
            dtype="uint8",
            low=0,
            high=256,
            out_type="uint8",
            min_calib_range=low,
            max_calib_range=high,
        )
    ties = (np.arange(-6, 6, dtype="float32") + 0.5) / 127.5
    case("_contrib_quantize_v2", (12,), values={0: ties}, note="halves", min_calib_range=-1.0, max_calib_range=1.0)
    for dtype in ("int8", "uint8"):
        for low, high in ((-1.0, 1.0), (0.0, 6.5), (-0.125, 0.5), (-3.0, 1.0)):
            for dynamic in (False, True):
                for shape in ((9,), (2, 3, 2, 4)):
                    quantized("_contrib_dequantize", [shape], [dtype], [(low, high)], dynamic=dynamic)
    for out_type in (None, "auto", "int8", "uint8"):
        for low, high in ((None, None), (-1.5, 1.0), (0.0, 2.0)):
            for dynamic in (False, True):
                quantized(
                    "_contrib_requantize",
                    [(2, 3, 4)],
                    ["int32"],
                    [(-40.0, 40.0)],
                    dynamic=dynamic,
                    out_type=out_type,
                    min_calib_range=low,
                    max_calib_range=high,
                )


def layers():
    for dtype in ("int8", "uint8"):
        for shape in ((2, 5), (2, 3, 4, 2)):
            quantized("_contrib_quantized_act", [shape], [dtype], [(-1.0, 2.0)], act_type="relu")
            quantized("_contrib_quantized_flatten", [shape], [dtype], [(-1.0, 2.0)])
        for pool_type in (None, "max", "avg"):
            for kernel, stride, pad in (((2, 2), None, None), ((3, 3), (2, 2), (1, 1)), ((3, 2), (2, 1), (0, 1))):
                for convention in (None, "full"):
                    quantized(
                        "_contrib_quantized_pooling",
                        [(2, 3, 5, 6)],
                        [dtype],
                        [(-1.0, 1.0)],
                        pool_type=pool_type,
                        kernel=kernel,
                        stride=stride,
                        pad=pad,
                        pooling_convention=convention,
                    )
            quantized(
                "_contrib_quantized_pooling",
                [(2, 3, 5, 6)],
                [dtype],
                [(0.0, 1.0)],
                pool_type=pool_type,
                kernel=(5, 6),
                global_pool=True,
            )
        for include in (True, False):
            quantized(
                "_contrib_quantized_pooling",
                [(1, 2, 5, 5)],
                [dtype],
                [(0.0, 1.0)],
                pool_type="avg",
                kernel=(3, 3),
                pad=(1, 1),
                count_include_pad=include,
            )
    for dtypes in (("int8", "int8"), ("uint8", "uint8"), ("int8", "uint8"), ("uint8", "int8")):
        for pairs in (((-1.0, 1.0), (-1.0, 1.0)), ((-1.0, 1.0), (-0.5, 2.0)), ((0.0, 3.0), (0.0, 1.5))):
            for dynamic in (False, True):
                quantized(
                    "_contrib_quantized_concat", [(2, 3, 2, 2), (2, 2, 2, 2)], dtypes, pairs, dynamic=dynamic, num_args=2, dim=1
                )
            for low, high in ((None, None), (-2.0, 2.0), (0.0, 3.5)):
                quantized(
                    "_contrib_quantized_elemwise_add",
                    [(2, 3, 4), (2, 3, 4)],
                    dtypes,
                    pairs,
                    min_calib_range=low,
                    max_calib_range=high,
                )
    for dim in (1, 2, 3):
        shapes = [tuple(3 if axis == dim else 2 for axis in range(4)), (2, 2, 2, 2), (2, 2, 2, 2)]
        quantized("_contrib_quantized_concat", shapes, ["int8"] * 3, [(-1, 1), (-2, 1), (-0.5, 0.25)], num_args=3, dim=dim)
    for pairs in (((-1.0, 1.0), (-1.0, 1.0)), ((-1.5, 1.0), (-0.5, 2.0))):
        for low, high, real in ((None, None, None), (None, None, True), (-2.0, 3.0, None), (-6.0, 3.0, None)):
            quantized(
                "_contrib_quantized_elemwise_mul",
                [(2, 3, 4), (2, 3, 4)],
                ["int8", "int8"],
                pairs,
                wide=False,
                min_calib_range=low,
                max_calib_range=high,
                enable_float_output=real,
            )


def weighted():
    generator = np.random.RandomState(7)
    for dtype in ("int8", "uint8"):
        for eps, low, high in ((None, -2.0, 2.0), (1e-5, 0.0, 3.0), (0.01, -4.0, 1.0)):
            for shape in ((2, 3, 4, 4), (1, 4, 5, 3)):
                channels = shape[1]
                statistics = {
                    1: generator.uniform(0.5, 1.5, channels),
                    2: generator.uniform(-0.5, 0.5, channels),
                    3: generator.uniform(-0.5, 0.5, channels),
                    4: generator.uniform(0.3, 2.0, channels),
                }
                quantized(
                    "_contrib_quantized_batch_norm",
                    [shape] + [(channels,)] * 4,
                    [dtype] + ["float32"] * 4,
                    [(0.0 if dtype == "uint8" else -1.0, 1.5)],
                    values=statistics,
                    constants=(1, 2, 3, 4),
                    eps=eps,
                    min_calib_range=low,
                    max_calib_range=high,
                )
    for shape in ((4,), (2, 3)):
        quantized(
            "_contrib_quantized_embedding",
            [shape, (5, 3)],
            ["float32", "int8"],
            [(-1.0, 0.5)],
            values={0: np.array([0, 4, 2, 1, 9, -2], "float32")[: int(np.prod(shape))]},
            constants=(1,),
            input_dim=5,
            output_dim=3,
            dtype=None,
        )
    for no_bias in (None, True):
        bias = [] if no_bias else [(4,)]
        pairs = [(0.0, 2.0), (-1.0, 0.5)] + ([] if no_bias else [(-0.25, 0.5)])
        for attributes in (
            dict(kernel=(1, 1)),
            dict(kernel=(3, 3), pad=(1, 1)),
            dict(kernel=(3, 2), stride=(2, 1), pad=(1, 0)),
            dict(kernel=(3, 3), dilate=(2, 2), pad=(2, 2)),
        ):
            quantized(
                "_contrib_quantized_conv",
                [(2, 3, 5, 6), (4, 3) + attributes["kernel"]] + bias,
                ["uint8", "int8"] + ["int8"] * len(bias),
                pairs,
                constants=(1, 2)[: 1 + len(bias)],
                num_filter=4,
                no_bias=no_bias,
                **attributes,
            )
        quantized(
            "_contrib_quantized_conv",
            [(2, 3, 3, 4, 4), (4, 3, 2, 3, 1)] + bias,
            ["uint8", "int8"] + ["int8"] * len(bias),
            pairs,
            constants=(1, 2)[: 1 + len(bias)],
            num_filter=4,
            no_bias=no_bias,
            kernel=(2, 3, 1),
            pad=(1, 1, 0),
        )
        for dtype in ("int8", "uint8"):
            for flatten, shape in ((None, (2, 7)), (True, (2, 3, 4)), (False, (2, 3, 4)), (None, (1, 65))):
                columns = shape[-1] if flatten is False else int(np.prod(shape[1:]))
                for dynamic in (False, True) if no_bias else (False,):
                    quantized(
                        "_contrib_quantized_fully_connected",
                        [shape, (4, columns)] + bias,
                        [dtype, "int8"] + ["int8"] * len(bias),
                        pairs,
                        constants=(1, 2)[: 1 + len(bias)],
                        dynamic=dynamic,
                        num_hidden=4,
                        no_bias=no_bias,
                        flatten=flatten,
                    )


GRIDS = [quantize, layers, weighted]
