"""Lookups, selections and sorting."""

from .recorder import add, case, describe, mx, node, np, random_values


def lookups():
    for shape in ((4,), (2, 3), (1, 2, 3)):
        for more in (dict(), dict(dtype="float32"), dict(sparse_grad=False)):
            count = int(np.prod(shape))
            name = describe(dict(input_dim=6, output_dim=3, **more), [shape])
            symbol = node("Embedding", mx.sym.var("data"), input_dim=6, output_dim=3, **more)
            add(
                "Embedding",
                name,
                symbol,
                {"data": random_values(name, (count,), "int32", 0, 6).reshape(shape).astype("float32")},
            )
    case("Embedding", (2, 3), input_dim=6, output_dim=2, values={0: [-1, 0, 5, 6, 2.7, 100]}, note="outside")
    case("Embedding", (2, 3), input_dim=6, output_dim=2, dtype="int32", low=0, high=6)
    for mode in (None, "clip", "wrap"):
        for axis in (None, 0, 1, 2, -1):
            case("take", [(3, 4, 2), (2, 3)], axis=axis, mode=mode, values={1: [0, 1, 1, 0, 1, 0]})
        case("take", [(3, 4, 2), (5,)], mode=mode, values={1: [-1, 0, 2, 3, 7]}, note="outside")
        case(
            "take",
            [(3, 4, 2), (5,)],
            mode=mode,
            axis=1,
            dtypes=["float32", "int32"],
            values={1: [-2, 0, 2, 3, 7]},
            note="outside",
        )
    case("take", [(4, 3), (2, 2)], weights=(0,), values={1: [0, 3, 2, 1]}, note="weight")
    case("take", [(3, 4), (3,)], weights=(1,), values={1: [2, 0, 1]}, note="constant places")
    case("take", [(3, 4), (1,)], values={1: [2]})
    for more in (dict(), dict(on_value=5.0, off_value=-1.0), dict(dtype="int32"), dict(on_value=0.5)):
        for shape in ((5,), (2, 3)):
            case("one_hot", shape, depth=4, values={0: np.resize([0, 3, 1, -1, 4, 2], int(np.prod(shape)))}, **more)
    case("one_hot", (3,), depth=3, dtypes=["int32"], values={0: [2, 0, 1]})
    for axis in (None, 0, 1, -1):
        for keepdims in (None, True):
            for mode in (None, "wrap"):
                size = 3 if axis == 0 else 2
                case("pick", [(2, 3), (size,)], axis=axis, keepdims=keepdims, mode=mode, values={1: [0, 1, 1][:size]})
    case("pick", [(2, 3), (2,)], values={1: [-1, 5]}, note="outside")
    case("batch_take", [(2, 3), (2,)], dtypes=["float32", "int32"], values={1: [2, 0]})
    case("gather_nd", [(3, 4), (2, 3)], values={1: [0, 1, 2, 3, 0, 1]})
    case("gather_nd", [(3, 4), (1, 2)], values={1: [2, 0]})
    case("gather_nd", [(2, 3, 2), (2, 2, 2)], values={1: [0, 1, 1, 0, 2, 1, 0, 2]})


def selections():
    for shape in ((4,), (2, 3), (2, 3, 2, 2)):
        case("where", [shape] * 3, values={0: np.arange(int(np.prod(shape))) % 3 % 2})
    case("where", [(3,), (3, 4), (3, 4)], values={0: [0, 2, -1]})
    case("where", [(3, 2), (3, 2), (3, 2)], values={0: [0, 1, 0, 0.5, -1, 0]}, weights=(2,), note="weight")
    case("where", [(3, 2), (3, 2), (3, 2)], dtypes=["int32", "float32", "float32"], values={0: [0, 1, 0, 2, -1, 0]})
    for operator in ("argmax", "argmin"):
        for axis in (None, 0, 1, 2, -1, -2):
            for keepdims in (None, True, False):
                case(operator, (2, 3, 4), axis=axis, keepdims=keepdims)
        case(operator, (2, 4), axis=1, values={0: [3, 3, 1, 1, -2, 5, 5, -2]}, note="ties")
        case(operator, (5,), axis=0)
    case("argmax_channel", (2, 5))
    for ret_typ in (None, "value", "indices", "both", "mask"):
        for k in (None, 1, 3):
            case("topk", (2, 5), ret_typ=ret_typ, k=k)
        for axis in (0, 1, -2):
            case("topk", (3, 4, 2), ret_typ=ret_typ, k=2, axis=axis)
        case("topk", (2, 5), ret_typ=ret_typ, k=2, is_ascend=True)
        case("topk", (2, 5), ret_typ=ret_typ, k=2, is_ascend=False)
    case("topk", (2, 5), k=0, ret_typ="value")
    case("topk", (2, 5), k=2, dtype="float32", note="int32 places", **{})
    case("topk", (2, 3), k=2, axis="None", ret_typ="value")
    for operator in ("sort", "argsort"):
        for axis in (None, 0, 1, -1):
            for ascend in (None, False):
                case(operator, (3, 4), axis=axis, is_ascend=ascend)


def sequences():
    for operator, more in (("SequenceMask", dict(value=-2.0)), ("SequenceLast", dict()), ("SequenceReverse", dict())):
        for use in (None, True):
            shapes = [(4, 3, 2)] + ([(3,)] if use else [])
            case(operator, shapes, use_sequence_length=use, values={1: [1, 4, 2]})
        if more:
            case(operator, [(4, 3, 2), (3,)], use_sequence_length=True, values={1: [1, 4, 2]}, **more)
        if operator != "SequenceReverse":
            case(operator, [(3, 4, 2), (3,)], use_sequence_length=True, axis=1, values={1: [1, 4, 2]})


GRIDS = [lookups, selections, sequences]
